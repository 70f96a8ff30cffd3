/** A thread that only simulates still looks at its timers and its messages, this seldom: each look asks the operating system. */
const RESTS_A_TURN = 256;

/** Waits until nothing that awaits promises can go on by itself. What it waits for must use neither timers nor `process.nextTick`. */
export class PromisesAtRest {
  #rests = 0;

  async wait(): Promise<void> {
    this.#rests += 1;
    if (this.#rests % RESTS_A_TURN === 0) {
      await new Promise<void>((resolve) => void setImmediate(resolve));
      return;
    }
    // Among the promises' callbacks first: what they put off to the next tick comes when none of them is left.
    await Promise.resolve();
    await new Promise<void>((resolve) => {
      process.nextTick(resolve);
    });
  }
}
