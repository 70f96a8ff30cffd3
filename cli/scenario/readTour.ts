import { basename } from 'node:path';
import { parseDurationMs, parseDurationRange } from '../../client/scenario/duration.ts';
import type { Tour, TourCard, TourDeed, TourLook, TourPart, TourRule } from '../../client/scenario/Tour.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { ElectionSettings } from '../../shared/http/Processes.ts';
import { parseLocated } from '../parse/document.ts';
import { parseScenario } from './readScenario.ts';

type Fields = Readonly<Record<string, unknown>>;

const STEP_WORDS = ['say', 'do', 'wait', 'until', 'remember', 'look'];
const HEAD_WORDS = [
  'name',
  'about',
  'peers',
  'heartbeat',
  'electionTimeout',
  'preVote',
  'checkQuorum',
  'timeout',
  'steps',
];
const REQUEST_WORDS = ['key', 'value', 'bytes', 'timeout', 'fails'];
/** So that what a tour left behind can be told from what somebody else made. */
const RULE_PREFIX = 'tour-';

/**
 * Reads a scenario that the page can show as a guided tour, which is one of few words.
 * @throws {WhitewaterError} USAGE for what is wrong in it as a scenario, and for what no tour may say
 */
export function readTour(text: string, file: string): Tour {
  const { peers } = parseScenario(text, file);
  const { value } = parseLocated(text, file);
  try {
    return tourOf(value as Fields, basename(file).replace(/\.\w+$/, ''), peers);
  } catch (error) {
    if (error instanceof RangeError) throw new WhitewaterError('USAGE', `${file}: ${error.message}`);
    throw error;
  }
}

function tourOf(whole: Fields, id: string, peers: readonly string[]): Tour {
  only(whole, HEAD_WORDS, 'a tour');
  const named = new RegExp(String.raw`\b(?:${peers.join('|')})\b`).exec(JSON.stringify(whole['steps']));
  if (named !== null)
    throw new RangeError(`it names ${named[0]}: a cluster may have other names; say leader, or remember`);
  return {
    ...{ id, name: textOf(whole, 'name'), about: textOf(whole, 'about'), peers: peers.length },
    settings: settingsOf(whole),
    cards: cardsOf(whole['steps'] as Fields[]),
  };
}

function settingsOf({ heartbeat, electionTimeout, preVote, checkQuorum }: Fields): ElectionSettings {
  const range = electionTimeout === undefined ? undefined : parseDurationRange(wordOf(electionTimeout));
  return {
    ...(heartbeat === undefined ? {} : { heartbeatMs: parseDurationMs(wordOf(heartbeat)) }),
    ...(range === undefined ? {} : { electionTimeoutMsMin: range.minMs, electionTimeoutMsMax: range.maxMs }),
    // What a tour does not say is as Whitewater has it, whatever the cluster was started with.
    preVote: preVote !== false,
    checkQuorum: checkQuorum !== false,
  };
}

/** A step that says nothing belongs to the card before it. */
function cardsOf(steps: readonly Fields[]): TourCard[] {
  const cards: TourCard[] = [];
  for (const [at, step] of steps.entries()) {
    only(step, STEP_WORDS, `steps[${at}] of a tour`);
    const card: TourCard = { say: textOf(step, 'say'), parts: [partOf(step, at)], look: lookOf(step['look']) };
    const before = cards.at(-1);
    if (step['say'] !== undefined) cards.push(card);
    else if (before === undefined) throw new RangeError('the first step of a tour has to say something');
    else if (before.look !== null)
      throw new RangeError(`steps[${at}] goes on behind something to look at: say something`);
    else cards[cards.length - 1] = { ...before, parts: [...before.parts, ...card.parts], look: card.look };
  }
  return cards;
}

function partOf(step: Fields, at: number): TourPart {
  return {
    deeds: listOf(step['do']).map((one) => deedOf(one, `steps[${at}].do`)),
    waitMs: step['wait'] === undefined ? 0 : parseDurationMs(wordOf(step['wait'])),
    until: listOf(step['until']).map(String),
    remember: Object.entries((step['remember'] ?? {}) as Fields).map(([name, what]) => [name, String(what)] as const),
  };
}

