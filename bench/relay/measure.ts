import { Child } from '../support/Child.ts';
import type { Progress } from '../support/Progress.ts';
import type { Target } from '../support/Target.ts';
import { measureConditions, plannedSeconds as conditionsSeconds } from './conditions.ts';
import { measureGrid, plannedSeconds as gridSeconds } from './grid.ts';
import { measureIdle, plannedSeconds as idleSeconds } from './idle.ts';
import { measureLatency, plannedSeconds as latencySeconds } from './latency.ts';
import type { Part, RelayFigures, RelayPlan } from './result.ts';
import { measureThroughput, plannedSeconds as throughputSeconds, type ThroughputResult } from './throughput.ts';

export function plannedSeconds(plan: RelayPlan): number {
  const seconds: Record<Part, number> = {
    throughput: plan.throughput.reduce((sum, each) => sum + throughputSeconds(each), 0),
    latency: latencySeconds(plan.latency),
    grid: gridSeconds(plan.grid),
    conditions: conditionsSeconds(plan.conditions),
    idle: idleSeconds(plan.idle),
  };
  return plan.parts.reduce((sum, part) => sum + seconds[part], 0);
}

export async function measureRelay(
  plan: RelayPlan,
  progress: Progress,
  profileDirectory: string | undefined,
): Promise<RelayFigures> {
  const profile = profileDirectory === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`];
  const start = (name: Target['name']): Promise<Child> => {
    const execArgv = name === 'relay' ? profile : [];
    return Child.start(new URL(`../support/${name}Process.js`, import.meta.url), { execArgv });
  };
  const withRelay = async <Result>(work: (relay: Target) => Promise<Result>): Promise<Result> => {
    const child = await start('relay');
    return work({ name: 'relay', child }).finally(() => child.stop());
  };
  const asked = (part: Part): boolean => plan.parts.includes(part);
  const forwarder: Target = { name: 'forwarder', child: await start('forwarder') };
  try {
    const saturated = await withRelay(async (relay) => {
      const throughput: ThroughputResult[] = [];
      for (const each of asked('throughput') ? plan.throughput : []) {
        throughput.push(await measureThroughput(relay, forwarder, each, progress));
      }
      const latency = asked('latency') ? await measureLatency(relay, forwarder, plan.latency, progress) : undefined;
      return { ...(throughput.length > 0 && { throughput }), ...(latency !== undefined && { latency }) };
    });
    const grid = asked('grid')
      ? await withRelay((relay) => measureGrid(relay, forwarder, plan.grid, progress))
      : undefined;
    const conditions = asked('conditions')
      ? await measureConditions(withRelay, forwarder, plan.conditions, progress)
      : undefined;
    const idle = asked('idle') ? await measureIdle(plan.idle, progress) : undefined;
    return {
      ...saturated,
      ...(grid !== undefined && { grid }),
      ...(conditions !== undefined && { conditions }),
      ...(idle !== undefined && { idle }),
    };
  } finally {
    await forwarder.child.stop();
  }
}
