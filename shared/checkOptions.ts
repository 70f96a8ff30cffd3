import { WhitewaterError } from './errors.ts';
import { nearest } from './nearest.ts';

/** What one option may be. */
export interface OptionCheck {
  readonly isRequired?: boolean;
  /** What to give, in words, such as `a number of milliseconds`. */
  readonly legal: string;
  /** @returns whether it is of that kind; what is given as undefined counts as not given */
  readonly accepts: (value: unknown) => boolean;
}

export type OptionChecks<Options> = Readonly<Record<keyof Options, OptionCheck>>;

/**
 * Holds what a caller in JavaScript gave against the options that there are.
 * @param taker who takes them, such as `Peer.start`
 * @throws {WhitewaterError} `USAGE`, saying which option is wrong, missing or unknown, and what is legal
 */
export function checkOptions(taker: string, given: unknown, checks: Readonly<Record<string, OptionCheck>>): void {
  if (!isObject(given)) {
    const required = Object.keys(checks).filter((name) => checks[name]?.isRequired === true);
    const which = required.length === 0 ? '' : ` with ${required.join(', ')}`;
    throw usage(`${taker} takes an object of options${which}, and got ${shown(given)}`);
  }
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && !Object.hasOwn(checks, name)) throw unknown(taker, name, Object.keys(checks));
  }
  for (const [name, { isRequired = false, legal, accepts }] of Object.entries(checks)) {
    const value = given[name];
    if (value === undefined && isRequired) throw usage(`${taker}: ${name} is missing: give ${legal}`);
    if (value !== undefined && !accepts(value)) throw usage(`${taker}: ${name} is ${shown(value)}: give ${legal}`);
  }
}

export const anyText: OptionCheck = { legal: 'a string', accepts: (value) => typeof value === 'string' };
export const anyFunction: OptionCheck = { legal: 'a function', accepts: (value) => typeof value === 'function' };

/** What signs frames. It is not shown when it is wrong. */
export const aSecret: OptionCheck = {
  legal: 'a string of 16 characters or more, or an object with the functions sign, isGenuine',
  accepts: (value) =>
    typeof value === 'string' ||
    (isObject(value) && ['sign', 'isGenuine'].every((name) => typeof value[name] === 'function')),
};

/** The name of a cluster or an endpoint. */
export const anId: OptionCheck = {
  legal: 'a name of 1 to 64 letters, digits, "_", "." or "-"',
  accepts: (value) => typeof value === 'string',
};

export const relayAddresses: OptionCheck = {
  isRequired: true,
  legal: 'the address of a relay, such as "127.0.0.1:7070", or a list of several',
  accepts: (value) => (typeof value === 'string' && value !== '') || (isTexts(value) && value.length > 0),
};

/** An object with these functions. */
export function objectWith(...functions: readonly string[]): OptionCheck {
  return {
    legal: `an object with the functions ${functions.join(', ')}`,
    accepts: (value) => isObject(value) && functions.every((name) => typeof value[name] === 'function'),
  };
}

export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unknown(taker: string, name: string, known: readonly string[]): WhitewaterError {
  const meant = nearest(name, known);
  const next = meant === undefined ? `there are ${known.join(', ')}` : `did you mean ${meant}?`;
  return usage(`${taker} has no option ${JSON.stringify(name)}; ${next}`);
}

function usage(message: string): WhitewaterError {
  return new WhitewaterError('USAGE', message);
}

/** In few words, and never the whole of what may be large. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 64));
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (value === null || ['number', 'boolean', 'bigint', 'undefined'].includes(typeof value)) return String(value);
  return typeof value === 'function' ? 'a function' : 'an object';
}
