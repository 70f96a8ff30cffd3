const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

const DURATION = /^([0-9]+(?:\.[0-9]+)?) ?(ms|s|m|h)?$/;

/** Timers take no longer delay. */
const DURATION_MS_MAX = 2 ** 31 - 1;

/**
 * @param text `250`, `250ms`, `2s`, `1.5m`; a bare number is milliseconds
 * @returns milliseconds, perhaps with a fraction
 * @throws {RangeError} saying what is legal
 */
export function parseDurationMs(text: string): number {
  const match = DURATION.exec(text.trim());
  if (match === null) {
    throw new RangeError(`${JSON.stringify(text)} is not a duration: write 250, 250ms, 2s or 1m`);
  }
  const durationMs = Number(match[1]) * (UNITS_MS[match[2] ?? 'ms'] ?? 1);
  if (durationMs > DURATION_MS_MAX) throw new RangeError(`${JSON.stringify(text)} is too long: 24 days is the most`);
  return durationMs;
}

/**
 * The same where faults are meant, in which a bare number might be anything.
 * @throws {RangeError} saying what is legal
 */
export function parseTimeMs(text: string): number {
  const bare = text.trim();
  if (/^[\d.]+$/.test(bare)) throw new RangeError(`${JSON.stringify(text)} has no unit: write ${bare}ms or ${bare}s`);
  return parseDurationMs(text);
}

export interface DurationRange {
  readonly minMs: number;
  readonly maxMs: number;
}

/**
 * @param text two durations with `..` between them, such as `250..400` or `1s..2s`
 * @throws {RangeError} saying what is legal
 */
export function parseDurationRange(text: string): DurationRange {
  const [min, max, ...rest] = text.split('..');
  if (min === undefined || max === undefined || rest.length > 0) {
    throw new RangeError(`${JSON.stringify(text)} is not a range of durations: write 250..400 or 1s..2s`);
  }
  const range = { minMs: parseDurationMs(min), maxMs: parseDurationMs(max) };
  if (range.minMs > range.maxMs) {
    throw new RangeError(`${JSON.stringify(text)} is a range that runs backwards: write the smaller duration first`);
  }
  // Peers that draw the same timeout stand at the same time, split the vote, and do so again (paper, section 5.2).
  if (range.minMs === range.maxMs) {
    throw new RangeError(
      `${JSON.stringify(text)} leaves nothing to draw from: the second duration must be longer, or votes split again and again`,
    );
  }
  return range;
}
