/** How long to wait before trying the relays again. */
export interface Backoff {
  /** Of the first wait; doubled with each try. */
  readonly firstMs: number;
  /** The longest wait while the relay may just be restarting. */
  readonly earlyMsMax: number;
  /** For how long that may be so. */
  readonly earlyForMs: number;
  /** The longest wait of all. */
  readonly msMax: number;
}

/**
 * A relay that restarts within a second or two has all its peers back within about 1.5 s of its return, and one that is gone for
 * long is not asked more than every 2.5 s by each peer on average.
 */
export const BACKOFF_DEFAULTS: Backoff = { firstMs: 100, earlyMsMax: 1000, earlyForMs: 10_000, msMax: 5000 };

/**
 * Exponential, with full jitter: uniform between 0 and a bound that doubles. Peers that lost their relay at the same moment do not
 * all return at the same moment.
 *
 * @param attempt 0 for the first wait
 * @param sinceLossMs since the connection was lost
 */
export function backoffMs(backoff: Backoff, attempt: number, sinceLossMs: number, random: () => number): number {
  const { firstMs, earlyMsMax, earlyForMs, msMax } = backoff;
  const bound = Math.min(firstMs * 2 ** Math.min(attempt, 30), sinceLossMs < earlyForMs ? earlyMsMax : msMax);
  return random() * bound;
}
