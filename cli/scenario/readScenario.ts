import { parsePeers, PEERS_MAX } from '../parse/peers.ts';
import {
  CHECK_QUORUM,
  ELECTION_TIMEOUT,
  HEARTBEAT,
  PRE_VOTE,
  PRESET,
  SNAPSHOT_ENTRIES,
  TRAILING_ENTRIES,
} from '../settings/clusterSettings.ts';
import type { Setting } from '../settings/Setting.ts';
import { parseText, readDocument } from '../parse/document.ts';
import type { Action } from './Action.ts';
import { get, remove, write, type ScopeWithNames } from './clientActions.ts';
import { NUMBER_FIELDS, type NumberField } from './conditionTypes.ts';
import * as on from './networkActions.ts';
import { Place } from './Place.ts';
import { member, PROCESS_ACTIONS, processAction, transfer, type ProcessWord } from './processActions.ts';
import { readConditions } from './readCondition.ts';
import type { Remembered, Scenario, Step } from './Scenario.ts';
import { parseWho } from './who.ts';

const TIMEOUT_MS_DEFAULT = 120_000;
const REPEAT_MAX = 1000;

/** How the scenario's peers are started; named as in `whitewater up`. */
const PEER_SETTINGS: readonly Setting<unknown>[] = [
  ...[PRESET, HEARTBEAT, ELECTION_TIMEOUT, PRE_VOTE, CHECK_QUORUM, SNAPSHOT_ENTRIES, TRAILING_ENTRIES],
];

const FIELDS = ['name', 'about', 'peers', 'seed', 'profile', 'timeout', 'steps'] as const;
export const SCENARIO_FIELDS: readonly string[] = [...FIELDS, ...PEER_SETTINGS.map(({ name }) => name)];
export const STEP_FIELDS = ['say', 'at', 'do', 'wait', 'until', 'expect', 'remember', 'repeat', 'steps'] as const;

/**
 * Reads a scenario, and refuses the whole of it for anything wrong in it.
 * @throws {WhitewaterError} USAGE with the place, such as `steps[3].do.rule.delay`, and what is legal there
 */
export function readScenario(file: string): Scenario {
  return scenarioOf(readDocument(file), file);
}

/** The same from a text. */
export function parseScenario(text: string, file: string): Scenario {
  return scenarioOf(parseText(text, file), file);
}

function scenarioOf(value: unknown, file: string): Scenario {
  const whole = new Place(value, file);
  const fields = whole.fields(SCENARIO_FIELDS, 'a scenario');
  const peersPlace = fields.need('peers');
  const peers = peersPlace.guard(() => readPeers(peersPlace));
  const scope: ScopeWithNames = { peers, variables: new Set() };
  const profile = fields.get('profile');
  const readProfile = profile === undefined ? undefined : on.readProfile(profile, scope);
  const steps = readSteps(fields.need('steps'), scope);
  return {
    name: fields.get('name')?.text() ?? file.replace(/^.*\/|\.\w+$/g, ''),
    about: fields.get('about')?.text() ?? '',
    ...{ file, peers, steps },
    flags: readFlags((name) => fields.get(name)),
    seed: fields.get('seed')?.text(),
    profile: readProfile,
    timeoutMs: fields.get('timeout')?.durationMs() ?? TIMEOUT_MS_DEFAULT,
    needsProcesses: processPlace(steps),
  };
}

function readPeers(place: Place): readonly string[] {
  const text = place.isList
    ? place
        .list('names')
        .map((one) => one.text('a name'))
        .join(',')
    : place.text('a number, or names');
  const peers = parsePeers(text);
  if (peers.length > PEERS_MAX) throw new RangeError(`${peers.length} peers are too many: give 1 to ${PEERS_MAX}`);
  return peers;
}

function readFlags(get: (name: string) => Place | undefined): Map<string, string> {
  const flags = new Map<string, string>();
  for (const setting of PEER_SETTINGS) {
    const place = get(setting.name);
    if (place === undefined) continue;
    const text = place.text(setting.description);
    place.guard(() => setting.parse(text));
    flags.set(setting.name, text);
  }
  return flags;
}

function readSteps(place: Place, scope: ScopeWithNames): Step[] {
  const steps = place.list('a list of steps');
  if (steps.length === 0) place.refuse('there is no step');
  return steps.map((step) => readStep(step, scope));
}

