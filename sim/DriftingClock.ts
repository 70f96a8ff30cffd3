/** What floating-point arithmetic may take from a time, and give back. */
const ROUNDING_MS = 1e-6;

/** A machine's monotonic clock as against virtual time: too fast, too slow, and now and then otherwise than before. It never goes back. */
export class DriftingClock {
  #rate: number;
  /** Since when it goes at this rate, and what it showed then. */
  #since = { virtualMs: 0, shownMs: 0 };

  /** @param rate 1.01 runs one hundredth too fast */
  constructor(rate: number) {
    this.#rate = rate;
  }

  shownAt(virtualMs: number): number {
    return this.#since.shownMs + (virtualMs - this.#since.virtualMs) * this.#rate;
  }

  /** @returns the virtual time at which it shows at least this, if it goes on so */
  reaches(shownMs: number): number {
    const virtualMs = this.#since.virtualMs + (shownMs - this.#since.shownMs) / this.#rate;
    return this.shownAt(virtualMs) < shownMs ? virtualMs + ROUNDING_MS : virtualMs;
  }

  /** From this moment on. */
  setRate(rate: number, virtualMs: number): void {
    this.#since = { virtualMs, shownMs: this.shownAt(virtualMs) };
    this.#rate = rate;
  }
}
