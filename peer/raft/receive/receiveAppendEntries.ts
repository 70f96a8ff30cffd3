import type { PeerId } from '../../../shared/ids.ts';
import type { AppendEntries } from '../../../shared/messages/AppendEntries.ts';
import type { AppendEntriesReply } from '../../../shared/messages/AppendEntriesReply.ts';
import type { Entry } from '../../../shared/messages/Entry.ts';
import { commitTo } from '../commit.ts';
import { resetElectionTimer } from '../electionTimer.ts';
import type { RaftState } from '../RaftState.ts';
import { becomeFollower } from '../roles/follower.ts';
import { setLeader } from '../term.ts';

/** The receiver's rules of AppendEntries (paper, Figure 2). An empty list obeys every one of them. */
export function receiveAppendEntries(state: RaftState, from: PeerId, id: number, request: AppendEntries): void {
  const answer = (outcome: Outcome): void => {
    const { term: requestTerm, prevLogIndex } = request;
    state.outbox.reply(from, {
      type: 'AppendEntriesReply',
      body: { term: state.currentTerm, requestTerm, inReplyTo: id, prevLogIndex, ...outcome },
    });
  };
  if (request.term < state.currentTerm) return answer({ success: false, matchIndex: 0 });
  if (isImpossible(state, from, request)) return state.outbox.report({ type: 'ignored', reason: 'impossible' });
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

/** What no correct leader sends: a second leader of one term, terms that fall, or another history than the committed one. */
function isImpossible(state: RaftState, from: PeerId, request: AppendEntries): boolean {
  if (state.leader !== null && state.leader !== from) return true;
  let term = request.prevLogTerm;
  for (const entry of request.entries) {
    if (entry.term < term) return true;
    term = entry.term;
  }
  if (term > request.term) return true;
  return contradictsCommitted(state, request);
}

function contradictsCommitted(state: RaftState, request: AppendEntries): boolean {
  const { commitIndex, log } = state;
  const { prevLogIndex, prevLogTerm, entries } = request;
  if (prevLogIndex <= commitIndex && log.termAt(prevLogIndex) !== prevLogTerm) return true;
  return entries.some((entry, offset) => {
    const index = prevLogIndex + 1 + offset;
    return index <= commitIndex && log.termAt(index) !== entry.term;
  });
}

/** A candidate of this term recognises its leader even if the entries do not fit; its vote stays (paper, 5.2). */
function followLeader(state: RaftState, leader: PeerId): void {
  becomeFollower(state, 'leaderOfSameTerm');
  setLeader(state, leader);
  state.leaderHeardAtMs = state.nowMs;
  resetElectionTimer(state, 'heardFromLeader');
}

/** The hint lets a leader skip a whole term with each refusal (paper, 5.3, end). */
function findConflict(state: RaftState, request: AppendEntries): Conflict | undefined {
  const { log } = state;
  const { prevLogIndex, prevLogTerm } = request;
  if (!log.has(prevLogIndex)) return { conflictIndex: log.lastIndex + 1 };
  if (log.termAt(prevLogIndex) === prevLogTerm) return undefined;
  return { conflictTerm: log.termAt(prevLogIndex), conflictIndex: log.firstIndexOfTermAt(prevLogIndex) };
}

/** Removes entries only from the first that differs: a late, shorter request must not shorten the log. */
function appendNewEntries(state: RaftState, request: AppendEntries): void {
  const { log, outbox } = state;
  const firstNew = request.entries.findIndex(
    (entry, offset) => !holds(state, request.prevLogIndex + 1 + offset, entry),
  );
  if (firstNew === -1) return;
  const firstIndex = request.prevLogIndex + 1 + firstNew;
  const entries = request.entries.slice(firstNew);
  if (log.has(firstIndex)) {
    log.truncate(firstIndex);
    outbox.truncate(firstIndex);
    outbox.report({ type: 'entriesTruncated', fromIndex: firstIndex });
  }
  log.append(entries, outbox.upcomingSequence);
  outbox.append(firstIndex, entries);
  outbox.report({ type: 'entriesAppended', firstIndex, count: entries.length });
}

/** Same index and term, same entry (Log Matching, paper, 5.3). */
function holds(state: RaftState, index: number, entry: Entry): boolean {
  return state.log.has(index) && state.log.termAt(index) === entry.term;
}
