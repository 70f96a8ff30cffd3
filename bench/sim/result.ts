import type { BenchResult } from '../support/BenchResult.ts';
import type { ClusterFigures, ClusterPlan } from './measureCluster.ts';
import type { SeedsFigures, SeedsPlan } from './measureSeeds.ts';

export interface SimPlan {
  readonly cluster: ClusterPlan;
  readonly seeds: SeedsPlan;
}

/** What a run leaves in bench/results/sim.json. */
export type SimBenchResult = BenchResult<SimPlan> & {
  readonly cluster: ClusterFigures;
  readonly seeds: SeedsFigures;
};
