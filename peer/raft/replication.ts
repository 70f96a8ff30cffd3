import type { PeerId } from '../../shared/ids.ts';
import type { AppendEntries } from '../../shared/messages/AppendEntries.ts';
import type { Entry } from '../../shared/messages/Entry.ts';
import { commitTo } from './commit.ts';
import { quorumValue } from './configuration.ts';
import { bytesOf, entryBytes } from './log/Log.ts';
import { configurationChanged, configurationCommitted } from './membership.ts';
import type { Progress } from './Progress.ts';
import type { Leader, RaftState } from './RaftState.ts';
import { confirmReads } from './reads.ts';

/** Puts entries at the end of the leader's own log and sends them on. @returns the first one's index */
export function appendAsLeader(state: RaftState, leader: Leader, entries: readonly Entry[]): number {
  const firstIndex = appendToLog(state, entries);
  leader.uncommittedBytes += bytesOf(entries);
  replicate(state, leader);
  return firstIndex;
}

/** Appends, in memory and as a write of this step. @returns the first entry's index */
export function appendToLog(state: RaftState, entries: readonly Entry[]): number {
  const { log, outbox, configurations } = state;
  const firstIndex = log.lastIndex + 1;
  log.append(entries, outbox.upcomingSequence);
  outbox.write({ type: 'append', firstIndex, entries });
  if (state.options.wantsDetails()) outbox.report({ type: 'entriesAppended', firstIndex, count: entries.length });
  if (entries.some((entry) => entry.type === 'configuration')) {
    configurations.appended(firstIndex, entries);
    configurationChanged(state);
  }
  return firstIndex;
}

/** To every follower that has room, what it lacks. */
export function replicate(state: RaftState, leader: Leader): void {
  for (const [peer, progress] of leader.progress) replicateTo(state, leader, peer, progress);
}

export function replicateTo(state: RaftState, leader: Leader, peer: PeerId, progress: Progress): void {
  const { log, options } = state;
  while (progress.nextIndex <= log.lastIndex && progress.mayReceiveEntries(options.messagesInFlightMax)) {
    if (progress.nextIndex <= log.baseIndex) return beginSnapshot(state, peer, progress);
    sendEntries(state, leader, peer, progress);
  }
}

function sendEntries(state: RaftState, leader: Leader, peer: PeerId, progress: Progress): void {
  const { log, options } = state;
  const prevLogIndex = progress.nextIndex - 1;
  let sent = recentlySent(state, leader, prevLogIndex);
  if (sent === undefined) {
    const entries = log.slice(progress.nextIndex, options.entriesPerMessageMax, options.bytesPerMessageMax);
    const message = appendEntries(state, leader, prevLogIndex, entries);
    sent = leader.recentlySent = { message, bytes: bytesOf(entries), lastLogIndex: log.lastIndex };
  }
  state.outbox.sendRevealingTermOnly(peer, sent.message);
  progress.sent(prevLogIndex + sent.message.body.entries.length, sent.bytes);
}

/** What was sent to another follower, if the same would be sent now. A leader's log only grows, so its end tells whether it is as it was. */
function recentlySent({ log, commitIndex }: RaftState, { recentlySent: sent, round }: Leader, prevLogIndex: number) {
  if (sent === null || sent.lastLogIndex !== log.lastIndex) return undefined;
  const { body } = sent.message;
  const isSame = body.prevLogIndex === prevLogIndex && body.leaderCommit === commitIndex && body.round === round;
  return isSame ? sent : undefined;
}

/**
 * A heartbeat asserts that the logs agree up to what was sent last: a follower that lost some of it refuses, and
 * the leader goes back. One that waits for a snapshot is asked whether it has it: the answer to the last piece may be lost.
 */
export function sendHeartbeat(state: RaftState, leader: Leader, peer: PeerId, progress: Progress): void {
  const prevLogIndex = progress.nextIndex - 1;
  if (progress.mode !== 'snapshot' && prevLogIndex < state.log.baseIndex) beginSnapshot(state, peer, progress);
  if (progress.mode === 'snapshot') return sendAppendEntries(state, leader, peer, state.snapshot?.index ?? 0, []);
  // One that probed may be lost, and need not be sent again: the answer to a heartbeat tells where the logs agree as well. To one that
  // is away, a message of entries with every heartbeat and every round of reads would take the connection of all.
  const mayProbe = progress.mode === 'probe' && !progress.isProbeOutstanding;
  if (mayProbe && progress.nextIndex <= state.log.lastIndex) return sendEntries(state, leader, peer, progress);
  sendAppendEntries(state, leader, peer, prevLogIndex, []);
}

function sendAppendEntries(
  state: RaftState,
  leader: Leader,
  peer: PeerId,
  prevLogIndex: number,
  entries: Entry[],
): void {
  state.outbox.sendRevealingTermOnly(peer, appendEntries(state, leader, prevLogIndex, entries));
}

function appendEntries(state: RaftState, leader: Leader, prevLogIndex: number, entries: Entry[]) {
  const body: AppendEntries = {
    term: state.currentTerm,
    prevLogIndex,
    prevLogTerm: prevLogIndex === 0 ? 0 : state.log.termAt(prevLogIndex),
    leaderCommit: state.commitIndex,
    round: leader.round,
    entries,
  };
  return { type: 'AppendEntries', body } as const;
}

/** What the follower needs next has left the log: it gets the snapshot (paper, section 7). */
export function beginSnapshot(state: RaftState, peer: PeerId, progress: Progress): void {
  if (state.snapshot === null) return;
  progress.sendSnapshot(state.snapshot.index);
  state.outbox.report({ type: 'snapshotNeeded', by: peer });
  sendChunk(state, peer, progress);
}

export function sendChunk(state: RaftState, peer: PeerId, progress: Progress): void {
  progress.chunkSentAtMs = state.nowMs;
  progress.chunkId = state.outbox.sendSnapshotChunk({
    to: peer,
    term: state.currentTerm,
    lastIncludedIndex: progress.snapshotIndex,
    offset: progress.snapshotOffset,
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
  if (index <= state.commitIndex || state.log.termAt(index) !== state.currentTerm) return;
  for (let at = state.commitIndex + 1; at <= index; at += 1)
    leader.uncommittedBytes -= entryBytes(state.log.entryAt(at));
  commitTo(state, index);
  configurationCommitted(state, leader);
  if (state.role.type === 'leader') confirmReads(state, leader);
}
