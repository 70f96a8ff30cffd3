import type { Random } from './random.ts';

/** No delay is longer: a day. Longer ones are refused where they are written, and cut where they are drawn. */
export const DELAY_MS_MAX = 86_400_000;

/** Values of a delay given by samples. */
export const SAMPLES_MAX = 10_000;

/** Characters of a delay that is a text. */
const TEXT_MAX = 200;

/** What a delay is drawn from. All times in milliseconds. */
export type Distribution =
  | { readonly type: 'constant'; readonly ms: number }
  /** From the least, evenly, to the most; the most itself is never drawn, unless both are the same. */
  | { readonly type: 'uniform'; readonly minMs: number; readonly maxMs: number }
  /** Whole milliseconds, evenly, the most included. */
  | { readonly type: 'integer'; readonly minMs: number; readonly maxMs: number }
  /** Below 0 it is 0. */
  | { readonly type: 'normal'; readonly meanMs: number; readonly deviationMs: number }
  | { readonly type: 'exponential'; readonly meanMs: number }
  /** The scale is the least that is drawn; the smaller the shape, the longer the tail. */
  | { readonly type: 'pareto'; readonly minMs: number; readonly shape: number }
  /** `minMs`, and whole milliseconds up to a bound that is itself drawn, up to `spreadMs`: labrpc's long reordering. */
  | { readonly type: 'nested'; readonly minMs: number; readonly spreadMs: number }
  /** One of these, each as likely as it stands there. */
  | { readonly type: 'samples'; readonly samplesMs: readonly number[] };

/** What is wrong with the text of a delay, and what is legal. */
export interface DelayProblem {
  readonly type: 'problem';
  readonly problem: string;
}

/** A delay as it stands in a rule, a profile, a scenario or on the command line; see shared/http/Rule.ts. */
export type DelaySource = string | { readonly samplesMs: readonly number[] };

/** The legal ways to write one, for messages. */
export const DELAY_FORMS =
  '50ms, 1.5s, 50..200ms, integer(0ms, 26ms), normal(50ms, 10ms), exponential(20ms), pareto(10ms, 1.5), ' +
  'nested(200ms, 1999ms) or {"samplesMs": [12, 15.5]}';

const UNITS_MS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const NUMBER = String.raw`[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?`;
const TIME = new RegExp(`^(${NUMBER}) *([A-Za-zµ]*)$`);
const CALL = /^([A-Za-z]+) *\((.*)\)$/s;

/**
 * Reads a delay: `50ms`, `1.5s` (constant); `50..200ms`, `50ms..2s` (uniform); `integer(0ms, 26ms)` (whole milliseconds, both
 * ends included); `normal(MEAN, DEVIATION)`; `exponential(MEAN)`; `pareto(LEAST, SHAPE)`; `nested(LEAST, SPREAD)`; or samples.
 * Units are us, ms, s, m and h. A range may leave out the first unit.
 * @param source any value: what is not a delay is a problem, not an exception
 * @returns what to draw from, or `{ type: 'problem' }` with a text that says what is wrong and what is legal
 */
export function parseDelay(source: unknown): Distribution | DelayProblem {
  if (typeof source === 'string') {
    if (source.length <= TEXT_MAX) return fromText(source.trim());
    return problem(`a delay has ${TEXT_MAX} characters at most, and this one has ${source.length}`);
  }
  if (typeof source === 'object' && source !== null && Object.keys(source).join() === 'samplesMs') {
    return fromSamples((source as { readonly samplesMs: unknown }).samplesMs);
  }
  if (typeof source === 'number') return problem(`a delay needs a unit: write "${source}ms"`);
  return problem(`a delay is a text or {"samplesMs": [...]}: ${DELAY_FORMS}`);
}

/**
 * Draws a delay. One or two numbers are taken from `random`, always as many for one distribution.
 * @returns milliseconds, from 0 to `DELAY_MS_MAX`: normal, exponential and Pareto are cut there
 */
