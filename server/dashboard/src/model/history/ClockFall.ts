/** A relay's clock that falls back further than this names other times from then on: what was kept is forgotten. */
export const FALL_BACK_MS_MAX = 1000;

/** Sees the relay's clock fall back. Everything that keeps times of a feed asks one of its own, and so all forget with one message. */
export class ClockFall {
  #newestMs = -Infinity;

  /** The time of the next message. @returns whether what was kept of earlier ones names other times than this */
  falls(timeMs: number): boolean {
    const hasFallen = timeMs < this.#newestMs - FALL_BACK_MS_MAX;
    this.#newestMs = hasFallen ? timeMs : Math.max(this.#newestMs, timeMs);
    return hasFallen;
  }
}
