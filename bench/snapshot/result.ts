import type { BenchResult } from '../support/BenchResult.ts';
import type { Memory } from '../support/memory.ts';
import type { LoadResult } from '../support/replicaProtocol.ts';
import type { SnapshotPlan } from './measure.ts';

export interface SnapshotMeasured {
  /** Keys and values, without what JavaScript adds. */
  readonly stateBytes: number;
  readonly fillSeconds: number;
  /** Writes with nothing else going on. */
  readonly quiet: LoadResult;
  /** Writes from the moment before the snapshot until the new peer has caught up. */
  readonly busy: LoadResult;
  readonly snapshotSeconds: number;
  /** From the start of the new peer's process until it holds what was committed when its snapshot was in force. */
  readonly installSeconds: number;
  readonly elections: number;
  /** Of the leader: with the state and garbage collected, and the most after that. */
  readonly leaderLoaded: Memory;
  readonly leaderPeakBytes: number;
  /** Of the new peer: the most of its life, and with the state and garbage collected at the end. */
  readonly receiverPeakBytes: number;
  readonly receiverLoaded: Memory;
}

/** What a run leaves in bench/results/snapshot.json. */
export type SnapshotBenchResult = BenchResult<SnapshotPlan> & { readonly measured: SnapshotMeasured };
