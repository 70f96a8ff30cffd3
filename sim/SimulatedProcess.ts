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
 * fire; when it goes on, what arrived meanwhile comes first, then the timers that are due.
 */
export class SimulatedProcess implements Clock {
  readonly #clock: VirtualClock;
  readonly #rate: ClockRate;
  #state: 'running' | 'paused' | 'killed' = 'running';
  #arrived: (() => void)[] = [];
  #due: (() => void)[] = [];

  constructor(clock: VirtualClock, rate: ClockRate = RIGHT) {
    this.#clock = clock;
    this.#rate = rate;
  }

  nowMs(): number {
    return this.#clock.nowMs() * this.#rate.rate;
  }

  wallMs(): number {
    return this.nowMs() + this.#rate.wallOffsetMs;
  }

  get isKilled(): boolean {
    return this.#state === 'killed';
  }

  get isPaused(): boolean {
    return this.#state === 'paused';
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
    const [arrived, due] = [this.#arrived, this.#due];
    this.#arrived = [];
    this.#due = [];
    for (const input of arrived) this.takeIn(input);
    for (const callback of due) this.#clock.setTimer(this.#clock.nowMs(), () => this.#fire(callback));
  }

  /** An input from outside: a message, a finished write. */
  takeIn(input: () => void): void {
    if (this.#state === 'running') return input();
    if (this.#state === 'killed') return;
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

  #fire(callback: () => void): void {
    if (this.#state === 'running') callback();
    else if (this.#state === 'paused') this.#due.push(callback);
  }
}
