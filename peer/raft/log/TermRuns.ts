/** How many runs a status tells at the most: as many as its schema allows. */
export const RUNS_TOLD_MAX = 32;

/** A stretch of a log in which all entries have one term; it goes to where the next one begins. */
export interface TermRun {
  readonly term: number;
  readonly firstIndex: number;
}

/**
 * The entries of a log by their terms: a hundred thousand entries are a handful of runs, and by Log Matching two logs can be
 * compared by their runs alone. Kept as the log changes; a change costs what it adds to or takes from the runs, however
 * long the log is.
 */
export class TermRuns {
  /** Oldest first; neighbours differ in their terms. */
  readonly #runs: TermRun[] = [];
  /** Of the newest run; -1, which no entry has, when there is none. Each entry asks for it. */
  #lastTerm = -1;

  /** An entry was put behind the last one. */
  appended(index: number, term: number): void {
    if (term === this.#lastTerm) return;
    this.#lastTerm = term;
    this.#runs.push({ term, firstIndex: index });
  }

  /** The entries from `fromIndex` on were cut off. */
  truncated(fromIndex: number): void {
    while ((this.#runs.at(-1)?.firstIndex ?? 0) >= fromIndex) this.#runs.pop();
    this.#lastTerm = this.#runs.at(-1)?.term ?? -1;
  }

  /** The entries up to `index` left the log. @param lastIndex where it ends; at `index` or behind it */
  compacted(index: number, lastIndex: number): void {
    if (lastIndex <= index) return this.cleared();
    let gone = 0;
    while ((this.#runs[gone + 1]?.firstIndex ?? Number.POSITIVE_INFINITY) <= index + 1) gone += 1;
    this.#runs.splice(0, gone);
    const first = this.#runs[0];
    if (first === undefined || first.firstIndex > index) return;
    this.#runs[0] = { term: first.term, firstIndex: index + 1 };
  }

  /** No entries are left. */
  cleared(): void {
    this.#runs.length = 0;
    this.#lastTerm = -1;
  }

  /** The newest runs, at most so many, oldest first. */
  newest(countMax: number): TermRun[] {
    return this.#runs.slice(-countMax);
  }
}
