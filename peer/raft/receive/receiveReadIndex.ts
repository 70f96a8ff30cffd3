import type { PeerId } from '../../../shared/ids.ts';
import type { ReadIndex } from '../../../shared/messages/ReadIndex.ts';
import type { RaftState } from '../RaftState.ts';
import { answerForwarded, takeRead, type PendingRead } from '../reads.ts';

/** A follower asks for a read: answered like the leader's own, or at once by one that does not lead. */
export function receiveReadIndex(state: RaftState, from: PeerId, id: number, request: ReadIndex): void {
  const { role } = state;
  const read = { type: 'forwarded', from, id, readId: request.readId, requestTerm: request.term } satisfies PendingRead;
  if (role.type === 'leader' && request.term === state.currentTerm) takeRead(state, role, read);
  else answerForwarded(state, read, undefined);
}
