import type { Clock, Timer } from '../endpoint/ports/Clock.ts';
import type { SimulatedProcess } from './SimulatedProcess.ts';
import type { VirtualClock } from './VirtualClock.ts';

/** A process's clock for code that goes on in promises: virtual time waits until they are at rest. */
export class SettlingClock implements Clock {
  readonly #process: SimulatedProcess;
  readonly #virtual: VirtualClock;

  constructor(process: SimulatedProcess, virtual: VirtualClock) {
    this.#process = process;
    this.#virtual = virtual;
  }

  nowMs(): number {
    return this.#process.nowMs();
  }

  wallMs(): number {
    return this.#process.wallMs();
  }

  setTimer(atMs: number, callback: () => void): Timer {
    return this.#process.setTimer(atMs, () => this.#call(callback));
  }

  soon(callback: () => void): void {
    this.#process.soon(() => this.#call(callback));
  }

  #call(callback: () => void): void {
    this.#virtual.settles();
    callback();
  }
}
