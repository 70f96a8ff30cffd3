/** Waits for one process to be connected to its relay, for whoever wants to know. */
export class Arrival {
  #isThere = false;
  readonly #waiting = new Set<(trouble?: string) => void>();

  /** It was started, and has not arrived yet. */
  begin(): void {
    this.#isThere = false;
  }

  arrived(): void {
    this.#isThere = true;
    this.#settle();
  }

  /** @param trouble why it ended */
  ended(trouble: string): void {
    this.#isThere = false;
    this.#settle(trouble);
  }

  /** @returns undefined when it arrived, or `withinMs` have passed; why, if it ended before */
  wait(withinMs: number): Promise<string | undefined> {
    if (this.#isThere) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const settle = (trouble?: string): void => {
        clearTimeout(timer);
        this.#waiting.delete(settle);
        resolve(trouble);
      };
      const timer = setTimeout(settle, withinMs);
      this.#waiting.add(settle);
    });
  }

  #settle(trouble?: string): void {
    for (const settle of [...this.#waiting]) settle(trouble);
  }
}
