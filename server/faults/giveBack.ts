import type { WaitingCopy } from './FrameQueue.ts';
import type { RuleOnLink } from './RuleOnLink.ts';

type Waiting = WaitingCopy<unknown>;

/**
 * Frames are lost on their way: nobody waits for the bandwidth that they had not used yet. What still waits keeps its time, and what
 * comes next waits for the last of that.
 * @param forEachWaiting visits what still waits
 */
export function giveBackBandwidth(
  lost: readonly Waiting[],
  forEachWaiting: (visit: (waiting: Waiting) => void) => void,
  nowMs: number,
): void {
  const busyUntilMs = new Map<RuleOnLink, number>();
  for (const waiting of lost) for (const { on } of bandwidthsOf(waiting)) busyUntilMs.set(on, nowMs);
  if (busyUntilMs.size === 0) return;
  forEachWaiting((waiting) => {
    for (const { on, leavesAtMs } of bandwidthsOf(waiting)) {
      const untilMs = busyUntilMs.get(on);
      if (untilMs !== undefined && leavesAtMs > untilMs) busyUntilMs.set(on, leavesAtMs);
    }
  });
  for (const [on, untilMs] of busyUntilMs) on.endBandwidthBy(untilMs);
}

interface Bandwidth {
  readonly on: RuleOnLink;
  readonly leavesAtMs: number;
}

const NONE: readonly Bandwidth[] = [];

/** What a copy takes of its link. */
function bandwidthsOf({ link, copy, sinceMs }: Waiting): readonly Bandwidth[] {
  // A hundred thousand may be lost at once, and most have none.
  if (!copy.delayedBy.some(({ isBandwidth }) => isBandwidth)) return NONE;
  return copy.delayedBy.flatMap(({ rule, byMs, isBandwidth }) => {
    const on = isBandwidth ? link.standingWith(rule) : undefined;
    return on === undefined ? [] : [{ on, leavesAtMs: sinceMs + byMs }];
  });
}
