import type { PeerId } from '../../shared/ids.ts';
import type { Configuration } from '../../shared/messages/Configuration.ts';
import type { Entry } from '../../shared/messages/Entry.ts';
import type { InstallSnapshot } from '../../shared/messages/InstallSnapshot.ts';
import type { RaftMessage } from '../../shared/protocol.ts';
import type { RaftEvent } from './event.ts';

/** What a step asks the driver to do, in order. */
export type Effect =
  | Persist
  | Send
  | SendSnapshotChunk
  | SetDeadline
  | Apply
  | Accepted
  | Refused
  | ReadReady
  | Transferred
  | TakeSnapshot
  | StoreSnapshotChunk
  | Restore
  | Report;

/** What must survive a crash besides the log (paper, Figure 2). */
export interface HardState {
  readonly currentTerm: number;
  readonly votedFor: PeerId | null;
}

export interface SnapshotMetadata {
  readonly index: number;
  readonly term: number;
  /** In force at `index`. */
  readonly configuration: Configuration;
}

/** One change to the store. Steps take effect in order, all of one write or none of them. */
export type StorageStep =
  | { readonly type: 'setHardState'; readonly hardState: HardState }
  /** Entries from `fromIndex` on are forgotten. */
  | { readonly type: 'truncate'; readonly fromIndex: number }
  /** The first entry has `firstIndex`, the next one follows, without a gap. */
  | { readonly type: 'append'; readonly firstIndex: number; readonly entries: readonly Entry[] }
  /**
   * The stored snapshot `snapshot` is in force. Entries up to `baseIndex` are forgotten; with `replacesLog`, all are.
   * What the entries now begin behind is `baseIndex`, of `baseTerm`.
   */
  | {
      readonly type: 'useSnapshot';
      readonly snapshot: SnapshotMetadata;
      readonly baseIndex: number;
      readonly baseTerm: number;
      readonly replacesLog: boolean;
    };

/** Make the steps durable, then give back `persisted` with this sequence or a later one. */
export interface Persist {
  readonly type: 'persist';
  /** 1, 2, 3, ... */
  readonly sequence: number;
  readonly steps: readonly StorageStep[];
}

/** Send the message once everything up to sequence `after` is durable; it must never leave before. */
export interface Send {
  readonly type: 'send';
  /** The frame's id: 1, 2, 3, ... */
  readonly id: number;
  readonly to: PeerId;
  readonly message: RaftMessage;
  readonly after: number;
}

/** Send an InstallSnapshot of the newest snapshot, with the piece that begins at `offset`, or at 0 if that is another snapshot. */
export interface SendSnapshotChunk {
  readonly type: 'sendSnapshotChunk';
  readonly id: number;
  readonly to: PeerId;
  readonly term: number;
  /** The snapshot that `offset` belongs to; 0 when none was begun. */
  readonly lastIncludedIndex: number;
  readonly offset: number;
  readonly after: number;
}

/** Give the input `deadline` when the clock reaches `atMs`. Replaces the deadline before it. */
export interface SetDeadline {
  readonly type: 'setDeadline';
  readonly atMs: number;
}

/** These entries are committed: hand them to the state machine in order, then say `applied`. Each index comes once. */
export interface Apply {
  readonly type: 'apply';
  readonly firstIndex: number;
  readonly entries: readonly Entry[];
}

/** A proposal or membership change stands in this leader's log at `index`. It happened once `apply` brings that entry with that term. */
export interface Accepted {
  readonly type: 'accepted';
  readonly requestId: number;
  readonly index: number;
  readonly term: number;
}

export type RefusalReason =
  | 'notLeader'
  /** A transfer of leadership is under way. */
  | 'transferring'
  /** As many uncommitted bytes as this leader accepts. */
  | 'overloaded'
  /** Too many reads wait. */
  | 'tooManyReads'
  /** The leader changed, or was lost, before the answer came. */
  | 'leaderChanged'
  /** Another change of membership is not finished. */
  | 'changeInProgress'
  /** This leader has not committed an entry of its term yet. */
  | 'termNotCommitted'
  /** A new voter does not have enough of the log yet: add it as a learner first. */
  | 'notCaughtUp'
  /** What was asked for makes no sense; the members stay as they are. */
  | 'illegal'
  | 'timedOut'
  /** The peer that is to lead says that it never does. It was not asked; this leader leads on, in its term. */
  | 'neverLeads'
  /** The peer that was to lead did not get all that this leader has in time. It was not asked; this leader leads on, in its term. */
  | 'successorBehind'
  /** The peer that was to lead was asked, and was certainly not elected. This leader leads on, in the next term. */
  | 'successorSilent'
  /** The other was asked to stand; whether it was elected is not known. */
  | 'transferUndecided';

/** Certainly not done, and will not be; but with `transferUndecided` it may have been, or may yet be. */
export interface Refused {
  readonly type: 'refused';
  readonly requestId: number;
  readonly reason: RefusalReason;
}

/** A read is linearizable once everything up to `index` is applied here. */
export interface ReadReady {
  readonly type: 'readReady';
  readonly requestId: number;
  readonly index: number;
}

/** The one that was named leads. */
export interface Transferred {
  readonly type: 'transferred';
  readonly requestId: number;
}

/** Store the state machine's state at `index` or later, durable, then say `snapshotTaken`. */
export interface TakeSnapshot {
  readonly type: 'takeSnapshot';
  readonly index: number;
}

/** Store a piece of a leader's snapshot, then say `snapshotChunkStored`, or `snapshotStored` when that made it whole. */
export interface StoreSnapshotChunk {
  readonly type: 'storeSnapshotChunk';
  readonly from: PeerId;
  readonly id: number;
  readonly chunk: InstallSnapshot;
}

/** Load the stored snapshot into the state machine, in place of what it holds. Nothing up to its index is applied after it. */
export interface Restore {
  readonly type: 'restore';
  readonly snapshot: SnapshotMetadata;
}

/** Something worth telling. Nothing depends on it. */
export interface Report {
  readonly type: 'report';
  readonly event: RaftEvent;
  /** The message in whose handling it happened, as `from/id`. */
  readonly messageId?: string;
}
