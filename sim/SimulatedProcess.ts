import type { Clock, Timer } from '../endpoint/ports/Clock.ts';
import { SimulationFailure } from './SimulationFailure.ts';
import type { VirtualClock } from './VirtualClock.ts';

/** More than this many inputs waiting for a stopped process is a defect. */
const WAITING_MAX = 100_000;

/** How a machine's clock goes, as against virtual time. */
export interface ClockRate {
  /** Of its monotonic clock: 1.01 runs one hundredth too fast. */
  readonly rate: number;
  /** How far its time of day is ahead. */
  readonly wallOffsetMs: number;
}

const RIGHT: ClockRate = { rate: 1, wallOffsetMs: 0 };
/** What floating-point arithmetic may take from a time, and give back. */
const ROUNDING_MS = 1e-6;

/**
 * One operating-system process: it can be killed, and stopped as by SIGSTOP. A stopped one takes in nothing and its timers do not
 * fire; when it goes on, what arrived meanwhile comes first, then the timers that are due. So it is with one that works: it has one
 * thread. Its own clock shows how far it has come with its work, ahead of everybody else's time, and what it sends leaves then.
 */
export class SimulatedProcess implements Clock {
  readonly #clock: VirtualClock;
  readonly #rate: ClockRate;
  #wallOffsetMs: number;
  #state: 'running' | 'paused' | 'killed' = 'running';
  #arrived: (() => void)[] = [];
  #due: (() => void)[] = [];
  /** Its work is done then. */
  #busyUntilMs = 0;

  constructor(clock: VirtualClock, rate: ClockRate = RIGHT) {
    this.#clock = clock;
    this.#rate = rate;
    this.#wallOffsetMs = rate.wallOffsetMs;
  }

  nowMs(): number {
    return Math.max(this.#clock.nowMs(), this.#busyUntilMs) * this.#rate.rate;
  }

  wallMs(): number {
    return this.nowMs() + this.#wallOffsetMs;
  }

  /** Somebody sets its time of day. */
  setWallOffset(offsetMs: number): void {
    this.#wallOffsetMs = offsetMs;
  }

  get isKilled(): boolean {
    return this.#state === 'killed';
  }

  get isPaused(): boolean {
    return this.#state === 'paused';
  }

  /** How much of its work is still to be done: what it gives out now leaves only then. */
  get lagMs(): number {
    return Math.max(0, this.#busyUntilMs - this.#clock.nowMs());
  }

  /** Works for so long; others have their turn behind that. */
  work(forMs: number): void {
    if (forMs <= 0) return;
    const wasBusy = this.lagMs > 0;
    this.#busyUntilMs = Math.max(this.#clock.nowMs(), this.#busyUntilMs) + forMs;
    if (!wasBusy) this.#wakeUp();
  }

  /** Gives something out once the work before it is done, unless the process is no more by then. */
  giveOut(output: () => void): void {
    const { lagMs } = this;
    if (lagMs === 0) return output();
    this.#clock.setArrival(this.#clock.nowMs() + lagMs, () => {
      if (this.#state !== 'killed') output();
    });
  }

  kill(): void {
    this.#state = 'killed';
    this.#arrived = [];
    this.#due = [];
  }

  pause(): void {
    if (this.#state === 'running') this.#state = 'paused';
  }

  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'running';
    this.#goOn();
  }

  /** An input from outside: a message, a finished write. */
  takeIn(input: () => void): void {
    if (this.#state === 'killed') return;
    if (this.#isIdle && this.#arrived.length === 0) return input();
    if (this.#arrived.length === WAITING_MAX) throw new SimulationFailure(`${WAITING_MAX} inputs wait for a process`);
    this.#arrived.push(input);
  }

  /** @param atMs by this process's clock, as all times within it */
  setTimer(atMs: number, callback: () => void): Timer {
    let isStopped = false;
    const { rate } = this.#rate;
    let dueAtMs = atMs / rate;
    if (dueAtMs * rate < atMs) dueAtMs += ROUNDING_MS;
    const timer = this.#clock.setTimer(dueAtMs, () =>
      this.#fire(() => {
        if (!isStopped) callback();
      }),
    );
    return {
      stop: () => {
        isStopped = true;
        timer.stop();
      },
    };
  }

  soon(callback: () => void): void {
    this.#clock.soon(() => this.takeIn(callback));
  }

  get #isIdle(): boolean {
    return this.#state === 'running' && this.#clock.nowMs() >= this.#busyUntilMs;
  }

  #wakeUp(): void {
    this.#clock.setArrival(this.#busyUntilMs, () => {
      if (this.lagMs > 0) this.#wakeUp();
      else this.#goOn();
    });
  }

  /** What waits has its turn, as long as none of it makes more work. */
  #goOn(): void {
    while (this.#isIdle) {
      const input = this.#arrived.shift();
      if (input === undefined) break;
      input();
    }
    if (!this.#isIdle) return;
    const due = this.#due;
    this.#due = [];
    for (const callback of due) this.#clock.setTimer(this.#clock.nowMs(), () => this.#fire(callback));
  }

  #fire(callback: () => void): void {
    if (this.#isIdle) callback();
    else if (this.#state !== 'killed') this.#due.push(callback);
  }
}
