import { Rule } from '../../shared/http/Rule.ts';
import { isId } from '../../shared/ids.ts';
import { Compile, type TSchema } from '../../shared/schema.ts';
import { parseDelayText } from '../parse/delay.ts';
import { shown, type Place } from './Place.ts';
import { readWho, type Scope, type Who } from './who.ts';

/** What is legal in each field of a rule, for errors. */
const LEGAL: Readonly<Record<keyof Rule, string>> = {
  from: 'who sends',
  to: 'who receives',
  both: 'true or false',
  types: 'a list of message types, or of @requests, @replies, @client',
  startAfterMs: 'milliseconds, 0 to 86400000',
  ttlMs: 'milliseconds above 0, at most 86400000',
  flap: '{ onMs, offMs }, each 1 to 86400000',
  skip: 'a whole number of frames, 1 or more',
  every: 'a whole number of frames, 1 or more',
  first: 'a whole number of frames, 1 or more',
  probability: 'a number from 0, never, to 1, always',
  drop: 'a number from 0, never, to 1, always, or { goodToBad, badToGood, lossGood, lossBad }',
  delay: 'a delay such as 50ms, 50..200ms or normal(50ms, 10ms), or { samplesMs }',
  reorder: 'a number from 0, never, to 1, always, or { probability, delay }',
  duplicate: 'a number from 0, never, to 1, always, or { probability, copies, delay }',
  corrupt: 'a number from 0, never, to 1, always',
  rate: '{ bytesPerSecond, queueBytesMax }',
  hold: 'true or false',
  disconnect: 'a number from 0, never, to 1, always, or { probability, end: sender or receiver }',
  accept: 'a delay such as 50ms',
};

const FIELDS = Object.keys(LEGAL) as (keyof Rule)[];
const WORDS = new Set(['*', 'peer', 'client', 'leader', 'follower', 'candidate', 'learner']);

const checks = new Map<string, { Check(value: unknown): boolean }>();

/** A rule whose ends may be remembered ones. */
export interface ScenarioRule {
  readonly from: string | readonly Who[];
  readonly to: string | readonly Who[];
  readonly faults: Omit<Rule, 'from' | 'to'>;
}

/** @param more fields that the caller reads itself */
export function readRule(place: Place, scope: Scope, more: readonly string[] = []): ScenarioRule {
  const fields = place.fields([...FIELDS, ...more] as (keyof Rule)[], 'a rule');
  const faults: Record<string, unknown> = {};
  for (const name of FIELDS) {
    const field = fields.get(name);
    if (name === 'from' || name === 'to' || field === undefined) continue;
    checkDelays(name, field);
    if (!checkOf(name).Check(field.value)) field.refuse(`${shown(field.value)} is not legal; legal: ${LEGAL[name]}`);
    faults[name] = field.value;
  }
  return { from: readEnds(fields.need('from'), scope), to: readEnds(fields.need('to'), scope), faults };
}

export function readRuleName(place: Place): string {
  const name = place.text('a name');
  if (isId(name)) return name;
  return place.refuse(`${shown(name)} is not a name: 1 to 64 letters, digits, _ . or -`);
}

/** The rules of a mapping of names to rules. */
export function readRules(place: Place, scope: Scope): Map<string, ScenarioRule> {
  return new Map(
    place
      .entries('a mapping of names to rules')
      .map(([name, rule]) => [readRuleName(rule.at('', name)), readRule(rule, scope)]),
  );
}

/** A role's word is the relay's to resolve, at each frame; all else is resolved when the step runs. */
function readEnds(place: Place, scope: Scope): string | readonly Who[] {
  return typeof place.value === 'string' && WORDS.has(place.value) ? place.value : readWho(place, scope);
}

/** The schema says that a delay is a text; which texts are delays says the parser. */
function checkDelays(name: keyof Rule, field: Place): void {
  const isDelay = name === 'delay' || name === 'accept';
  const inner =
    field.isMapping && (name === 'reorder' || name === 'duplicate')
      ? (field.value as { delay?: unknown }).delay
      : undefined;
  const place = isDelay ? field : field.at('.delay', inner);
  if (typeof place.value === 'number') place.refuse(`${place.value} has no unit: write ${place.value}ms`);
  if (typeof place.value === 'string') place.guard(() => parseDelayText(place.value as string));
}

function checkOf(name: keyof Rule): { Check(value: unknown): boolean } {
  const known = checks.get(name);
  if (known !== undefined) return known;
  const check = Compile((Rule.properties as Readonly<Record<string, TSchema>>)[name] as TSchema);
  checks.set(name, check);
  return check;
}
