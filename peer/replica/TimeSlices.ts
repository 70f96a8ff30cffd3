import type { Clock, Timer } from '../../endpoint/ports/Clock.ts';

/** So long work may go on before sockets and timers have their turn. */
const SLICE_MS = 8;

/** A small work that somebody waits for, unless the wait is over before its turn comes. */
export interface Work {
  readonly wait: { readonly isOver: boolean; reject(error: Error): void };
  run(): void;
}

/** Shares the event loop between a long row of small works and everything else: a peer that answers queries must not miss heartbeats. */
export class TimeSlices {
  readonly #clock: Clock;
  #waiting: Work[] = [];
  /** Those before it were done. */
  #first = 0;
  #endMs = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many wait for their turn, and some whose wait is over. */
  get count(): number {
    return this.#waiting.length - this.#first;
  }

  /** Does it when its turn comes, in the order of the calls: at once, or in a later slice. */
  add(work: Work): void {
    if (this.#timer === undefined) {
      this.#endMs = this.#clock.nowMs() + SLICE_MS;
      this.#sliceLater();
    }
    if (this.count === 0 && this.#clock.nowMs() < this.#endMs) work.run();
    else this.#waiting.push(work);
  }

  /** What waits is not done any more: whoever waits for it is told the error. */
  stop(error: () => Error): void {
    this.#timer?.stop();
    this.#timer = undefined;
    const waiting = this.#waiting.slice(this.#first);
    this.#waiting = [];
    this.#first = 0;
    for (const { wait } of waiting) if (!wait.isOver) wait.reject(error());
  }

  #nextSlice(): void {
    this.#timer = undefined;
    this.#endMs = this.#clock.nowMs() + SLICE_MS;
    while (this.count > 0 && this.#clock.nowMs() < this.#endMs) {
      const work = this.#waiting[this.#first];
      this.#first += 1;
      if (work !== undefined && !work.wait.isOver) work.run();
    }
    this.#waiting = this.#waiting.slice(this.#first);
    this.#first = 0;
    if (this.count > 0) this.#sliceLater();
  }

  #sliceLater(): void {
    this.#timer ??= this.#clock.setTimer(this.#clock.nowMs(), () => this.#nextSlice());
  }
}
