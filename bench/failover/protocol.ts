import type { PeerId } from '../../shared/ids.ts';

/** What the bench asks of a peer's process. Times are of the machine's monotonic clock, which all processes share, in milliseconds. */
export type ElectorQuestion =
  | { readonly type: 'status' }
  /** Commits one entry, as the leader. Answered with how long that took; with null when it could not be done. */
  | { readonly type: 'put' }
  /** Answered when this peer leads or follows a leader in this term or a later one; with null when it does not in time. */
  | { readonly type: 'leaderFrom'; readonly term: number; readonly withinMs: number };

export interface ElectorStatus {
  readonly term: number;
  readonly leader: PeerId | null;
  readonly lastLogIndex: number;
  readonly isConnected: boolean;
}

/** The newest leader that a peer knows, and since when. */
export interface Following {
  readonly leader: PeerId;
  readonly term: number;
  readonly sinceMs: number;
  /** When this peer entered each of its newest terms, oldest first. */
  readonly terms: readonly { readonly term: number; readonly atMs: number }[];
}

/** One clock for all processes of a machine: CLOCK_MONOTONIC. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
