import type { Clock, Timer } from '../../endpoint/ports/Clock.ts';

/** What happens at a time unless it is called off. */
export interface Expiration {
  readonly atMs: number;
  /** It was called off, or it happened. */
  isOver: boolean;
  expire(): void;
}

/** Between two looks; so much later than asked for something may expire. */
const LOOK_MS = 20;
/** So many that are over may stay among few that wait. */
const SPARE = 64;

/**
 * Very many deadlines, nearly all of which are called off: one timer looks after all of them, where each would cost one, and what is
 * called off leaves when there is more of it than of the others.
 */
export class Expirations {
  readonly #clock: Clock;
  #waiting: Expiration[] = [];
  #count = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  timeAfter(afterMs: number): number {
    return this.#clock.nowMs() + Math.min(afterMs, Number.MAX_SAFE_INTEGER);
  }

  add(expiration: Expiration): void {
    this.#waiting.push(expiration);
    this.#count += 1;
    this.#lookLater();
  }

  callOff(expiration: Expiration): void {
    if (expiration.isOver) return;
    expiration.isOver = true;
    this.#count -= 1;
    if (this.#waiting.length > 2 * this.#count + SPARE) this.#waiting = this.#live();
  }

  stop(): void {
    this.#timer?.stop();
    this.#timer = undefined;
    this.#waiting = [];
    this.#count = 0;
  }

  #look(): void {
    this.#timer = undefined;
    const nowMs = this.#clock.nowMs();
    for (const expiration of this.#live()) {
      // One that expires may call others off.
      if (expiration.isOver || expiration.atMs > nowMs) continue;
      this.callOff(expiration);
      expiration.expire();
    }
    if (this.#count > 0) this.#lookLater();
  }

  #lookLater(): void {
    this.#timer ??= this.#clock.setTimer(this.#clock.nowMs() + LOOK_MS, () => this.#look());
  }

  #live(): Expiration[] {
    return this.#waiting.filter(({ isOver }) => !isOver);
  }
}
