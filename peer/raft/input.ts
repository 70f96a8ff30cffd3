import type { PeerId } from '../../shared/ids.ts';
import type { RaftMessage } from '../../shared/protocol.ts';

/** What can happen to a peer. `nowMs` is a monotonic time in milliseconds, fractional; it never goes back. */
export type Input = Start | MessageArrived | DeadlineReached | Persisted;

/** Once, before any other input. */
export interface Start {
  readonly type: 'start';
  readonly nowMs: number;
}

/** A message whose body was held against its schema. */
export interface MessageArrived {
  readonly type: 'message';
  readonly nowMs: number;
  readonly from: PeerId;
  /** The frame's id, which a reply repeats. */
  readonly id: number;
  readonly message: RaftMessage;
}

/** The clock reached the time of the newest `setDeadline`. Early or superseded ones do no harm. */
export interface DeadlineReached {
  readonly type: 'deadline';
  readonly nowMs: number;
}

/** Everything up to `sequence` is durable. */
export interface Persisted {
  readonly type: 'persisted';
  readonly nowMs: number;
  readonly sequence: number;
}
