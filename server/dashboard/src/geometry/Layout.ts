import type { PeerId } from '../../../../shared/ids.ts';
import { linkKey } from '../model/linkRate.ts';
import { type Chord, chordOf, type Curve, xOn, yOn } from './chord.ts';
import { HALO, type Point } from './ring.ts';

/** Where a peer stands, and how large its body is. */
export interface PeerPlace extends Point {
  readonly radius: number;
}

/** Where things stand on the ring, in CSS pixels from the upper left corner of its stage. */
export interface Layout {
  readonly size: { readonly width: number; readonly height: number };
  readonly peers: ReadonlyMap<PeerId, PeerPlace>;
  /** The curve of one direction: its ends and its control point; null when the peers touch, or one is not there. */
  chord(from: PeerId, to: PeerId): Chord | null;
  peerAt(point: Point): PeerId | null;
  /**
   * The direction that is drawn near the point: the one that bows to the point's side of the straight line between the
   * peers, which is always seen. Peers come before links. @param near in CSS pixels; default: as a click means it
   */
  linkAt(point: Point, near?: number): { readonly from: PeerId; readonly to: PeerId } | null;
}

/** Chords begin and end so far from the middle of a peer, in its radii: outside its halo. */
const RIM = 1.34;
/** A link is meant by a click so near to it, in CSS pixels: half of how far a chord bows at most, and a little. */
const NEAR = 11;
/** Into so many straight pieces a chord is cut to measure how far it is; it bows little. */
const PIECES = 12;

export function makeLayout(size: Layout['size'], peers: ReadonlyMap<PeerId, PeerPlace>): Layout {
  const chords = new Map<string, Chord | null>();
  const chord = (from: PeerId, to: PeerId): Chord | null => {
    const key = linkKey(from, to);
    const known = chords.get(key);
    if (known !== undefined) return known;
    const [start, end] = [peers.get(from), peers.get(to)];
    const made =
      from === to || start === undefined || end === undefined
        ? null
        : chordOf(start, end, start.radius * RIM, end.radius * RIM);
    // Names come from frames, and may be anybody's: only those of peers are kept.
    if (start !== undefined && end !== undefined) chords.set(key, made);
    return made;
  };
  const peerAt = (point: Point): PeerId | null => {
    for (const [id, { x, y, radius }] of peers) {
      if (Math.hypot(point.x - x, point.y - y) <= radius * HALO) return id;
    }
    return null;
  };
  const linkAt = (point: Point, near = NEAR): { readonly from: PeerId; readonly to: PeerId } | null => {
    if (peerAt(point) !== null) return null;
    let nearest: { readonly from: PeerId; readonly to: PeerId } | null = null;
    let least = near;
    for (const from of peers.keys()) {
      for (const to of peers.keys()) {
        const curve = chord(from, to);
        if (curve === null || !isOnItsSide(curve, point)) continue;
        const distance = Math.min(distanceTo(curve, point), distanceToLine(curve.from, curve.to, point));
        if (distance >= least) continue;
        least = distance;
        nearest = { from, to };
      }
    }
    return nearest;
  };
  return { size, peers, chord, peerAt, linkAt };
}

/** Whether a point is where a curve bows to: to the right of its direction. */
function isOnItsSide({ from, to }: Curve, { x, y }: Point): boolean {
  return (to.x - from.x) * (y - from.y) >= (to.y - from.y) * (x - from.x);
}

/** From a point to a curve, in CSS pixels. */
export function distanceTo(curve: Curve, point: Point): number {
  let least = Infinity;
  let from: Point = curve.from;
  for (let piece = 1; piece <= PIECES; piece += 1) {
    const to = { x: xOn(curve, piece / PIECES), y: yOn(curve, piece / PIECES) };
    least = Math.min(least, distanceToLine(from, to, point));
    from = to;
  }
  return least;
}

function distanceToLine(from: Point, to: Point, { x, y }: Point): number {
  const [alongX, alongY] = [to.x - from.x, to.y - from.y];
  const length = alongX * alongX + alongY * alongY;
  const share = length === 0 ? 0 : ((x - from.x) * alongX + (y - from.y) * alongY) / length;
  const within = Math.max(0, Math.min(1, share));
  return Math.hypot(x - from.x - within * alongX, y - from.y - within * alongY);
}
