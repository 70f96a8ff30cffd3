import type { Picture } from './Picture.ts';

/** Each is joined to each other: of more, nothing could be told apart, and drawing them all would take seconds. */
export const RING_PEERS_MAX = 32;

/** A picture of those peers that the ring shows: all, or the first and whoever leads. */
export function onRing(picture: Picture): Picture {
  const { peers, leader } = picture;
  if (peers.length <= RING_PEERS_MAX) return picture;
  const leading = peers.filter(({ view }) => view.id === leader);
  const others = peers.filter(({ view }) => view.id !== leader).slice(0, RING_PEERS_MAX - leading.length);
  const shown = new Set([...leading, ...others]);
  return { ...picture, peers: peers.filter((peer) => shown.has(peer)) };
}
