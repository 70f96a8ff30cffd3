import type { PeerId } from '../../../../shared/ids.ts';
import { captionWidthOf, LINE_HEIGHT } from './captionSize.ts';
import type { PeerPlace } from './Layout.ts';
import { layoutOf, pointAt, HALO, type RingLayout } from './ring.ts';

export interface Places extends RingLayout {
  readonly peers: ReadonlyMap<PeerId, PeerPlace>;
  /** Where those stand that have no vote, beside the ring; null when there are none. */
  readonly apart: { readonly x: number; readonly top: number } | null;
}

/** Of the width, for those that stand apart: with a caption below them, or without. */
const APART_WIDE = 150;
const APART_NARROW = 84;
const WIDE = 560;
const APART_RADIUS_MAX = 40;
const CAPTION_HEIGHT = 42;

/**
 * Voters on the ring, learners in a row from top to bottom at its right.
 * @param angles of the voters, in radians
 * @param captionSizeMin of the text of captions, in CSS pixels
 */
export function placesOf(
  { width, height }: { readonly width: number; readonly height: number },
  angles: ReadonlyMap<PeerId, number>,
  learners: readonly PeerId[],
  captionSizeMin: number,
): Places {
  const isWide = width >= WIDE;
  const apartWide = Math.max(APART_WIDE, captionWidthOf(captionSizeMin) + 16);
  const apartWidth = learners.length === 0 ? 0 : isWide ? apartWide : APART_NARROW;
  const ringLayout = layoutOf(width - apartWidth, height, Math.max(1, angles.size), captionSizeMin);
  const peers = new Map<PeerId, PeerPlace>();
  for (const [id, radians] of angles) {
    peers.set(id, { ...pointAt(ringLayout.ring, radians), radius: ringLayout.nodeRadius });
  }
  if (learners.length === 0) return { ...ringLayout, peers, apart: null };
  const caption = isWide ? Math.max(CAPTION_HEIGHT, captionSizeMin * (2 * LINE_HEIGHT + 0.5)) : 14;
  const room = height / learners.length;
  const radius = Math.max(10, Math.min(APART_RADIUS_MAX, ringLayout.nodeRadius, (room - caption) / (2 * HALO)));
  const step = Math.min(room, 2 * HALO * radius + caption + 18);
  const x = width - apartWidth / 2;
  const top = (height - step * learners.length) / 2;
  learners.forEach((id, index) => peers.set(id, { x, y: top + step * (index + 0.5) - caption / 4, radius }));
  return { ...ringLayout, peers, apart: { x, top: Math.max(12, top - 6) } };
}
