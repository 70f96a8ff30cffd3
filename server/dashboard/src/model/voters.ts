import { accountOfMembers } from '../../../../shared/http/standing.ts';
import type { PeerId } from '../../../../shared/ids.ts';
import type { Picture } from './Picture.ts';
import { majorityOf } from './shapes.ts';

/** Who votes. */
export interface Voters {
  readonly now: readonly PeerId[];
  /** Not empty while voters change: a majority of these is needed too (paper, section 6). */
  readonly outgoing: readonly PeerId[];
  readonly all: readonly PeerId[];
}

export function makeVoters(now: readonly PeerId[], outgoing: readonly PeerId[]): Voters {
  return { now, outgoing, all: [...new Set([...now, ...outgoing])] };
}

/** By the account that holds; all peers while nobody has told. */
export function votersIn({ leader, peers }: Picture): Voters {
  const views = peers.map(({ view }) => view);
  const account = accountOfMembers(leader, views);
  return makeVoters(account?.voters ?? views.map(({ id }) => id), account?.votersOutgoing ?? []);
}

/** Whether these make a majority, of both sets while there are two. */
export function isMajority({ now, outgoing }: Voters, who: ReadonlySet<PeerId>): boolean {
  const has = (set: readonly PeerId[]): boolean => set.filter((id) => who.has(id)).length >= majorityOf(set.length);
  return has(now) && (outgoing.length === 0 || has(outgoing));
}

/** `3 of 5 voters`, or `3 of 5 old and 2 of 3 new voters`. */
export function neededText({ now, outgoing }: Voters): string {
  const of = (set: readonly PeerId[]): string => `${majorityOf(set.length)} of ${set.length}`;
  return outgoing.length === 0 ? `${of(now)} voters` : `${of(outgoing)} old and ${of(now)} new voters`;
}

/** How many of those that are needed these are: `1 of 3`, or `1 of 3 old and 1 of 2 new`. */
export function tallyOf({ now, outgoing }: Voters, who: ReadonlySet<PeerId>): string {
  const of = (set: readonly PeerId[]): string =>
    `${set.filter((id) => who.has(id)).length} of ${majorityOf(set.length)}`;
  return outgoing.length === 0 ? of(now) : `${of(outgoing)} old and ${of(now)} new`;
}
