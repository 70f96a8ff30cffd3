import type { PeerId } from '../../shared/ids.ts';
import type { Entry } from '../../shared/messages/Entry.ts';
import type { Role, TimerResetReason } from '../../shared/messages/Status.ts';
import type { VoteRefusal } from '../../shared/messages/VoteRefusal.ts';
import type { RaftMessage } from '../../shared/protocol.ts';

/** What a step asks the driver to do, in order. */
export type Effect = Persist | Send | SetDeadline | Apply | Report;

/** What must survive a crash besides the log (paper, Figure 2). */
export interface HardState {
  readonly currentTerm: number;
  readonly votedFor: PeerId | null;
}

/** One change to the store. Steps take effect in order, all of one write or none of them. */
export type StorageStep =
  | { readonly type: 'setHardState'; readonly hardState: HardState }
  /** Entries from `fromIndex` on are forgotten. */
  | { readonly type: 'truncate'; readonly fromIndex: number }
  /** The first entry has `firstIndex`, the next one follows, without a gap. */
  | { readonly type: 'append'; readonly firstIndex: number; readonly entries: readonly Entry[] };

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

/** Give the input `deadline` when the clock reaches `atMs`. Replaces the deadline before it. */
export interface SetDeadline {
  readonly type: 'setDeadline';
  readonly atMs: number;
}

/** These entries are committed: hand them to the state machine in order. Each index comes once. */
export interface Apply {
  readonly type: 'apply';
  readonly firstIndex: number;
  readonly entries: readonly Entry[];
}

/** Something worth telling. Nothing depends on it. */
export interface Report {
  readonly type: 'report';
  readonly event: RaftEvent;
  /** The message in whose handling it happened, as `from/id`. */
  readonly messageId?: string;
}

export type RoleChangeReason =
  'electionTimeout' | 'higherTerm' | 'leaderOfSameTerm' | 'wonPreVote' | 'wonElection' | 'grantedVote' | 'lostQuorum';

export type IgnoreReason =
  /** A reply to a request of another term, or to an earlier round. */
  | 'staleReply'
  /** A reply for a role that this peer no longer has. */
  | 'notInThatRole'
  /** A reply from a peer that is not counted. */
  | 'notAMember'
  /** The message says what a correct peer cannot say, such as a second leader of one term. */
  | 'impossible';

export type RaftEvent =
  | {
      readonly type: 'roleChanged';
      readonly from: Role;
      readonly to: Role;
      readonly reason: RoleChangeReason;
    }
  | { readonly type: 'termChanged'; readonly from: number; readonly to: number }
  | { readonly type: 'leaderChanged'; readonly leader: PeerId | null }
  | { readonly type: 'timerReset'; readonly reason: TimerResetReason; readonly timeoutMs: number }
  | { readonly type: 'voteGranted'; readonly to: PeerId; readonly preVote: boolean }
  | { readonly type: 'voteRefused'; readonly to: PeerId; readonly preVote: boolean; readonly refusal: VoteRefusal }
  | { readonly type: 'voteReceived'; readonly by: PeerId; readonly preVote: boolean; readonly granted: boolean }
  | { readonly type: 'entriesRefused'; readonly leader: PeerId; readonly prevLogIndex: number }
  | { readonly type: 'entriesAppended'; readonly firstIndex: number; readonly count: number }
  | { readonly type: 'entriesTruncated'; readonly fromIndex: number }
  | { readonly type: 'committed'; readonly commitIndex: number }
  | { readonly type: 'ignored'; readonly reason: IgnoreReason };
