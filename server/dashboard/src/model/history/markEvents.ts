import type { LiveEvent } from '../../../../../shared/http/Live.ts';
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
  let endPartition: ((untilMs: number) => void) | null = null;
  return (message) => {
    if (message.type === 'frames') return;
    const sinceMs = newestMs;
    for (const event of message.events) {
      // A snapshot in the midst of a feed tells again what was told.
      if (message.type === 'snapshot' && event.timeMs <= sinceMs) continue;
      newestMs = Math.max(newestMs, event.timeMs);
      if (event.kind === 'partitioned' || event.kind === 'healed') {
        endPartition?.(event.timeMs);
        endPartition = null;
      }
      const isStretch = event.kind === 'partitioned';
      const end = marks.add({
        atMs: event.timeMs,
        untilMs: isStretch ? Infinity : null,
        lane: LANES[event.kind],
        peer: event.peer,
        kind: event.kind,
        text: event.text,
        tone: TONES[event.kind] ?? 'plain',
      });
      if (isStretch) endPartition = end;
    }
  };
}
