import type { ClusterView, PeerView } from '../../shared/http/ClusterView.ts';
import type { NumberField } from './conditionTypes.ts';
import { idsOf, sightOf, type Setting, type Who } from './who.ts';

/** Peers whose word a condition is judged by; or why it cannot be judged, and is not true. */
export type Witnesses = { readonly peers: readonly PeerView[] } | { readonly silent: string };

/**
 * Who is named has to be connected and to have told its status: nobody knows what a peer does that the relay does not hear, and
 * what it told last may be long over. Where nobody is named, it is all peers that are connected, and at least one.
 */
export function witnessesOf(whos: readonly Who[] | undefined, setting: Setting, view: ClusterView): Witnesses {
  const known = knownPeers(whos, setting, view);
  if ('silent' in known) return known;
  const away = known.peers.find(({ connected }) => !connected);
  if (away !== undefined && whos !== undefined) return { silent: `${away.id} is disconnected` };
  const peers = known.peers.filter(({ connected }) => connected);
  if (peers.length === 0) return { silent: 'nobody is connected' };
  const mute = peers.find(({ role }) => role === null);
  return mute === undefined ? { peers } : { silent: `${mute.id} never told its status` };
}

/** The same of peers that may be away, and need not have told anything. */
export function knownPeers(whos: readonly Who[] | undefined, setting: Setting, view: ClusterView): Witnesses {
  const ids = whos === undefined ? setting.peers : idsOf(whos, sightOf(setting, view));
  const peers = ids.flatMap((id) => view.peers.find((peer) => peer.id === id) ?? []);
  const stranger = ids.find((id) => !peers.some((peer) => peer.id === id));
  if (stranger !== undefined) return { silent: `${stranger} never connected` };
  return peers.length === 0 ? { silent: 'this names nobody' } : { peers };
}

const FIELDS = { term: 'term', commit: 'commitIndex', applied: 'lastApplied', log: 'lastLogIndex' } as const;

/** Of a peer that told its status. */
export function numberOf(peer: PeerView, field: NumberField): number {
  return peer[FIELDS[field]] ?? 0;
}
