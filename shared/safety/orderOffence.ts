import type { Told } from './Account.ts';
import type { TermRun } from './termRuns.ts';

/** snapshot <= applied <= commit <= last, durable <= last. @returns what is out of order, in one sentence; undefined when nothing is */
export function orderOffence(id: string, told: Told, runs: readonly TermRun[] | undefined): string | undefined {
  const { snapshotIndex, lastApplied, commitIndex, lastLogIndex, durableIndex } = told;
  const pairs: [string, number | undefined, string, number | undefined][] = [
    ['its snapshot ends at', snapshotIndex, 'applied is', lastApplied],
    ['applied is', lastApplied, 'committed is', commitIndex],
    ['committed is', commitIndex, 'the log ends at', lastLogIndex],
    ['durable is', durableIndex, 'the log ends at', lastLogIndex],
  ];
  for (const [lower, is, upper, most] of pairs) {
    if (is !== undefined && most !== undefined && is > most) return `of ${id} ${lower} ${is}, but ${upper} ${most}`;
  }
  const empty = runs?.find(({ from, to }) => to < from);
  if (empty === undefined) return undefined;
  return `the log of ${id} has term ${empty.term} begin at ${empty.from}, and what is before that end at ${empty.to}`;
}
