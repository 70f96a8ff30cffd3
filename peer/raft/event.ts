import type { PeerId } from '../../shared/ids.ts';
import type { Configuration } from '../../shared/messages/Configuration.ts';
import type { Role, TimerResetReason } from '../../shared/messages/Status.ts';
import type { VoteRefusal } from '../../shared/messages/VoteRefusal.ts';

export type RoleChangeReason =
  | 'electionTimeout'
  | 'higherTerm'
  | 'leaderOfSameTerm'
  | 'wonPreVote'
  | 'wonElection'
  | 'grantedVote'
  | 'lostQuorum'
  /** The leader asked for an election (TimeoutNow). */
  | 'transfer'
  /** A transfer was given up after TimeoutNow had left: it goes on to the next term, in which that is stale. */
  | 'transferFailed'
  /** Somebody asked this peer to stop leading. */
  | 'requested'
  /** Its priority is 0, and an election to which a leader asked it failed. */
  | 'mayNotStand'
  /** It became a voter, a learner, or no member. */
  | 'membership';

export type IgnoreReason =
  /** A reply to a request of another term, or to an earlier round. */
  | 'staleReply'
  /** A reply for a role that this peer no longer has. */
  | 'notInThatRole'
  /** A reply from a peer that is not counted. */
  | 'notAMember'
  /** A wish that the election timer run out, and there is none, or none that leads to an election. */
  | 'noElectionTimer'
  /** The same wish while a leader was heard a moment ago, and PreVote is off: to stand would break the promise to it. */
  | 'leaderAlive'
  /** The message says what a correct peer cannot say, such as a second leader of one term. */
  | 'impossible';

export type RaftEvent =
  | { readonly type: 'roleChanged'; readonly from: Role; readonly to: Role; readonly reason: RoleChangeReason }
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
  | { readonly type: 'configurationChanged'; readonly index: number; readonly configuration: Configuration }
  | { readonly type: 'snapshotInstalled'; readonly index: number }
  | { readonly type: 'logCompacted'; readonly baseIndex: number; readonly snapshotIndex: number }
  | { readonly type: 'snapshotNeeded'; readonly by: PeerId }
  | { readonly type: 'ignored'; readonly reason: IgnoreReason };
