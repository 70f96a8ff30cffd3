import type { RefusalReason } from './effect.ts';
import type { RaftState } from './RaftState.ts';

/** A read of this peer's own that its leader was asked about. */
export interface ForwardedRead {
  readonly requestId: number;
  readonly askedAtMs: number;
}

/** Asks the leader, if one is known. */
export function forwardRead(state: RaftState, requestId: number): void {
  const { leader, outbox, forwardedReads, options, nowMs } = state;
  if (leader === null) return outbox.refuse(requestId, 'notLeader');
  if (forwardedReads.size >= options.readsWaitingMax) return outbox.refuse(requestId, 'tooManyReads');
  const readId = nextReadId(state);
  forwardedReads.set(readId, { requestId, askedAtMs: nowMs });
  outbox.sendRevealingTermOnly(leader, { type: 'ReadIndex', body: { term: state.currentTerm, readId } });
}

/** An answer to a question of an earlier life, or to an earlier one of the same request, would name an index that is too old. */
function nextReadId(state: RaftState): number {
  state.lastReadId = state.lastReadId === null ? Math.floor(state.options.random() * 2 ** 52) : state.lastReadId + 1;
  return state.lastReadId;
}

export function refuseForwardedReads(state: RaftState, reason: RefusalReason): void {
  for (const { requestId } of state.forwardedReads.values()) state.outbox.refuse(requestId, reason);
  state.forwardedReads.clear();
}

/** When the oldest question that is still open has waited long enough: it, or its answer, was lost. */
export function forwardedReadsDeadlineMs({ forwardedReads, options }: RaftState): number {
  // Mostly there are none, and this is asked in every step.
  if (forwardedReads.size === 0) return Number.POSITIVE_INFINITY;
  for (const { askedAtMs } of forwardedReads.values()) return askedAtMs + options.electionTimeoutMsMax;
  return Number.POSITIVE_INFINITY;
}

export function expireForwardedReads(state: RaftState): void {
  if (state.forwardedReads.size === 0) return;
  for (const [readId, { requestId, askedAtMs }] of state.forwardedReads) {
    if (state.nowMs < askedAtMs + state.options.electionTimeoutMsMax) return;
    state.forwardedReads.delete(readId);
    state.outbox.refuse(requestId, 'timedOut');
  }
}
