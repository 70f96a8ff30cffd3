import type { PeerId } from '../../../shared/ids.ts';
import type { ReadIndexReply } from '../../../shared/messages/ReadIndexReply.ts';
import type { RaftState } from '../RaftState.ts';

/** The leader's answer to a read of this peer. Each is taken once; late ones find nobody waiting. */
export function receiveReadIndexReply(state: RaftState, from: PeerId, reply: ReadIndexReply): void {
  const { outbox, forwardedReads } = state;
  const read = forwardedReads.get(reply.readId);
  const isFromLeader = reply.requestTerm === state.currentTerm && from === state.leader;
  if (!isFromLeader || read === undefined) return outbox.report({ type: 'ignored', reason: 'staleReply' });
  forwardedReads.delete(reply.readId);
  if (reply.readIndex === undefined) outbox.refuse(read.requestId, 'leaderChanged');
  else outbox.do({ type: 'readReady', requestId: read.requestId, index: reply.readIndex });
}
