import {
  measureLatency,
  plannedSeconds as latencySeconds,
  WARM_UP_ROUNDS,
  type LatencyPlan,
  type LatencyResult,
} from '../relay/latency.ts';
import {
  measureThroughput,
  plannedSeconds as throughputSeconds,
  type ThroughputPlan,
  type ThroughputResult,
} from '../relay/throughput.ts';
import { Child } from '../support/Child.ts';
import type { Progress } from '../support/Progress.ts';
import type { Target } from '../support/Target.ts';
import { measureDelay, type DelayFigures, type DelayPlan } from './delay.ts';
import { measureHeld, type HeldFigures, type HeldPlan } from './held.ts';
import { putInForce, TEN_RULES_AND_A_PARTITION } from './network.ts';

export interface FaultsPlan {
  readonly throughput: ThroughputPlan;
  readonly latency: LatencyPlan;
  readonly delay: DelayPlan;
  readonly held: HeldPlan;
}

export interface FaultsMeasured {
  readonly throughput: { readonly none: ThroughputResult; readonly tenRules: ThroughputResult };
  readonly latency: { readonly none: LatencyResult; readonly tenRules: LatencyResult };
  readonly delay: DelayFigures;
  readonly held: HeldFigures;
}

export function plannedSeconds({ throughput, latency, delay }: FaultsPlan): number {
  return (
    2 * throughputSeconds(throughput) +
    2 * latencySeconds(latency) +
    2 * (WARM_UP_ROUNDS + delay.rounds) * delay.secondsPerRound +
    10
  );
}

/** Each part has a relay of its own: nothing has been compiled for another. */
export async function measureFaults(
  plan: FaultsPlan,
  profileDirectory: string | undefined,
  progress: Progress,
): Promise<FaultsMeasured> {
  const profile = profileDirectory === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`];
  const execArgv = ['--expose-gc', ...profile];
  const start = (name: Target['name']): Promise<Child> =>
    Child.start(new URL(`../support/${name}Process.js`, import.meta.url), name === 'relay' ? { execArgv } : {});
  const withRelay = async <Result>(work: (relay: Target) => Promise<Result>): Promise<Result> => {
    const child = await start('relay');
    return work({ name: 'relay', child }).finally(() => child.stop());
  };
  const forwarder: Target = { name: 'forwarder', child: await start('forwarder') };
  const inForce = (relay: Target, cluster: string): Promise<void> =>
    putInForce(relay.child, cluster, TEN_RULES_AND_A_PARTITION);
  try {
    const throughput = {
      none: await withRelay((relay) => measureThroughput(relay, forwarder, plan.throughput, progress)),
      tenRules: await withRelay(async (relay) => {
        await inForce(relay, 'throughput');
        return measureThroughput(relay, forwarder, plan.throughput, progress);
      }),
    };
    const latency = {
      none: await withRelay((relay) => measureLatency(relay, forwarder, plan.latency, progress)),
      tenRules: await withRelay(async (relay) => {
        await inForce(relay, 'latency');
        return measureLatency(relay, forwarder, plan.latency, progress);
      }),
    };
    const delay = await withRelay(({ child }) => measureDelay(child, plan.delay, progress));
    progress.step('held', `${plan.held.frames} frames`, 10);
    return { throughput, latency, delay, held: await withRelay(({ child }) => measureHeld(child, plan.held)) };
  } finally {
    await forwarder.child.stop();
  }
}
