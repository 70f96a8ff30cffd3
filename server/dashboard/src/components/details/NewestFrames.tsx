import type { FrameSample } from '../../../../../shared/http/Frames.ts';
import { useSignal } from '@preact/signals';
import { FrameButton } from './FrameButton.tsx';
import { useNewestFrames } from './useNewestFrames.ts';

interface NewestFramesProps {
  /** Names the sort: another one begins anew. */
  readonly sort: string;
  readonly isMeant: (sample: FrameSample) => boolean;
}

const SHOWN_MAX = 8;

/** What passed last, each to be selected. Stands still while the pointer or the focus is in it, or it would slip away. */
export function NewestFrames({ sort, isMeant }: NewestFramesProps) {
  const newest = useNewestFrames(sort, isMeant, SHOWN_MAX);
  const held = useSignal<typeof newest | null>(null);
  const shown = held.value ?? newest;
  return (
    <section class="detail-part">
      <h4>Newest frames{held.value === null ? '' : ' (held while you choose)'}</h4>
      {shown.length === 0 ? (
        <p class="muted">None in the last seconds.</p>
      ) : (
        <ol
          class="frame-list"
          onPointerEnter={() => (held.value = newest)}
          onPointerLeave={() => (held.value = null)}
          onFocusIn={() => (held.value ??= newest)}
          onFocusOut={() => (held.value = null)}
        >
          {shown.map((seen) => (
            <li key={seen.sample.seq}>
              <FrameButton seen={seen} />
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
