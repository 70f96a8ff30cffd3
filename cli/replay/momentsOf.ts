import type { GivenPartition } from '../../client/Given.ts';
import type { Partition } from '../../shared/http/Partition.ts';

/** What is cut from a time on, in milliseconds since the partition was put in force. */
export interface Moment {
  readonly afterMs: number;
  readonly partition: GivenPartition | null;
}

/** The partition as it was, whatever a shape would mean for another leader; one with absences, moment by moment. */
export function momentsOf(was: Partition | null): Moment[] {
  if (was === null) return [{ afterMs: 0, partition: null }];
  const { groups, cuts = [], absences = [], inFlight } = was;
  const edges = new Set([0, ...absences.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs])]);
  return [...edges]
    .sort((one, other) => one - other)
    .map((afterMs) => {
      const away = absences
        .filter(({ fromMs, untilMs }) => fromMs <= afterMs && afterMs < untilMs)
        .map(({ id }) => [id]);
      const all = [...groups, ...away];
      const parts = {
        ...(all.length > 0 ? { groups: all } : {}),
        ...(cuts.length > 0 ? { cuts } : {}),
      };
      const isWhole = all.length === 0 && cuts.length === 0;
      return { afterMs, partition: isWhole ? null : { ...parts, ...(inFlight === undefined ? {} : { inFlight }) } };
    });
}
