import type { NetworkRequest } from '../../shared/http/Network.ts';
import {
  latencyResult,
  latencyRounds,
  plannedSeconds as latencySeconds,
  WARM_UP_ROUNDS,
  type LatencyPlan,
  type LatencyResult,
  type LatencyRounds,
} from '../relay/latency.ts';
import {
  measureThroughput,
  plannedSeconds as throughputSeconds,
  type ThroughputPlan,
  type ThroughputResult,
} from '../relay/throughput.ts';
import type { Way } from '../relay/LatencyWire.ts';
import { Child } from '../support/Child.ts';
import type { Progress } from '../support/Progress.ts';
import type { Target } from '../support/Target.ts';
import { measureDelay, type DelayFigures, type DelayPlan } from './delay.ts';
import { measureHeld, type HeldFigures, type HeldPlan } from './held.ts';
import { NOTHING, putInForce, TEN_RULES_AND_A_PARTITION } from './network.ts';

export interface FaultsPlan {
  readonly throughput: ThroughputPlan;
  /** `rounds` of each pair of processes. */
  readonly latency: LatencyPlan & { readonly processes: number };
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
    2 * latency.processes * latencySeconds(latency) +
    2 * (WARM_UP_ROUNDS + delay.rounds) * delay.secondsPerRound +
    10
  );
}

/**
 * Each part has a relay of its own, and its forwarder: nothing has been compiled for another, nor longer for one of the two. Two
 * processes of the same program differ by some percent in how fast they are, so latency is measured with several.
 */
export async function measureFaults(
  plan: FaultsPlan,
  profileDirectory: string | undefined,
  progress: Progress,
): Promise<FaultsMeasured> {
  const profile = profileDirectory === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`];
  const execArgv = ['--expose-gc', ...profile];
  const start = (name: Target['name']): Promise<Child> =>
    Child.start(new URL(`../support/${name}Process.js`, import.meta.url), name === 'relay' ? { execArgv } : {});
  const withOne = async <Result>(name: Target['name'], work: (target: Target) => Promise<Result>): Promise<Result> => {
    const child = await start(name);
    return work({ name, child }).finally(() => child.stop());
  };
  const withRelay = <Result>(work: (relay: Target) => Promise<Result>): Promise<Result> => withOne('relay', work);
  const withBoth = <Result>(work: (relay: Target, forwarder: Target) => Promise<Result>): Promise<Result> =>
    withRelay((relay) => withOne('forwarder', (forwarder) => work(relay, forwarder)));
  const throughputWith = (network: NetworkRequest): Promise<ThroughputResult> =>
    withBoth(async (relay, forwarder) => {
      await putInForce(relay.child, 'throughput', network);
      return measureThroughput(relay, forwarder, plan.throughput, progress);
    });
  const latencyWith = async (network: NetworkRequest): Promise<LatencyResult> => {
    const all: LatencyRounds[] = [];
    for (let pair = 1; pair <= plan.latency.processes; pair += 1) {
      const rounds = withBoth(async (relay, forwarder) => {
        await putInForce(relay.child, 'latency', network);
        return latencyRounds(relay, forwarder, plan.latency, progress);
      });
      all.push(await rounds);
    }
    return latencyResult(plan.latency, joined(all));
  };
  const throughput = {
    none: await throughputWith(NOTHING),
    tenRules: await throughputWith(TEN_RULES_AND_A_PARTITION),
  };
  const latency = { none: await latencyWith(NOTHING), tenRules: await latencyWith(TEN_RULES_AND_A_PARTITION) };
  const delay = await withRelay(({ child }) => measureDelay(child, plan.delay, progress));
  progress.step('held', `${plan.held.frames} frames`, 10);
  return { throughput, latency, delay, held: await withRelay(({ child }) => measureHeld(child, plan.held)) };
}

function joined(all: readonly LatencyRounds[]): LatencyRounds {
  const of = (way: Way): LatencyRounds[Way] => all.flatMap((rounds) => rounds[way]);
  return { direct: of('direct'), forwarder: of('forwarder'), relay: of('relay') };
}