function lookOf(look: unknown): TourLook | null {
  if (look === undefined) return null;
  const fields = look as Fields;
  return {
    ...{ at: textOf(fields, 'at'), text: textOf(fields, 'text') },
    ask: (fields['ask'] as TourLook['ask'] | undefined) ?? null,
  };
}

function deedOf(deed: unknown, place: string): TourDeed {
  if (deed === 'heal') return { kind: 'heal' };
  const [kind = '', value] = Object.entries(deed as Fields)[0] ?? [];
  switch (kind) {
    case 'heal':
      return { kind };
    case 'partition':
      if (typeof value !== 'string') throw new RangeError(`${place}: a tour's partition is a text of groups, or none`);
      return { kind, groups: value };
    case 'rule': {
      const { name, ...rule } = value as Fields;
      return { kind, name: ruleName(String(name), place), rule: ruleOf(rule, place) };
    }
    case 'rules': {
      const rules = Object.entries(value as Record<string, Fields>);
      return {
        kind,
        rules: Object.fromEntries(rules.map(([name, rule]) => [ruleName(name, place), ruleOf(rule, place)])),
      };
    }
    case 'removeRule': {
      const { name, frames } = typeof value === 'string' ? { name: value } : (value as Fields);
      return { kind, name: String(name), frames: frames === undefined ? null : wordOf(frames) };
    }
    case 'release': {
      const fields = typeof value === 'string' ? { rule: value } : (value as Fields);
      only(fields, ['rule', 'first'], `${place}: a tour's release`);
      return {
        kind,
        name: String(fields['rule']),
        first: fields['first'] === undefined ? null : Number(fields['first']),
      };
    }
    case 'kill':
    case 'start':
    case 'transfer':
      return { kind, who: listOf(value).join(',') };
    case 'put':
      return putOf(value, place);
    case 'get': {
      const fields = typeof value === 'string' ? { key: value } : (value as Fields);
      only(fields, ['key', 'equals'], `${place}: a tour's get`);
      return {
        kind,
        key: String(fields['key']),
        equals: fields['equals'] === undefined ? null : wordOf(fields['equals']),
      };
    }
    default:
      throw new RangeError(`${place}: a tour cannot ${kind}`);
  }
}

function putOf(value: unknown, place: string): TourDeed {
  if (typeof value === 'string') {
    const [key = '', ...rest] = value.split(' = ');
    return { kind: 'put', key, value: rest.join(' = '), timeoutMs: null, fails: null };
  }
  const fields = value as Fields;
  only(fields, REQUEST_WORDS, `${place}: a tour's put`);
  return {
    ...{ kind: 'put', key: String(fields['key']) },
    value: fields['bytes'] === undefined ? String(fields['value']) : Number(fields['bytes']),
    timeoutMs: fields['timeout'] === undefined ? null : parseDurationMs(wordOf(fields['timeout'])),
    fails: fields['fails'] === undefined ? null : listOf(fields['fails']).map(String),
  };
}

function ruleOf({ from, to, ...faults }: Fields, place: string): TourRule {
  if (JSON.stringify(faults).includes('samplesFile')) throw new RangeError(`${place}: a tour has no files beside it`);
  return { from: listOf(from).join(','), to: listOf(to).join(','), faults };
}

function ruleName(name: string, place: string): string {
  if (!name.startsWith(RULE_PREFIX))
    throw new RangeError(`${place}: ${name}: names of a tour's rules begin with ${RULE_PREFIX}`);
  return name;
}

function only(fields: Fields, words: readonly string[], what: string): void {
  const other = Object.keys(fields).find((word) => !words.includes(word));
  if (other !== undefined) throw new RangeError(`${what} cannot say ${other}; it may say ${words.join(', ')}`);
}

function textOf(fields: Fields, name: string): string {
  const text = fields[name];
  return typeof text === 'string' ? text.trim() : '';
}

/** What a scenario's reader took for a text. */
function wordOf(value: unknown): string {
  return String(value);
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as unknown[]) : [value];
}
