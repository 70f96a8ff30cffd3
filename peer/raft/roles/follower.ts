import type { RoleChangeReason } from '../event.ts';
import { resetElectionTimer } from '../electionTimer.ts';
import type { RaftState } from '../RaftState.ts';
import { refuseReads } from '../reads.ts';
import { startElection } from './candidate.ts';
import { changeRole } from './changeRole.ts';
import { startPreVote } from './preCandidate.ts';
import { setLeader } from '../term.ts';
import { endTransfer } from '../transfer.ts';

/**
 * Steps down, keeping term and vote. A candidate keeps its deadline: stepping down is no reason to wait longer.
 * A leader had none, so one is armed.
 */
export function becomeFollower(state: RaftState, reason: RoleChangeReason): void {
  const { role } = state;
  if (role.type === 'follower') return;
  if (role.type === 'leader') {
    refuseReads(state, role);
    endTransfer(state, role);
    setLeader(state, null);
  }
  changeRole(state, { type: 'follower' }, reason);
  if (state.electionTimer === null) resetElectionTimer(state, 'steppedDown');
}

/** No leader was heard for a whole timeout, or no candidate won: stand, or ask first (paper, 5.2). */
export function electionTimedOut(state: RaftState): void {
  // It leads only at the wish of a leader, which sends TimeoutNow; an election that came of that and failed is not repeated.
  if (state.options.priority === 0) {
    becomeFollower(state, 'mayNotStand');
    return resetElectionTimer(state, 'mayNotStand');
  }
  // Another round now would only wait behind the last one, terms would run away, and answers always come too late.
  if (awaitsDisk(state)) return resetElectionTimer(state, 'startedElection');
  if (state.options.preVote) startPreVote(state);
  else startElection(state, 'electionTimeout');
}

/** Whether this peer stands or asks, and its requests could not leave yet. */
function awaitsDisk({ role, durableSequence }: RaftState): boolean {
  if (role.type === 'candidate') return role.selfVoteSequence > durableSequence;
  if (role.type === 'preCandidate') return role.requestsAfter > durableSequence;
  return false;
}
