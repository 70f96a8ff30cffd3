import type { Random } from '../shared/random.ts';

/** Two clocks that are so far off, each its way, are just within `leaseClockDrift`, which leases presume: 0.9475 / 1.0525 is above 0.9. */
const DRIFT_MAX = 0.0525;

/** Of a monotonic clock: one in three is as far off as it may be. */
export function drawRate(random: Random): number {
  const [way, isFarthest] = [2 * random() - 1, random() < 1 / 3];
  return 1 + DRIFT_MAX * (isFarthest ? Math.sign(way) : way);
}
