// npm run bench -- sim [--quick] [--write-docs]
//
// How fast virtual time passes: a cluster of five under faults and load on one core, and many seeds on all cores.
import { measureCluster } from './sim/measureCluster.ts';
import { measureSeeds } from './sim/measureSeeds.ts';
import { report } from './sim/report.ts';
import { program } from './support/program.ts';

export const simBench = program({
  name: 'sim',
  heading: 'Simulator',
  says: 'how fast virtual time passes',
  plans: {
    standard: {
      cluster: { peers: 5, rounds: 7, seedsPerRound: 20, virtualMs: 30_000 },
      seeds: { seeds: 1000, virtualMs: 30_000, jobs: 2 },
    },
    quick: {
      cluster: { peers: 5, rounds: 3, seedsPerRound: 6, virtualMs: 30_000 },
      seeds: { seeds: 60, virtualMs: 30_000, jobs: 2 },
    },
  },
  plannedSeconds: ({ cluster, seeds }) => cluster.rounds * cluster.seedsPerRound * 0.15 + seeds.seeds * 0.08,
  report,
  measure: async (plan, progress, profileDirectory) => {
    const cluster = await measureCluster(plan.cluster, progress, profileDirectory);
    progress.step('seeds', `${plan.seeds.seeds}`, plan.seeds.seeds * 0.08);
    return { cluster, seeds: await measureSeeds(plan.seeds) };
  },
});
