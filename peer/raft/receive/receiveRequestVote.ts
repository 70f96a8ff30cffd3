import type { PeerId } from '../../../shared/ids.ts';
import type { RequestVote } from '../../../shared/messages/RequestVote.ts';
import type { VoteRefusal } from '../../../shared/messages/VoteRefusal.ts';
import { resetElectionTimer } from '../electionTimer.ts';
import type { RaftState } from '../RaftState.ts';
import { becomeFollower } from '../roles/follower.ts';
import { leaderIsAlive } from '../voting.ts';

/** Grants one vote a term, first come, to a candidate whose log is at least as up to date (paper, 5.2 and 5.4.1). */
export function receiveRequestVote(state: RaftState, from: PeerId, id: number, request: RequestVote): void {
  const refusal = whyRefuse(state, from, request);
  if (refusal === undefined) grant(state, from);
  else state.outbox.report({ type: 'voteRefused', to: from, preVote: false, refusal });
  state.outbox.send(from, {
    type: 'RequestVoteReply',
    body: {
      term: state.currentTerm,
      requestTerm: request.term,
      inReplyTo: id,
      voteGranted: refusal === undefined,
      ...(refusal === undefined ? {} : { refusal }),
    },
  });
}

function whyRefuse(state: RaftState, from: PeerId, request: RequestVote): VoteRefusal | undefined {
  if (request.term < state.currentTerm) return 'staleTerm';
  // A higher term was not adopted for this very reason (see term.ts); in the leader's own term a vote could elect nobody.
  if (state.options.checkQuorum && !request.leadershipTransfer && leaderIsAlive(state)) return 'leaderAlive';
  if (state.votedFor !== null && state.votedFor !== from) return 'alreadyVoted';
  if (!state.log.isUpToDate(request.lastLogTerm, request.lastLogIndex)) return 'logBehind';
  return undefined;
}

function grant(state: RaftState, candidate: PeerId): void {
  if (state.votedFor === null) {
    state.votedFor = candidate;
    state.outbox.setHardState({ currentTerm: state.currentTerm, votedFor: candidate });
  }
  // One that only asked about the next term gives way to one that stands in this one.
  if (state.role.type === 'preCandidate') becomeFollower(state, 'grantedVote');
  resetElectionTimer(state, 'grantedVote');
  state.outbox.report({ type: 'voteGranted', to: candidate, preVote: false });
}
