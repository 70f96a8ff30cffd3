import type { InFlight } from '../../shared/http/Network.ts';
import type { Partition } from '../../shared/http/Partition.ts';
import type { JudgedEndpoint } from './JudgedEndpoint.ts';

/** A time, from the first moment to the one before the last, in milliseconds of whoever asks. */
interface Absence {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** A partition made ready for asking: which group an endpoint is in, what is cut, and who is absent when. */
export interface CompiledPartition {
  /** What it was compiled from, for whoever wants to show it. */
  readonly source: Partition;
  /** What becomes of frames on their way across it: settled when it is put in force, whatever the profile is afterwards. */
  readonly inFlight: InFlight;
  readonly groupOf: ReadonlyMap<string, number>;
  /** By the sender, those who do not get its frames. */
  readonly cutsFrom: ReadonlyMap<string, ReadonlySet<string>>;
  readonly absencesOf: ReadonlyMap<string, readonly Absence[]>;
  /** When nobody is separated from anybody any more; undefined when that never comes by itself. */
  readonly endsAtMs: number | undefined;
}

/** Peers that no group names form one further group together. */
const UNNAMED = -1;

/**
 * Groups must not overlap: `doubledIn` finds those that do.
 * @param sinceMs when it is put in force, which absences are counted from
 * @param inFlight what becomes of frames on their way, unless the source says so
 */
export function compilePartition(source: Partition, sinceMs = 0, inFlight: InFlight = 'cut'): CompiledPartition {
  const groupOf = new Map<string, number>();
  source.groups.forEach((group, index) => {
    for (const id of group) groupOf.set(id, index);
  });
  const cutsFrom = new Map<string, Set<string>>();
  for (const [from, to] of source.cuts ?? []) cutsFrom.set(from, (cutsFrom.get(from) ?? new Set()).add(to));
  const absencesOf = new Map<string, Absence[]>();
  let lastMs = sinceMs;
  for (const { id, fromMs, untilMs } of source.absences ?? []) {
    const absence = { fromMs: sinceMs + fromMs, untilMs: sinceMs + untilMs };
    absencesOf.set(id, [...(absencesOf.get(id) ?? []), absence]);
    lastMs = Math.max(lastMs, absence.untilMs);
  }
  const isPassing = groupOf.size === 0 && cutsFrom.size === 0 && absencesOf.size > 0;
  return {
    source,
    inFlight: source.inFlight ?? inFlight,
    groupOf,
    cutsFrom,
    absencesOf,
    endsAtMs: isPassing ? lastMs : undefined,
  };
}

/**
 * Whether the partition keeps frames of this link from passing, at any time: by its groups, the same both ways, and cuts. A client that no
 * group names is in none, and reaches everybody.
 */
export function cutsLink(partition: CompiledPartition, from: JudgedEndpoint, to: JudgedEndpoint): boolean {
  if (partition.cutsFrom.get(from.id)?.has(to.id) === true) return true;
  const { groupOf } = partition;
  if ((from.isClient && !groupOf.has(from.id)) || (to.isClient && !groupOf.has(to.id))) return false;
  return (groupOf.get(from.id) ?? UNNAMED) !== (groupOf.get(to.id) ?? UNNAMED);
}

/**
 * Whether the network loses one end of this link for a while, at any time. As with groups, a client that is not named reaches
 * everybody.
 */
export function mayLose(partition: CompiledPartition, from: JudgedEndpoint, to: JudgedEndpoint): boolean {
  const { absencesOf, groupOf } = partition;
  if (!absencesOf.has(from.id) && !absencesOf.has(to.id)) return false;
  return [from, to].every(({ id, isClient }) => !isClient || absencesOf.has(id) || groupOf.has(id));
}

/** Whether the network has lost the endpoint at this moment. */
export function isAbsent(partition: CompiledPartition, id: string, nowMs: number): boolean {
  const absences = partition.absencesOf.get(id);
  return absences !== undefined && absences.some(({ fromMs, untilMs }) => fromMs <= nowMs && nowMs < untilMs);
}

/** Whether the network lost the endpoint at any moment between the two. */
export function isAbsentBetween(partition: CompiledPartition, id: string, fromMs: number, untilMs: number): boolean {
  const absences = partition.absencesOf.get(id) ?? [];
  return absences.some((absence) => absence.fromMs <= untilMs && fromMs < absence.untilMs);
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
