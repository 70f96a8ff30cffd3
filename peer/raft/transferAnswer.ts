import type { PeerId } from '../../shared/ids.ts';
import type { RefusalReason } from './effect.ts';
import type { RaftState } from './RaftState.ts';

/** A transfer whose reign ended after TimeoutNow had left: who leads next decides what came of it. */
export interface AwaitedSuccessor {
  readonly requestId: number;
  readonly to: PeerId;
  /** The reign's. The other was asked to stand in the one after it, and in no other. */
  readonly term: number;
  /** Nobody waits longer. */
  readonly deadlineMs: number;
}

/** @param refusal undefined when it was done */
export function answerTransfer(
  { outbox }: RaftState,
  requestId: number | null,
  refusal: RefusalReason | undefined,
): void {
  if (requestId === null) return;
  if (refusal === undefined) outbox.do({ type: 'transferred', requestId });
  else outbox.refuse(requestId, refusal);
}

export function successorKnown(state: RaftState, leader: PeerId): void {
  if (state.awaitedSuccessor === null) return;
  const { requestId, to, term } = state.awaitedSuccessor;
  state.awaitedSuccessor = null;
  if (leader === to) answerTransfer(state, requestId, undefined);
  else if (state.currentTerm > term + 1) answerTransfer(state, requestId, 'transferUndecided');
  // A term has one leader, so the other was not elected in the only term in which it was asked to stand.
  else answerTransfer(state, requestId, leader === state.id ? 'successorSilent' : 'leaderChanged');
}

export function successorDeadlineMs({ awaitedSuccessor }: RaftState): number {
  return awaitedSuccessor?.deadlineMs ?? Number.POSITIVE_INFINITY;
}

export function successorDeadlineReached(state: RaftState): void {
  if (state.nowMs < successorDeadlineMs(state)) return;
  answerTransfer(state, state.awaitedSuccessor?.requestId ?? null, 'transferUndecided');
  state.awaitedSuccessor = null;
}
