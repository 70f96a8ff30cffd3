import type { LogRow } from './LogView.ts';
import { termAt } from './runs.ts';

/** An entry in a sentence, as its peer tells of it: what is drawn, for whoever does not see it. */
export function cellText(row: LogRow, index: number): string {
  return `${row.peer}, index ${index}: ${cellFacts(row, index).join(', ')}.`;
}

/** What there is to tell of one entry of one log. */
export function cellFacts(row: LogRow, index: number): readonly string[] {
  const leader = leaderFacts(row, index);
  if (index > row.last) return ['no entry', ...leader];
  if (index < row.first) return [row.snapshot >= index ? 'in the snapshot' : 'no longer in the log', ...leader];
  const term = termAt(row.runs, index);
  return [
    term === null ? 'term not told' : `term ${term}`,
    index <= row.commit ? 'committed' : 'not committed',
    ...(index <= row.commit ? [index <= row.applied ? 'applied' : 'not applied yet'] : []),
    index <= row.durable ? 'durable' : 'in memory only',
    ...(index === row.snapshot ? ['the end of the snapshot'] : []),
    ...(conflictAt(row, index) ? ['differs from the leader’s log'] : []),
    ...leader,
  ];
}

export function conflictAt({ conflicts }: LogRow, index: number): boolean {
  return conflicts.some(({ from, to }) => from <= index && index <= to);
}

function leaderFacts({ told }: LogRow, index: number): readonly string[] {
  if (told === null) return [];
  return [
    ...(index === told.next ? [`${told.by} sends this one next`] : []),
    ...(index === told.match ? [`${told.by} knows it has this`] : []),
  ];
}
