import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 5;

/**
 * Measures how long this process was kept from its work, by a busy machine or by itself. Peers in a process that stands still
 * for longer than an election timeout elect leaders for no other reason.
 */
export class StallMeter {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  constructor() {
    this.#delay.enable();
  }

  /** Ends the measuring. @returns the longest stall, in milliseconds */
  stop(): number {
    this.#delay.disable();
    return Math.max(0, this.#delay.max / 1e6 - RESOLUTION_MS);
  }
}
