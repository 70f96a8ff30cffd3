import { fateWords } from '../../model/frames/fateWords.ts';
import { frameTitle } from '../../model/frames/sayings.ts';
import type { Cone } from '../../model/time/cone.ts';
import type { SpaceTime } from '../../model/time/spaceTime.ts';
import { clockText } from '../../model/words.ts';

interface LineWordsProps {
  readonly found: SpaceTime;
  readonly cone: Cone | null;
}

/** The selected frame in words, and how many others belong to it. */
export function LineWords({ found, cone }: LineWordsProps) {
  const frame = cone === null ? undefined : found.frames.get(cone.seq);
  if (cone === null || frame === undefined) {
    const { length } = found.lines;
    return (
      <p id="line-words" class="muted">
        {length === 0
          ? 'No frame went in this stretch, or none was told.'
          : 'Click a frame, or move to one with the arrow keys: what may have caused it, and what it may have caused, lights up.'}
      </p>
    );
  }
  const { sample } = frame;
  return (
    <p id="line-words" role="status">
      <b>{frameTitle(sample)}</b>{' '}
      <span class="numbers">{`${sample.from} to ${sample.to} at ${clockText(sample.timeMs)}`}</span>
      {`, ${fateWords(frame).join('; ')}. `}
      {`Of what is drawn, ${counted(cone.before.size)} may have caused it, and it may have caused ${counted(cone.after.size)}.`}
    </p>
  );
}

function counted(count: number): string {
  return count === 0 ? 'no frame' : `${count} ${count === 1 ? 'frame' : 'frames'}`;
}
