import type { PeerId } from '../../../../shared/ids.ts';
import { captionAside, captionSizeOf, captionWidthOf, LINE_HEIGHT } from './captionSize.ts';
import type { CaptionSide } from './captions.ts';
import type { PeerPlace } from './Layout.ts';
import { HALO } from './ring.ts';

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** How a caption is set: its lines, and the least size of its text in CSS pixels. */
export interface CaptionSetting {
  readonly lines: number;
  readonly sizeMin: number;
}

/** How far a crown reaches above a peer, in its radii. */
const CROWN = 1.75;

/**
 * The side of each caption that is free: the one that is wanted, or else the other, or below, whichever covers least of crowns and of
 * what lies outside. Null where every side would stand on a peer or on another caption: it is not drawn then. Sides are given out in
 * the order of the peers, and what has its place counts for who comes later.
 */
export function freeSides(
  peers: ReadonlyMap<PeerId, PeerPlace>,
  wanted: ReadonlyMap<PeerId, CaptionSide>,
  size: { readonly width: number; readonly height: number },
  setting: CaptionSetting,
): ReadonlyMap<PeerId, CaptionSide | null> {
  const captions: Box[] = [];
  const sides = new Map<PeerId, CaptionSide | null>();
  for (const [id, side] of wanted) {
    const place = peers.get(id);
    if (place === undefined) continue;
    const others = [...peers].filter(([other]) => other !== id).map(([, other]) => other);
    const free = candidates(side)
      .map((candidate) => ({ candidate, box: captionBox(place, candidate, setting) }))
      .filter(({ box }) => [...captions, ...others.map(haloBox)].every((other) => overlap(box, other) === 0))
      .map(({ candidate, box }) => ({
        ...{ candidate, box },
        covers: others.reduce((sum, other) => sum + overlap(box, crownedBox(other)), outside(box, size)),
      }));
    const best = free.length === 0 ? null : free.reduce((one, other) => (other.covers < one.covers ? other : one));
    sides.set(id, best?.candidate ?? null);
    if (best !== null) captions.push(best.box);
  }
  return sides;
}

function candidates(wanted: CaptionSide): readonly CaptionSide[] {
  return [
    ...new Set<CaptionSide>([
      wanted,
      wanted === 'left' ? 'right' : 'left',
      wanted === 'right' ? 'left' : 'right',
      'below',
    ]),
  ];
}

/** The place that a caption takes, lines of usual length. */
export function captionBox({ x, y, radius }: PeerPlace, side: CaptionSide, { lines, sizeMin }: CaptionSetting): Box {
  const size = captionSizeOf(radius, sizeMin);
  const [width, height] = [captionWidthOf(size), size * LINE_HEIGHT * lines];
  const aside = captionAside(radius);
  if (side === 'below') {
    const top = y + radius * HALO + size * 0.5;
    return { left: x - width / 2, right: x + width / 2, top, bottom: top + height };
  }
  const left = side === 'left' ? x - aside - width : x + aside;
  return { left, right: left + width, top: y - height / 2, bottom: y + height / 2 };
}

function haloBox({ x, y, radius }: PeerPlace): Box {
  const reach = radius * HALO;
  return { left: x - reach, right: x + reach, top: y - reach, bottom: y + reach };
}

/** With the crown or the votes above it. */
function crownedBox(place: PeerPlace): Box {
  return { ...haloBox(place), top: place.y - place.radius * CROWN };
}

/** How much of two boxes is the same place, in square pixels. */
export function overlap(one: Box, other: Box): number {
  const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
  const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  return Math.max(0, across) * Math.max(0, down);
}

function outside(box: Box, { width, height }: { readonly width: number; readonly height: number }): number {
  const whole = (box.right - box.left) * (box.bottom - box.top);
  return whole - overlap(box, { left: 0, right: width, top: 0, bottom: height });
}
