/** So long work may go on before sockets and timers have their turn. */
const SLICE_MS = 8;

/** Shares the event loop between a long row of small works and everything else: a peer that answers queries must not miss heartbeats. */
export class TimeSlices {
  readonly #waiting: (() => void)[] = [];
  #endMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Resolves when the caller may go on: at once, or in a later slice, in the order of the calls. */
  turn(): Promise<void> | undefined {
    if (this.#timer === undefined) {
      this.#endMs = performance.now() + SLICE_MS;
      this.#timer = setTimeout(() => void this.#nextSlice(), 0);
    }
    if (this.#waiting.length === 0 && performance.now() < this.#endMs) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async #nextSlice(): Promise<void> {
    this.#endMs = performance.now() + SLICE_MS;
    while (performance.now() < this.#endMs) {
      const go = this.#waiting.shift();
      if (go === undefined) break;
      go();
      // It works, and whoever waited for that.
      for (let turn = 0; turn < 4; turn += 1) await Promise.resolve();
    }
    this.#timer = this.#waiting.length === 0 ? undefined : setTimeout(() => void this.#nextSlice(), 0);
  }
}
