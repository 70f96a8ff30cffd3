import { percentileOf } from './statistics.ts';
import type { Load, LoadResult } from './replicaProtocol.ts';

/** A process that answers itself without waiting for anything would come to nothing else, its timers among it. */
const TURN_MS_MAX = 20;

/** Asks for one put. Rejects when it was not done. */
export type Put = (key: string, value: string) => Promise<unknown>;

/**
 * Puts with values of one size to keys in a mixed order, and how long each took. At a fixed rate a put counts from when it was due, so
 * that a stall shows in every put that it held up.
 */
export class PutLoad {
  readonly #put: Put;
  readonly #load: Load;
  readonly #tookMs: number[] = [];
  readonly #startedAtMs = performance.now();
  readonly #ended: Promise<void>;
  #end: (error?: Error) => void = () => undefined;
  #asked = 0;
  #waiting = 0;
  #isEnding = false;
  #slowest = { tookMs: 0, atMs: 0 };
  #timer: NodeJS.Timeout | undefined;
  readonly #turns: NodeJS.Timeout;
  /** When this process last came to its timers. */
  #turnAtMs = performance.now();

  constructor(put: Put, load: Load) {
    this.#put = put;
    this.#load = load;
    this.#ended = new Promise((resolve, reject) => {
      this.#end = (error) => (error === undefined ? resolve() : reject(error));
    });
    // Whoever waits for the end hears of it.
    this.#ended.catch(() => undefined);
    this.#turns = setInterval(() => (this.#turnAtMs = performance.now()), TURN_MS_MAX / 4).unref();
    if (load.putsPerSecond !== undefined) this.#askWhatIsDue(load.putsPerSecond);
    else for (let count = 0; count < (load.outstanding ?? 1); count += 1) this.#ask(performance.now());
    if (load.seconds !== undefined) setTimeout(() => this.#stop(), load.seconds * 1000);
  }

  /** Asks for no more, and waits for what is under way. */
  async end(): Promise<LoadResult> {
    this.#stop();
    return this.result();
  }

  async result(): Promise<LoadResult> {
    await this.#ended;
    return {
      puts: this.#tookMs.length,
      seconds: (performance.now() - this.#startedAtMs) / 1000,
      medianMs: percentileOf(this.#tookMs, 50),
      p99Ms: percentileOf(this.#tookMs, 99),
      maxMs: this.#slowest.tookMs,
      slowestAtMs: this.#slowest.atMs,
    };
  }

  #ask(dueAtMs: number): void {
    const number = this.#asked;
    this.#asked += 1;
    this.#waiting += 1;
    this.#put(keyOf(mixed(number) % this.#load.keys), valueOf(number, this.#load.valueBytes)).then(
      () => this.#answered(dueAtMs),
      (error: unknown) => this.#end(error instanceof Error ? error : new Error(String(error))),
    );
  }

  #answered(dueAtMs: number): void {
    const nowMs = performance.now();
    const tookMs = nowMs - dueAtMs;
    this.#tookMs.push(tookMs);
    if (tookMs > this.#slowest.tookMs) this.#slowest = { tookMs, atMs: dueAtMs - this.#startedAtMs };
    this.#waiting -= 1;
    if (this.#isEnding) {
      if (this.#waiting === 0) this.#end();
    } else if (this.#load.putsPerSecond === undefined) {
      if (nowMs - this.#turnAtMs < TURN_MS_MAX) this.#ask(nowMs);
      else setImmediate(() => this.#askAfterTurn());
    }
  }

  #askAfterTurn(): void {
    this.#turnAtMs = performance.now();
    if (!this.#isEnding) this.#ask(this.#turnAtMs);
  }

  #askWhatIsDue(putsPerSecond: number): void {
    const dueAtMs = (number: number): number => this.#startedAtMs + (number * 1000) / putsPerSecond;
    const nowMs = performance.now();
    while (!this.#isEnding && dueAtMs(this.#asked) <= nowMs) this.#ask(dueAtMs(this.#asked));
    if (this.#isEnding) return;
    this.#timer = setTimeout(() => this.#askWhatIsDue(putsPerSecond), 1);
  }

  #stop(): void {
    this.#isEnding = true;
    clearTimeout(this.#timer);
    clearInterval(this.#turns);
    if (this.#waiting === 0) this.#end();
  }
}

export function keyOf(number: number): string {
  return `key-${String(number).padStart(8, '0')}`;
}

/** Text of so many bytes, another one for each number. */
export function valueOf(number: number, bytes: number): string {
  const word = `${mixed(number).toString(36)}.${number.toString(36)}.`;
  return word.repeat(Math.ceil(bytes / word.length)).slice(0, bytes);
}

/** The numbers in another order, as if by chance (Knuth's multiplicative hash). */
function mixed(number: number): number {
  return Math.imul(number + 1, 2_654_435_761) >>> 0;
}