export function drawMs(distribution: Distribution, random: Random): number {
  switch (distribution.type) {
    case 'constant':
      return distribution.ms;
    case 'uniform':
      return distribution.minMs + random() * (distribution.maxMs - distribution.minMs);
    case 'integer':
      return distribution.minMs + wholeUpTo(distribution.maxMs - distribution.minMs, random);
    case 'normal':
      return within(distribution.meanMs + distribution.deviationMs * standardNormal(random));
    case 'exponential':
      return within(-Math.log(1 - random()) * distribution.meanMs);
    case 'pareto':
      return within(distribution.minMs * (1 - random()) ** (-1 / distribution.shape));
    case 'nested':
      return distribution.minMs + wholeUpTo(wholeUpTo(distribution.spreadMs, random), random);
    case 'samples':
      return distribution.samplesMs[Math.floor(random() * distribution.samplesMs.length)] ?? 0;
  }
}

/** Box and Muller's transform; the second of its two values is not used, so that nothing is kept between draws. */
function standardNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function wholeUpTo(most: number, random: Random): number {
  return Math.floor(random() * (most + 1));
}

function within(ms: number): number {
  return Math.min(Math.max(ms, 0), DELAY_MS_MAX);
}

function fromText(text: string): Distribution | DelayProblem {
  const call = CALL.exec(text);
  if (call !== null) return fromCall((call[1] ?? '').toLowerCase(), (call[2] ?? '').split(','));
  const [first = '', second, ...rest] = text.split('..');
  if (second === undefined) {
    const ms = timeOf(first);
    return typeof ms === 'number' ? { type: 'constant', ms } : ms;
  }
  if (rest.length > 0) return problem(`"${shown(text)}" has more than two ends: a range is written 50..200ms`);
  return fromRange(first.trim(), second.trim());
}

function fromRange(first: string, second: string): Distribution | DelayProblem {
  // 50..200ms: the unit behind the second end is that of both.
  const unit = /[A-Za-zµ]+$/.exec(second)?.[0] ?? '';
  const minMs = timeOf(/[A-Za-zµ]$/.test(first) || unit === '' ? first : `${first}${unit}`);
  const maxMs = timeOf(second);
  if (typeof minMs !== 'number') return minMs;
  if (typeof maxMs !== 'number') return maxMs;
  if (minMs > maxMs) return problem(`${first}..${second} is reversed: write the shorter time first`);
  return { type: 'uniform', minMs, maxMs };
}

interface Call {
  /** How it is written, for messages. */
  readonly form: string;
  readonly of: (args: readonly string[]) => Distribution | DelayProblem;
}

const CALLS: Readonly<Record<string, Call>> = {
  uniform: { form: 'uniform(50ms, 200ms)', of: ([min = '', max = '']) => fromRange(min, max) },
  integer: {
    form: 'integer(0ms, 26ms)',
    of: ([min = '', max = '']) => wholeTimes(min, max, (minMs, maxMs) => integers(minMs, maxMs)),
  },
  normal: {
    form: 'normal(50ms, 10ms)',
    of: ([mean = '', deviation = '']) =>
      times(mean, deviation, (meanMs, deviationMs) => ({ type: 'normal', meanMs, deviationMs })),
  },
  exponential: {
    form: 'exponential(20ms)',
    of: ([mean = '']) => times(mean, '0ms', (meanMs) => ({ type: 'exponential', meanMs })),
  },
  pareto: { form: 'pareto(10ms, 1.5)', of: ([min = '', shape = '']) => pareto(min, shape) },
  nested: {
    form: 'nested(200ms, 1999ms)',
    of: ([min = '', spread = '']) =>
      wholeTimes(min, spread, (minMs, spreadMs) =>
        minMs + spreadMs > DELAY_MS_MAX ? tooLong(`${min} and ${spread}`) : { type: 'nested', minMs, spreadMs },
      ),
  },
};

