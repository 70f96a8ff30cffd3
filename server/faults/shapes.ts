import { WhitewaterError } from '../../shared/errors.ts';
import { type Partition, PARTITION_SHAPES, type PartitionRequest } from '../../shared/http/Partition.ts';
import type { PeerId } from '../../shared/ids.ts';
import { nearest } from '../../shared/nearest.ts';
import { shuffled } from './judge.ts';

export interface ShapeContext {
  /** The voters, or while nobody has told who votes, all known peers; in their natural order: p1, p2, p10. */
  readonly peers: readonly string[];
  /** Further known peers, which do not vote: they are with the larger group, and their links are whole. */
  readonly others?: readonly string[];
  /** The leader of the newest term that is known of. */
  readonly leader: string | null;
  readonly seed: string;
  /** Draws of one seed differ from epoch to epoch. */
  readonly epoch: number;
  /** Where the shape's name stands in the request, as a JSON pointer, for errors. Default `/shape`. */
  readonly place?: string;
}

/** Between two steps of `swizzle`, unless told otherwise. */
const SWIZZLE_STEP_MS = 500;

type Pieces = Pick<Partition, 'groups' | 'cuts' | 'absences'>;

interface Shape {
  /** With fewer peers there is nothing to cut. */
  readonly peersMin: number;
  /** Whether a peer may, must or must not be named behind a colon. */
  readonly names: 'no' | 'perhaps' | 'yes';
  readonly of: (context: ShapeContext, id: string | undefined, stepMs: number) => Pieces;
}

const SHAPES: Readonly<Record<string, Shape>> = {
  halves: { peersMin: 2, names: 'no', of: halves },
  'majority-minority': { peersMin: 3, names: 'no', of: majorityMinority },
  'isolate-leader': { peersMin: 2, names: 'no', of: isolateLeader },
  isolate: { peersMin: 2, names: 'yes', of: (_, id) => ({ groups: [idsOf(id === undefined ? [] : [id])] }) },
  ring: { peersMin: 3, names: 'no', of: ring },
  bridge: { peersMin: 3, names: 'perhaps', of: bridge },
  'one-way': { peersMin: 2, names: 'perhaps', of: oneWay },
  swizzle: { peersMin: 2, names: 'no', of: swizzle },
};

/** With fewer peers a shape has nothing to cut. @param name without an id behind a colon */
export function peersMinOf(name: string): number {
  return SHAPES[name]?.peersMin ?? 0;
}

/**
 * The partition that a request asks for. Clients reach everybody in all shapes.
 * @throws {WhitewaterError} PARTITION_SHAPE_UNKNOWN; REQUEST_INVALID for steps of a shape that has none; PARTITION_SHAPE_UNFIT when there are too few peers, or no leader;
 *   PEER_UNKNOWN for `isolate:ID` and the like. Groups and cuts are taken as they are: `changeFaults` checks them.
 */
export function partitionOf(request: PartitionRequest, context: ShapeContext): Partition {
  const inFlight = request.inFlight === undefined ? {} : { inFlight: request.inFlight };
  if (!('shape' in request)) {
    const cuts = request.cuts === undefined ? {} : { cuts: request.cuts };
    return { groups: request.groups ?? [], ...cuts, ...inFlight };
  }
  const [name = '', ...ids] = request.shape.split(':');
  const shape = Object.hasOwn(SHAPES, name) ? SHAPES[name] : undefined;
  const id = ids.length === 0 ? undefined : ids.join(':');
  if (
    shape === undefined ||
    (shape.names === 'no' && id !== undefined) ||
    (shape.names === 'yes' && id === undefined)
  ) {
    throw unknownShape(request.shape, context);
  }
  const known = [...context.peers, ...(context.others ?? [])];
  if (id !== undefined && !known.includes(id)) throw unknownPeer(id, request.shape, known, context.place);
  if (request.stepMs !== undefined && name !== 'swizzle') throw stepless(request.shape, context);
  if (context.peers.length < shape.peersMin) {
    throw unfit(`${name} needs ${shape.peersMin} peers, and ${context.peers.length} are known`, context);
  }
  const pieces = shape.of(context, id, request.stepMs ?? SWIZZLE_STEP_MS);
  return { ...pieces, groups: withOthers(pieces.groups, context.others ?? []), shape: request.shape, ...inFlight };
}

/** A group by itself leaves all who are not named together in any case. */
function withOthers(groups: Pieces['groups'], others: readonly string[]): Pieces['groups'] {
  if (groups.length < 2 || others.length === 0) return groups;
  const largest = groups.reduce((one, other) => (other.length > one.length ? other : one));
  return groups.map((group) => (group === largest ? [...group, ...idsOf(others)] : group));
}

/** The smaller one first, as peers are ordered. */
function halves({ peers }: ShapeContext): Pieces {
  const middle = Math.floor(peers.length / 2);
  return { groups: [idsOf(peers.slice(0, middle)), idsOf(peers.slice(middle))] };
}

/** The largest minority that there is, the leader in it, if one is known; the others of it drawn from the seed. */
function majorityMinority(context: ShapeContext): Pieces {
  const { peers, leader } = context;
  const size = Math.floor((peers.length - 1) / 2);
  const drawn = draw(context, 'majority-minority');
  const first = leader !== null && peers.includes(leader) ? [leader] : [];
  const minority = new Set([...first, ...drawn.filter((id) => id !== leader)].slice(0, size));
  return {
    groups: [idsOf(peers.filter((id) => !minority.has(id))), idsOf(peers.filter((id) => minority.has(id)))],
  };
}

