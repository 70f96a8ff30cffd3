import type { PeerId } from '../../../../shared/ids.ts';
import { CROWD, positive } from './ring.ts';

/** Where a peer's caption stands, as seen from the peer. */
export type CaptionSide = 'left' | 'right' | 'below';

/** Peers at this cosine and below stand at the top or the bottom, where both sides are as good. */
const MIDDLE = 0.4;

/** Outward; at the top and at the bottom, away from the nearer neighbour, or below where both are near. */
export function captionSides(angles: ReadonlyMap<PeerId, number>): ReadonlyMap<PeerId, CaptionSide> {
  return new Map([...angles].map(([id, radians]) => [id, sideOf(id, radians, angles)]));
}

function sideOf(id: PeerId, radians: number, angles: ReadonlyMap<PeerId, number>): CaptionSide {
  if (angles.size === 1) return 'below';
  if (Math.abs(Math.cos(radians)) > MIDDLE) return Math.cos(radians) > 0 ? 'right' : 'left';
  if (angles.size >= CROWD) return 'below';
  const others = [...angles].filter(([other]) => other !== id).map(([, other]) => positive(other - radians));
  const clockwise = Math.min(...others);
  const counterclockwise = 2 * Math.PI - Math.max(...others);
  // Clockwise is to the right at the top, and to the left at the bottom.
  const isTop = Math.sin(radians) < 0;
  return clockwise < counterclockwise - 1e-6 === isTop ? 'left' : 'right';
}
