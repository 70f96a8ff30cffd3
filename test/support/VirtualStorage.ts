import type { Storage } from '../../peer/ports/Storage.ts';
import type { HardState, StorageStep } from '../../peer/raft/effect.ts';
import type { VirtualClock } from '../../sim/VirtualClock.ts';

/** A disk in virtual time, for tests of the driver: remembers what is durable, and takes as long as it is told to. */
export class VirtualStorage implements Storage {
  readonly kind = 'memory';
  readonly #clock: VirtualClock | undefined;
  readonly #delayMs: () => number;
  /** Every write that was asked for, in order. */
  readonly writes: (readonly StorageStep[])[] = [];
  durable: HardState = { currentTerm: 0, votedFor: null };
  #underWay: { readonly steps: readonly StorageStep[]; readonly done: (error?: Error) => void } | undefined;

  /** Without a clock a write ends when the test says `finish`. */
  constructor(clock?: VirtualClock, delayMs: number | (() => number) = 0) {
    this.#clock = clock;
    this.#delayMs = typeof delayMs === 'number' ? () => delayMs : delayMs;
  }

  /** The term that will be durable when the write under way is done. */
  get termUnderWay(): number {
    return hardStateIn(this.#underWay?.steps ?? [], this.durable).currentTerm;
  }

  write(steps: readonly StorageStep[], done: (error?: Error) => void): void {
    if (this.#underWay !== undefined) throw new Error('a second write while one is under way');
    this.writes.push(steps);
    this.#underWay = { steps, done };
    this.#clock?.setArrival(this.#clock.nowMs() + this.#delayMs(), () => this.finish());
  }

  /** Ends the write under way. */
  finish(error?: Error): void {
    const underWay = this.#underWay;
    if (underWay === undefined) throw new Error('no write is under way');
    this.#underWay = undefined;
    if (error === undefined) this.durable = hardStateIn(underWay.steps, this.durable);
    underWay.done(error);
  }

  async close(): Promise<void> {
    this.#underWay = undefined;
  }
}

function hardStateIn(steps: readonly StorageStep[], before: HardState): HardState {
  const last = steps.findLast((step) => step.type === 'setHardState');
  return last?.hardState ?? before;
}