function fromCall(name: string, args: readonly string[]): Distribution | DelayProblem {
  const call = Object.hasOwn(CALLS, name) ? CALLS[name] : undefined;
  if (call === undefined) {
    return problem(`there is no distribution "${shown(name)}": there are ${Object.keys(CALLS).join(', ')}`);
  }
  const wanted = call.form.split(',').length;
  if (args.length !== wanted) {
    return problem(`${name} takes ${wanted === 1 ? 'one value' : `${wanted} values`}: ${call.form}`);
  }
  return call.of(args.map((one) => one.trim()));
}

function times(
  first: string,
  second: string,
  make: (firstMs: number, secondMs: number) => Distribution | DelayProblem,
): Distribution | DelayProblem {
  const firstMs = timeOf(first);
  const secondMs = timeOf(second);
  if (typeof firstMs !== 'number') return firstMs;
  return typeof secondMs === 'number' ? make(firstMs, secondMs) : secondMs;
}

function wholeTimes(
  first: string,
  second: string,
  make: (firstMs: number, secondMs: number) => Distribution | DelayProblem,
): Distribution | DelayProblem {
  return times(first, second, (firstMs, secondMs) =>
    Number.isInteger(firstMs) && Number.isInteger(secondMs)
      ? make(firstMs, secondMs)
      : problem('give whole milliseconds here, such as integer(0ms, 26ms)'),
  );
}

function integers(minMs: number, maxMs: number): Distribution | DelayProblem {
  if (minMs > maxMs) return problem('the range is reversed: write the shorter time first');
  return { type: 'integer', minMs, maxMs };
}

function pareto(min: string, shapeText: string): Distribution | DelayProblem {
  const minMs = timeOf(min);
  if (typeof minMs !== 'number') return minMs;
  if (minMs === 0) return problem('the least of a Pareto distribution is more than 0ms: pareto(10ms, 1.5)');
  const shape = new RegExp(`^${NUMBER}$`).test(shapeText) ? Number(shapeText) : NaN;
  if (!(shape > 0 && shape <= 1000)) {
    return problem(
      `the shape of a Pareto distribution is a number above 0, up to 1000, without a unit: pareto(10ms, 1.5)`,
    );
  }
  return { type: 'pareto', minMs, shape };
}

/** @returns milliseconds, or what is wrong */
function timeOf(text: string): number | DelayProblem {
  const match = TIME.exec(text);
  if (match === null) return problem(`"${shown(text)}" is not a delay: write ${DELAY_FORMS}`);
  const [, digits = '', unit = ''] = match;
  if (unit === '') return problem(`a delay needs a unit: ${digits}ms`);
  const unitMs = Object.hasOwn(UNITS_MS, unit) ? UNITS_MS[unit] : undefined;
  if (unitMs === undefined)
    return problem(`"${shown(unit)}" is not a unit: there are ${Object.keys(UNITS_MS).join(', ')}`);
  const ms = Number(digits) * unitMs;
  if (ms < 0) return problem(`${shown(text)} is negative: a delay is 0ms or more`);
  return ms > DELAY_MS_MAX ? tooLong(shown(text)) : ms;
}

function fromSamples(samples: unknown): Distribution | DelayProblem {
  if (!Array.isArray(samples) || samples.length === 0 || samples.length > SAMPLES_MAX) {
    return problem(`samplesMs is a list of 1 to ${SAMPLES_MAX} numbers of milliseconds`);
  }
  const at = samples.findIndex((ms) => typeof ms !== 'number' || !(ms >= 0 && ms <= DELAY_MS_MAX));
  if (at >= 0) return problem(`samplesMs/${at} is not a number of milliseconds from 0 to ${DELAY_MS_MAX}`);
  return { type: 'samples', samplesMs: samples.map(Number) };
}

function tooLong(what: string): DelayProblem {
  return problem(`${what} is longer than a day, the most that a delay can be`);
}

function problem(text: string): DelayProblem {
  return { type: 'problem', problem: text };
}

function shown(text: string): string {
  return text.slice(0, 64);
}
