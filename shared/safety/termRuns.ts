import type { Status } from '../messages/Status.ts';

/** Neighbouring indexes of one term, both ends included. */
export interface TermRun {
  readonly term: number;
  readonly from: number;
  readonly to: number;
}

/** Where two logs differ, at the lowest index that both tell. */
export interface Difference {
  readonly index: number;
  readonly term: number;
  readonly otherTerm: number;
}

/** The log as a status tells it; undefined when it does not. */
export function runsIn({
  terms,
  lastLogIndex,
}: Partial<Pick<Status, 'terms' | 'lastLogIndex'>>): TermRun[] | undefined {
  if (terms === undefined || lastLogIndex === undefined) return undefined;
  const begun = terms.filter(({ term }, at) => terms[at - 1]?.term !== term);
  return begun.map(({ term, firstIndex }, at) => {
    return { term, from: firstIndex, to: (begun[at + 1]?.firstIndex ?? lastLogIndex + 1) - 1 };
  });
}

/** The first two neighbours of which the later has the lower term. */
export function fallIn(runs: readonly TermRun[]): { readonly before: TermRun; readonly after: TermRun } | undefined {
  for (const [at, after] of runs.entries()) {
    const before = runs[at - 1];
    if (before !== undefined && after.term < before.term) return { before, after };
  }
  return undefined;
}

/** Both are in order and without overlaps; gaps are not compared. */
export function differenceOf(ones: readonly TermRun[], others: readonly TermRun[]): Difference | undefined {
  let at = 0;
  for (const one of ones) {
    let other = others[at];
    while (other !== undefined && other.to < one.from) other = others[(at += 1)];
    // One of the others may reach into the next of these.
    for (let next = at; other !== undefined && other.from <= one.to; other = others[(next += 1)]) {
      if (other.term === one.term) continue;
      return { index: Math.max(one.from, other.from), term: one.term, otherTerm: other.term };
    }
  }
  return undefined;
}

/** What of the runs lies from one index to another. */
export function cutRuns(runs: readonly TermRun[], from: number, to: number): TermRun[] {
  return runs
    .filter((run) => run.to >= from && run.from <= to)
    .map((run) => ({ term: run.term, from: Math.max(run.from, from), to: Math.min(run.to, to) }));
}
