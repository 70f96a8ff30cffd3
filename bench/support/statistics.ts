/** A quantity that was measured several times. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @throws {RangeError} when there is nothing to summarise */
export function spreadOf(values: readonly number[]): Spread {
  return { median: percentileOf(values, 50), min: percentileOf(values, 0), max: percentileOf(values, 100) };
}

/**
 * The value below which `percent` of the samples lie, interpolated between neighbours.
 * @throws {RangeError} when there are no samples
 */
export function percentileOf(samples: ArrayLike<number>, percent: number): number {
  if (samples.length === 0) throw new RangeError('no samples, no percentile');
  const sorted = Float64Array.from(samples).sort();
  const position = ((sorted.length - 1) * percent) / 100;
  const below = sorted[Math.floor(position)] ?? NaN;
  const above = sorted[Math.ceil(position)] ?? NaN;
  return below + (above - below) * (position - Math.floor(position));
}
