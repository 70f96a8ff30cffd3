import { cutRuns, differenceOf, type Difference, type TermRun } from './termRuns.ts';

/** Runs of what was told as committed, at most: the newest. */
export const COMMITTED_RUNS_MAX = 256;

interface CommittedRun extends TermRun {
  /** The lowest term in which a peer told that it is committed: a leader of that term, or of one before it, committed it. */
  readonly inTerm: number;
}

/** A committed index that a leader lacks, or has of another term. */
export interface Lack {
  readonly index: number;
  readonly term: number;
  readonly inTerm: number;
  /** What the leader has there; undefined when its log ends before. */
  readonly ownTerm: number | undefined;
}

/** Which term each index was committed with, by the account of anybody: once told, it is so for ever (paper, 5.4.3). */
export class CommittedLog {
  #runs: readonly CommittedRun[] = [];

  /** Where a peer tells an index as committed with another term than was told before. */
  contradiction(runs: readonly TermRun[], commitIndex: number): Difference | undefined {
    return differenceOf(cutRuns(runs, 1, commitIndex), this.#runs);
  }

  /** @param term of the peer that tells it */
  learn(runs: readonly TermRun[], term: number): void {
    if (runs.length === 0) return;
    let all: readonly CommittedRun[] = this.#runs;
    for (const run of runs) all = overlaid(all, { ...run, inTerm: term });
    this.#runs = all.length > COMMITTED_RUNS_MAX ? all.slice(-COMMITTED_RUNS_MAX) : all;
  }

  /**
   * Leader Completeness: a leader has what was committed in the terms before its own. Of terms behind its own it knows nothing, and
   * an entry of an older term may well be committed behind its own only (paper, Figure 8).
   */
  lackOf(runs: readonly TermRun[], lastLogIndex: number, term: number): Lack | undefined {
    for (const run of this.#runs) {
      if (run.inTerm >= term) continue;
      const difference = differenceOf([run], runs);
      const { inTerm } = run;
      if (difference !== undefined) {
        return { index: difference.index, term: run.term, inTerm, ownTerm: difference.otherTerm };
      }
      if (run.to <= lastLogIndex) continue;
      return { index: Math.max(run.from, lastLogIndex + 1), term: run.term, inTerm, ownTerm: undefined };
    }
    return undefined;
  }

  clear(): void {
    this.#runs = [];
  }
}

/** What was known stays, told of the lowest term; what was not known is added. */
function overlaid(all: readonly CommittedRun[], told: CommittedRun): CommittedRun[] {
  const result: CommittedRun[] = [];
  let at = told.from;
  const add = (run: CommittedRun): void => {
    const last = result.at(-1);
    const isNext = last !== undefined && last.to + 1 === run.from;
    if (isNext && last.term === run.term && last.inTerm === run.inTerm) result.splice(-1, 1, { ...last, to: run.to });
    else result.push(run);
  };
  const addUpTo = (to: number): void => {
    if (at > to) return;
    add({ ...told, from: at, to });
    at = to + 1;
  };
  for (const known of all) {
    addUpTo(Math.min(told.to, known.from - 1));
    const [from, to] = [Math.max(known.from, told.from), Math.min(known.to, told.to)];
    if (from > to) {
      add(known);
      continue;
    }
    if (known.from < from) add({ ...known, to: from - 1 });
    add({ ...known, from, to, inTerm: Math.min(known.inTerm, told.inTerm) });
    if (known.to > to) add({ ...known, from: to + 1 });
    at = to + 1;
  }
  addUpTo(told.to);
  return result;
}
