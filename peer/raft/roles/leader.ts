import type { PeerId } from '../../../shared/ids.ts';
import { quorumValue } from '../configuration.ts';
import { entryBytes } from '../log/Log.ts';
import { Progress } from '../Progress.ts';
import { yieldToHigherPriority } from '../priority.ts';
import type { Leader, RaftState } from '../RaftState.ts';
import { noReads } from '../reads.ts';
import { advanceCommit, appendToLog, sendChunk, sendHeartbeat } from '../replication.ts';
import { setLeader } from '../term.ts';
import { transferDeadlineReached, urgeTransfer } from '../transfer.ts';
import { changeRole } from './changeRole.ts';
import { becomeFollower } from './follower.ts';

/** Rounds older than these are never asked about: their lease is long over. */
const ROUNDS_REMEMBERED_MAX = 256;

/** Nothing survives from an earlier reign: every peer's progress begins anew (paper, Figure 2). */
export function becomeLeader(state: RaftState): void {
  const progress = new Map<PeerId, Progress>();
  for (const peer of state.otherMembers) progress.set(peer, new Progress(state.log.lastIndex + 1, state.nowMs));
  const leader: Leader = {
    type: 'leader',
    progress,
    nextHeartbeatAtMs: state.nowMs,
    round: 0,
    roundsSent: [],
    uncommittedBytes: 0,
    reads: noReads(),
    transfer: null,
    hasSentTimeoutNow: false,
    recentlySent: null,
  };
  changeRole(state, leader, 'wonElection');
  state.nextYieldAtMs = Math.max(state.nextYieldAtMs, state.nowMs + state.options.electionTimeoutMsMax);
  state.electionTimer = null;
  setLeader(state, state.id);
  if (state.options.noOpOnElection) appendToLog(state, [{ term: state.currentTerm, type: 'noOp' }]);
  leader.uncommittedBytes = uncommittedBytes(state);
  // At once, not at the next tick: the sooner the others hear of it, the fewer stand against it. The no-op goes with it.
  broadcastHeartbeat(state, leader);
  leader.nextHeartbeatAtMs = state.nowMs + state.options.heartbeatMs;
  advanceCommit(state, leader);
}

function uncommittedBytes({ log, commitIndex }: RaftState): number {
  let bytes = 0;
  for (let index = commitIndex + 1; index <= log.lastIndex; index += 1) bytes += entryBytes(log.entryAt(index));
  return bytes;
}

/** Begins a new round: whoever answers it confirms the reign as of now. */
export function broadcastHeartbeat(state: RaftState, leader: Leader): void {
  leader.round += 1;
  leader.roundsSent.push({ round: leader.round, atMs: state.nowMs });
  if (leader.roundsSent.length > ROUNDS_REMEMBERED_MAX) leader.roundsSent.shift();
  for (const [peer, progress] of leader.progress) sendHeartbeat(state, leader, peer, progress);
}

/** Since when a majority, this leader among it, may have been silent. */
export function quorumHeardAtMs(state: RaftState, leader: Leader): number {
  return quorumValue(state.configuration, (peer) =>
    peer === state.id ? state.nowMs : (leader.progress.get(peer)?.heardAtMs ?? Number.NEGATIVE_INFINITY),
  );
}

/** When a leader that hears nothing more steps down; never, if it leads alone or need not. */
export function quorumDeadlineMs(state: RaftState, leader: Leader): number {
  if (!state.options.checkQuorum || leader.progress.size === 0) return Number.POSITIVE_INFINITY;
  return quorumHeardAtMs(state, leader) + state.options.electionTimeoutMsMax;
}

export function leaderDeadlineMs(state: RaftState, leader: Leader): number {
  const transferMs = leader.transfer?.deadlineMs ?? Number.POSITIVE_INFINITY;
  return Math.min(leader.nextHeartbeatAtMs, quorumDeadlineMs(state, leader), transferMs);
}

/** The leader's clock struck: it steps down for want of a majority (thesis, 6.2), or does what is due. */
export function leaderDeadlineReached(state: RaftState, leader: Leader): void {
  if (state.nowMs >= quorumDeadlineMs(state, leader)) return becomeFollower(state, 'lostQuorum');
  transferDeadlineReached(state, leader);
  if (state.role !== leader || state.nowMs < leader.nextHeartbeatAtMs) return;
  broadcastHeartbeat(state, leader);
  // From now: a leader that is late does not catch up with a burst.
  leader.nextHeartbeatAtMs = state.nowMs + state.options.heartbeatMs;
  repeatLostChunks(state, leader);
  yieldToHigherPriority(state, leader);
  urgeTransfer(state, leader);
}

/** A piece of a snapshot whose answer is overdue, or the piece itself, was lost. */
function repeatLostChunks(state: RaftState, leader: Leader): void {
  for (const [peer, progress] of leader.progress) {
    const isOverdue = state.nowMs - progress.chunkSentAtMs >= state.options.electionTimeoutMsMax;
    if (progress.mode === 'snapshot' && isOverdue) sendChunk(state, peer, progress);
  }
}
