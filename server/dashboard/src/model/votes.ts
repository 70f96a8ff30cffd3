import type { PeerId } from '../../../../shared/ids.ts';
import type { VoteRefusal } from '../../../../shared/messages/VoteRefusal.ts';
import type { SeenPeer } from './Picture.ts';
import { makeVoters, tallyOf } from './voters.ts';

export interface Vote {
  readonly voter: PeerId;
  readonly answer: 'granted' | 'refused' | 'pending';
  /** Why, when refused. */
  readonly refusal: VoteRefusal | null;
}

export interface Count {
  /** One for each voter, in the order of the membership; of two sets, first the new one. */
  readonly votes: readonly Vote[];
  /** Granted of needed: `1 of 3`, or while voters change `1 of 3 old and 1 of 2 new`. */
  readonly tally: string;
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
  const voters = makeVoters(status.voters, status.votersOutgoing);
  const votes = voters.all.map((voter): Vote => {
    if (granted.includes(voter)) return { voter, answer: 'granted', refusal: null };
    const refusal = refusals.get(voter);
    return refusal === undefined ? { voter, answer: 'pending', refusal: null } : { voter, answer: 'refused', refusal };
  });
  return { votes, tally: tallyOf(voters, new Set(granted)) };
}
