import type { BenchResult } from '../support/BenchResult.ts';

/** How the leader is lost: its process is killed, or its link is cut. */
export const ENDS = ['kill', 'cut'] as const;
export type End = (typeof ENDS)[number];

/**
 * `paper`: two of the four that are left cannot win because their logs are shorter, and the rules are those of the paper's Figure 2.
 * `plain`: as shipped, but for the timeouts, and with nothing in the way.
 */
export const SETUPS = ['paper', 'plain'] as const;
export type Setup = (typeof SETUPS)[number];

export interface FailoverPlan {
  readonly setups: readonly Setup[];
  readonly ends: readonly End[];
  /** As `150-300`. */
  readonly lines: readonly string[];
  /** What the relay delays each frame by. */
  readonly travelMs: number;
  readonly trials: number;
  /** Of the line whose timeouts have no spread. */
  readonly trialsWithoutSpread: number;
  /** An election that takes longer counts as so long. */
  readonly trialMsMax: number;
  /** A line that takes longer has fewer trials. */
  readonly lineMsMax: number;
}

export interface LineResult {
  readonly setup: Setup;
  readonly end: End;
  readonly timeoutMsMin: number;
  readonly timeoutMsMax: number;
  /** From the loss until all that are left follow one new leader, in order of the trials. */
  readonly timesMs: readonly number[];
  /** Trials that took longer than a trial may. */
  readonly cutShort: number;
  /** Trials in which somebody stood before the leader was lost: they do not count. */
  readonly discarded: number;
  /** How long one commit took the leader in this setup, median: a round trip, and writes at both ends of it. */
  readonly commitMs: number | null;
  /** Why the line ended before its time, if it did. */
  readonly trouble: string | null;
}

export interface FailoverFigures {
  readonly lines: readonly LineResult[];
}

/** What a run leaves in bench/results/failover.json. */
export type FailoverBenchResult = BenchResult<FailoverPlan> & FailoverFigures;
