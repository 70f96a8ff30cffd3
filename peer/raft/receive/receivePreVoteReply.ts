import type { PeerId } from '../../../shared/ids.ts';
import type { PreVoteReply } from '../../../shared/messages/PreVoteReply.ts';
import type { RaftState } from '../RaftState.ts';
import { standIfWanted } from '../roles/preCandidate.ts';
import { countVote } from '../voting.ts';

/** Counts a pre-vote of this very round; a majority starts the election. */
export function receivePreVoteReply(state: RaftState, from: PeerId, reply: PreVoteReply): void {
  const { outbox, role } = state;
  if (role.type !== 'preCandidate') return outbox.report({ type: 'ignored', reason: 'notInThatRole' });
  if (reply.requestTerm !== state.currentTerm + 1 || reply.inReplyTo < role.firstRequestId) {
    return outbox.report({ type: 'ignored', reason: 'staleReply' });
  }
  if (!state.isVoterAmongUs(from)) return outbox.report({ type: 'ignored', reason: 'notAMember' });
  countVote(role.votes, from, reply.voteGranted, reply.refusal);
  outbox.report({ type: 'voteReceived', by: from, preVote: true, granted: reply.voteGranted });
  standIfWanted(state, role.votes);
}
