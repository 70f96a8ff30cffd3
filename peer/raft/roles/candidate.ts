import { resetElectionTimer } from '../electionTimer.ts';
import type { RaftState } from '../RaftState.ts';
import { enterTerm } from '../term.ts';
import { hasWon, noVotes } from '../voting.ts';
import { changeRole } from './changeRole.ts';
import { becomeLeader } from './leader.ts';

/** "Increment currentTerm, vote for self, reset election timer, send RequestVote RPCs to all other servers" (paper, Figure 2). */
export function startElection(state: RaftState, reason: 'electionTimeout' | 'wonPreVote' | 'transfer'): void {
  enterTerm(state, state.currentTerm + 1, state.id);
  changeRole(state, { type: 'candidate', votes: noVotes(), selfVoteSequence: state.outbox.upcomingSequence }, reason);
  resetElectionTimer(state, 'startedElection');
  for (const voter of state.otherVoters) {
    state.outbox.send(voter, {
      type: 'RequestVote',
      body: {
        term: state.currentTerm,
        lastLogIndex: state.log.lastIndex,
        lastLogTerm: state.log.lastTerm,
        leadershipTransfer: reason === 'transfer',
      },
    });
  }
}

/** A candidate's own vote counts like any other: once it is durable, and while it stands in that election. */
export function countOwnVote(state: RaftState): void {
  const { role } = state;
  if (role.type !== 'candidate' || role.selfVoteSequence > state.durableSequence) return;
  role.votes.granted.add(state.id);
  winIfElected(state);
}

export function winIfElected(state: RaftState): void {
  if (state.role.type === 'candidate' && hasWon(state, state.role.votes)) becomeLeader(state);
}
