import type { BenchResult } from '../support/BenchResult.ts';
import type { Spread } from '../support/statistics.ts';
import type { CommitPlan } from './measure.ts';

/** Who asks for the puts: a client process with a session, or the leader's own process. */
export type LoadSource = 'client' | 'leader';

/** With one number of puts outstanding. CPU times are of whole processes, all their threads. */
export interface LevelResult {
  readonly source: LoadSource;
  readonly outstanding: number;
  readonly commitsPerSecond: Spread;
  readonly medianMs: Spread;
  readonly p99Ms: Spread;
  readonly maxMs: number;
  /** Microseconds of CPU per commit. */
  readonly leaderMicros: number;
  readonly followerMicros: number;
  readonly relayMicros: number;
  readonly clientMicros: number;
  /** Commits that share one write of the leader's store, and one frame from the leader to a follower. */
  readonly commitsPerWrite: number;
  readonly commitsPerFrame: number;
  readonly elections: number;
}

/** What a run leaves in bench/results/commit.json. */
export type CommitBenchResult = BenchResult<CommitPlan> & { readonly levels: readonly LevelResult[] };
