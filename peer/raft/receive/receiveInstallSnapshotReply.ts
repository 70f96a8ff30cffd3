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
  const isOfThis = reply.lastIncludedIndex === state.snapshot?.index;
  if (progress.mode !== 'snapshot') return outbox.report({ type: 'ignored', reason: 'staleReply' });
  // A newer snapshot took the place of the one under way: begin with that.
  if (!isOfThis) progress.snapshotIndex = state.snapshot?.index ?? progress.snapshotIndex;
  const nextOffset = isOfThis ? reply.nextOffset : 0;
  if (isOfThis && nextOffset === progress.snapshotOffset && nextOffset > 0) {
    return outbox.report({ type: 'ignored', reason: 'staleReply' });
  }
  progress.snapshotOffset = nextOffset;
  sendChunk(state, from, progress);
}
