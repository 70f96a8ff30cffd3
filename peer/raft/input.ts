import type { PeerId } from '../../shared/ids.ts';
import type { Configuration } from '../../shared/messages/Configuration.ts';
import type { RaftMessage } from '../../shared/protocol.ts';

/** What can happen to a peer. `nowMs` is a monotonic time in milliseconds, fractional; it never goes back. */
export type Input = { readonly nowMs: number } & (
  | Start
  | MessageArrived
  | DeadlineReached
  | TimeOut
  | Persisted
  | Propose
  | Read
  | ChangeMembership
  | Transfer
  | StepDown
  | Applied
  | SnapshotTaken
  | SnapshotChunkStored
  | SnapshotStored
);

/** Once, before any other input. */
export interface Start {
  readonly type: 'start';
}

/** A message whose body was held against its schema. */
export interface MessageArrived {
  readonly type: 'message';
  readonly from: PeerId;
  /** The frame's id, which a reply repeats. */
  readonly id: number;
  readonly message: RaftMessage;
}

/** The clock reached the time of the newest `setDeadline`. Early or superseded ones do no harm. */
export interface DeadlineReached {
  readonly type: 'deadline';
}

/**
 * Take the election timer for run out, now. What follows is what follows then, but that this peer keeps its promise to a leader
 * that it heard a moment ago: it asks the others, and does not stand. Without a timer that leads to an election nothing happens.
 */
export interface TimeOut {
  readonly type: 'timeOut';
}

/** Everything up to `sequence` is durable. */
export interface Persisted {
  readonly type: 'persisted';
  readonly sequence: number;
}

/** Put these commands into the log, in order. Each is answered by `accepted` or `refused`. */
export interface Propose {
  readonly type: 'propose';
  readonly proposals: readonly Proposal[];
}

export interface Proposal {
  /** The caller's number for it; no two requests under way may share one. */
  readonly requestId: number;
  readonly command: string;
}

/** Find out up to where must be applied before a linearizable read is answered. Answered by `readReady` or `refused`. */
export interface Read {
  readonly type: 'read';
  readonly requestId: number;
}

/** Make these the members. Answered by `accepted` (of its first half) or `refused`. */
export interface ChangeMembership {
  readonly type: 'changeMembership';
  readonly requestId: number;
  readonly voters: readonly PeerId[];
  readonly learners: readonly PeerId[];
}

/** Let `to` lead. Answered by `transferred` or `refused`. */
export interface Transfer {
  readonly type: 'transfer';
  readonly requestId: number;
  readonly to: PeerId;
}

/** Stop leading, in this term. Nothing happens if this peer does not lead. */
export interface StepDown {
  readonly type: 'stepDown';
}

/** The state machine holds everything up to `index`. */
export interface Applied {
  readonly type: 'applied';
  readonly index: number;
}

/** The state machine's state at `index` is stored, durable; `index` 0 says that it could not be. */
export interface SnapshotTaken {
  readonly type: 'snapshotTaken';
  readonly index: number;
  /** How many it takes. Default 0. */
  readonly bytes?: number;
}

/** The piece that `storeSnapshotChunk` asked for is stored, or was not wanted; the next one should begin at `nextOffset`. */
export interface SnapshotChunkStored {
  readonly type: 'snapshotChunkStored';
  readonly from: PeerId;
  readonly id: number;
  readonly requestTerm: number;
  readonly lastIncludedIndex: number;
  readonly nextOffset: number;
}

/** A leader's whole snapshot is stored, durable and verified; it is not in force yet. */
export interface SnapshotStored {
  readonly type: 'snapshotStored';
  readonly from: PeerId;
  readonly id: number;
  readonly requestTerm: number;
  readonly lastIncludedIndex: number;
  readonly lastIncludedTerm: number;
  readonly configuration: Configuration;
  readonly nextOffset: number;
}
