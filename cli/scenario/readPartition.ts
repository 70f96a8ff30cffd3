import type { GivenPartition } from '../../client/Given.ts';
import type { Stage } from '../../client/scenario/Stage.ts';
import {
  GATEWAY_ID,
  groupsOf,
  idsOf,
  parseWho,
  sightOf,
  whoText,
  type Scope,
  type Who,
} from '../../client/scenario/who.ts';
import { peersMinOf } from '../../server/faults/shapes.ts';
import { isShape, shapeHint, shapeOf } from '../parse/shape.ts';
import type { Place } from './Place.ts';
import { readGroups, readWho } from './readWho.ts';

/** The part of a request that is known only when the step runs. */
export type Deferred<Value> = (stage: Stage) => Promise<Value>;

interface ReadPartition {
  readonly text: string;
  readonly request: Deferred<GivenPartition>;
}

/** A shape, groups, or a mapping of groups, cuts, shape, step and inFlight. What names alone tell to be wrong is told before the run. */
export function readPartition(place: Place, scope: Scope): ReadPartition {
  if (!place.isMapping) return groupsOrShape(place, scope);
  const fields = place.fields(['groups', 'cuts', 'shape', 'step', 'inFlight'], 'a partition');
  const inFlight = fields.get('inFlight')?.attempt((one) => one.choice(['cut', 'delivered'] as const));
  const stepMs = fields.get('step')?.attempt((one) => one.durationMs());
  const more = { ...(inFlight === undefined ? {} : { inFlight }), ...(stepMs === undefined ? {} : { stepMs }) };
  const shape = fields.get('shape');
  if (shape !== undefined) {
    if (fields.has('groups') || fields.has('cuts')) place.refuse('a partition has a shape, or groups and cuts');
    const { text, request } = readShape(shape, scope);
    if (stepMs !== undefined && text !== 'swizzle')
      place.note(`${text} has no steps; legal is step with swizzle alone`);
    return { text, request: async (stage) => ({ ...(await request(stage)), ...more }) };
  }
  if (fields.has('step')) place.note('step belongs to a shape');
  const groups = fields.get('groups');
  const cuts = fields.get('cuts');
  if (groups === undefined && cuts === undefined) place.refuse('give groups, cuts or shape');
  const whoGroups = groups === undefined ? [] : readApart(groups, scope);
  const whoCuts = cuts === undefined ? [] : cuts.list('a list of pairs').map((pair) => readCut(pair, scope));
  return {
    text: [groupsText(whoGroups), ...whoCuts.map(([from, to]) => `${whoText(from)} -> ${whoText(to)}`)]
      .filter(Boolean)
      .join(', '),
    request: async (stage) => {
      const sight = sightOf(stage, await stage.network.view());
      const pairs = whoCuts.flatMap(([from, to]) =>
        idsOf(from, sight).flatMap((one) => idsOf(to, sight).map((two) => [one, two] as const)),
      );
      return {
        ...(whoGroups.length > 0 ? { groups: groupsOf(whoGroups, sight) } : {}),
        ...(pairs.length > 0 ? { cuts: pairs.filter(([one, two]) => one !== two) } : {}),
        ...more,
      };
    },
  };
}

function groupsOrShape(place: Place, scope: Scope): ReadPartition {
  if (typeof place.value === 'string') {
    const text = place.value.trim();
    if (isShape(text)) return readShape(place, scope);
    if (/^[\w-]+$/.test(text) && !isWho(text, scope) && shapeHint(text) !== '') {
      return place.refuse(`${text} is neither a peer nor a shape${shapeHint(text)}`);
    }
  }
  const groups = readApart(place, scope);
  const request: Deferred<GivenPartition> = async (stage) => ({
    groups: groupsOf(groups, sightOf(stage, await stage.network.view())),
  });
  return { text: groupsText(groups), request };
}

/** Groups that have no endpoint in common, as far as their words tell. */
function readApart(place: Place, scope: Scope): Who[][] {
  const groups = readGroups(place, scope);
  const words = groups.flat().map((who) => whoText([who]));
  const doubled = [...new Set(words.filter((word, at) => words.indexOf(word) < at))];
  for (const word of doubled) place.note(`${word} stands there twice; legal: each endpoint in one group, and once`);
  if (words.includes('all') && words.some((word) => word !== 'all' && word !== GATEWAY_ID))
    place.note(`all are in one group, and leave nobody for ${words.filter((word) => word !== 'all').join(', ')}`);
  return groups;
}

function isWho(word: string, scope: Scope): boolean {
  try {
    parseWho(word, scope);
    return true;
  } catch {
    return false;
  }
}

function groupsText(groups: readonly (readonly Who[])[]): string {
  return groups.map(whoText).join(' | ');
}

/** A directed link that is cut: from, to. */
function readCut(place: Place, scope: Scope): readonly [Who[], Who[]] {
  const [from, to, ...rest] = place.list('a pair: [from, to]');
  if (from === undefined || to === undefined || rest.length > 0) return place.refuse('a cut is a pair: [from, to]');
  const cut: [Who[], Who[]] = [readWho(from, scope), readWho(to, scope)];
  // Of several that are cut from each other, each reaches itself all the same.
  const [one, two] = cut.map(whoText);
  if (one === two && cut[0].length === 1 && isOne(cut[0][0]))
    place.note(`${one} is cut from itself; legal: two endpoints`);
  return cut;
}

function isOne(who: Who | undefined): boolean {
  return who?.kind === 'id' || who?.kind === 'leader';
}

/** A shape's id may be remembered: `isolate:$old`. */
function readShape(place: Place, scope: Scope): ReadPartition {
  const text = place.text('a shape');
  const { word, id } = place.guard(() => shapeOf(text));
  const least = peersMinOf(word);
  if (scope.peers.length > 0 && scope.peers.length < least) {
    place.note(`${word} needs ${least} peers; the peers of this scenario are ${scope.peers.join(', ')}`);
  }
  if (id === undefined) return { text, request: async () => ({ shape: word }) };
  const who = place.guard(() => parseWho(id, scope));
  return {
    text,
    request: async (stage) => {
      const [found = ''] = idsOf([who], sightOf(stage, await stage.network.view()));
      return { shape: `${word}:${found}` };
    },
  };
}
