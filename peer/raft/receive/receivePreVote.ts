import type { PeerId } from '../../../shared/ids.ts';
import type { PreVote } from '../../../shared/messages/PreVote.ts';
import type { VoteRefusal } from '../../../shared/messages/VoteRefusal.ts';
import type { RaftState } from '../RaftState.ts';
import { leaderIsAlive } from '../voting.ts';

/** Says how it would vote. Term, vote and election timer stay as they are, whatever the answer (thesis, 9.6). */
export function receivePreVote(state: RaftState, from: PeerId, id: number, request: PreVote): void {
  const refusal = whyRefuse(state, request);
  state.outbox.report(
    refusal === undefined
      ? { type: 'voteGranted', to: from, preVote: true }
      : { type: 'voteRefused', to: from, preVote: true, refusal },
  );
  state.outbox.send(from, {
    type: 'PreVoteReply',
    body: {
      term: state.currentTerm,
      requestTerm: request.term,
      inReplyTo: id,
      voteGranted: refusal === undefined,
      ...(refusal === undefined ? {} : { refusal }),
    },
  });
}

function whyRefuse(state: RaftState, request: PreVote): VoteRefusal | undefined {
  if (request.term <= state.currentTerm) return 'staleTerm';
  if (leaderIsAlive(state)) return 'leaderAlive';
  if (!state.log.isUpToDate(request.lastLogTerm, request.lastLogIndex)) return 'logBehind';
  return undefined;
}
