import type { BenchResult } from '../support/BenchResult.ts';
import type { IdlePeersPlan, IdlePeersResult } from './measureIdlePeers.ts';
import type { StepsPlan, StepsResult } from './measureSteps.ts';

export interface CorePlan {
  readonly steps: StepsPlan;
  readonly idle: IdlePeersPlan;
}

/** What a run leaves in bench/results/core.json. */
export type CoreBenchResult = BenchResult<CorePlan> & {
  readonly steps: StepsResult;
  /** Bytes a step, by input: what it allocates, kept or not. */
  readonly allocatedBytes: Readonly<Record<string, number>>;
  readonly idlePeers: IdlePeersResult;
};
