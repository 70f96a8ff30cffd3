import type { Signal } from '@preact/signals';
import type { PeerId } from '../../../../../shared/ids.ts';
import { useNow } from '../../hooks/useNow.ts';
import { useStore } from '../../hooks/useStore.ts';
import type { Mark } from '../../model/history/Marks.ts';
import { marksAt } from '../../model/time/lanes.ts';
import { clockText, durationText } from '../../model/words.ts';
import { useLanes } from './useLanes.ts';

interface LaneWordsProps {
  readonly peers: readonly PeerId[];
  readonly chosen: Signal<string | null>;
}

/** A moment that is as near to the cursor is meant by it. */
const NEAR_MS = 250;

/** What the chosen lane says of the time that is drawn, in words. */
export function LaneWords({ peers, chosen }: LaneWordsProps) {
  const store = useStore();
  const lanes = useLanes(peers)();
  useNow(250);
  const lane = lanes.find(({ id }) => id === chosen.value);
  const mode = store.view.mode.value;
  if (lane === undefined) {
    return (
      <p id="lane-words" class="muted lane-words">
        Click a moment to go there; drag over a stretch to see it frame by frame.
      </p>
    );
  }
  const atMs = store.shownAtMs();
  const marks = Number.isNaN(atMs) ? [] : marksAt(lane, atMs, NEAR_MS);
  const isStill = mode.kind === 'past' && !mode.isPlaying;
  return (
    // What goes on is not told to a screen reader at every tick.
    <p id="lane-words" class="lane-words" {...(isStill ? { role: 'status' } : {})}>
      <span class="muted numbers">{isStill ? clockText(atMs) : 'now'}</span>{' '}
      {marks.length === 0 ? `${lane.title}: nothing then` : marks.map((mark) => markText(mark)).join('; ')}
    </p>
  );
}

export function markText({ atMs, untilMs, text }: Mark): string {
  if (untilMs === null) return `${text}, at ${clockText(atMs)}`;
  const length = untilMs === Infinity ? '' : ` for ${durationText(untilMs - atMs)}`;
  return `${text}, from ${clockText(atMs)}${length === '' ? ' on' : length}`;
}
