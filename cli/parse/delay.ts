import { type DelaySource, parseDelay } from '../../shared/delay.ts';
import { readSamples } from './samples.ts';

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

/**
 * A delay as it stands behind a flag: a text, or `@FILE`, a file of samples.
 * @throws {RangeError | WhitewaterError} USAGE, saying what is legal
 */
export function parseDelayOrFile(text: string): DelaySource {
  const trimmed = text.trim();
  return trimmed.startsWith('@') ? readSamples(trimmed.slice(1)) : parseDelayText(text);
}
