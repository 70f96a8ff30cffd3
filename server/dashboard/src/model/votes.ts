import type { PeerId } from '../../../../shared/ids.ts';
import type { VoteRefusal } from '../../../../shared/messages/VoteRefusal.ts';
import { majorityOf } from './shapes.ts';
import type { SeenPeer } from './Picture.ts';

export interface Vote {
  readonly voter: PeerId;
  readonly answer: 'granted' | 'refused' | 'pending';
  /** Why, when refused. */
  readonly refusal: VoteRefusal | null;
}

export interface Count {
  /** One for each voter, in the order of the membership. */
  readonly votes: readonly Vote[];
  readonly granted: number;
  readonly needed: number;
}

/**
 * How the election stands for a peer that is a candidate or pre-candidate; null for any other, one that is away, and one that was
 * removed, for nobody counts its votes.
 */
export function countOf({ view, standing }: SeenPeer): Count | null {
  const status = view.status;
  if (!view.connected || standing !== 'member' || status?.votes === undefined) return null;
  const { granted, refused } = status.votes;
  const refusals = new Map(refused.map(({ peer, refusal }) => [peer, refusal]));
  const votes = status.voters.map((voter): Vote => {
    if (granted.includes(voter)) return { voter, answer: 'granted', refusal: null };
    const refusal = refusals.get(voter);
    return refusal === undefined ? { voter, answer: 'pending', refusal: null } : { voter, answer: 'refused', refusal };
  });
  return { votes, granted: granted.length, needed: majorityOf(status.voters.length) };
}
