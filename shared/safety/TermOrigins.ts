import { keepOfTerm } from './newestTerms.ts';
import type { TermRun } from './termRuns.ts';

/** Where the entries of a term begin. */
interface Origin {
  /** The lowest index at which a log was told to have an entry of the term. */
  readonly from: number;
  /** What is before it, where that was told: then the term begins there, in every log for ever. */
  readonly previousTerm: number | undefined;
  readonly by: string;
}

export interface Mismatch {
  readonly text: string;
  readonly by: string;
}

/**
 * Log Matching (paper, 5.3), for logs of whatever time: a term has one leader, which appends its entries at one place behind one
 * log. So in every log that has any of them they begin at the same index, behind the same term; and that for each term of two
 * logs is all of Log Matching, but for what entries say.
 */
export class TermOrigins {
  readonly #origins = new Map<number, Origin>();

  /** @returns where the log contradicts what was told before, at the lowest such place */
  read(id: string, runs: readonly TermRun[]): Mismatch | undefined {
    let mismatch: Mismatch | undefined;
    for (const [at, { term, from }] of runs.entries()) {
      // What a status tells first may begin in the midst of its term.
      const previousTerm = at > 0 ? runs[at - 1]?.term : from === 1 ? 0 : undefined;
      mismatch ??= this.#learn(id, term, { from, previousTerm, by: id });
    }
    return mismatch;
  }

  clear(): void {
    this.#origins.clear();
  }

  #learn(id: string, term: number, told: Origin): Mismatch | undefined {
    const known = this.#origins.get(term);
    if (known === undefined) {
      keepOfTerm(this.#origins, term, told);
      return undefined;
    }
    const { from, previousTerm } = told;
    const knownIsOrigin = known.previousTerm !== undefined;
    if (previousTerm === undefined) {
      if (from >= known.from) return undefined;
      if (!knownIsOrigin) this.#origins.set(term, told);
      else return mismatchOf(`${id} has index ${from} of term ${term}, which begins at ${known.from}`, known);
      return undefined;
    }
    if (!knownIsOrigin && from <= known.from) {
      this.#origins.set(term, told);
      return undefined;
    }
    if (from !== known.from) {
      const where = knownIsOrigin ? `begins at ${known.from}` : `has index ${known.from}`;
      return mismatchOf(`term ${term} begins at index ${from} in the log of ${id}, and ${where}`, known);
    }
    if (previousTerm === known.previousTerm) return undefined;
    return mismatchOf(
      `index ${from} of term ${term} stands behind term ${previousTerm} in the log of ${id}, and behind term ${known.previousTerm}`,
      known,
    );
  }
}

function mismatchOf(text: string, { by }: Origin): Mismatch {
  return { text: `${text} in that of ${by}`, by };
}
