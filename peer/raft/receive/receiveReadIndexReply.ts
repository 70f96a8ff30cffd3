import type { PeerId } from '../../../shared/ids.ts';
import type { ReadIndexReply } from '../../../shared/messages/ReadIndexReply.ts';
import type { RaftState } from '../RaftState.ts';

/** The leader's answer to a read of this peer. Each is taken once; late ones find nobody waiting. */
export function receiveReadIndexReply(state: RaftState, from: PeerId, reply: ReadIndexReply): void {
  const { outbox, readsForwarded } = state;
  const isAwaited =
    reply.requestTerm === state.currentTerm && from === state.leader && readsForwarded.has(reply.readId);
  if (!isAwaited) return outbox.report({ type: 'ignored', reason: 'staleReply' });
  readsForwarded.delete(reply.readId);
  if (reply.readIndex === undefined) outbox.refuse(reply.readId, 'leaderChanged');
  else outbox.do({ type: 'readReady', requestId: reply.readId, index: reply.readIndex });
}
