import type { PeerId } from '../../../../../shared/ids.ts';

/** The log of one peer as its newest status tells it. Indexes from 1; a stretch includes both its ends. */
export interface LogRow {
  readonly peer: PeerId;
  /** The first index that it holds; what is before it is in the snapshot. */
  readonly first: number;
  /** 0 for an empty log. */
  readonly last: number;
  /** Of one term each, oldest first. Empty when it does not tell terms; what is before the first run is not told. */
  readonly runs: readonly LogRun[];
  readonly commit: number;
  readonly applied: number;
  readonly durable: number;
  /** The last index in its snapshot; 0 for none. */
  readonly snapshot: number;
  /** What the leader knows of this peer; null when no leader tells. */
  readonly told: { readonly next: number; readonly match: number; readonly by: PeerId } | null;
  /** How far it truly holds the leader's log, by its own account; null when that is not told, or nobody leads. */
  readonly agreed: number | null;
  /** Where it differs from the log of the leader, or of the newest log while nobody leads. */
  readonly conflicts: readonly Stretch[];
}

export interface LogRun {
  readonly term: number;
  readonly from: number;
  readonly to: number;
}

export interface Stretch {
  readonly from: number;
  readonly to: number;
}
