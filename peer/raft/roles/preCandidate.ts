import { resetElectionTimer } from '../electionTimer.ts';
import type { RaftState } from '../RaftState.ts';
import { setLeader } from '../term.ts';
import { hasWon, noVotes } from '../voting.ts';
import { startElection } from './candidate.ts';
import { changeRole } from './changeRole.ts';

/** Asks whether it would be elected, in the term after this one, before it disturbs anybody by standing (thesis, 9.6). */
export function startPreVote(state: RaftState): void {
  const { outbox } = state;
  const votes = noVotes();
  changeRole(
    state,
    { type: 'preCandidate', votes, firstRequestId: outbox.nextFrameId, requestsAfter: outbox.issuedSequence },
    'electionTimeout',
  );
  setLeader(state, null);
  resetElectionTimer(state, 'startedElection');
  for (const voter of state.otherVoters) {
    outbox.send(voter, {
      type: 'PreVote',
      body: { term: state.currentTerm + 1, lastLogIndex: state.log.lastIndex, lastLogTerm: state.log.lastTerm },
    });
  }
  votes.granted.add(state.id);
  if (hasWon(state, votes)) startElection(state, 'wonPreVote');
}
