import type { Partition } from '../../shared/http/Partition.ts';

/** A partition made ready for asking: which group an endpoint is in. */
export interface CompiledPartition {
  /** What it was compiled from, for whoever wants to show it. */
  readonly source: Partition;
  readonly groupOf: ReadonlyMap<string, number>;
}

/** Peers that no group names form one further group together. */
const UNNAMED = -1;

/** Groups must not overlap: `doubledIn` finds those that do. */
export function compilePartition(source: Partition): CompiledPartition {
  const groupOf = new Map<string, number>();
  source.groups.forEach((group, index) => {
    for (const id of group) groupOf.set(id, index);
  });
  return { source, groupOf };
}

/**
 * Whether a frame between the two would have to cross from one group to another. The same in both directions.
 * @param clients those of the two that are clients: one that no group names is in none, and reaches everybody
 */
export function separates(
  partition: CompiledPartition,
  from: string,
  to: string,
  clients: readonly string[] = [],
): boolean {
  if (clients.some((id) => !partition.groupOf.has(id))) return false;
  return (partition.groupOf.get(from) ?? UNNAMED) !== (partition.groupOf.get(to) ?? UNNAMED);
}

/** Endpoints that are named more than once, each once, in the order of their second naming. */
export function doubledIn(source: Partition): string[] {
  const seen = new Set<string>();
  const doubled = new Set<string>();
  for (const id of source.groups.flat()) {
    if (seen.has(id)) doubled.add(id);
    seen.add(id);
  }
  return [...doubled];
}
