import type { PeerId } from '../../../shared/ids.ts';
import { resetElectionTimer } from '../electionTimer.ts';
import { expireForwardedReads } from '../forwardedReads.ts';
import type { RaftState } from '../RaftState.ts';
import { becomeFollower } from '../roles/follower.ts';
import { setLeader } from '../term.ts';
import { promiseNoElection } from '../voting.ts';

/** A second leader of one term, which no correct peer can be. */
export function isAnotherLeader(state: RaftState, from: PeerId): boolean {
  return state.leader !== null && state.leader !== from;
}

/** The leader of this term was heard. A candidate recognises it even if its entries do not fit; the vote stays (paper, 5.2). */
export function followLeader(state: RaftState, leader: PeerId): void {
  becomeFollower(state, 'leaderOfSameTerm');
  setLeader(state, leader);
  state.leaderHeardAtMs = state.nowMs;
  promiseNoElection(state);
  resetElectionTimer(state, 'heardFromLeader');
  expireForwardedReads(state);
}
