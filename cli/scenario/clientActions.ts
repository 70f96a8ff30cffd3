import { WhitewaterError } from '../../shared/errors.ts';
import { VALUE_BYTES_MAX } from '../../shared/keyValue.ts';
import type { Wait } from '../../client/keyPaths.ts';
import type { Action } from './Action.ts';
import { StepFailure } from '../../client/scenario/StepFailure.ts';
import { textFrom } from '../../client/scenario/holds.ts';
import type { Fields, Place } from './Place.ts';
import { errorCodesOf, textOf } from '../../client/scenario/parseCondition.ts';
import { sightOf } from '../../client/scenario/who.ts';
import type { Outcome, Request, Stage } from '../../client/scenario/Stage.ts';
import { idsOf, whoText, type Scope, type Who } from '../../client/scenario/who.ts';
import { readWho } from './readWho.ts';

const COMMON = ['key', 'timeout', 'as', 'fails', 'background'] as const;
type Common = (typeof COMMON)[number];

/** What every request of a client has. */
interface Asking {
  readonly key: string;
  readonly wait: Wait;
  /** The name under which its outcome is kept. */
  readonly as: string | undefined;
  /** It has to fail, with one of these codes. */
  readonly fails: readonly string[] | undefined;
  /** The step does not wait for it. */
  readonly background: boolean;
}

type Ask = (stage: Stage) => Promise<{ text: string; value: unknown }>;

/** `put: { key, value, revision? }`, or `put: key = value`; `append` alike. */
export function write(kind: 'put' | 'append', place: Place, scope: ScopeWithNames): Action {
  if (!place.isMapping) {
    const [, key = '', value = ''] = /^(\S+) = (.+)$/.exec(place.text('KEY = VALUE')) ?? [];
    if (key === '') place.refuse('write KEY = VALUE, or a mapping of key and value');
    const asking = { key, wait: {}, as: undefined, fails: undefined, background: false };
    return place.guard(() => writing(kind, asking, value, undefined, scope));
  }
  const names = [...COMMON, 'value', 'bytes', ...(kind === 'put' ? ['revision' as const] : [])] as const;
  const fields = place.fields<Common | 'value' | 'bytes' | 'revision'>(names, 'a request');
  const number = (name: 'bytes' | 'revision', least: number, most: number): number | undefined =>
    fields.get(name)?.attempt((one) => one.wholeNumber(least, most));
  const revision = kind === 'put' ? number('revision', 0, Number.MAX_SAFE_INTEGER) : undefined;
  const bytes = number('bytes', 1, VALUE_BYTES_MAX);
  if (fields.has('bytes') && fields.has('value')) place.note('give value, or bytes for a value of so many letters');
  const asking = readAsking(fields, place, scope);
  if (fields.has('bytes')) return writing(kind, asking, 'x'.repeat(bytes ?? 0), revision, scope);
  const value = fields.need('value');
  const text = value.bareText('a value');
  return value.guard(() => writing(kind, asking, text, revision, scope));
}

function writing(
  kind: 'put' | 'append',
  asking: Asking,
  text: string,
  expectedRevision: number | undefined,
  scope: Scope,
): Action {
  const value = textOf(text, scope);
  const { key, wait } = asking;
  const shownText = text.length > 40 ? `${text.length} letters` : text;
  return requesting(`${kind} ${key} = ${shownText}`, asking, async (stage) => {
    const { client, cluster } = stage;
    const options = { ...wait, ...(expectedRevision === undefined ? {} : { expectedRevision }) };
    const given = textFrom(value, stage);
    const { revision } = await (kind === 'put'
      ? client.put(cluster, key, given, options)
      : client.append(cluster, key, given, wait));
    return { text: `revision ${revision}`, value: revision };
  });
}

/** `get: KEY`, or `{ key, at?, read?, equals? }`. */
export function get(place: Place, scope: ScopeWithNames): Action {
  if (!place.isMapping)
    return reading({ key: place.text('a key'), wait: {}, as: undefined, fails: undefined, background: false });
  const fields = place.fields([...COMMON, 'at', 'read', 'equals'], 'a request');
  const at = fields.get('at');
  const equals = fields.get('equals');
  return reading(readAsking(fields, place, scope), {
    at: at === undefined ? undefined : readWho(at, scope),
    consistency: fields.get('read')?.attempt((one) => one.choice(['linearizable', 'stale'] as const)) ?? 'linearizable',
    equals: equals?.value === null ? null : equals?.attempt((one) => one.bareText('a value, or null for none')),
  });
}

