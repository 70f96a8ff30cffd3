/** How long to wait before a process that ended is started again. */
const FIRST_MS = 200;
const MOST_MS = 5000;
/** A process that ran for this long was well: the next wait is the first again. */
const WELL_AFTER_MS = 10_000;

/** Waits that double while a process keeps ending soon after its start. */
export class Backoff {
  #nextMs = FIRST_MS;

  /** @param ranMs how long the process ran this time */
  next(ranMs: number): number {
    if (ranMs >= WELL_AFTER_MS) this.#nextMs = FIRST_MS;
    const delayMs = this.#nextMs;
    this.#nextMs = Math.min(this.#nextMs * 2, MOST_MS);
    return delayMs;
  }
}
