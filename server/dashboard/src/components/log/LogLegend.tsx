import type { ComponentChildren } from 'preact';
import { useStore } from '../../hooks/useStore.ts';

/** What the signs of the log mean. */
export function LogLegend() {
  const { view } = useStore();
  if (view.look.value === 'projector') return null;
  return (
    <ul class="log-legend" aria-label="Signs of the log">
      <Sign text="committed">
        <rect class="log-solid" x="1" y="3" width="18" height="12" />
      </Sign>
      <Sign text="not committed">
        <rect class="log-open" x="1.75" y="3.75" width="16.5" height="10.5" />
        <path class="log-stripes" d="M3 14 12 4M8 14 17 4" />
      </Sign>
      <Sign text="differs from the leader’s">
        <rect class="log-conflict" x="2" y="3" width="16" height="12" />
      </Sign>
      <Sign text="applied up to here">
        <path class="log-full" d="M10 4 15 13H5Z" />
      </Sign>
      <Sign text="durable up to here">
        <path class="log-stroke" d="M8 2V16M12 2V16" />
      </Sign>
      <Sign text="snapshot up to here">
        <path class="log-stroke" d="M13 2V16" />
        <path class="log-heavy" d="M8 2V16" />
      </Sign>
      <Sign text="leader: match">
        <path class="log-full" d="M10 14 5 5H15Z" />
      </Sign>
      <Sign text="leader: next">
        <path class="log-stroke" d="M10 14 5 5H15Z" />
      </Sign>
      <Sign text="has it, leader not told yet">
        <path class="log-stroke" d="M1 9H19" />
      </Sign>
    </ul>
  );
}

function Sign({ text, children }: { readonly text: string; readonly children: ComponentChildren }) {
  return (
    <li>
      <svg width="20" height="18" viewBox="0 0 20 18" aria-hidden="true">
        {children}
      </svg>
      {text}
    </li>
  );
}
