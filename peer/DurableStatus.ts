import type { Status } from '../shared/messages/Status.ts';

/** Under one write after the other, an account is not taken more often: it costs as much as a step. */
const AGE_MS_MAX = 10;

/** A peer's account of itself of which everything is durable: what is not may be forgotten in a crash, and must not be told. */
export class DurableStatus {
  readonly #current: () => Status;
  /** Everything in this one is durable. */
  #durable: Status;
  /** As of when the write under way began, if that was worth it: everything in it is durable once the write is. */
  #underWay: Status | undefined;
  #takenAtMs = Number.NEGATIVE_INFINITY;
  /** Whether something changed since then that matters more than indexes. */
  #hasNewFacts = false;

  /** @param current the account as of now, durable or not; at this moment it is */
  constructor(current: () => Status) {
    this.#current = current;
    this.#durable = current();
  }

  /** @param isSettled whether everything is durable now. Otherwise it is of a moment before. */
  status(isSettled: boolean): Status {
    if (isSettled) this.#durable = this.#current();
    return this.#durable;
  }

  /** The next write must not be without an account. */
  factsChanged(): void {
    this.#hasNewFacts = true;
  }

  /** A write begins of everything that is not durable yet. */
  writeBegins(nowMs: number): void {
    const isDue = this.#hasNewFacts || nowMs - this.#takenAtMs >= AGE_MS_MAX;
    this.#underWay = isDue ? this.#current() : undefined;
    if (!isDue) return;
    this.#hasNewFacts = false;
    this.#takenAtMs = nowMs;
  }

  written(): void {
    this.#durable = this.#underWay ?? this.#durable;
  }
}
