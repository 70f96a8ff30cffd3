import type { PeerId } from '../../../shared/ids.ts';
import type { InstallSnapshotReply } from '../../../shared/messages/InstallSnapshotReply.ts';
import type { RaftState } from '../RaftState.ts';
import { advanceCommit, replicateTo, sendChunk } from '../replication.ts';

/** The next piece, from where the follower says; or, when it has the whole, the entries behind it. */
export function receiveInstallSnapshotReply(state: RaftState, from: PeerId, reply: InstallSnapshotReply): void {
  const { outbox, role } = state;
  if (reply.requestTerm !== state.currentTerm) return outbox.report({ type: 'ignored', reason: 'staleReply' });
  if (role.type !== 'leader') return outbox.report({ type: 'ignored', reason: 'notInThatRole' });
  const progress = role.progress.get(from);
  if (progress === undefined) return outbox.report({ type: 'ignored', reason: 'notAMember' });
  progress.heardAtMs = state.nowMs;
  if (reply.lastIncludedIndex > state.commitIndex) return outbox.report({ type: 'ignored', reason: 'impossible' });
  if (reply.done) {
    // What that very snapshot held now matches: it was committed.
    progress.matched(reply.lastIncludedIndex);
    advanceCommit(state, role);
    if (state.role === role) replicateTo(state, role, from, progress);
    return;
  }
  if (progress.mode !== 'snapshot') return outbox.report({ type: 'ignored', reason: 'staleReply' });
  // The driver sends the newest snapshot; an answer about an older one only says that the follower is there.
  const newest = state.snapshot?.index ?? 0;
  const nextOffset = reply.lastIncludedIndex === newest ? reply.nextOffset : 0;
  if (!progress.chunkStored(newest, nextOffset, reply.inReplyTo)) {
    return outbox.report({ type: 'ignored', reason: 'staleReply' });
  }
  sendChunk(state, from, progress);
}