function isolateLeader(context: ShapeContext): Pieces {
  const { peers, leader } = context;
  if (leader === null || !peers.includes(leader))
    throw unfit('isolate-leader needs a leader, and none is known', context);
  return { groups: [idsOf([leader])] };
}

/**
 * Each peer sees as many on both sides as make a majority with itself, the nearest ones. From four peers on, no two see the
 * same. Three have no such ring: there, the two ends do not see each other, and the one between sees both.
 */
function ring({ peers }: ShapeContext): Pieces {
  const count = peers.length;
  if (count === 3) return { groups: [], cuts: cutsBetween(peers.slice(0, 1), peers.slice(2)) };
  const reach = Math.ceil(Math.floor(count / 2) / 2);
  const cuts = peers.flatMap((from, at) =>
    peers.filter((_, to) => Math.min(Math.abs(at - to), count - Math.abs(at - to)) > reach).map((to) => [from, to]),
  );
  return { groups: [], cuts: cuts as [PeerId, PeerId][] };
}

/** Two halves that do not see each other, and one peer that sees all; the one in the middle unless it is named. */
function bridge({ peers }: ShapeContext, id: string | undefined): Pieces {
  const between = id ?? peers[Math.floor(peers.length / 2)];
  const others = peers.filter((peer) => peer !== between);
  const middle = Math.floor(others.length / 2);
  return { groups: [], cuts: cutsBetween(others.slice(0, middle), others.slice(middle)) };
}

/** A peer that is heard and hears nothing of the others: unless it is named, the leader; without one, drawn from the seed. */
function oneWay(context: ShapeContext, id: string | undefined): Pieces {
  const { peers, leader } = context;
  const deaf = id ?? (leader !== null && peers.includes(leader) ? leader : draw(context, 'one-way')[0]);
  const cuts = peers.filter((peer) => peer !== deaf).map((peer) => [peer, deaf]);
  return { groups: [], cuts: cuts as [PeerId, PeerId][] };
}

/**
 * Two peers or more, drawn from the seed, are lost one by one, a step apart, and come back one by one in another order
 * (FoundationDB's "swizzle-clogging").
 */
function swizzle(context: ShapeContext, _id: string | undefined, stepMs: number): Pieces {
  const drawn = draw(context, 'swizzle');
  const [sizes] = draw({ ...context, peers: context.peers.slice(1).map((_, at) => String(at + 2)) }, 'swizzle/size');
  const lost = drawn.slice(0, Number(sizes));
  const back = draw({ ...context, peers: lost }, 'swizzle/back');
  const [first, ...rest] = back;
  const isSame = back.every((id, at) => id === lost[at]);
  const order = isSame && first !== undefined ? [...rest, first] : back;
  return {
    groups: [],
    absences: idsOf(lost).map((id, at) => ({
      id,
      fromMs: at * stepMs,
      untilMs: (lost.length + order.indexOf(id)) * stepMs,
    })),
  };
}

function draw({ peers, seed, epoch }: ShapeContext, stream: string): string[] {
  return shuffled(peers, { seed }, `${stream}/${epoch}`);
}

function cutsBetween(some: readonly string[], others: readonly string[]): [PeerId, PeerId][] {
  const cuts = some.flatMap((one) =>
    others.flatMap((other) => [
      [one, other],
      [other, one],
    ]),
  );
  return cuts as [PeerId, PeerId][];
}

/** What is known as a peer has the id of one. */
function idsOf(ids: readonly string[]): PeerId[] {
  return ids as PeerId[];
}

function unknownShape(shape: string, { place = '/shape' }: ShapeContext): WhitewaterError {
  const meant = nearest(shape, PARTITION_SHAPES);
  const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  const message =
    `there is no partition of the shape ${JSON.stringify(shape.slice(0, 80))}${hint}; there are ` +
    `${PARTITION_SHAPES.join(', ')}; nothing was changed`;
  const details = { place, legal: PARTITION_SHAPES };
  return new WhitewaterError('PARTITION_SHAPE_UNKNOWN', message, { details });
}

function stepless(shape: string, { place = '/shape' }: ShapeContext): WhitewaterError {
  const stepPlace = place.replace(/shape$/, 'stepMs');
  const message = `${stepPlace} is given with ${shape}, which has no steps; legal is stepMs with swizzle alone; nothing was changed`;
  const details = { place: stepPlace, legal: 'stepMs with swizzle alone' };
  return new WhitewaterError('REQUEST_INVALID', message, { details });
}

function unfit(what: string, { place = '/shape' }: ShapeContext): WhitewaterError {
  return new WhitewaterError('PARTITION_SHAPE_UNFIT', `${what}; nothing was changed`, { details: { place } });
}

function unknownPeer(id: string, shape: string, peers: readonly string[], place = '/shape'): WhitewaterError {
  const message = `${shape} names ${id}, and no such peer ever connected; known are ${peers.join(', ') || 'none'}; nothing was changed`;
  return new WhitewaterError('PEER_UNKNOWN', message, { details: { place, unknown: [id], known: peers } });
}
