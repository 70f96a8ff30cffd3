import type { PeerId } from '../../../shared/ids.ts';
import type { AppendEntriesReply } from '../../../shared/messages/AppendEntriesReply.ts';
import type { Leader, Progress, RaftState } from '../RaftState.ts';
import { advanceCommit, sendAppendEntries } from '../roles/leader.ts';

/** Moves what the leader knows of one peer. Replies may come late, twice and in any order (paper, Figure 2). */
export function receiveAppendEntriesReply(state: RaftState, from: PeerId, reply: AppendEntriesReply): void {
  const { outbox, role, log } = state;
  if (reply.requestTerm !== state.currentTerm) return outbox.report({ type: 'ignored', reason: 'staleReply' });
  if (role.type !== 'leader') return outbox.report({ type: 'ignored', reason: 'notInThatRole' });
  const progress = role.progress.get(from);
  if (progress === undefined) return outbox.report({ type: 'ignored', reason: 'notAMember' });
  // A follower takes the leader's term over before it accepts anything, and holds nothing of its that it was not sent.
  const isImpossible = reply.matchIndex > log.lastIndex || (reply.success && reply.term !== reply.requestTerm);
  if (isImpossible) return outbox.report({ type: 'ignored', reason: 'impossible' });
  progress.heardAtMs = state.nowMs;
  if (reply.success) matched(state, from, role, progress, reply);
  else backUp(state, from, progress, reply);
}

/** The match index is what that very request verified, and never falls. */
function matched(state: RaftState, from: PeerId, leader: Leader, progress: Progress, reply: AppendEntriesReply): void {
  // What brings nothing new, such as a second copy, must not be answered with entries: each round of them would double the next.
  if (reply.matchIndex <= progress.matchIndex) return;
  progress.matchIndex = reply.matchIndex;
  advanceCommit(state, leader);
  progress.nextIndex = Math.max(progress.nextIndex, progress.matchIndex + 1);
  if (progress.nextIndex <= state.log.lastIndex) sendAppendEntries(state, from, progress);
}

/** Goes back by the hint, once per refusal of the newest request, never to what is known to match. */
function backUp(state: RaftState, from: PeerId, progress: Progress, reply: AppendEntriesReply): void {
  const isNewest = reply.prevLogIndex === progress.nextIndex - 1 && reply.prevLogIndex > progress.matchIndex;
  if (!isNewest || reply.conflictIndex === undefined) {
    return state.outbox.report({ type: 'ignored', reason: 'staleReply' });
  }
  const hint = nextIndexByHint(state, reply.conflictIndex, reply.conflictTerm);
  progress.nextIndex = Math.max(progress.matchIndex + 1, Math.min(hint, progress.nextIndex - 1));
  sendAppendEntries(state, from, progress);
}

/** Behind the leader's own last entry of the conflicting term, or where the follower's entries of it begin. */
function nextIndexByHint(state: RaftState, conflictIndex: number, conflictTerm: number | undefined): number {
  if (conflictTerm === undefined) return conflictIndex;
  const last = state.log.lastIndexOfTerm(conflictTerm, state.log.lastIndex);
  return last === undefined ? conflictIndex : last + 1;
}
