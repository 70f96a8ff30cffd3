import type { NetworkView } from '../../../../../shared/http/Network.ts';
import { accountOfMembers } from '../../../../../shared/http/standing.ts';
import type { PeerId } from '../../../../../shared/ids.ts';
import type { Status } from '../../../../../shared/messages/Status.ts';
import { peerOf } from '../crown.ts';
import type { Picture } from '../Picture.ts';
import { majorityOf } from '../shapes.ts';
import type { Trail } from './Trail.ts';

/** All that explanations know: what the feed told. */
export interface Facts {
  readonly picture: Picture;
  /** The time that is drawn, on the clock of the picture's `receivedAtMs`. */
  readonly nowMs: number;
  /** Every rule in force; null in the past, where only their names are known. */
  readonly network: NetworkView | null;
  readonly trail: Trail;
}

/** Who votes. */
export interface Voters {
  readonly now: readonly PeerId[];
  /** Not empty while voters change: a majority of these is needed too. */
  readonly outgoing: readonly PeerId[];
  readonly all: readonly PeerId[];
}

/** By the account that holds; all peers while nobody has told. */
export function votersOf({ picture }: Facts): Voters {
  const views = picture.peers.map(({ view }) => view);
  const account = accountOfMembers(picture.leader, views);
  const now = account?.voters ?? views.map(({ id }) => id);
  const outgoing = account?.votersOutgoing ?? [];
  return { now, outgoing, all: [...new Set([...now, ...outgoing])] };
}

/** Whether these make a majority, of both sets while there are two. */
export function isMajority({ now, outgoing }: Voters, who: ReadonlySet<PeerId>): boolean {
  const has = (set: readonly PeerId[]): boolean => set.filter((id) => who.has(id)).length >= majorityOf(set.length);
  return has(now) && (outgoing.length === 0 || has(outgoing));
}

/** `3 of 5`, or `3 of 5 old and 2 of 3 new`. */
export function neededText({ now, outgoing }: Voters): string {
  const of = (set: readonly PeerId[]): string => `${majorityOf(set.length)} of ${set.length}`;
  return outgoing.length === 0 ? `${of(now)} voters` : `${of(outgoing)} old and ${of(now)} new voters`;
}

export function statusIn({ picture }: Facts, id: PeerId | null): Status | null {
  return peerOf(picture, id)?.view.status ?? null;
}

export function isConnected({ picture }: Facts, id: PeerId): boolean {
  return peerOf(picture, id)?.view.connected === true;
}
