import { SELECTOR_WORDS } from '../../shared/http/Rule.ts';
import { peerId } from '../../shared/ids.ts';
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
import { parseLocated, readLocated, type LocatedDocument } from '../parse/document.ts';
import type { Action } from './Action.ts';
import { get, remove, write, type ScopeWithNames } from './clientActions.ts';
import type { Condition } from '../../client/scenario/conditionTypes.ts';
import { parseRemembered, type Remembered } from '../../client/scenario/remembered.ts';
import * as on from './networkActions.ts';
import { Mistakes } from './Mistakes.ts';
import { Place, shown, type Fields } from './Place.ts';
import { member, PROCESS_ACTIONS, processAction, transfer, type ProcessWord } from './processActions.ts';
import { readConditions } from './readConditions.ts';
import { readLook } from './readLook.ts';
import type { Scenario, Step } from './Scenario.ts';
import { GATEWAY_ID } from '../../client/scenario/who.ts';

const TIMEOUT_MS_DEFAULT = 120_000;
const REPEAT_MAX = 1000;
/** What all steps do, those that are repeated as often as they are: each is a line of the timeline, which stays in memory. */
const DONE_MAX = 100_000;

/** How the scenario's peers are started; named as in `whitewater up`. */
const PEER_SETTINGS: readonly Setting<unknown>[] = [
  ...[PRESET, HEARTBEAT, ELECTION_TIMEOUT, PRE_VOTE, CHECK_QUORUM, SNAPSHOT_ENTRIES, TRAILING_ENTRIES],
];

const FIELDS = ['name', 'about', 'peers', 'seed', 'profile', 'timeout', 'steps'] as const;
export const SCENARIO_FIELDS: readonly string[] = [...FIELDS, ...PEER_SETTINGS.map(({ name }) => name)];
export const STEP_FIELDS = [
  'say',
  'at',
  'do',
  'wait',
  'until',
  'expect',
  'remember',
  'look',
  'repeat',
  'steps',
] as const;

/**
 * Reads a scenario, and refuses the whole of it for anything wrong in it.
 * @throws {WhitewaterError} USAGE with each place, such as `steps[3].do.rule.delay`, and what is legal there: in its message, and as
 * `details.mistakes`
 */
export function readScenario(file: string): Scenario {
  return scenarioOf(readLocated(file), file);
}

/** The same from a text. */
export function parseScenario(text: string, file: string): Scenario {
  return scenarioOf(parseLocated(text, file), file);
}

function scenarioOf({ value, locate }: LocatedDocument, file: string): Scenario {
  const mistakes = new Mistakes();
  const whole = new Place(value, { file, locate, mistakes });
  const scenario = whole.attempt(() => readWhole(whole, file, mistakes));
  mistakes.settle();
  if (scenario === undefined) throw new Error('what could not be read has a mistake');
  return scenario;
}

function readWhole(whole: Place, file: string, { doubtful }: Mistakes): Scenario {
  const fields = whole.fields(SCENARIO_FIELDS, 'a scenario');
  const peers = whole.attempt(() => fields.need('peers').attempt(readPeers)) ?? [];
  const scope: ScopeWithNames = { peers, variables: new Set(), doubtful };
  const profile = fields.get('profile')?.attempt((place) => on.readProfile(place, scope));
  const head = {
    name: textOf(fields, 'name') ?? file.replace(/^.*\/|\.\w+$/g, ''),
    about: textOf(fields, 'about') ?? '',
    flags: readFlags((name) => fields.get(name)),
    seed: textOf(fields, 'seed'),
    timeoutMs: durationOf(fields, 'timeout') ?? TIMEOUT_MS_DEFAULT,
  };
  const steps = whole.attempt(() => readSteps(fields.need('steps'), scope)) ?? [];
  const done = doneBy(steps);
  if (done > DONE_MAX) {
    fields.get('steps')?.note(`the steps do ${done} things, with those that repeat; at most ${DONE_MAX} is legal`);
  }
  return { ...head, file, peers, profile, steps, needsProcesses: processPlace(steps) };
}

function textOf<Name extends string>(fields: Fields<Name>, name: Name): string | undefined {
  return fields.get(name)?.attempt((place) => place.text());
}

function durationOf<Name extends string>(fields: Fields<Name>, name: Name): number | undefined {
  return fields.get(name)?.attempt((place) => place.durationMs());
}

/** Words that mean something else in a scenario or in its rules. */
const NO_NAMES: ReadonlySet<string> = new Set([
  ...['leader', 'followers', 'all', 'rest', GATEWAY_ID],
  ...SELECTOR_WORDS,
]);

function readPeers(place: Place): readonly string[] {
  const peers = place.isList ? listedPeers(place) : numberedOrNamed(place);
  if (peers.length > PEERS_MAX) place.refuse(`${peers.length} peers are too many: give 1 to ${PEERS_MAX}`);
  const word = peers.find((name) => NO_NAMES.has(name));
  if (word !== undefined) place.refuse(`a peer cannot be called ${word}, which is a word of scenarios`);
  return peers;
}

