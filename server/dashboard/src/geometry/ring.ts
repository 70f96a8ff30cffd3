import { CAPTION_SIZE_MIN, captionWidthOf, LINE_HEIGHT } from './captionSize.ts';
import type { PeerId } from '../../../../shared/ids.ts';
import type { Groups } from '../model/groups.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** An ellipse with its axes upright. Lengths in CSS pixels. */
export interface Ellipse extends Point {
  readonly radiusX: number;
  readonly radiusY: number;
}

/** A stretch of the ring, clockwise, in radians from the x axis; `toRadians` is never below `fromRadians`. */
export interface Stretch {
  readonly fromRadians: number;
  readonly toRadians: number;
}

/** How much of a turn lies between groups, all together, in steps between neighbours: neighbours are as near in two groups as in six. */
const GAPS_STEPS = 1.5;
const TURN = 2 * Math.PI;
const ROUNDING = 1e-6;

/** How far term band and election timer reach round a peer's body, in its radii. */
export const HALO = 1.32;
/** Room above a halo for a crown or votes, and for captions beside or below it. */
const ABOVE = 26;
const BESIDE = 140;
const BELOW = 40;
/** Between a halo and the captions beside it; and what is left where there are none. */
const BESIDE_GROUND = 24;
const BESIDE_NOTHING = 8;
const BELOW_NOTHING = 6;
/** From so many peers on, those at the top and the bottom have no room for a caption beside them. */
export const CROWD = 7;
/** A stage with less than this between the captions has no room for them beside the peers. */
const BETWEEN_CAPTIONS = 280;

/** Where everything is on a stage of a certain size. */
export interface RingLayout {
  readonly ring: Ellipse;
  /** Of a peer's body, in CSS pixels. */
  readonly nodeRadius: number;
  /** `beside`: outward, to the left or right. */
  readonly captions: 'beside' | 'below';
  /** How many lines a caption may have. */
  readonly captionLinesMax: number;
  /** Of their text, in CSS pixels. */
  readonly captionSizeMin: number;
}

/** Bodies in CSS pixels: as large as there is room for, but no larger, and never too small to read. */
const NODE_RADIUS_MIN = 14;
const NODE_RADIUS_MAX = 72;
/** Between the halos of neighbours, for a term's number at the lower rim. */
const BETWEEN = 10;

/** What is left of a stage for a ring, when captions have what they need. */
interface Room {
  readonly width: number;
  readonly height: number;
  /** On each side, and at the foot. */
  readonly beside: number;
  readonly below: number;
}

/**
 * The largest peers of which n find room on the stage, and the ring on which they stand.
 * @param captionSizeMin of the text of captions, in CSS pixels
 */
export function layoutOf(width: number, height: number, n: number, captionSizeMin: number): RingLayout {
  const captionsWidth = Math.max(BESIDE, captionWidthOf(captionSizeMin) + BESIDE_GROUND);
  const isWide = width >= 2 * captionsWidth + BETWEEN_CAPTIONS;
  const isCrowd = n >= CROWD;
  const linesHeight = Math.max(BELOW, captionSizeMin * (2 * LINE_HEIGHT + 0.5));
  const room = {
    ...{ width, height },
    beside: isWide ? captionsWidth : BESIDE_NOTHING,
    below: isWide && !isCrowd ? BELOW_NOTHING : linesHeight,
  };
  let nodeRadius = Math.min(NODE_RADIUS_MAX, width / 10.5, height / 10.5);
  let ring = ringOf(room, n, nodeRadius);
  while (nodeRadius > NODE_RADIUS_MIN && !hasRoom(ring, n, nodeRadius)) {
    nodeRadius = Math.max(NODE_RADIUS_MIN, nodeRadius - 0.5);
    ring = ringOf(room, n, nodeRadius);
  }
  const captions = isWide ? 'beside' : 'below';
  return {
    ring,
    nodeRadius,
    captions,
    captionSizeMin,
    captionLinesMax: linesMaxOf(!isWide && isCrowd, captionSizeMin),
  };
}

/** The third line, how far a peer is behind, is for a desk. */
function linesMaxOf(isNarrowCrowd: boolean, captionSizeMin: number): number {
  if (isNarrowCrowd) return 1;
  return captionSizeMin > CAPTION_SIZE_MIN ? 2 : 3;
}

/** As large as the stage allows, and never much wider than high or higher than wide. A single peer stands in the middle. */
function ringOf({ width, height, beside, below }: Room, n: number, nodeRadius: number): Ellipse {
  const halo = nodeRadius * HALO;
  const radiusY = Math.max(0, (height - 2 * halo - ABOVE - below) / 2);
  const radiusX = Math.max(0, Math.min(width / 2 - halo - beside, radiusY * 1.6));
  const middle = { x: width / 2, y: halo + ABOVE + radiusY };
  if (n === 1) return { ...middle, radiusX: 0, radiusY: 0 };
  return { ...middle, radiusX, radiusY: Math.min(radiusY, radiusX * 1.25) };
}

