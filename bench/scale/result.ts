import type { BenchResult } from '../support/BenchResult.ts';
import type { LargeResult, ManyResult } from './clusters.ts';
import type { LogResult } from './logs.ts';
import type { ValueResult } from './values.ts';

export const PARTS = ['clusters', 'peers', 'logs', 'values'] as const;
export type Part = (typeof PARTS)[number];

export interface ScalePlan {
  readonly parts: readonly Part[];
  readonly clusters: readonly number[];
  readonly clustersSeconds: number;
  readonly peers: readonly number[];
  readonly peersSeconds: number;
  readonly logEntries: readonly number[];
  readonly valueBytes: readonly number[];
  readonly valuesSeconds: number;
}

export interface ScaleFigures {
  readonly many: readonly ManyResult[];
  readonly large: readonly LargeResult[];
  readonly logs: readonly LogResult[];
  readonly values: readonly ValueResult[];
}

/** What a run leaves in bench/results/scale.json. */
export type ScaleBenchResult = BenchResult<ScalePlan> & ScaleFigures;
