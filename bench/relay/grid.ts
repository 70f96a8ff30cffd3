import type { Progress } from '../support/Progress.ts';
import type { Target } from '../support/Target.ts';
import { measureLatency, plannedSeconds as latencySeconds, type LatencyPlan, type LatencyResult } from './latency.ts';
import {
  measureThroughput,
  plannedSeconds as throughputSeconds,
  type ThroughputPlan,
  type ThroughputResult,
} from './throughput.ts';

export interface GridPlan {
  readonly frameBytes: readonly number[];
  readonly pairs: readonly number[];
  readonly throughputRounds: number;
  readonly throughputSecondsPerRound: number;
  readonly latencyRounds: number;
  readonly latencySecondsPerRound: number;
}

/** Both, for one length of frames and one number of pairs. */
export interface GridCell {
  readonly frameBytes: number;
  readonly pairs: number;
  readonly throughput: ThroughputResult;
  readonly latency: LatencyResult;
}

/** On their way at once, over all pairs: as many as one process under measurement can hold without telling of its buffers. */
const WINDOW_FRAMES = 256;
const WINDOW_FRAMES_OF_ALL = 6_400;
const FRAMES_PER_SECOND = 2000;

export function plannedSeconds(plan: GridPlan): number {
  const cell = throughputSeconds(throughputPlan(plan, 0, 1)) + latencySeconds(latencyPlan(plan, 0, 1));
  return plan.frameBytes.length * plan.pairs.length * cell;
}

/** Every length of frames with every number of pairs. */
export async function measureGrid(
  relay: Target,
  forwarder: Target,
  plan: GridPlan,
  progress: Progress,
): Promise<GridCell[]> {
  const cells: GridCell[] = [];
  for (const frameBytes of plan.frameBytes) {
    for (const pairs of plan.pairs) {
      const throughput = await measureThroughput(relay, forwarder, throughputPlan(plan, frameBytes, pairs), progress);
      const latency = await measureLatency(relay, forwarder, latencyPlan(plan, frameBytes, pairs), progress);
      cells.push({ frameBytes, pairs, throughput, latency });
    }
  }
  return cells;
}

function throughputPlan(plan: GridPlan, frameBytes: number, pairs: number): ThroughputPlan {
  const windowFrames = Math.min(WINDOW_FRAMES, Math.floor(WINDOW_FRAMES_OF_ALL / pairs));
  return {
    ...{ pairs, frameBytes, windowFrames, ringFrames: windowFrames },
    ...{ rounds: plan.throughputRounds, secondsPerRound: plan.throughputSecondsPerRound },
  };
}

function latencyPlan(plan: GridPlan, frameBytes: number, pairs: number): LatencyPlan {
  return {
    ...{ pairs, frameBytes, framesPerSecond: FRAMES_PER_SECOND },
    ...{ rounds: plan.latencyRounds, secondsPerRound: plan.latencySecondsPerRound },
  };
}
