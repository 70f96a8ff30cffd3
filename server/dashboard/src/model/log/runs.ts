import type { Status } from '../../../../../shared/messages/Status.ts';
import type { LogRun, Stretch } from './LogView.ts';

/** What a status tells of its log's terms, each run with its end. What a snapshot has taken from the front is left out. */
export function runsOf({ terms, lastLogIndex, firstLogIndex }: Status): readonly LogRun[] {
  if (terms === undefined) return [];
  const runs: LogRun[] = [];
  terms.forEach(({ term, firstIndex }, at) => {
    const from = Math.max(firstIndex, firstLogIndex);
    const to = Math.min(lastLogIndex, (terms[at + 1]?.firstIndex ?? lastLogIndex + 1) - 1);
    if (from <= to) runs.push({ term, from, to });
  });
  return runs;
}

/** The term of the entry at an index; null where it is not told or there is none. */
export function termAt(runs: readonly LogRun[], index: number): number | null {
  return runs.find(({ from, to }) => from <= index && index <= to)?.term ?? null;
}

/**
 * How far two logs are the same. The newest index at which both have one term settles all that is before it (Log Matching, paper
 * 5.3).
 * @returns 0 when no told entry of theirs is the same
 */
export function agreedUpTo(one: readonly LogRun[], other: readonly LogRun[]): number {
  for (const mine of one.toReversed()) {
    for (const theirs of other.toReversed()) {
      const to = Math.min(mine.to, theirs.to);
      if (mine.term === theirs.term && to >= Math.max(mine.from, theirs.from)) return to;
    }
  }
  return 0;
}

/** How far a peer holds the leader's log: what it has committed is the leader's too, even where the terms are too old to be told. */
export function agreedWithLeader(own: Status, leads: Status): number {
  return Math.max(agreedUpTo(runsOf(own), runsOf(leads)), own.commitIndex);
}

/** Where both logs have an entry, and not the same one. */
export function differences(one: readonly LogRun[], other: readonly LogRun[]): readonly Stretch[] {
  const found: Stretch[] = [];
  for (const mine of one) {
    for (const theirs of other) {
      const from = Math.max(mine.from, theirs.from);
      const to = Math.min(mine.to, theirs.to);
      if (from <= to && mine.term !== theirs.term) found.push({ from, to });
    }
  }
  return joined(found);
}

/** The same indexes in the fewest stretches. */
export function joined(stretches: readonly Stretch[]): readonly Stretch[] {
  const whole: Stretch[] = [];
  for (const { from, to } of stretches.toSorted((a, b) => a.from - b.from)) {
    const last = whole.at(-1);
    if (last !== undefined && from <= last.to + 1) whole[whole.length - 1] = { ...last, to: Math.max(last.to, to) };
    else whole.push({ from, to });
  }
  return whole;
}
