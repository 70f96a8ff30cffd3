import type { PeerId } from '../../../../shared/ids.ts';
import { type Groups, groupOf } from '../model/groups.ts';
import type { Layout } from './Layout.ts';
import type { Point } from './ring.ts';

/** Whether a point lies within an outline, which closes itself: a ray from it crosses the outline an odd number of times. */
export function isWithin(outline: readonly Point[], { x, y }: Point): boolean {
  let isInside = false;
  outline.forEach((to, index) => {
    const from = outline.at(index - 1) ?? to;
    if (from.y > y === to.y > y) return;
    const crossesAt = from.x + ((y - from.y) / (to.y - from.y)) * (to.x - from.x);
    if (x < crossesAt) isInside = !isInside;
  });
  return isInside;
}

/** The peers whose middle a lasso holds. */
export function lassoed(layout: Layout, outline: readonly Point[]): readonly PeerId[] {
  return [...layout.peers].filter(([, place]) => isWithin(outline, place)).map(([id]) => id);
}

/** A peer is away from its place when it was taken so far, in its radii; and with others when it is so near to one of them. */
const AWAY = 1.6;
const WITH = 2.4;

/**
 * Where a peer that is dragged to a point would be: with the group whose member is nearest there, by itself, or where it was.
 * @returns the index of the group; `alone`; null: as it is
 */
export function dropOf(layout: Layout, groups: Groups, peer: PeerId, at: Point): number | 'alone' | null {
  const place = layout.peers.get(peer);
  if (place === undefined) return null;
  const own = groupOf(groups, peer);
  const near = [...layout.peers]
    .filter(([id]) => id !== peer)
    .map(([id, { x, y, radius }]) => ({ group: groupOf(groups, id), radii: Math.hypot(at.x - x, at.y - y) / radius }))
    .reduce((one, other) => (other.radii < one.radii ? other : one), { group: own, radii: Infinity });
  if (near.radii <= WITH && near.group !== own) return near.group;
  const isAway = Math.hypot(at.x - place.x, at.y - place.y) > AWAY * place.radius;
  const isAlone = groups[own]?.length === 1;
  return isAway && !isAlone ? 'alone' : null;
}
