import type { Machine } from '../support/machine.ts';
import type { IdlePeersResult } from './measureIdlePeers.ts';
import type { StepsPlan, StepsResult } from './measureSteps.ts';

/** What a run leaves in bench/results/core.json. */
export interface CoreBenchResult {
  readonly bench: 'core';
  readonly startedAt: string;
  readonly tookSeconds: number;
  readonly mode: 'full' | 'quick';
  readonly machine: Machine;
  readonly otherWork: { readonly before: number; readonly after: number };
  readonly plan: StepsPlan;
  readonly steps: StepsResult;
  readonly idlePeers: IdlePeersResult;
}
