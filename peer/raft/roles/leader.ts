import type { PeerId } from '../../../shared/ids.ts';
import { commitTo } from '../commit.ts';
import { quorumValue } from '../configuration.ts';
import { invariant } from '../invariant.ts';
import type { Leader, Progress, RaftState } from '../RaftState.ts';
import { setLeader } from '../term.ts';
import { changeRole } from './changeRole.ts';
import { becomeFollower } from './follower.ts';

/** With commands of a few hundred bytes, well below what a frame can hold. */
const ENTRIES_PER_MESSAGE_MAX = 256;

/** Nothing survives from an earlier reign: every peer's progress begins anew (paper, Figure 2). */
export function becomeLeader(state: RaftState): void {
  const progress = new Map<PeerId, Progress>();
  for (const peer of state.others) {
    progress.set(peer, { nextIndex: state.log.lastIndex + 1, matchIndex: 0, heardAtMs: state.nowMs });
  }
  const leader: Leader = { type: 'leader', progress, nextHeartbeatAtMs: state.nowMs };
  changeRole(state, leader, 'wonElection');
  state.electionTimer = null;
  setLeader(state, state.id);
  // At once, not at the next tick: the sooner the others hear of it, the fewer stand against it.
  sendHeartbeats(state, leader);
  advanceCommit(state, leader);
}

/** To every peer, at a fixed interval from now: a leader that is late does not catch up with a burst. */
function sendHeartbeats(state: RaftState, leader: Leader): void {
  for (const [peer, progress] of leader.progress) sendAppendEntries(state, peer, progress);
  leader.nextHeartbeatAtMs = state.nowMs + state.options.heartbeatMs;
}

/** Everything from `nextIndex` on that fits; nothing, which makes it a heartbeat, when the peer has it all. */
export function sendAppendEntries(state: RaftState, peer: PeerId, progress: Progress): void {
  const { log, options } = state;
  const prevLogIndex = progress.nextIndex - 1;
  state.outbox.request(peer, {
    type: 'AppendEntries',
    body: {
      term: state.currentTerm,
      prevLogIndex,
      prevLogTerm: log.termAt(prevLogIndex),
      leaderCommit: state.commitIndex,
      entries: [...log.slice(progress.nextIndex, options.entriesPerMessageMax ?? ENTRIES_PER_MESSAGE_MAX)],
    },
  });
}

/**
 * Commits what a majority holds, if it is of this term: an earlier term's entry may be on a majority and yet be
 * overwritten (paper, 5.4.2 and Figure 8); it is committed along with one of this term. The leader counts itself by
 * what is on its own disk.
 */
export function advanceCommit(state: RaftState, leader: Leader): void {
  const index = quorumValue(state.configuration, (peer) =>
    peer === state.id ? state.log.durableIndex : (leader.progress.get(peer)?.matchIndex ?? 0),
  );
  if (index > state.commitIndex && state.log.termAt(index) === state.currentTerm) commitTo(state, index);
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

/** The leader's clock struck: it steps down for want of a majority (thesis, 6.2), or sends the heartbeats that are due. */
export function leaderDeadlineReached(state: RaftState, leader: Leader): void {
  invariant(state.electionTimer === null, 'a leader has no election timer');
  if (state.nowMs >= quorumDeadlineMs(state, leader)) {
    setLeader(state, null);
    becomeFollower(state, 'lostQuorum');
  } else if (state.nowMs >= leader.nextHeartbeatAtMs) {
    sendHeartbeats(state, leader);
  }
}
