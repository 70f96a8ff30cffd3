import type { PeerId } from '../../../shared/ids.ts';
import type { TimeoutNow } from '../../../shared/messages/TimeoutNow.ts';
import type { RaftState } from '../RaftState.ts';
import { startElection } from '../roles/candidate.ts';

/** The leader hands over: stand at once, without asking first (thesis, 3.10). */
export function receiveTimeoutNow(state: RaftState, from: PeerId, request: TimeoutNow): void {
  const isFromLeader = request.term === state.currentTerm && state.leader === from;
  if (!isFromLeader || !state.mayStand || state.role.type !== 'follower') {
    return state.outbox.report({ type: 'ignored', reason: 'staleReply' });
  }
  startElection(state, 'transfer');
}
