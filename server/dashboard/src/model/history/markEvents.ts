import type { LiveEvent } from '../../../../../shared/http/Live.ts';
import { ClockFall, FALL_BACK_MS_MAX } from './ClockFall.ts';
import type { FeedWatcher } from './FeedWatcher.ts';
import type { Mark, Marks } from './Marks.ts';

const LANES: Readonly<Record<LiveEvent['kind'], Mark['lane']>> = {
  connected: 'peer',
  disconnected: 'peer',
  roleChanged: 'peer',
  leaderElected: 'peer',
  leaderLost: 'peer',
  membersChanged: 'peer',
  signing: 'peer',
  partitioned: 'faults',
  healed: 'faults',
  faultsChanged: 'faults',
  refused: 'faults',
};

const TONES: Readonly<Partial<Record<LiveEvent['kind'], Mark['tone']>>> = {
  leaderElected: 'good',
  healed: 'good',
  leaderLost: 'bad',
  disconnected: 'bad',
  partitioned: 'bad',
  refused: 'bad',
};

/** Notes each event of the feed as a mark; a partition is one stretch, until it changes or is healed. */
export function markEvents(marks: Marks): FeedWatcher {
  let newestMs = -Infinity;
  let partition: { readonly mark: Mark; readonly end: (untilMs: number) => void } | null = null;
  const clock = new ClockFall();
  const beginPartition = (mark: Mark): void => {
    partition = { mark, end: marks.add(mark) };
  };
  return (message) => {
    if (clock.falls(message.timeMs)) {
      newestMs = -Infinity;
      // It lasts, and its mark went with all others.
      if (partition !== null) beginPartition({ ...partition.mark, atMs: message.timeMs });
    }
    if (message.type === 'frames') return;
    const sinceMs = newestMs;
    for (const event of message.events) {
      // A snapshot in the midst of a feed tells again what was told, and what was before the relay's clock fell back.
      const isOld = event.timeMs <= sinceMs || event.timeMs > message.timeMs + FALL_BACK_MS_MAX;
      if (message.type === 'snapshot' && isOld) continue;
      const atMs = Math.min(event.timeMs, message.timeMs);
      newestMs = Math.max(newestMs, atMs);
      if (event.kind === 'partitioned' || event.kind === 'healed') {
        partition?.end(atMs);
        partition = null;
      }
      const isStretch = event.kind === 'partitioned';
      const mark: Mark = {
        atMs,
        untilMs: isStretch ? Infinity : null,
        lane: LANES[event.kind],
        peer: event.peer,
        kind: event.kind,
        text: event.text,
        tone: TONES[event.kind] ?? 'plain',
      };
      if (isStretch) beginPartition(mark);
      else marks.add(mark);
    }
  };
}