function readStep(place: Place, scope: ScopeWithNames): Step {
  const fields = place.fields(STEP_FIELDS, 'a step');
  const isRepeat = fields.has('repeat') || fields.has('steps');
  if (
    isRepeat &&
    (fields.has('do') || fields.has('until') || fields.has('expect') || fields.has('remember') || fields.has('wait'))
  ) {
    place.refuse('a step that repeats steps does nothing else; give it say, at, repeat and steps');
  }
  if (!isRepeat && !STEP_FIELDS.some((name) => name !== 'at' && fields.has(name))) {
    place.refuse(`the step does nothing; give one of ${STEP_FIELDS.join(', ')}`);
  }
  const step = {
    place: place.path,
    say: fields.get('say')?.text(),
    atMs: fields.get('at')?.durationMs(),
    actions:
      fields
        .get('do')
        ?.several()
        .map((one) => readAction(one, scope)) ?? [],
    waitMs: fields.get('wait')?.durationMs(),
  };
  const until = fields.get('until');
  const expect = fields.get('expect');
  const expected = expect === undefined ? [] : readConditions(expect, scope);
  if (expect !== undefined && expected.some(({ withinMs }) => withinMs !== undefined)) {
    expect.refuse('what is expected is expected now: wait with "until", or say "for" to have it hold for a while');
  }
  return {
    ...step,
    until: until === undefined ? [] : readConditions(until, scope),
    expect: expected,
    remember:
      fields
        .get('remember')
        ?.entries('a mapping of names to what is remembered')
        .map((entry) => readRemembered(entry, scope)) ?? [],
    repeat: isRepeat
      ? { times: fields.need('repeat').wholeNumber(1, REPEAT_MAX), steps: readSteps(fields.need('steps'), scope) }
      : undefined,
  };
}

type Reader = (place: Place, scope: ScopeWithNames) => Action;

const ACTIONS: Readonly<Record<string, Reader>> = {
  heal: () => on.heal(),
  partition: on.partition,
  isolate: on.isolate,
  rule: on.rule,
  rules: on.rules,
  removeRule: (place) => on.removeRule(place),
  release: (place) => on.release(place),
  profile: on.profile,
  network: on.network,
  seed: (place) => on.seed(place),
  disconnect: on.disconnect,
  ...Object.fromEntries(
    (Object.keys(PROCESS_ACTIONS) as ProcessWord[]).map((word): [string, Reader] => [
      word,
      (place, scope) => processAction(word, place, scope),
    ]),
  ),
  put: (place, scope) => write('put', place, scope),
  append: (place, scope) => write('append', place, scope),
  get,
  delete: remove,
  transfer,
  member,
};

export const ACTION_NAMES: readonly string[] = Object.keys(ACTIONS);

/** `heal`, or a mapping with one action. */
function readAction(place: Place, scope: ScopeWithNames): Action {
  if (place.value === 'heal') return on.heal();
  const fields = place.fields(ACTION_NAMES, 'an action');
  const [name, ...others] = ACTION_NAMES.filter((known) => fields.has(known));
  if (name === undefined || others.length > 0) {
    return place.refuse('give one action; several stand in a list, each with a dash before it');
  }
  const reader = ACTIONS[name];
  if (reader === undefined) return place.refuse(`${name} is unknown; legal: ${ACTION_NAMES.join(', ')}`);
  return reader(fields.need(name), scope);
}

function readRemembered([name, place]: [string, Place], scope: ScopeWithNames): [string, Remembered] {
  if (!/^\w+$/.test(name)) place.refuse('a name has letters, digits and _ only');
  const text = place.isList
    ? place
        .list('peers')
        .map((one) => one.text())
        .join(',')
    : place.text('what to remember');
  const what = place.guard(() => parseRemembered(text, scope));
  scope.variables.add(name);
  return [name, what];
}

/** @throws {RangeError} */
function parseRemembered(text: string, scope: ScopeWithNames): Remembered {
  const whos = (words: string) => words.split(',').map((word) => parseWho(word.trim(), scope));
  const number = new RegExp(`^(${NUMBER_FIELDS.join('|')})(?:\\+(\\d+))?(?: of (\\S+))?$`).exec(text);
  if (number !== null) {
    const [, field, plus = '0', of] = number;
    return {
      kind: 'number',
      field: field as NumberField,
      plus: Number(plus),
      of: of === undefined ? undefined : whos(of),
    };
  }
  const draw = /^draw (\d)(?: of (\S+))?$/.exec(text);
  if (draw !== null) return { kind: 'draw', draws: Number(draw[1]), from: whos(draw[2] ?? 'all') };
  const key = /^key (\S+)$/.exec(text);
  if (key !== null) return { kind: 'key', key: key[1] ?? '' };
  return { kind: 'who', who: whos(text) };
}

function processPlace(steps: readonly Step[]): string | undefined {
  for (const { place, actions, repeat } of steps) {
    const action = actions.find(({ needsProcesses }) => needsProcesses);
    if (action !== undefined) return `${place}.do: ${action.text}`;
    const within = repeat === undefined ? undefined : processPlace(repeat.steps);
    if (within !== undefined) return within;
  }
  return undefined;
}
