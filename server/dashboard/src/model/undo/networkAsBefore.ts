import type { NetworkRequest, NetworkView } from '../../../../../shared/http/Network.ts';
import type { PartitionRequest } from '../../../../../shared/http/Partition.ts';

/** Asks for all faults as they were, in one step. The seed is not sent, so that counters of links go on. */
export function networkAsBefore({ rules, partition, profile }: NetworkView): NetworkRequest {
  return {
    rules: Object.fromEntries(rules.filter(({ ofProfile }) => !ofProfile).map(({ name, rule }) => [name, rule])),
    partition: partition === null ? null : partitionAsBefore(partition),
    profile,
  };
}

/** Groups and cuts as they were, whatever shape they were made from; who comes and goes by a shape begins anew. */
export function partitionAsBefore(partition: NonNullable<NetworkView['partition']>): PartitionRequest {
  const { groups, cuts = [], shape, absences = [], inFlight } = partition;
  const further = inFlight === undefined ? {} : { inFlight };
  const [first, second] = absences;
  if (first !== undefined && shape !== undefined) {
    // The first is lost at once, the second a step later; one alone is back a step later.
    return { shape, stepMs: second?.fromMs ?? first.untilMs, ...further };
  }
  return {
    ...(groups.length === 0 ? {} : { groups }),
    ...(cuts.length === 0 ? {} : { cuts }),
    ...further,
  };
}
