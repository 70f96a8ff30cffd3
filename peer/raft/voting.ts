import type { PeerId } from '../../shared/ids.ts';
import type { VoteRefusal } from '../../shared/messages/VoteRefusal.ts';
import { isQuorum } from './configuration.ts';
import type { RaftState, Votes } from './RaftState.ts';

/**
 * A leader that was heard may count on its lease: this peer elects no other within the minimum election timeout (thesis, 6.4.1).
 * It may answer reads by it (`leaseReads`), or tell an application that it leads.
 * Unlike `leaderHeardAtMs` the promise outlives the term, for a lease does not end because some voter hears of a higher term.
 */
export function promiseNoElection(state: RaftState): void {
  if (state.options.checkQuorum) state.promisedUntilMs = state.nowMs + state.options.electionTimeoutMsMin;
}

/** Whether that promise still binds this peer. An election timer that runs out by itself does so later. */
export function hasPromised({ nowMs, promisedUntilMs }: RaftState): boolean {
  return nowMs < promisedUntilMs;
}

/** Whether this peer leads, or heard from the current leader within the minimum election timeout. */
export function leaderIsAlive(state: RaftState): boolean {
  if (state.role.type === 'leader' || state.nowMs < state.promisedUntilMs) return true;
  if (state.leaderHeardAtMs === null) return false;
  return state.nowMs - state.leaderHeardAtMs < state.options.electionTimeoutMsMin;
}

export function noVotes(): Votes {
  return { granted: new Set(), refused: new Map() };
}

export function hasWon(state: RaftState, votes: Votes): boolean {
  return isQuorum(state.configuration, (voter) => votes.granted.has(voter));
}

/** Once granted, a vote stays; repeated frames change nothing. */
export function countVote(votes: Votes, by: PeerId, granted: boolean, refusal: VoteRefusal | undefined): void {
  if (votes.granted.has(by)) return;
  if (granted) {
    votes.granted.add(by);
    votes.refused.delete(by);
  } else {
    votes.refused.set(by, refusal ?? 'staleTerm');
  }
}
