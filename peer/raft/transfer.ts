import type { PeerId } from '../../shared/ids.ts';
import type { RefusalReason } from './effect.ts';
import type { RoleChangeReason } from './event.ts';
import type { Leader, RaftState } from './RaftState.ts';

/** Hands leadership over: no more proposals, the follower gets all there is, then it is told to stand (thesis, 3.10). */
export function beginTransfer(state: RaftState, leader: Leader, requestId: number | null, to: PeerId): void {
  if (to === state.id) return answer(state, requestId, undefined);
  if (leader.transfer !== null) return answer(state, requestId, 'transferring');
  if (!state.configuration.voters.includes(to)) return answer(state, requestId, 'illegal');
  // Within an election timeout the follower leads, or nobody knows whether it will: then this leader goes on.
  leader.transfer = { requestId, to, deadlineMs: state.nowMs + state.options.electionTimeoutMsMax };
  urgeTransfer(state, leader);
}

/** Tells the follower to stand, once it has everything; again with every heartbeat, for the message may be lost. */
export function urgeTransfer(state: RaftState, leader: Leader): void {
  const { transfer } = leader;
  if (transfer === null || leader.progress.get(transfer.to)?.matchIndex !== state.log.lastIndex) return;
  leader.hasSentTimeoutNow = true;
  state.outbox.sendRevealingTermOnly(transfer.to, { type: 'TimeoutNow', body: { term: state.currentTerm } });
}

/** The reign ended. A higher term is the follower's, or makes no difference: somebody else will lead. */
export function endTransfer(state: RaftState, leader: Leader, reason: RoleChangeReason): void {
  if (leader.transfer === null) return;
  const { requestId } = leader.transfer;
  answer(state, requestId, reason === 'higherTerm' ? undefined : 'leaderChanged');
}

export function transferDeadlineReached(state: RaftState, leader: Leader): void {
  const { transfer } = leader;
  if (transfer === null || state.nowMs < transfer.deadlineMs) return;
  leader.transfer = null;
  answer(state, transfer.requestId, 'timedOut');
}

/** @param refusal undefined when it was done */
function answer(state: RaftState, requestId: number | null, refusal: RefusalReason | undefined): void {
  if (requestId === null) return;
  if (refusal === undefined) state.outbox.do({ type: 'transferred', requestId });
  else state.outbox.refuse(requestId, refusal);
}
