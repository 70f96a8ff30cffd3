import type { BenchResult } from '../support/BenchResult.ts';
import type { ConditionResult, ConditionsPlan } from './conditions.ts';
import type { GridCell, GridPlan } from './grid.ts';
import type { IdlePlan, IdleResult } from './idle.ts';
import type { LatencyPlan, LatencyResult } from './latency.ts';
import type { ThroughputPlan, ThroughputResult } from './throughput.ts';

export const PARTS = ['throughput', 'latency', 'grid', 'conditions', 'idle'] as const;
export type Part = (typeof PARTS)[number];

export interface RelayPlan {
  readonly parts: readonly Part[];
  readonly throughput: readonly ThroughputPlan[];
  readonly latency: LatencyPlan;
  readonly grid: GridPlan;
  readonly conditions: ConditionsPlan;
  readonly idle: IdlePlan;
}

/** Parts that were not asked for are absent. */
export interface RelayFigures {
  /** By the number of frames that each pair has on the way, the largest first. */
  readonly throughput?: readonly ThroughputResult[];
  readonly latency?: LatencyResult;
  readonly grid?: readonly GridCell[];
  readonly conditions?: readonly ConditionResult[];
  readonly idle?: IdleResult;
}

/** What a run leaves in bench/results/relay.json. */
export type RelayBenchResult = BenchResult<RelayPlan> & RelayFigures;
