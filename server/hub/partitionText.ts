import type { Partition } from '../../shared/http/Partition.ts';

/** A partition in one line: its shape, its groups, what is cut within them, who leaves and comes back. */
export function partitionText({ shape, groups, cuts = [], absences = [] }: Partition): string {
  const parts = [
    groups.map((group) => group.join(', ')).join(' | '),
    cuts.length === 0 ? '' : `cut: ${cuts.map(([from, to]) => `${from} to ${to}`).join(', ')}`,
    absences.map(({ id }) => id).join(', '),
  ].filter((part) => part !== '');
  return `${shape === undefined ? '' : `${shape}: `}${parts.join('; ')}`;
}
