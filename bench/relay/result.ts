import type { Machine } from '../support/machine.ts';
import type { IdleResult } from './idle.ts';
import type { LatencyResult } from './latency.ts';
import type { ThroughputResult } from './throughput.ts';

/** What a run leaves in bench/results/relay.json. Parts that were not asked for are absent. */
export interface RelayBenchResult {
  readonly bench: 'relay';
  readonly startedAt: string;
  readonly tookSeconds: number;
  readonly mode: 'full' | 'quick';
  readonly machine: Machine;
  /** What else the machine was doing just before the run and just after it: shares of all its cores. */
  readonly otherWork: { readonly before: number; readonly after: number };
  /** By the number of frames that each pair has on the way, the largest first. */
  readonly throughput?: readonly ThroughputResult[];
  readonly latency?: LatencyResult;
  readonly idle?: IdleResult;
}
