import { useStore } from '../../hooks/useStore.ts';
import type { FrameSeen } from '../../model/history/History.ts';
import { fateWord } from '../../model/frames/fateWords.ts';
import { kindOf } from '../../model/frames/kinds.ts';
import { frameTitle } from '../../model/frames/sayings.ts';
import { clockText } from '../../model/words.ts';
import { FrameSign } from '../ring/FrameSign.tsx';
import { select } from './select.ts';

interface FrameButtonProps {
  readonly seen: FrameSeen;
  /** Before its name: "answers". */
  readonly label?: string;
}

/** A frame by its name; pressed, it is selected. */
export function FrameButton({ seen, label }: FrameButtonProps) {
  const store = useStore();
  const { sample } = seen;
  const fate = fateWord(seen);
  return (
    <button type="button" class="frame-button" onClick={() => select(store, { kind: 'frame', seq: sample.seq })}>
      <FrameSign kind={kindOf(sample)} type={sample.type} isRefusal={sample.gist?.yes === false} />
      <span>
        {label !== undefined && <span class="muted">{label} </span>}
        <b>{frameTitle(sample)}</b>{' '}
        <span class="muted numbers">
          {sample.from} to {sample.to} at {clockText(sample.timeMs)}
        </span>
        {fate !== 'delivered' && <span class={fate === 'dropped' ? 'is-cut' : 'fate-word'}> {fate}</span>}
      </span>
    </button>
  );
}
