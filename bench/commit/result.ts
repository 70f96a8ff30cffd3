import type { BenchResult } from '../support/BenchResult.ts';
import type { Spread } from '../support/statistics.ts';
import type { RivalResult } from '../rivals/measureRivals.ts';
import type { CommitPlan } from './measure.ts';

/** Who asks: a client process with a session, two of them, or the leader's own process without a session. */
export const SOURCES = ['client', 'two clients', 'leader'] as const;
export type LoadSource = (typeof SOURCES)[number];

/** With one number of puts outstanding. CPU times are of whole processes, all their threads. */
export interface LevelResult {
  readonly what: 'put' | 'read';
  readonly source: LoadSource;
  readonly outstanding: number;
  readonly commitsPerSecond: Spread;
  readonly medianMs: Spread;
  readonly p99Ms: Spread;
  readonly maxMs: number;
  /** Microseconds of CPU per commit, or per read. */
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
export type CommitBenchResult = BenchResult<CommitPlan> & CommitFigures;

export interface CommitFigures {
  readonly levels: readonly LevelResult[];
  /** Of others, in the same run. */
  readonly rivals: readonly RivalResult[];
}
