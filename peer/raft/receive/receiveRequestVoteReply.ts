import type { PeerId } from '../../../shared/ids.ts';
import type { RequestVoteReply } from '../../../shared/messages/RequestVoteReply.ts';
import type { RaftState } from '../RaftState.ts';
import { winIfElected } from '../roles/candidate.ts';
import { countVote } from '../voting.ts';

/** Counts a vote of this very election; a majority acts at once. */
export function receiveRequestVoteReply(state: RaftState, from: PeerId, reply: RequestVoteReply): void {
  const { outbox, role } = state;
  if (reply.requestTerm !== state.currentTerm) return outbox.report({ type: 'ignored', reason: 'staleReply' });
  if (role.type !== 'candidate') return outbox.report({ type: 'ignored', reason: 'notInThatRole' });
  if (!state.isVoterAmongUs(from)) return outbox.report({ type: 'ignored', reason: 'notAMember' });
  // A voter takes the candidate's term over before it votes.
  const isImpossible = reply.voteGranted && reply.term !== reply.requestTerm;
  if (isImpossible) return outbox.report({ type: 'ignored', reason: 'impossible' });
  countVote(role.votes, from, reply.voteGranted, reply.refusal);
  outbox.report({ type: 'voteReceived', by: from, preVote: false, granted: reply.voteGranted });
  winIfElected(state);
}
