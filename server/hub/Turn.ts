import type { Outbox } from './Outbox.ts';

/**
 * One turn of the event loop, from the first frame that it brings to its end. What is written meanwhile leaves at the
 * end, one write for each socket; and the clock is read once, not once a frame.
 *
 * The end is `setImmediate`: it comes after all sockets that had something to read in this turn, and before the loop
 * waits for the next.
 */
export class Turn {
  readonly #clock: () => number;
  readonly #outboxes: Outbox[] = [];
  #open = false;
  #nowMs = 0;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Monotonic milliseconds: when this turn was told to have begun, or else now. */
  nowMs(): number {
    return this.#open ? this.#nowMs : this.#clock();
  }

  /** The clock, read anew. Nobody is told an earlier time in this turn any more. */
  readClock(): number {
    return (this.#nowMs = this.#clock());
  }

  flushAtEnd(outbox: Outbox): void {
    this.begin();
    this.#outboxes.push(outbox);
  }

  /** To be told when the first frame has left, if it leaves at once: setting the end up would take a while of its way. */
  begin(): void {
    if (this.#open) return;
    this.#open = true;
    this.#nowMs = this.#clock();
    setImmediate(this.#end);
  }

  readonly #end = (): void => {
    this.#open = false;
    for (const outbox of this.#outboxes) outbox.flush();
    this.#outboxes.length = 0;
  };
}