function listedPeers(place: Place): string[] {
  const names = place.list('names').map((one) => {
    const name = typeof one.value === 'string' ? one.text() : one.refuse(`${shown(one.value)} is not a name`);
    return one.guard(() => peerId(name));
  });
  if (names.length === 0) place.refuse('there is no peer');
  const double = names.find((name, at) => names.indexOf(name) !== at);
  if (double !== undefined) place.refuse(`${double} stands there twice`);
  return names;
}

/** YAML has words for numbers, truths and dates that would be names by their letters: one name alone begins with a letter. */
function numberedOrNamed(place: Place): readonly string[] {
  const { value } = place;
  const text = typeof value === 'string' ? value.trim() : '';
  const isMeant = typeof value === 'number' ? Number.isInteger(value) : /^(?:\d+$|[A-Za-z_])|,/.test(text);
  if (isMeant) return place.guard(() => parsePeers(place.text()));
  return place.refuse(`${shown(value)} is not a number of peers: give 1 to ${PEERS_MAX}, or names such as p1,p2,p3`);
}

function readFlags(get: (name: string) => Place | undefined): Map<string, string> {
  const flags = new Map<string, string>();
  for (const setting of PEER_SETTINGS) {
    get(setting.name)?.attempt((place) => {
      const text = place.text(setting.description);
      place.guard(() => setting.parse(text));
      flags.set(setting.name, text);
    });
  }
  return flags;
}

function readSteps(place: Place, scope: ScopeWithNames): Step[] {
  const steps = place.list('a list of steps');
  if (steps.length === 0) place.refuse('there is no step');
  return steps.flatMap((step) => step.attempt(() => readStep(step, scope)) ?? []);
}

type StepFields = Fields<(typeof STEP_FIELDS)[number]>;

function readStep(place: Place, scope: ScopeWithNames): Step {
  const fields = place.fields(STEP_FIELDS, 'a step');
  const isRepeat = fields.has('repeat') || fields.has('steps');
  if (isRepeat && (['do', 'until', 'expect', 'remember', 'wait', 'look'] as const).some((name) => fields.has(name))) {
    place.note('a step that repeats steps does nothing else; give it say, at, repeat and steps');
  }
  if (!isRepeat && !STEP_FIELDS.some((name) => name !== 'at' && fields.has(name))) {
    place.attempt(() => place.refuse(`the step does nothing; give one of ${STEP_FIELDS.join(', ')}`));
  }
  return {
    place: place.path,
    say: textOf(fields, 'say'),
    atMs: durationOf(fields, 'at'),
    actions: readActions(fields.get('do'), scope),
    waitMs: durationOf(fields, 'wait'),
    until: readConditionsOf(fields.get('until'), scope),
    expect: readExpected(fields.get('expect'), scope),
    remember: fields.get('remember')?.attempt((names) => readAllRemembered(names, scope)) ?? [],
    look: fields.get('look')?.attempt((one) => readLook(one, scope)),
    repeat: isRepeat ? place.attempt(() => readRepeat(place, fields, scope)) : undefined,
  };
}

function readActions(place: Place | undefined, scope: ScopeWithNames): Action[] {
  return place?.several().flatMap((one) => one.attempt(() => readAction(one, scope)) ?? []) ?? [];
}

function readConditionsOf(place: Place | undefined, scope: ScopeWithNames): Condition[] {
  return place === undefined ? [] : readConditions(place, scope);
}

function readExpected(place: Place | undefined, scope: ScopeWithNames): Condition[] {
  const expected = readConditionsOf(place, scope);
  if (expected.some(({ withinMs }) => withinMs !== undefined)) {
    place?.note('what is expected is expected now: wait with "until", or say "for" to have it hold for a while');
  }
  return expected;
}

function readRepeat(place: Place, fields: StepFields, scope: ScopeWithNames): Step['repeat'] {
  const times = place.attempt(() => fields.need('repeat').wholeNumber(1, REPEAT_MAX)) ?? 1;
  return { times, steps: readSteps(fields.need('steps'), scope) };
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

function readAllRemembered(place: Place, scope: ScopeWithNames): [string, Remembered][] {
  return place.entries('a mapping of names to what is remembered').flatMap(([name, one]) => {
    const read = one.attempt(() => readRemembered([name, one], scope));
    // Who refers to it later makes no other mistake by that.
    scope.variables.add(name);
    return read === undefined ? [] : [read];
  });
}

function readRemembered([name, place]: [string, Place], scope: ScopeWithNames): [string, Remembered] {
  if (!/^\w+$/.test(name)) place.refuse('a name has letters, digits and _ only');
  const text = place.isList
    ? place
        .list('peers')
        .map((one) => one.text())
        .join(',')
    : place.text('what to remember');
  return [name, place.guard(() => parseRemembered(text, scope))];
}

/** How many things steps do, by what they repeat and how often; a step that does nothing counts too. */
function doneBy(steps: readonly Step[]): number {
  return steps.reduce((sum, { say, actions, waitMs, until, expect, remember, repeat }) => {
    const own = [say, waitMs, until[0], expect[0]].filter((part) => part !== undefined).length;
    const repeated = repeat === undefined ? 0 : repeat.times * doneBy(repeat.steps);
    return sum + Math.max(1, own + actions.length + remember.length + repeated);
  }, 0);
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
