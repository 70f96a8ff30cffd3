import type { PeerId } from '../../shared/ids.ts';
import { quorumValue } from './configuration.ts';
import type { Leader, RaftState } from './RaftState.ts';
import { broadcastHeartbeat } from './roles/leader.ts';

/** A read of this peer's own, or one that a follower asked about. */
export type PendingRead =
  | { readonly type: 'own'; readonly requestId: number }
  | {
      readonly type: 'forwarded';
      readonly from: PeerId;
      readonly id: number;
      readonly readId: number;
      readonly requestTerm: number;
    };

/** The reads that wait for a majority to confirm that this leader still leads (thesis, 6.4). */
export interface PendingReads {
  /** Not part of a round yet. */
  waiting: PendingRead[];
  /** Ready once a majority answered this round or a later one: `readIndex` was the commit index when it began. */
  confirming: { readonly round: number; readonly readIndex: number; readonly reads: PendingRead[] } | null;
}

export function noReads(): PendingReads {
  return { waiting: [], confirming: null };
}

/**
 * Takes a read up. It must not be answered from a commit index that an earlier leader may have moved past, so it waits until this
 * leader has committed in its own term, and until a majority confirms the reign after it came; with leases it may already have.
 */
export function takeRead(state: RaftState, leader: Leader, read: PendingRead): void {
  const { options, outbox } = state;
  if (leader.reads.waiting.length >= options.readsWaitingMax) {
    if (read.type === 'own') outbox.refuse(read.requestId, 'tooManyReads');
    else answerForwarded(state, read, undefined);
    return;
  }
  if (options.leaseReads && hasCommittedInTerm(state) && state.nowMs < leaseUntilMs(state, leader)) {
    return answer(state, read, state.commitIndex);
  }
  leader.reads.waiting.push(read);
  confirmReads(state, leader);
}

/** Starts the next round if one is needed and none is under way, and finishes the one that a majority has answered. */
export function confirmReads(state: RaftState, leader: Leader): void {
  const { reads } = leader;
  const { confirming } = reads;
  if (confirming !== null && roundConfirmed(state, leader) >= confirming.round) {
    reads.confirming = null;
    for (const read of confirming.reads) answer(state, read, confirming.readIndex);
  }
  if (reads.confirming !== null || reads.waiting.length === 0 || !hasCommittedInTerm(state)) return;
  reads.confirming = { round: leader.round + 1, readIndex: state.commitIndex, reads: reads.waiting };
  reads.waiting = [];
  broadcastHeartbeat(state, leader);
  // A lone voter needs nobody's answer.
  if (roundConfirmed(state, leader) >= leader.round) confirmReads(state, leader);
}

/** The reign ended: what waits will not be answered by it. */
export function refuseReads(state: RaftState, leader: Leader): void {
  const { waiting, confirming } = leader.reads;
  for (const read of [...(confirming?.reads ?? []), ...waiting]) {
    if (read.type === 'own') state.outbox.refuse(read.requestId, 'leaderChanged');
    else answerForwarded(state, read, undefined);
  }
  leader.reads.waiting = [];
  leader.reads.confirming = null;
}

/** Until when no other leader can have been elected, if clocks keep to the drift allowed (thesis, 6.4.1). */
export function leaseUntilMs(state: RaftState, leader: Leader): number {
  const { options } = state;
  if (leader.hasSentTimeoutNow) return Number.NEGATIVE_INFINITY;
  const confirmed = roundConfirmed(state, leader);
  // By the time at which the round was sent, not answered: followers count from when they heard it, which is later.
  const sent = leader.roundsSent.findLast(({ round }) => round <= confirmed);
  const sinceMs = confirmed === Number.POSITIVE_INFINITY ? state.nowMs : (sent?.atMs ?? Number.NEGATIVE_INFINITY);
  return sinceMs + options.electionTimeoutMsMin * (1 - options.leaseClockDrift);
}

/** The newest round that a majority has answered. */
function roundConfirmed(state: RaftState, leader: Leader): number {
  return quorumValue(state.configuration, (peer) =>
    peer === state.id ? Number.POSITIVE_INFINITY : (leader.progress.get(peer)?.roundAnswered ?? 0),
  );
}

/** Whether this leader has committed an entry of its term, and so knows all that was committed before (paper, section 8). */
export function hasCommittedInTerm(state: RaftState): boolean {
  const { log, commitIndex } = state;
  return log.has(commitIndex) && log.termAt(commitIndex) === state.currentTerm;
}

function answer(state: RaftState, read: PendingRead, readIndex: number): void {
  if (read.type === 'own') state.outbox.do({ type: 'readReady', requestId: read.requestId, index: readIndex });
  else answerForwarded(state, read, readIndex);
}

export function answerForwarded(
  state: RaftState,
  read: Extract<PendingRead, { type: 'forwarded' }>,
  readIndex: number | undefined,
): void {
  state.outbox.send(read.from, {
    type: 'ReadIndexReply',
    body: {
      term: state.currentTerm,
      requestTerm: read.requestTerm,
      inReplyTo: read.id,
      readId: read.readId,
      ...(readIndex === undefined ? {} : { readIndex }),
    },
  });
}
