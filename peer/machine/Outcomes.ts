import { lowerBound } from '../../shared/lowerBound.ts';
import type { Outcome } from './Sessions.ts';

type Numbered = readonly [sequence: number, outcome: Outcome];

/**
 * What came of the requests of one session that it may still ask about. Requests mostly come in order and are forgotten in order: an
 * array costs less than a map would, of which garbage collection keeps old copies.
 */
export class Outcomes {
  /** In order of sequence. */
  readonly #outcomes: Numbered[];

  /** @param outcomes in order of sequence */
  constructor(outcomes: readonly Numbered[] = []) {
    this.#outcomes = [...outcomes];
  }

  get size(): number {
    return this.#outcomes.length;
  }

  get(sequence: number): Outcome | undefined {
    const found = this.#outcomes[this.#positionOf(sequence)];
    return found?.[0] === sequence ? found[1] : undefined;
  }

  /** @param sequence that has none yet */
  add(sequence: number, outcome: Outcome): void {
    const newest = this.#outcomes.at(-1);
    if (newest === undefined || newest[0] < sequence) this.#outcomes.push([sequence, outcome]);
    else this.#outcomes.splice(this.#positionOf(sequence), 0, [sequence, outcome]);
  }

  forgetThrough(sequence: number): void {
    const count = this.#positionOf(sequence + 1);
    if (count > 0) this.#outcomes.splice(0, count);
  }

  /** In order of sequence, as of now. */
  records(): readonly Numbered[] {
    return [...this.#outcomes];
  }

  /** @returns the position of the first one that is not before this sequence */
  #positionOf(sequence: number): number {
    const isBefore = (at: number): boolean => (this.#outcomes[at]?.[0] ?? Number.POSITIVE_INFINITY) < sequence;
    return lowerBound(0, this.#outcomes.length, isBefore);
  }
}
