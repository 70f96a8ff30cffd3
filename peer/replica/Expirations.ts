/** What happens at a time unless it is called off. */
export interface Expiration {
  readonly atMs: number;
  expire(): void;
}

/** Between two looks; so much later than asked for something may expire. */
const LOOK_MS = 20;

/** Very many deadlines, nearly all of which are called off: one timer looks after all of them, where each would cost one. */
export class Expirations {
  readonly #waiting = new Set<Expiration>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  timeAfter(afterMs: number): number {
    return performance.now() + Math.min(afterMs, Number.MAX_SAFE_INTEGER);
  }

  add(expiration: Expiration): void {
    this.#waiting.add(expiration);
    this.#timer ??= setTimeout(() => this.#look(), LOOK_MS);
  }

  callOff(expiration: Expiration): void {
    this.#waiting.delete(expiration);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting.clear();
  }

  #look(): void {
    this.#timer = undefined;
    const nowMs = performance.now();
    for (const expiration of this.#waiting) {
      if (expiration.atMs > nowMs) continue;
      this.#waiting.delete(expiration);
      expiration.expire();
    }
    if (this.#waiting.size > 0) this.#timer ??= setTimeout(() => this.#look(), LOOK_MS);
  }
}
