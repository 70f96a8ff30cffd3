/** So long work may go on before sockets and timers have their turn. */
const SLICE_MS = 8;
/** Microtasks until whoever was let go has done its work, and so has whoever waited for that. */
const WORK_MICROTASKS = 4;

/** Shares the event loop between a long row of small works and everything else: a peer that answers queries must not miss heartbeats. */
export class TimeSlices {
  readonly #waiting: (() => void)[] = [];
  #endMs = 0;
  #isWorking = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Resolves when the caller may go on, one after the other in the order of the calls: at once, or in a later slice. */
  turn(): Promise<void> | undefined {
    if (this.#timer === undefined) {
      this.#endMs = performance.now() + SLICE_MS;
      this.#timer = setTimeout(() => void this.#nextSlice(), 0);
    }
    // Many come within one moment, as of one frame: only when the first has worked it shows whether there is time for the next.
    if (this.#isWorking || this.#waiting.length > 0 || performance.now() >= this.#endMs) {
      return new Promise((resolve) => this.#waiting.push(resolve));
    }
    void this.#work();
    return undefined;
  }

  async #nextSlice(): Promise<void> {
    this.#endMs = performance.now() + SLICE_MS;
    this.#waiting.shift()?.();
    await this.#work();
    this.#timer = this.#waiting.length === 0 ? undefined : setTimeout(() => void this.#nextSlice(), 0);
  }

  /** One was let go; then the others, as long as there is time. */
  async #work(): Promise<void> {
    this.#isWorking = true;
    for (;;) {
      for (let count = 0; count < WORK_MICROTASKS; count += 1) await Promise.resolve();
      if (performance.now() >= this.#endMs) break;
      const go = this.#waiting.shift();
      if (go === undefined) break;
      go();
    }
    this.#isWorking = false;
  }
}
