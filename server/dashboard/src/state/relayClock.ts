import { ClockFall } from '../model/history/ClockFall.ts';

/** Seconds over which the least delay is looked for. */
const SECONDS = 30;

/**
 * The relay's clock by the page's: their difference is the least of (received - told) over the last half minute, which is the
 * message that was delayed least.
 */
export class RelayClock {
  readonly #least = new Map<number, number>();
  #offsetMs = NaN;
  readonly #clock = new ClockFall();

  /** A message of the feed. @param timeMs on the relay's clock @param receivedAtMs on the page's */
  told(timeMs: number, receivedAtMs: number): void {
    // The least of before would stand for the new time for half a minute.
    if (this.#clock.falls(timeMs)) this.#least.clear();
    const second = Math.floor(receivedAtMs / 1000);
    this.#least.set(second, Math.min(this.#least.get(second) ?? Infinity, receivedAtMs - timeMs));
    for (const old of this.#least.keys()) if (old <= second - SECONDS) this.#least.delete(old);
    this.#offsetMs = Math.min(...this.#least.values());
  }

  /** NaN before the first message. */
  timeAt(pageMs: number): number {
    return pageMs - this.#offsetMs;
  }
}
