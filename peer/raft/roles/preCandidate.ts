import { resetElectionTimer } from '../electionTimer.ts';
import type { RaftState, Votes } from '../RaftState.ts';
import { setLeader } from '../term.ts';
import { hasPromised, hasWon, noVotes } from '../voting.ts';
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
  // Asked to time out before its time, it answers its own question as it would another's.
  if (hasPromised(state)) votes.refused.set(state.id, 'leaderAlive');
  else votes.granted.add(state.id);
  standIfWanted(state, votes);
}

/** A majority would elect it. While it has promised a leader to elect nobody it does not elect itself: the next round is later. */
export function standIfWanted(state: RaftState, votes: Votes): void {
  if (hasWon(state, votes) && !hasPromised(state)) startElection(state, 'wonPreVote');
}
