import type { PeerId } from '../../../../shared/ids.ts';
import type { Picture, SeenPeer } from './Picture.ts';

/**
 * - `full`: leads, and heard from a majority recently enough to commit
 * - `hollow`: believes that it leads, but could not commit anything, or is out of the relay's sight
 */
export type Crown = 'full' | 'hollow' | null;

export function crownOf({ view }: SeenPeer): Crown {
  if (view.role !== 'leader') return null;
  return view.connected && view.status?.canCommit === true ? 'full' : 'hollow';
}

/** Peers other than the cluster's leader that believe they lead. */
export function otherLeaders(picture: Picture): SeenPeer[] {
  return picture.peers.filter(
    ({ view }) => view.connected && view.role === 'leader' && view.id !== (picture.leader ?? ''),
  );
}

export function peerOf(picture: Picture, id: PeerId | null): SeenPeer | undefined {
  return picture.peers.find(({ view }) => view.id === id);
}
