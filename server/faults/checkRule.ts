import { DELAY_FORMS, parseDelay } from '../../shared/delay.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { FAULTS, RULE_MS_MAX, SELECTOR_WORDS, type Rule } from '../../shared/http/Rule.ts';
import { isId } from '../../shared/legalId.ts';
import { nearest } from '../../shared/nearest.ts';
import { isSelectorWord } from './selector.ts';
import { LEGAL_TYPES } from './messageTypes.ts';

/** Holds a value against what is legal at its place. @throws {WhitewaterError} RULE_INVALID */
const NO_TYPES: ReadonlySet<string> = new Set();
/** Of the legal ones, in a message. */
const TYPES_TOLD_MAX = 64;

type Check = (value: unknown, place: string, extraTypes: ReadonlySet<string>) => void;

/**
 * @param value anything: a rule as it came from HTTP, a file or a program
 * @param place where it stands, such as `/rules/slow`, for the message
 * @param extraTypes message types beyond those of the protocol that a rule may name: of other protocols in the same envelope
 * @throws {WhitewaterError} RULE_INVALID with `details.place` (a JSON pointer) and `details.legal`, and both in the message
 */
export function checkRule(
  value: unknown,
  place: string,
  extraTypes: ReadonlySet<string> = NO_TYPES,
): asserts value is Rule {
  if (!isObject(value)) throw invalid(place, shown(value), 'an object with from, to and at least one fault');
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(CHECKS, key)) throw unknownKey(place, key, Object.keys(CHECKS));
  }
  for (const [key, check] of Object.entries(CHECKS)) {
    const given = value[key];
    if (given !== undefined) check(given, `${place}/${key}`, extraTypes);
    else if (key === 'from' || key === 'to') throw invalid(`${place}/${key}`, 'missing', SELECTOR_LEGAL);
  }
  checkTogether(value, place);
}

/** Message types that one rule names. */
export const TYPES_MAX = 64;

const SELECTOR_LEGAL = `an id, a list of ids, or one of ${SELECTOR_WORDS.join(' ')}`;
const COUNT_MAX = 1_000_000_000;

const selector: Check = (value, place) => {
  if (typeof value === 'string' && (isSelectorWord(value) || isId(value))) return;
  if (!Array.isArray(value) || value.length < 1 || value.length > 1024)
    throw invalid(place, shown(value), SELECTOR_LEGAL);
  const named = new Set<string>();
  value.forEach((id: unknown, at) => {
    if (typeof id !== 'string' || !isId(id)) throw invalid(`${place}/${at}`, shown(id), 'an id');
    if (named.has(id)) throw invalid(`${place}/${at}`, `${id} a second time`, 'each id once');
    named.add(id);
  });
};

const types: Check = (value, place, extraTypes) => {
  if (!Array.isArray(value) || value.length < 1 || value.length > TYPES_MAX) {
    throw invalid(place, shown(value), `a list of 1 to ${TYPES_MAX} of ${LEGAL_TYPES.join(', ')}`);
  }
  value.forEach((type: unknown, at) => {
    // Hundreds of rules may bring thousands of types of their own along.
    if (typeof type === 'string' && (LEGAL_TYPES.includes(type) || extraTypes.has(type))) return;
    const legal = [...LEGAL_TYPES, ...extraTypes].slice(0, TYPES_TOLD_MAX);
    const meant = typeof type === 'string' ? nearest(type, legal) : undefined;
    const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
    throw invalid(`${place}/${at}`, `${shown(type)}, which no fault applies to${hint}`, `one of ${legal.join(', ')}`);
  });
};

const flag: Check = (value, place) => {
  if (typeof value !== 'boolean') throw invalid(place, shown(value), 'true or false');
};

const probability: Check = (value, place) => {
  if (typeof value !== 'number' || !(value >= 0 && value <= 1)) {
    throw invalid(place, shown(value), 'a number from 0, never, to 1, always');
  }
};

const delay: Check = (value, place) => {
  const parsed = parseDelay(value);
  if (parsed.type === 'problem') throw invalid(place, `wrong: ${parsed.problem}`, DELAY_FORMS);
};

function number(least: number, most: number, unit: string): Check {
  return (value, place) => {
    if (typeof value !== 'number' || !(value >= least && value <= most)) {
      throw invalid(place, shown(value), `a number ${unit} from ${least} to ${most}`);
    }
  };
}

function integer(least: number, most: number): Check {
  return (value, place) => {
    if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
      throw invalid(place, shown(value), `a whole number from ${least} to ${most}`);
    }
  };
}

