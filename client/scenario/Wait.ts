import type { Condition } from './conditionTypes.ts';
import { WITHIN_MS_DEFAULT } from './parseCondition.ts';
import type { Verdict } from './Verdict.ts';

/** One condition of an `until`: whether it became true in its own time, and has stayed true for as long as it says. */
export class Wait {
  readonly condition: Condition;
  readonly withinMs: number;
  /** In words, at the newest look. */
  seen = 'it could not be looked at';
  readonly #forMs: number;
  readonly #deadlineMs: number;
  #trueSinceMs: number | undefined;
  #isMet = false;

  /** @param startedMs by the clock that `note` and `isLate` are told of */
  constructor(condition: Condition, startedMs: number) {
    this.condition = condition;
    this.withinMs = condition.withinMs ?? WITHIN_MS_DEFAULT;
    this.#forMs = condition.forMs ?? 0;
    this.#deadlineMs = startedMs + this.withinMs;
  }

  /** It was, once: true in time, and for long enough without a break. It may have become false since. */
  get isMet(): boolean {
    return this.#isMet;
  }

  /** When it has to be met, if it becomes true at the last moment. */
  get endMs(): number {
    return this.#deadlineMs + this.#forMs;
  }

  /** @param nowMs when it was known, not when it was asked: what is late is not in time */
  note({ isTrue, seen }: Verdict, nowMs: number): void {
    this.seen = seen;
    if (!isTrue) {
      this.#trueSinceMs = undefined;
      return;
    }
    this.#trueSinceMs ??= nowMs;
    if (!this.holdsAt(nowMs)) this.seen = `${seen}, but not yet for ${this.#forMs} ms`;
    else if (this.#trueSinceMs <= this.#deadlineMs) this.#isMet = true;
  }

  /** True now, and for long enough. */
  holdsAt(nowMs: number): boolean {
    return this.#trueSinceMs !== undefined && nowMs - this.#trueSinceMs >= this.#forMs;
  }

  /** It can no longer be met: its time is over, and it did not begin to be true before. */
  isLate(nowMs: number): boolean {
    const began = this.#trueSinceMs ?? Infinity;
    return !this.#isMet && nowMs > this.#deadlineMs && began > this.#deadlineMs;
  }
}
