import { parseDelay } from '../../shared/delay.ts';

/**
 * A delay as the relay reads it, with its units; a bare number is refused, so that nobody means seconds.
 * @throws {RangeError} saying what is legal
 */
export function parseDelayText(text: string): string {
  const trimmed = text.trim();
  if (/^\d+(?:\.\d+)?(?:\.\.\d+(?:\.\d+)?)?$/.test(trimmed))
    throw new RangeError(`${JSON.stringify(text)} has no unit: write ${trimmed}ms`);
  const parsed = parseDelay(trimmed);
  if (parsed.type === 'problem') throw new RangeError(`${JSON.stringify(text)}: ${parsed.problem}`);
  return trimmed;
}