/** An object with these keys, all of the required ones, and no others. */
function object(checks: Readonly<Record<string, Check>>, required: readonly string[]): Check {
  return (value, place, extraTypes) => {
    const keys = Object.keys(checks);
    if (!isObject(value)) throw invalid(place, shown(value), `an object with ${keys.join(', ')}`);
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(checks, key)) throw unknownKey(place, key, keys);
    }
    for (const key of required) {
      if (value[key] === undefined) throw invalid(`${place}/${key}`, 'missing', `with ${required.join(', ')}`);
    }
    for (const [key, check] of Object.entries(checks)) {
      if (value[key] !== undefined) check(value[key], `${place}/${key}`, extraTypes);
    }
  };
}

function numberOr(other: Check): Check {
  return (value, place, extraTypes) => (isObject(value) ? other : probability)(value, place, extraTypes);
}

const end: Check = (value, place) => {
  if (value !== 'sender' && value !== 'receiver') throw invalid(place, shown(value), '"sender" or "receiver"');
};

const milliseconds = number(0, RULE_MS_MAX, 'of milliseconds');
const atLeastOneMs = number(1, RULE_MS_MAX, 'of milliseconds');
const bursts = { goodToBad: probability, badToGood: probability, lossGood: probability, lossBad: probability };

const CHECKS: Readonly<Record<keyof Rule, Check>> = {
  from: selector,
  to: selector,
  both: flag,
  types,
  startAfterMs: milliseconds,
  ttlMs: atLeastOneMs,
  flap: object({ onMs: atLeastOneMs, offMs: atLeastOneMs }, ['onMs', 'offMs']),
  skip: integer(1, COUNT_MAX),
  every: integer(1, COUNT_MAX),
  first: integer(1, COUNT_MAX),
  probability,
  drop: numberOr(object(bursts, ['goodToBad', 'badToGood'])),
  delay,
  reorder: numberOr(object({ probability, delay }, ['probability'])),
  duplicate: numberOr(object({ probability, copies: integer(1, 10), delay }, ['probability'])),
  corrupt: probability,
  rate: object({ bytesPerSecond: number(1, 1e12, 'of bytes a second'), queueBytesMax: integer(0, 67_108_864) }, [
    'bytesPerSecond',
  ]),
  hold: flag,
  disconnect: numberOr(object({ probability, end }, ['probability', 'end'])),
  accept: delay,
};

/** What single values cannot show. */
function checkTogether(rule: Readonly<Record<string, unknown>>, place: string): void {
  const faults = FAULTS.filter((fault) => rule[fault] !== undefined && rule[fault] !== false);
  if (faults.length === 0) throw invalid(place, 'a rule without any fault', `at least one of ${FAULTS.join(', ')}`);
  const { startAfterMs, ttlMs } = rule;
  if (typeof startAfterMs === 'number' && typeof ttlMs === 'number' && ttlMs <= startAfterMs) {
    throw invalid(
      `${place}/ttlMs`,
      `${ttlMs}: the rule would end before it begins`,
      `more than startAfterMs (${startAfterMs})`,
    );
  }
  if (rule['accept'] === undefined) return;
  const about = 'accept is about the connections of `from`, not about frames';
  if (faults.length > 1) {
    throw invalid(
      `${place}/accept`,
      `beside ${faults.filter((fault) => fault !== 'accept').join(', ')}`,
      `a rule of its own: ${about}`,
    );
  }
  if (rule['to'] !== '*') throw invalid(`${place}/to`, `${shown(rule['to'])} with accept`, `"*": ${about}`);
  for (const key of ['both', 'types']) {
    if (rule[key] !== undefined) throw invalid(`${place}/${key}`, 'given with accept', `a rule without it: ${about}`);
  }
}

/** @param problem what is there, to follow upon the place */
export function invalid(place: string, problem: string, legal: string): WhitewaterError {
  const message = `${place} is ${problem}; legal is ${legal}; nothing was changed`;
  return new WhitewaterError('RULE_INVALID', message, { details: { place, legal } });
}

/** Of a key that nobody knows. */
const KEY_SHOWN_MAX = 64;

function unknownKey(place: string, key: string, keys: readonly string[]): WhitewaterError {
  const meant = nearest(key, keys);
  return invalid(
    `${place}/${key.slice(0, KEY_SHOWN_MAX)}`,
    `unknown${meant === undefined ? '' : ` (did you mean ${meant}?)`}`,
    keys.join(', '),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** In few words, and never the whole of what may be large. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 64));
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (value === null || ['number', 'boolean', 'bigint'].includes(typeof value)) return String(value);
  return typeof value === 'function' ? 'a function' : 'an object';
}
