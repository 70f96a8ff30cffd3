/**
 * @param what names the number in the error, such as `a port`
 * @throws {RangeError} saying what is legal
 */
export function parseWholeNumber(text: string, what: string, least: number, most: number): number {
  const value = /^[0-9]{1,15}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    throw new RangeError(`${JSON.stringify(text)} is not ${what}: give a whole number from ${least} to ${most}`);
  }
  return value;
}

const BYTES = /^([0-9]+) ?(B|KiB|MiB)?$/;
const UNITS_BYTES: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1_048_576 };

/**
 * @param text `65536`, `64KiB` or `1MiB`
 * @param least the smallest that is legal, written the same way, and `most` the largest
 * @throws {RangeError} saying what is legal
 */
export function parseBytes(text: string, least: string, most: string): number {
  const bytes = bytesOf(text);
  if (!Number.isSafeInteger(bytes)) {
    throw new RangeError(`${JSON.stringify(text)} is not a size: write 65536, 64KiB or 1MiB`);
  }
  if (bytes < bytesOf(least) || bytes > bytesOf(most)) {
    throw new RangeError(`${JSON.stringify(text)} is not a legal size: give ${least} to ${most}`);
  }
  return bytes;
}

/** NaN when it is none. */
function bytesOf(text: string): number {
  const match = BYTES.exec(text.trim());
  return match === null ? Number.NaN : Number(match[1]) * (UNITS_BYTES[match[2] ?? 'B'] ?? 1);
}

/**
 * @param text `0.3` or `30%`
 * @throws {RangeError} saying what is legal
 */
export function parseShare(text: string): number {
  const match = /^([0-9]*\.?[0-9]+)(%?)$/.exec(text.trim());
  const share = match === null ? Number.NaN : Number(match[1]) / (match[2] === '%' ? 100 : 1);
  if (share >= 0 && share <= 1) return share;
  throw new RangeError(
    `${JSON.stringify(text)} is not a share: give a number from 0, never, to 1, always, or 0% to 100%`,
  );
}

const RATE = /^([0-9]+(?:\.[0-9]+)?) ?(B|kB|MB|KiB|MiB)\/s$/;
const RATE_UNITS: Readonly<Record<string, number>> = { B: 1, kB: 1000, MB: 1e6, KiB: 1024, MiB: 1_048_576 };

/**
 * @param text `10kB/s`
 * @returns bytes per second
 * @throws {RangeError} saying what is legal
 */
export function parseRate(text: string): number {
  const match = RATE.exec(text.trim());
  const rate = match === null ? Number.NaN : Number(match[1]) * (RATE_UNITS[match[2] ?? 'B'] ?? 1);
  if (rate >= 1 && rate <= 1e12) return rate;
  throw new RangeError(`${JSON.stringify(text)} is not a bandwidth: write 10kB/s, 1MiB/s or 500B/s`);
}
