import type { ComponentChildren } from 'preact';
import { useStore } from '../../hooks/useStore.ts';

/** What the shapes of the lanes mean; colours are those of terms. */
export function LanesLegend() {
  const { view } = useStore();
  if (view.look.value === 'projector') return null;
  return (
    <ul class="log-legend" aria-label="Signs of the lanes">
      <Sign text="leads">
        <rect class="log-full" x="1" y="1" width="22" height="16" rx="3" />
      </Sign>
      <Sign text="believes it leads">
        <rect class="log-stroke" x="1.75" y="1.75" width="20.5" height="14.5" rx="3" />
      </Sign>
      <Sign text="candidate; lower: pre-candidate">
        <rect class="log-stroke" x="1.75" y="2.75" width="20.5" height="12.5" rx="3" />
        <path class="log-stroke" d="M4 14 13 4M11 14 20 4" />
      </Sign>
      <Sign text="follows">
        <rect class="log-full" x="1" y="7" width="22" height="5" rx="2" />
      </Sign>
      <Sign text="not there">
        <path class="lane-away" d="M9 9.5H23" />
        <path class="lane-cross" d="M2 6 8 12M8 6 2 12" />
      </Sign>
      <Sign text="paused">
        <rect class="log-stroke lane-dashes" x="1.75" y="2.75" width="20.5" height="12.5" rx="3" />
      </Sign>
      <Sign text="a client asks, is answered">
        <path class="log-stroke" d="M2 12 6 5 10 12ZM14 6 18 13 22 6Z" />
      </Sign>
      <li>colours are terms; moments have the signs of the list below</li>
    </ul>
  );
}

function Sign({ text, children }: { readonly text: string; readonly children: ComponentChildren }) {
  return (
    <li>
      <svg width="24" height="18" viewBox="0 0 24 18" aria-hidden="true">
        {children}
      </svg>
      {text}
    </li>
  );
}
