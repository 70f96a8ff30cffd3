import type { PeerId } from '../../../shared/ids.ts';
import type { InstallSnapshot } from '../../../shared/messages/InstallSnapshot.ts';
import type { SnapshotChunkStored, SnapshotStored } from '../input.ts';
import type { RaftState } from '../RaftState.ts';
import { installSnapshot } from '../snapshots.ts';
import { followLeader, isAnotherLeader } from './followLeader.ts';

/** A piece of the leader's snapshot (paper, Figure 13): a sign of life like any other, and something to store. */
export function receiveInstallSnapshot(state: RaftState, from: PeerId, id: number, chunk: InstallSnapshot): void {
  const piece = { from, id, requestTerm: chunk.term, lastIncludedIndex: chunk.lastIncludedIndex };
  if (chunk.term < state.currentTerm) return sendReply(state, piece, 0, false);
  if (isAnotherLeader(state, from)) return state.outbox.report({ type: 'ignored', reason: 'impossible' });
  followLeader(state, from);
  if (chunk.lastIncludedIndex <= state.commitIndex) return sendReply(state, piece, 0, true);
  state.outbox.do({ type: 'storeSnapshotChunk', from, id, chunk });
}

/** The driver stored a piece: the leader may send the next one. */
export function snapshotChunkStored(state: RaftState, stored: SnapshotChunkStored): void {
  if (stored.requestTerm !== state.currentTerm) return;
  sendReply(state, stored, stored.nextOffset, false);
}

/** The driver stored the whole: it comes into force, and the answer waits until that is durable. */
export function snapshotStored(state: RaftState, stored: SnapshotStored): void {
  // A later term's leader may not know this snapshot, but what it holds was committed all the same.
  if (state.role.type !== 'leader') installSnapshot(state, stored);
  if (stored.requestTerm === state.currentTerm) sendReply(state, stored, stored.nextOffset, true);
}

type Piece = Pick<SnapshotChunkStored, 'from' | 'id' | 'requestTerm' | 'lastIncludedIndex'>;

function sendReply(state: RaftState, piece: Piece, nextOffset: number, done: boolean): void {
  const { from, id, requestTerm, lastIncludedIndex } = piece;
  state.outbox.send(from, {
    type: 'InstallSnapshotReply',
    body: { term: state.currentTerm, requestTerm, inReplyTo: id, lastIncludedIndex, nextOffset, done },
  });
}
