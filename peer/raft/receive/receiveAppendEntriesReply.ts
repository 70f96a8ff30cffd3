import type { PeerId } from '../../../shared/ids.ts';
import type { AppendEntriesReply } from '../../../shared/messages/AppendEntriesReply.ts';
import { PRIORITY_DEFAULT } from '../options.ts';
import type { Progress } from '../Progress.ts';
import type { Leader, RaftState } from '../RaftState.ts';
import { confirmReads } from '../reads.ts';
import { advanceCommit, replicateTo } from '../replication.ts';
import { urgeTransfer } from '../transfer.ts';

/** Moves what the leader knows of one peer. Replies may come late, twice and in any order (paper, Figure 2). */
export function receiveAppendEntriesReply(state: RaftState, from: PeerId, reply: AppendEntriesReply): void {
  const { outbox, role, log } = state;
  if (reply.requestTerm !== state.currentTerm) return outbox.report({ type: 'ignored', reason: 'staleReply' });
  if (role.type !== 'leader') return outbox.report({ type: 'ignored', reason: 'notInThatRole' });
  const progress = role.progress.get(from);
  if (progress === undefined) return outbox.report({ type: 'ignored', reason: 'notAMember' });
  // A follower takes the leader's term over before it accepts anything, and holds nothing of its that it was not sent.
  const isUnsent = reply.matchIndex > log.lastIndex || reply.round > role.round;
  if (isUnsent || (reply.success && reply.term !== reply.requestTerm)) {
    return outbox.report({ type: 'ignored', reason: 'impossible' });
  }
  progress.heardAtMs = state.nowMs;
  progress.priority = reply.priority ?? PRIORITY_DEFAULT;
  progress.neverLeads = reply.neverLeads === true;
  progress.roundAnswered = Math.max(progress.roundAnswered, reply.round);
  if (reply.success) matched(state, from, role, progress, reply);
  else backUp(state, from, role, progress, reply);
  if (state.role === role) confirmReads(state, role);
}

/** The match index is what that very request verified, and never falls. */
function matched(state: RaftState, from: PeerId, leader: Leader, progress: Progress, reply: AppendEntriesReply): void {
  const before = progress.matchIndex;
  progress.matched(reply.matchIndex);
  if (progress.matchIndex > before) {
    if (leader.transfer?.to === from) urgeTransfer(state, leader);
    advanceCommit(state, leader);
  }
  if (state.role === leader) replicateTo(state, leader, from, progress);
}

/** Goes back by the hint; never to what is known to match, and once only for what was refused together. */
function backUp(state: RaftState, from: PeerId, leader: Leader, progress: Progress, reply: AppendEntriesReply): void {
  if (reply.conflictIndex === undefined || isStaleRefusal(progress, reply)) {
    return state.outbox.report({ type: 'ignored', reason: 'staleReply' });
  }
  const hint = nextIndexByHint(state, reply.conflictIndex, reply.conflictTerm);
  progress.probeFrom(Math.min(hint, reply.prevLogIndex));
  replicateTo(state, leader, from, progress);
}

function isStaleRefusal(progress: Progress, reply: AppendEntriesReply): boolean {
  if (progress.mode === 'snapshot' || reply.prevLogIndex <= progress.matchIndex) return true;
  return progress.mode === 'probe' && reply.prevLogIndex !== progress.nextIndex - 1;
}

/** Behind the leader's own last entry of the conflicting term, or where the follower's entries of it begin. */
function nextIndexByHint(state: RaftState, conflictIndex: number, conflictTerm: number | undefined): number {
  if (conflictTerm === undefined) return conflictIndex;
  const last = state.log.lastIndexOfTerm(conflictTerm);
  return last === undefined ? conflictIndex : last + 1;
}
