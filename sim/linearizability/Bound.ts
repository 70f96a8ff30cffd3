/** How much work a check may be. A check that reaches it has the verdict `unknown`. */
export interface Bound {
  /** How many operations may be tried, over all parts of the history. */
  readonly stepsMax: number;
  /** Asked now and then; true ends the check. For a deadline, by whatever clock the caller has. */
  readonly isOver?: () => boolean;
}

/** A minute and half a gigabyte, at the worst. A history that is not full of open operations takes a hundredth of it. */
export const DEFAULT_BOUND: Bound = { stepsMax: 3_000_000 };

const STEPS_BETWEEN_QUESTIONS = 1_024;

/** Counts steps against a bound. */
export class Budget {
  readonly #bound: Bound;
  #steps = 0;
  #isSpent = false;

  constructor(bound: Bound) {
    this.#bound = bound;
  }

  get steps(): number {
    return this.#steps;
  }

  get isSpent(): boolean {
    return this.#isSpent;
  }

  /** @returns false when the budget is spent */
  take(): boolean {
    if (this.#isSpent) return false;
    this.#steps += 1;
    const asks = this.#steps % STEPS_BETWEEN_QUESTIONS === 0;
    this.#isSpent = this.#steps > this.#bound.stepsMax || (asks && this.#bound.isOver?.() === true);
    return !this.#isSpent;
  }
}
