import type { DropCause } from '../../../../../shared/http/Traffic.ts';
import type { PeerId } from '../../../../../shared/ids.ts';
import type { Role, Status } from '../../../../../shared/messages/Status.ts';
import type { VoteRefusal } from '../../../../../shared/messages/VoteRefusal.ts';
import type { Stretch } from '../log/LogView.ts';

/** The most happenings that are kept; the oldest go first. */
export const TRAIL_MAX = 1000;
/** The most frames that were lost; the oldest go first. */
export const LOST_MAX = 500;

/** What statuses told that the next one does not tell any more. Times are of the relay's clock, in milliseconds. */
export type Happening = Refusal | RoleChange | Replaced;

export interface Refusal {
  readonly kind: 'refused';
  readonly atMs: number;
  readonly voter: PeerId;
  readonly candidate: PeerId;
  readonly refusal: VoteRefusal;
  /** Of the question: for a pre-vote the term that the candidate would have stood in. */
  readonly term: number;
  readonly isPreVote: boolean;
  /** Both accounts as they were told at the time; the voter's is null if it had told nothing. */
  readonly asking: Status;
  readonly asked: Status | null;
}

export interface RoleChange {
  readonly kind: 'role';
  readonly atMs: number;
  readonly peer: PeerId;
  readonly from: Role;
  readonly to: Role;
  /** The last account in the old role, and the first in the new one. */
  readonly before: Status;
  readonly after: Status;
  /** Whether its process began anew between the two. */
  readonly isRestart: boolean;
}

/** Entries that a log held and holds no more, although no snapshot is known to have them. */
export interface Replaced extends Stretch {
  readonly kind: 'replaced';
  readonly atMs: number;
  readonly peer: PeerId;
  readonly term: number;
  /** Whom it followed then, and in which term. */
  readonly leader: PeerId | null;
  readonly leaderTerm: number;
  /** What stands at the first of these indexes since; null for nothing, or where a snapshot stands of which nobody told that term. */
  readonly byTerm: number | null;
  /** The end of the snapshot that stands there since; null where none does. Without a term, it may hold these very entries. */
  readonly snapshotIndex: number | null;
  /** Who had told that one of these entries is committed; null if nobody ever did. */
  readonly committedBy: PeerId | null;
  readonly isRestart: boolean;
}

export interface LostFrame {
  readonly atMs: number;
  readonly seq: number;
  readonly type: string;
  readonly from: PeerId;
  readonly to: PeerId;
  readonly cause: DropCause | null;
  /** Names of the rules that struck it. */
  readonly strikes: readonly string[];
}

/** What explanations remember of the feed; the picture has only the newest of each. */
export interface Trail {
  /** Up to a time, the newest first. */
  until(atMs: number): readonly Happening[];
  /** Frames between peers that were lost up to a time, the newest first; those that were told of. */
  lostUntil(atMs: number): readonly LostFrame[];
}

/** Of somebody who saw nothing. */
export const NO_TRAIL: Trail = { until: () => [], lostUntil: () => [] };
