import type { PaperLine } from './paperFigure16.ts';

/** How far simulated elections are from a line of the paper's. */
export interface LineComparison {
  /** Of the 10th to the 90th percentile, the one that differs most: 0.1 is a tenth longer than in the paper. */
  readonly worst: number;
  readonly worstPercentile: number;
  /** Over the same percentiles, whichever way they differ. */
  readonly mean: number;
  /** How many of these 81 percentiles are within 15 % of the paper's. */
  readonly within15Percent: number;
  /** The largest distance between the two lines up or down, as a share of the trials (Kolmogorov and Smirnov). */
  readonly shareApart: number;
}

const FIRST = 10;
const LAST = 90;
/** Two samples of one distribution are further apart than this, times the root of 1/n + 1/m, once in a hundred times (Smirnov, 1948). */
const SMIRNOV_99 = 1.63;

/** @param timesMs in any order */
export function compareElections({ percentilesMs }: PaperLine, timesMs: readonly number[]): LineComparison {
  const sorted = inOrder(timesMs);
  const differences = compared.map((percentile) => ({
    percentile,
    by: percentileOf(sorted, percentile) / at(percentilesMs, percentile) - 1,
  }));
  const worst = differences.reduce((one, other) => (Math.abs(other.by) > Math.abs(one.by) ? other : one));
  const sharesApart = percentilesMs.map((ms, index) => Math.abs(shareBelow(sorted, ms) - (index + 1) / 100));
  return {
    worst: worst.by,
    worstPercentile: worst.percentile,
    mean: differences.reduce((sum, { by }) => sum + Math.abs(by), 0) / differences.length,
    within15Percent: differences.filter(({ by }) => Math.abs(by) <= 0.15).length,
    shareApart: Math.max(...sharesApart),
  };
}

/**
 * The percentiles, of the 10th to the 90th, that differ by more than the tolerance and by more than chance explains: where a line jumps,
 * because a vote was split and all wait for another timeout, a percentile is known no better than the place of the jump.
 *
 * @param tolerance 0.15 for 15 %
 */
export function percentilesApart(line: PaperLine, timesMs: readonly number[], tolerance: number): number[] {
  const sorted = inOrder(timesMs);
  const byChance = 100 * SMIRNOV_99 * Math.sqrt(1 / line.trials + 1 / sorted.length);
  return compared.filter((percentile) => {
    const ours = percentileOf(sorted, percentile);
    const least = at(line.percentilesMs, percentile - byChance) * (1 - tolerance);
    const most = at(line.percentilesMs, percentile + byChance) * (1 + tolerance);
    return ours < least || ours > most;
  });
}

/** Between the two nearest trials as far as the percentile is between theirs. */
export function percentileOf(sorted: readonly number[], percentile: number): number {
  const place = (percentile / 100) * (sorted.length - 1);
  const [before, behind] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN];
  return before + (behind - before) * (place - Math.floor(place));
}

export function inOrder(timesMs: readonly number[]): number[] {
  return [...timesMs].sort((one, other) => one - other);
}

const compared = Array.from({ length: LAST - FIRST + 1 }, (_, index) => FIRST + index);

/** A percentile of the paper's, from 1 to 99; those beyond are told as these. */
function at(percentilesMs: readonly number[], percentile: number): number {
  const place = Math.min(Math.max(percentile, 1), percentilesMs.length) - 1;
  const [before, behind] = [
    percentilesMs[Math.floor(place)] ?? Number.NaN,
    percentilesMs[Math.ceil(place)] ?? Number.NaN,
  ];
  return before + (behind - before) * (place - Math.floor(place));
}

function shareBelow(sorted: readonly number[], ms: number): number {
  return sorted.filter((each) => each <= ms).length / sorted.length;
}
