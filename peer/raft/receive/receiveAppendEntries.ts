import type { PeerId } from '../../../shared/ids.ts';
import type { AppendEntries } from '../../../shared/messages/AppendEntries.ts';
import type { AppendEntriesReply } from '../../../shared/messages/AppendEntriesReply.ts';
import type { RaftMessage } from '../../../shared/protocol.ts';
import { commitTo } from '../commit.ts';
import { configurationChanged } from '../membership.ts';
import { PRIORITY_DEFAULT } from '../options.ts';
import type { RaftState } from '../RaftState.ts';
import { appendToLog } from '../replication.ts';
import { followLeader, isAnotherLeader } from './followLeader.ts';

/** The receiver's rules of AppendEntries (paper, Figure 2). An empty list obeys every one of them. */
export function receiveAppendEntries(state: RaftState, from: PeerId, id: number, request: AppendEntries): void {
  const answer = (outcome: Outcome): void => sendReply(state, from, id, request, outcome);
  if (request.term < state.currentTerm) return answer({ success: false, matchIndex: 0 });
  if (isAnotherLeader(state, from) || contradicts(state, request)) {
    return state.outbox.report({ type: 'ignored', reason: 'impossible' });
  }
  followLeader(state, from);
  const conflict = findConflict(state, request);
  if (conflict !== undefined) {
    state.outbox.report({ type: 'entriesRefused', leader: from, prevLogIndex: request.prevLogIndex });
    return answer({ success: false, matchIndex: 0, ...conflict });
  }
  appendNewEntries(state, request);
  // What was verified is the prefix up to this message's last entry; anything behind it may yet be replaced.
  const matchIndex = request.prevLogIndex + request.entries.length;
  commitTo(state, Math.min(request.leaderCommit, matchIndex));
  answer({ success: true, matchIndex });
}

type Outcome = Pick<AppendEntriesReply, 'success' | 'matchIndex' | 'conflictTerm' | 'conflictIndex'>;
type Conflict = Pick<AppendEntriesReply, 'conflictTerm' | 'conflictIndex'>;

/**
 * The answer to a heartbeat claims only what is durable and need not wait for the disk: a slow disk
 * must not cost the leader its majority.
 */
function sendReply(state: RaftState, to: PeerId, id: number, request: AppendEntries, outcome: Outcome): void {
  const { prevLogIndex, round, entries } = request;
  const { success, conflictTerm, conflictIndex } = outcome;
  const isHeartbeat = entries.length === 0;
  const body: AppendEntriesReply = {
    term: state.currentTerm,
    requestTerm: request.term,
    inReplyTo: id,
    round,
    prevLogIndex,
    success,
    matchIndex: isHeartbeat ? Math.min(outcome.matchIndex, state.log.durableIndex) : outcome.matchIndex,
  };
  // One by one: to spread an object into another costs as much as the rest of the step.
  if (conflictTerm !== undefined) body.conflictTerm = conflictTerm;
  if (conflictIndex !== undefined) body.conflictIndex = conflictIndex;
  const { priority } = state.options;
  if (priority !== PRIORITY_DEFAULT) body.priority = priority;
  const message: RaftMessage = { type: 'AppendEntriesReply', body };
  if (isHeartbeat) state.outbox.sendRevealingTermOnly(to, message);
  else state.outbox.send(to, message);
}

/** What no correct leader sends: terms that fall, or another history than the committed one. */
function contradicts(state: RaftState, request: AppendEntries): boolean {
  const { commitIndex, log } = state;
  const { prevLogIndex, prevLogTerm, entries } = request;
  let term = prevLogTerm;
  for (const entry of entries) {
    if (entry.term < term) return true;
    term = entry.term;
  }
  if (term > request.term) return true;
  // Mostly all of it is behind the commit index, and there is nothing to look at.
  if (prevLogIndex > commitIndex) return false;
  const differs = (index: number, at: number): boolean =>
    index <= commitIndex && log.has(index) && log.termAt(index) !== at;
  if (differs(prevLogIndex, prevLogTerm)) return true;
  return entries.some((entry, offset) => differs(prevLogIndex + 1 + offset, entry.term));
}

/** The hint lets a leader skip a whole term with each refusal (paper, 5.3, end). */
function findConflict(state: RaftState, request: AppendEntries): Conflict | undefined {
  const { log } = state;
  const { prevLogIndex, prevLogTerm } = request;
  // What compaction took was committed, and so agrees.
  if (prevLogIndex < log.baseIndex) return undefined;
  if (!log.has(prevLogIndex)) return { conflictIndex: log.lastIndex + 1 };
  if (log.termAt(prevLogIndex) === prevLogTerm) return undefined;
  return { conflictTerm: log.termAt(prevLogIndex), conflictIndex: log.firstIndexOfTermAt(prevLogIndex) };
}

/** Removes entries only from the first that differs: a late, shorter request must not shorten the log. */
function appendNewEntries(state: RaftState, request: AppendEntries): void {
  const { log, outbox, configurations } = state;
  const firstNew = request.entries.findIndex((entry, offset) => {
    const index = request.prevLogIndex + 1 + offset;
    return index > log.baseIndex && !(log.has(index) && log.termAt(index) === entry.term);
  });
  if (firstNew === -1) return;
  const firstIndex = request.prevLogIndex + 1 + firstNew;
  if (log.has(firstIndex)) {
    const before = configurations.latestIndex;
    log.truncate(firstIndex);
    configurations.truncated(firstIndex);
    outbox.write({ type: 'truncate', fromIndex: firstIndex });
    outbox.report({ type: 'entriesTruncated', fromIndex: firstIndex });
    if (configurations.latestIndex !== before) configurationChanged(state);
  }
  appendToLog(state, firstNew === 0 ? request.entries : request.entries.slice(firstNew));
}