interface Reading {
  readonly at?: readonly Who[] | undefined;
  readonly consistency?: 'linearizable' | 'stale';
  readonly equals?: string | null | undefined;
}

function reading(asking: Asking, { at, consistency = 'linearizable', equals }: Reading = {}): Action {
  const { key, wait } = asking;
  const where = at === undefined ? '' : ` at ${whoText(at)}`;
  return requesting(`get ${key}${where}`, asking, async (stage) => {
    const [peer] = at === undefined ? [] : idsOf(at, sightOf(stage, await stage.network.view()));
    const options = { ...wait, consistency, ...(peer === undefined ? {} : { at: peer }) };
    const item = await stage.client.get(stage.cluster, key, options);
    const value = item?.value ?? null;
    if (equals !== undefined && equals !== value) {
      throw new StepFailure(`${key} is ${JSON.stringify(value)}, and was to be ${JSON.stringify(equals)}`);
    }
    return { text: value === null ? 'there is no such key' : JSON.stringify(value), value };
  });
}

export function remove(place: Place, scope: ScopeWithNames): Action {
  const fields = place.isMapping ? place.fields(COMMON, 'a request') : undefined;
  const asking =
    fields === undefined
      ? { key: place.text('a key'), wait: {}, as: undefined, fails: undefined, background: false }
      : readAsking(fields, place, scope);
  return requesting(`delete ${asking.key}`, asking, async ({ client, cluster }) => {
    const { revision } = await client.delete(cluster, asking.key, asking.wait);
    return { text: `deleted, revision ${revision}`, value: revision };
  });
}

/** Names of requests are remembered like everything else. */
export interface ScopeWithNames extends Scope {
  readonly variables: Set<string>;
}

function readAsking(fields: Fields<Common>, place: Place, scope: ScopeWithNames): Asking {
  const as = fields.get('as')?.attempt((name) => name.text('a name'));
  const timeoutMs = fields.get('timeout')?.attempt((time) => time.durationMs());
  const background = fields.get('background')?.attempt((switched) => switched.truth()) ?? false;
  if (background && as === undefined) place.attempt(() => fields.need('as'));
  if (as !== undefined) scope.variables.add(as);
  const codeOf = (one: Place): string[] | undefined =>
    one.attempt(() => one.guard(() => errorCodesOf([one.text("an error's code")])));
  return {
    key: place.attempt(() => fields.need('key').text('a key')) ?? '',
    wait: timeoutMs === undefined ? {} : { timeoutMs },
    ...{ as, background },
    fails: fields
      .get('fails')
      ?.several()
      .flatMap((one) => codeOf(one) ?? []),
  };
}

/** Without a name, the outcome is judged at once; with one, a later condition judges it. */
function requesting(text: string, { as, fails, background }: Asking, ask: Ask): Action {
  return {
    text: background ? `${text}, in the background` : text,
    needsProcesses: false,
    run: async (stage) => {
      const request: Request = { done: outcomeOf(ask(stage)), outcome: undefined };
      const done = request.done.then((outcome) => {
        request.outcome = outcome;
        if (as !== undefined && outcome.ok) stage.memory.set(as, outcome.value);
        return outcome;
      });
      if (as !== undefined) stage.requests.set(as, request);
      if (background) return 'asked';
      return judged(await done, as, fails);
    },
  };
}

async function outcomeOf(asked: Promise<{ text: string; value: unknown }>): Promise<Outcome> {
  try {
    return { ok: true, ...(await asked) };
  } catch (error) {
    if (error instanceof WhitewaterError) return { ok: false, code: error.code, message: error.message };
    throw error;
  }
}

function judged(outcome: Outcome, as: string | undefined, fails: readonly string[] | undefined): string {
  if (outcome.ok) {
    if (fails === undefined) return outcome.text;
    throw new StepFailure(`it succeeded (${outcome.text}), and was to fail with ${fails.join(' or ')}`);
  }
  const seen = `${outcome.code}: ${outcome.message}`;
  if (as !== undefined && fails === undefined) return seen;
  if (fails?.includes(outcome.code) === true) return `fails with ${outcome.code}`;
  throw new StepFailure(fails === undefined ? seen : `${seen}; it was to fail with ${fails.join(' or ')}`);
}
