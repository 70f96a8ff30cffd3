import { number, occasionPart, spread, targetsPart } from '../support/reportParts.ts';
import type { SimBenchResult } from './result.ts';

const SPEED_GOAL = 200;
const SEEDS_GOAL_SECONDS = 120;

/** A report in Markdown. */
export function report(result: SimBenchResult): string {
  const { plan, cluster, seeds } = result;
  const { peers, rounds, seedsPerRound, virtualMs } = plan.cluster;
  const failed = seeds.failed === 0 ? '' : ` ${number(seeds.failed)} of them failed.`;
  return [
    occasionPart(result),
    `A cluster of ${peers} with machines, stores, snapshots and three clients, under faults of all kinds (${number(cluster.faults)} struck, ` +
      `${number(cluster.operations)} operations were answered, ${number(cluster.committed)} entries committed), the rules held after every event: ` +
      `${spread(cluster.perCpuSecond, 0)} virtual seconds in a second of CPU time, median (least - most) of ${rounds} rounds of ${seedsPerRound} seeds of ` +
      `${virtualMs / 1000} s; ${spread(cluster.perSecond, 0)} in a second that passed, one thread.`,
    `${number(seeds.seeds + seeds.failed)} seeds as \`whitewater sim\` runs them, of ${number(seeds.virtualSeconds / Math.max(1, seeds.seeds), 1)} virtual seconds on ` +
      `average, from the beginning to the verdict, in ${plan.seeds.jobs} threads: ${number(seeds.tookSeconds, 1)} s, ` +
      `${number(seeds.virtualSeconds / seeds.tookSeconds)} times real time.${failed}`,
    targetsPart([
      {
        ...{ what: 'five peers under faults and load, on one core', goal: `at least ${SPEED_GOAL} times real time` },
        ...{ measured: number(cluster.perCpuSecond.median), isMet: cluster.perCpuSecond.median >= SPEED_GOAL },
      },
      {
        what: `${number(plan.seeds.seeds)} seeds of ${plan.seeds.virtualMs / 1000} virtual seconds, ${plan.seeds.jobs} threads`,
        goal: plan.seeds.seeds === 1000 ? 'under 2 min' : 'under 2 min for 1,000',
        measured: `${number(seeds.tookSeconds, 1)} s`,
        isMet: (seeds.tookSeconds / plan.seeds.seeds) * 1000 < SEEDS_GOAL_SECONDS,
      },
    ]),
  ].join('\n\n');
}
