import type { Timer } from '../endpoint/ports/Clock.ts';
import { SimulationFailure } from './SimulationFailure.ts';
import type { VirtualClock } from './VirtualClock.ts';

/** More than this many inputs waiting for a stopped process is a defect. */
const WAITING_MAX = 100_000;

/**
 * One operating-system process: it can be killed, and stopped as by SIGSTOP. A stopped one takes in nothing and its timers do not
 * fire; when it goes on, what arrived meanwhile comes first, then the timers that are due.
 */
export class SimulatedProcess {
  readonly #clock: VirtualClock;
  #state: 'running' | 'paused' | 'killed' = 'running';
  #arrived: (() => void)[] = [];
  #due: (() => void)[] = [];

  constructor(clock: VirtualClock) {
    this.#clock = clock;
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

  setTimer(atMs: number, callback: () => void): Timer {
    let isStopped = false;
    const timer = this.#clock.setTimer(atMs, () =>
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

  #fire(callback: () => void): void {
    if (this.#state === 'running') callback();
    else if (this.#state === 'paused') this.#due.push(callback);
  }
}
