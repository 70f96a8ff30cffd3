import type { PeerId } from '../../shared/ids.ts';
import type { Configuration } from '../../shared/messages/Configuration.ts';
import type { Entry } from '../../shared/messages/Entry.ts';
import type { RaftMessage } from '../../shared/protocol.ts';
import type { TimerResetReason } from '../../shared/messages/Status.ts';
import type { VoteRefusal } from '../../shared/messages/VoteRefusal.ts';
import { isMember, isVoter, membersOf } from './configuration.ts';
import type { HardState, SnapshotMetadata } from './effect.ts';
import type { ForwardedRead } from './forwardedReads.ts';
import { ConfigurationHistory } from './log/ConfigurationHistory.ts';
import { Log, type LogBase } from './log/Log.ts';
import type { CompleteOptions } from './options.ts';
import { Outbox } from './Outbox.ts';
import type { Progress } from './Progress.ts';
import type { PendingReads } from './reads.ts';
import type { AwaitedSuccessor } from './transferAnswer.ts';

export interface Votes {
  readonly granted: Set<PeerId>;
  readonly refused: Map<PeerId, VoteRefusal>;
}

export interface Follower {
  readonly type: 'follower';
}

export interface PreCandidate {
  readonly type: 'preCandidate';
  readonly votes: Votes;
  /** The id of this round's first request: rounds share a term, so replies are told apart by it. */
  readonly firstRequestId: number;
  /** Its requests leave once this write is durable. */
  readonly requestsAfter: number;
}

export interface Candidate {
  readonly type: 'candidate';
  readonly votes: Votes;
  /** Its own vote counts, and its requests leave, once this write is durable. */
  readonly selfVoteSequence: number;
}

export interface LeadershipTransfer {
  /** Null when the leader began it by itself. */
  readonly requestId: number | null;
  readonly to: PeerId;
  /** Given up at this time. */
  readonly deadlineMs: number;
}

export interface RecentlySent {
  readonly message: Extract<RaftMessage, { type: 'AppendEntries' }>;
  /** Of its entries. */
  readonly bytes: number;
  /** Where the log ended then. */
  readonly lastLogIndex: number;
}

export interface Leader {
  readonly type: 'leader';
  /** Every other member, learners too. */
  readonly progress: Map<PeerId, Progress>;
  nextHeartbeatAtMs: number;
  /** The number of the newest round of heartbeats. */
  round: number;
  /** When the newest rounds were sent, oldest first; for leases. */
  readonly roundsSent: { readonly round: number; readonly atMs: number }[];
  /** Bytes of this leader's proposals that are not committed yet. */
  uncommittedBytes: number;
  readonly reads: PendingReads;
  /** The newest message with entries, which mostly suits other followers too: encoded once, it is sent to all. */
  recentlySent: RecentlySent | null;
  transfer: LeadershipTransfer | null;
  /** Whether a TimeoutNow left: it may arrive late, and makes voters elect another within this leader's lease. */
  hasSentTimeoutNow: boolean;
}

export type RoleState = Follower | PreCandidate | Candidate | Leader;

export interface RunningElectionTimer {
  timeoutMs: number;
  deadlineMs: number;
  reason: TimerResetReason;
}

/** What the core is given of a store: see ports/Storage.ts. */
export interface StoredRaftState {
  readonly hardState: HardState;
  /** What the entries begin behind. */
  readonly base: LogBase;
  readonly entries: readonly Entry[];
  /** The newest snapshot in force; null when there is none, and `base` is 0. */
  readonly snapshot: SnapshotMetadata | null;
  /** How many it takes, as far as that is known. Default 0. */
  readonly snapshotBytes?: number;
  /** The configuration that the cluster was founded with; empty for a peer that waits to be added. */
  readonly bootstrap: Configuration;
}

/** The state of the paper's Figure 2, and the outbox of the step under way. The handlers change it in place. */
export class RaftState {
  readonly options: CompleteOptions;
  readonly id: PeerId;
  readonly outbox = new Outbox();

  // Persistent state on all servers.
  currentTerm: number;
  votedFor: PeerId | null;
  readonly log: Log;
  readonly configurations: ConfigurationHistory;
  snapshot: SnapshotMetadata | null;
  /** How many that one takes; 0 when it is not known. */
  snapshotBytes: number;

  // Volatile state on all servers.
  nowMs = Number.NEGATIVE_INFINITY;
  role: RoleState = { type: 'follower' };
  commitIndex: number;
  /** The last entry that `apply` handed out. */
  handedOut: number;
  /** The last entry that the state machine holds. */
  lastApplied: number;
  /** Of the entries between the two. */
  unappliedBytes = 0;
  /** The leader of the current term, once known. */
  leader: PeerId | null = null;
  /** When the leader of the current term was last heard. */
  leaderHeardAtMs: number | null = null;
  /** Until then it elects nobody but at a leader's own wish, because that leader may count on its lease. */
  promisedUntilMs = Number.NEGATIVE_INFINITY;
  /** Running exactly while this peer is a voter and does not lead. */
  electionTimer: RunningElectionTimer | null = null;
  durableSequence = 0;
  /** A snapshot was asked for and not reported yet. */
  snapshotUnderWay = false;
  /** One that was asked for could not be stored. */
  noSnapshotUntilMs = Number.NEGATIVE_INFINITY;
  /** A voter of higher priority is not looked for before; a new term does not change that. */
  nextYieldAtMs = Number.NEGATIVE_INFINITY;
  /** Null while no transfer waits for its outcome, and always while this peer leads. */
  awaitedSuccessor: AwaitedSuccessor | null = null;
  /** By `readId`, oldest first. */
  readonly forwardedReads = new Map<number, ForwardedRead>();
  lastReadId: number | null = null;

  readonly #namesThis = (configuration: Configuration): boolean => isVoter(configuration, this.id);

  constructor(options: CompleteOptions, stored: StoredRaftState) {
    const { hardState, base, entries, snapshot, bootstrap } = stored;
    this.options = options;
    this.id = options.id;
    this.currentTerm = hardState.currentTerm;
    this.votedFor = hardState.votedFor;
    this.log = new Log(base, entries);
    this.snapshot = snapshot;
    this.snapshotBytes = stored.snapshotBytes ?? 0;
    this.configurations = new ConfigurationHistory({
      index: base.index,
      configuration: snapshot?.configuration ?? bootstrap,
    });
    this.configurations.appended(base.index + 1, entries);
    // The snapshot may be ahead of the base, by the entries that trail behind it; what it holds is committed and applied.
    this.commitIndex = snapshot?.index ?? 0;
    this.handedOut = this.commitIndex;
    this.lastApplied = this.commitIndex;
  }

  /** In force: the newest in the log, committed or not. */
  get configuration(): Configuration {
    return this.configurations.latest;
  }

  /**
   * Whether this peer stands for election: as a voter, or as one that only an uncommitted change removed, for until that
   * is committed it may be the only one that can be elected (thesis, 4.2.2). It does not count itself then.
   */
  get mayStand(): boolean {
    return this.configurations.anySince(this.commitIndex, this.#namesThis);
  }

  /** Everybody else, learners too. */
  get otherMembers(): PeerId[] {
    return [...membersOf(this.configuration)].filter((member) => member !== this.id);
  }

  get otherVoters(): PeerId[] {
    return this.otherMembers.filter((member) => isVoter(this.configuration, member));
  }

  isVoterAmongUs(peer: PeerId): boolean {
    return isVoter(this.configuration, peer);
  }

  isMemberAmongUs(peer: PeerId): boolean {
    return isMember(this.configuration, peer);
  }
}
