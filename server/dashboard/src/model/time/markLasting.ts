import { ClockFall } from '../history/ClockFall.ts';
import type { FeedWatcher } from '../history/FeedWatcher.ts';
import type { Marks } from '../history/Marks.ts';
import type { Picture } from '../Picture.ts';
import { type Lasting, lastingIn } from './lastingIn.ts';

/** A feed that was away for longer begins anew: what was meanwhile nobody told. */
const AWAY_MS = 2000;

interface Begun {
  readonly now: Lasting;
  readonly end: (untilMs: number) => void;
}

/** Notes what lasts as stretches, each from when it was first told to when it was told otherwise. */
export function markLasting(marks: Marks): FeedWatcher {
  const begun = new Map<string, Begun>();
  const endAll = (untilMs: number): void => {
    for (const { end } of begun.values()) end(untilMs);
    begun.clear();
  };
  const clock = new ClockFall();
  return (message, after, before) => {
    // The marks are forgotten with the history, and what lasts is to be marked anew.
    if (clock.falls(message.timeMs)) begun.clear();
    if (message.type === 'frames') return;
    const lastMs = before?.relayTimeMs ?? message.timeMs;
    // Time that falls back names other moments, and a history that forgot them begins anew too.
    if (message.type === 'snapshot' && (message.timeMs - lastMs > AWAY_MS || message.timeMs < lastMs)) endAll(lastMs);
    const lasting = lastingIn(after);
    for (const [name, { now, end }] of begun) {
      if (isSame(lasting.get(name), now)) continue;
      end(sinceMs(message.timeMs, after, lasting.get(name) ?? null));
      begun.delete(name);
    }
    for (const [name, now] of lasting) {
      if (begun.has(name)) continue;
      const atMs = sinceMs(message.timeMs, after, now);
      begun.set(name, { now, end: marks.add({ ...now, atMs, untilMs: Infinity }) });
    }
  };
}

function isSame(one: Lasting | undefined, other: Lasting): boolean {
  return one !== undefined && one.kind === other.kind && one.text === other.text && one.term === other.term;
}

/** What a peer is was told by its newest status, which is a little older than the message that brought it here. */
function sinceMs(timeMs: number, { peers }: Picture, now: Lasting | null): number {
  if (now === null || now.lane !== 'peer' || now.kind === 'away' || now.kind === 'paused') return timeMs;
  const told = peers.find(({ view }) => view.id === now.peer)?.view.statusMsAgo ?? 0;
  return timeMs - Math.min(told, AWAY_MS);
}
