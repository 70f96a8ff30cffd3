/** A time during which this process did nothing. */
export interface Stall {
  /** When it was over, by `performance.now()`. */
  readonly endedAtMs: number;
  readonly ms: number;
}

const RESOLUTION_MS = 5;
/** Shorter ones are what any event loop has. */
const STALL_MS_MIN = 10;
const STALLS_MAX = 10_000;

/**
 * Measures when, and for how long, this process was kept from its work, by a busy machine or by itself. Peers in a process that stands
 * still for longer than an election timeout elect leaders for no other reason.
 */
export class StallMeter {
  /** The newest ones. */
  readonly #stalls: Stall[] = [];
  readonly #timer: NodeJS.Timeout;
  #lastMs = performance.now();

  constructor() {
    this.#timer = setInterval(() => this.#tick(), RESOLUTION_MS).unref();
  }

  /** Ends the measuring. */
  stop(): void {
    // A stall may be under way whose end no timer has seen.
    this.#tick();
    clearInterval(this.#timer);
  }

  /** @returns the longest stall that was not over yet at the first of these times and had begun at the second, in milliseconds; 0 for none */
  longestMs(fromMs: number, untilMs: number): number {
    return longestStallMs(this.#stalls, fromMs, untilMs);
  }

  #tick(): void {
    const nowMs = performance.now();
    const ms = nowMs - this.#lastMs - RESOLUTION_MS;
    this.#lastMs = nowMs;
    if (ms < STALL_MS_MIN) return;
    this.#stalls.push({ endedAtMs: nowMs, ms });
    if (this.#stalls.length > STALLS_MAX) this.#stalls.shift();
  }
}

export function longestStallMs(stalls: readonly Stall[], fromMs: number, untilMs: number): number {
  const overlapping = stalls.filter(({ endedAtMs, ms }) => endedAtMs >= fromMs && endedAtMs - ms <= untilMs);
  return Math.max(0, ...overlapping.map(({ ms }) => ms));
}
