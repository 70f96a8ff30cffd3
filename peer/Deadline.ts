import type { Clock, Timer } from '../endpoint/ports/Clock.ts';

/**
 * One moment that is put off again and again: each message of a leader puts off its follower's election. So a timer is not set anew
 * each time; one that comes too early is, when it comes.
 */
export class Deadline {
  readonly #clock: Clock;
  readonly #onReached: (nowMs: number) => void;
  #atMs = Number.POSITIVE_INFINITY;
  #timer: { readonly atMs: number; readonly timer: Timer } | undefined;

  constructor(clock: Clock, onReached: (nowMs: number) => void) {
    this.#clock = clock;
    this.#onReached = onReached;
  }

  /** @param atMs infinity: never */
  set(atMs: number): void {
    this.#atMs = atMs;
    if (atMs === Number.POSITIVE_INFINITY || (this.#timer !== undefined && this.#timer.atMs <= atMs)) return;
    this.#timer?.timer.stop();
    this.#timer = { atMs, timer: this.#clock.setTimer(atMs, () => this.#expired()) };
  }

  stop(): void {
    this.#atMs = Number.POSITIVE_INFINITY;
    this.#timer?.timer.stop();
    this.#timer = undefined;
  }

  #expired(): void {
    this.#timer = undefined;
    const nowMs = this.#clock.nowMs();
    if (nowMs < this.#atMs) return this.set(this.#atMs);
    this.#atMs = Number.POSITIVE_INFINITY;
    this.#onReached(nowMs);
  }
}