/** Whether neighbours stay apart, wherever on the ring they are; as if in groups, so that a cut changes no sizes. */
function hasRoom(ring: Ellipse, n: number, nodeRadius: number): boolean {
  if (n === 1) return true;
  const step = TURN / (n + GAPS_STEPS);
  const nearest = 2 * Math.sin(step / 2) * Math.min(ring.radiusX, ring.radiusY);
  return nearest >= 2 * HALO * nodeRadius + BETWEEN;
}

export function pointAt(ring: Ellipse, radians: number): Point {
  return { x: ring.x + ring.radiusX * Math.cos(radians), y: ring.y + ring.radiusY * Math.sin(radians) };
}

/**
 * The angle of each peer, in radians, clockwise from the x axis. Without a partition they stand evenly, the first on
 * top. With one, the members of a group stand side by side, groups apart, and nobody moves farther than needed.
 */
export function anglesOf(peers: readonly PeerId[], groups: Groups): ReadonlyMap<PeerId, number> {
  const even = evenAngles(peers);
  if (groups.length < 2) return even;
  const step = TURN / (peers.length + GAPS_STEPS);
  const apart = new Map<PeerId, number>();
  let radians = 0;
  for (const group of inCircularOrder(groups, even)) {
    for (const id of group) {
      apart.set(id, radians);
      radians += step;
    }
    radians += (step * GAPS_STEPS) / groups.length;
  }
  return turnedTowards(apart, even);
}

/** Where each group lies on the ring, for groups whose members stand side by side. */
export function stretchesOf(groups: Groups, angles: ReadonlyMap<PeerId, number>): readonly Stretch[] {
  return groups.map((group) => {
    const members = clockwise(group, angles);
    const fromRadians = angleOf(members.at(0), angles);
    return { fromRadians, toRadians: fromRadians + positive(angleOf(members.at(-1), angles) - fromRadians) };
  });
}

function evenAngles(peers: readonly PeerId[]): ReadonlyMap<PeerId, number> {
  // Two stand side by side; any other number begins at the top.
  const start = peers.length === 2 ? Math.PI : -Math.PI / 2;
  return new Map(peers.map((id, index) => [id, start + (TURN * index) / peers.length]));
}

/** Groups by the middle of their members, and in each group the members clockwise from behind its widest gap. */
function inCircularOrder(groups: Groups, angles: ReadonlyMap<PeerId, number>): Groups {
  return groups
    .map((group) => {
      const members = clockwise(group, angles);
      const first = angleOf(members.at(0), angles);
      const offsets = members.map((id) => positive(angleOf(id, angles) - first));
      const middle = first + offsets.reduce((sum, offset) => sum + offset, 0) / Math.max(1, members.length);
      return { members, middle: positive(middle) };
    })
    .sort((a, b) => a.middle - b.middle)
    .map(({ members }) => members);
}

function clockwise(group: readonly PeerId[], angles: ReadonlyMap<PeerId, number>): readonly PeerId[] {
  const sorted = group.toSorted((a, b) => positive(angleOf(a, angles)) - positive(angleOf(b, angles)));
  let start = 0;
  let widest = 0;
  sorted.forEach((id, index) => {
    const gap = positive(angleOf(id, angles) - angleOf(sorted.at(index - 1), angles));
    // Among gaps that differ by rounding alone, the first counts.
    if (gap < widest + ROUNDING) return;
    widest = gap;
    start = index;
  });
  return [...sorted.slice(start), ...sorted.slice(0, start)];
}

function angleOf(id: PeerId | undefined, angles: ReadonlyMap<PeerId, number>): number {
  return id === undefined ? 0 : (angles.get(id) ?? 0);
}

/** All angles turned by one amount: that which brings them nearest to where they were. */
function turnedTowards(
  angles: ReadonlyMap<PeerId, number>,
  target: ReadonlyMap<PeerId, number>,
): ReadonlyMap<PeerId, number> {
  let sines = 0;
  let cosines = 0;
  for (const [id, radians] of angles) {
    const difference = (target.get(id) ?? radians) - radians;
    sines += Math.sin(difference);
    cosines += Math.cos(difference);
  }
  const turn = Math.atan2(sines, cosines);
  return new Map([...angles].map(([id, radians]) => [id, radians + turn]));
}

/** Into [0, a turn); a full turn but for rounding is none. */
export function positive(radians: number): number {
  const once = ((radians % TURN) + TURN) % TURN;
  return TURN - once < ROUNDING ? 0 : once;
}

/** Into [-half a turn, half a turn). */
export function wrapped(radians: number): number {
  return positive(radians + Math.PI) - Math.PI;
}
