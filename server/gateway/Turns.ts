/** Lets a bounded number work at a time; the others wait, first come, first served. */
export class Turns {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(atOnceMax: number) {
    this.#free = atOnceMax;
  }

  /** @returns false when the signal ended the wait, or it took longer than `withinMs`; else `give` must follow */
  take(signal: AbortSignal, withinMs: number): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const end = (isTaken: boolean): void => {
        this.#waiting.delete(taken);
        clearTimeout(timer);
        signal.removeEventListener('abort', givenUp);
        resolve(isTaken);
      };
      const taken = (): void => end(true);
      const givenUp = (): void => end(false);
      const timer = setTimeout(givenUp, withinMs);
      signal.addEventListener('abort', givenUp, { once: true });
      this.#waiting.add(taken);
    });
  }

  give(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#free += 1;
    else next();
  }
}
