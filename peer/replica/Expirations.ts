/** What happens at a time unless it is called off. */
export interface Expiration {
  readonly atMs: number;
  /** It was called off. */
  readonly isOver: boolean;
  expire(): void;
}

/** Between two looks; so much later than asked for something may expire. */
const LOOK_MS = 20;

/**
 * Very many deadlines, nearly all of which are called off: one timer looks after all of them, where each would cost one, and what is
 * called off is passed over, where to take it out would cost as much as to put it in.
 */
export class Expirations {
  #waiting: Expiration[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  timeAfter(afterMs: number): number {
    return performance.now() + Math.min(afterMs, Number.MAX_SAFE_INTEGER);
  }

  add(expiration: Expiration): void {
    this.#waiting.push(expiration);
    this.#timer ??= setTimeout(() => this.#look(), LOOK_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = [];
  }

  #look(): void {
    this.#timer = undefined;
    const nowMs = performance.now();
    const due: Expiration[] = [];
    this.#waiting = this.#waiting.filter((expiration) => {
      const isDue = expiration.atMs <= nowMs;
      if (isDue && !expiration.isOver) due.push(expiration);
      return !isDue && !expiration.isOver;
    });
    // One that expires may end others.
    for (const expiration of due) if (!expiration.isOver) expiration.expire();
    if (this.#waiting.length > 0) this.#timer ??= setTimeout(() => this.#look(), LOOK_MS);
  }
}
