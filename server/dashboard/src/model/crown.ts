import type { PeerId } from '../../../../shared/ids.ts';
import type { Doubt } from './doubt.ts';
import type { Picture, SeenPeer } from './Picture.ts';

/**
 * - `full`: leads, and heard from a majority recently enough to commit
 * - `hollow`: believes that it leads, but could not commit anything, is out of the relay's sight, or is not to be believed
 */
export type Crown = 'full' | 'hollow' | null;

export function crownOf({ view, doubt }: SeenPeer): Crown {
  if (view.role !== 'leader') return null;
  return view.connected && view.status?.canCommit === true && doubt === null ? 'full' : 'hollow';
}

const DOUBT_WORDS: Readonly<Record<Exclude<Doubt, 'paused'>, string>> = {
  outdone: 'has not heard that another leads already',
  over: 'has not heard that a majority is in a later term',
  silent: 'says nothing, so nobody knows whether it still leads',
};

/** Why a crown is hollow, to be read after the peer's name. */
export function hollowText({ view, doubt }: SeenPeer): string {
  if (doubt === 'paused') return 'is paused, so it cannot commit';
  if (!view.connected) return 'has no connection to the relay, so it cannot commit';
  if (view.status?.canCommit !== true || doubt === null) return 'hears no majority, so it cannot commit';
  return DOUBT_WORDS[doubt];
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
