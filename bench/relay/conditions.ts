import type { NetworkRequest } from '../../shared/http/Network.ts';
import { ONLY_A_PARTITION, ONLY_RULES, putInForce } from '../faults/network.ts';
import type { Progress } from '../support/Progress.ts';
import type { Target } from '../support/Target.ts';
import { measureLatency, plannedSeconds as latencySeconds, type LatencyPlan, type LatencyResult } from './latency.ts';
import {
  measureThroughput,
  plannedSeconds as throughputSeconds,
  type ThroughputPlan,
  type ThroughputResult,
} from './throughput.ts';

export interface ConditionsPlan {
  readonly throughput: ThroughputPlan;
  readonly latency: LatencyPlan;
}

/** What is in force while frames pass, that lets them all pass. */
export interface ConditionResult {
  readonly condition: string;
  readonly throughput: ThroughputResult;
  readonly latency: LatencyResult;
}

const CONDITIONS: Readonly<Record<string, NetworkRequest>> = {
  'no rule': {},
  'a partition': ONLY_A_PARTITION,
  'ten rules': ONLY_RULES,
};

export function plannedSeconds({ throughput, latency }: ConditionsPlan): number {
  return Object.keys(CONDITIONS).length * (throughputSeconds(throughput) + latencySeconds(latency) + 1);
}

/** @param withRelay gives a relay of its own to each, so that nothing has been compiled for another */
export async function measureConditions(
  withRelay: <Result>(work: (relay: Target) => Promise<Result>) => Promise<Result>,
  forwarder: Target,
  plan: ConditionsPlan,
  progress: Progress,
): Promise<ConditionResult[]> {
  const results: ConditionResult[] = [];
  for (const [condition, network] of Object.entries(CONDITIONS)) {
    results.push(
      await withRelay(async (relay) => {
        await putInForce(relay.child, 'throughput', network);
        const throughput = await measureThroughput(relay, forwarder, plan.throughput, progress);
        await putInForce(relay.child, 'latency', network);
        const latency = await measureLatency(relay, forwarder, plan.latency, progress);
        return { condition, throughput, latency };
      }),
    );
  }
  return results;
}
