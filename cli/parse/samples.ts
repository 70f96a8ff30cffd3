import { dirname, resolve } from 'node:path';
import { DELAY_MS_MAX, SAMPLES_MAX } from '../../shared/delay.ts';
import { readText } from './textFile.ts';

/** A delay that is drawn from numbers that somebody measured. */
export interface Samples {
  readonly samplesMs: readonly number[];
}

/**
 * Reads a file of samples: milliseconds, one number a line, as a ping's times cut out of its output. Empty lines, and what stands
 * behind a `#`, say nothing.
 * @throws {RangeError | WhitewaterError} USAGE, with the number of the first line that is wrong
 */
export function readSamples(path: string): Samples {
  const samplesMs: number[] = [];
  for (const [at, line] of readText(path).split('\n').entries()) {
    const text = line.replace(/#.*/, '').trim();
    if (text === '') continue;
    const ms = /^\d*\.?\d+(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
    if (!(ms <= DELAY_MS_MAX)) {
      const legal = `give one number of milliseconds a line, from 0 to ${DELAY_MS_MAX}, without a unit`;
      throw new RangeError(`${path}:${at + 1}: ${JSON.stringify(text.slice(0, 64))} is no sample: ${legal}`);
    }
    samplesMs.push(ms);
    if (samplesMs.length > SAMPLES_MAX) {
      throw new RangeError(`${path} has more than ${SAMPLES_MAX} samples: a delay takes no more; thin them out`);
    }
  }
  if (samplesMs.length === 0) throw new RangeError(`${path} has no sample: give one number of milliseconds a line`);
  return { samplesMs };
}

/** The fields of a rule that have a delay, or are one. */
export const DELAY_FIELDS = ['delay', 'reorder', 'duplicate', 'accept'] as const;

/**
 * What a field of a rule in a file means: `{ samplesFile: PATH }`, as a delay or as the delay of a fault, is the samples in that file.
 * @param file that the rule stands in: the path is relative to its folder
 * @returns the same value where no file is named, whatever it is
 * @throws {RangeError | WhitewaterError} as `readSamples`
 */
export function withSamples(value: unknown, file: string): unknown {
  if (!isObject(value)) return value;
  const { samplesFile, delay } = value;
  if (typeof samplesFile === 'string' && Object.keys(value).length === 1) {
    return readSamples(resolve(dirname(file), samplesFile));
  }
  return delay === undefined ? value : { ...value, delay: withSamples(delay, file) };
}

/** The same for all rules of a file, by their names; what is no rule stays, for whoever says what is wrong with it. */
export function rulesWithSamples(rules: unknown, file: string): unknown {
  if (!isObject(rules)) return rules;
  return Object.fromEntries(
    Object.entries(rules).map(([name, rule]) => {
      if (!isObject(rule)) return [name, rule];
      const read = DELAY_FIELDS.filter((field) => field in rule).map((field) => [
        field,
        withSamples(rule[field], file),
      ]);
      return [name, { ...rule, ...Object.fromEntries(read) }];
    }),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
