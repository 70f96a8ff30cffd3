import type { PeerId } from '../../shared/ids.ts';
import type { TimerResetReason } from '../../shared/messages/Status.ts';
import type { VoteRefusal } from '../../shared/messages/VoteRefusal.ts';
import type { Configuration } from './configuration.ts';
import type { HardState } from './effect.ts';
import { Log } from './log/Log.ts';
import type { RaftOptions } from './options.ts';
import { Outbox } from './Outbox.ts';
import type { Entry } from '../../shared/messages/Entry.ts';

export interface Votes {
  readonly granted: Set<PeerId>;
  readonly refused: Map<PeerId, VoteRefusal>;
}

/** What a leader knows of one peer (paper, Figure 2: nextIndex and matchIndex). */
export interface Progress {
  nextIndex: number;
  matchIndex: number;
  /** When it last answered in this term; the time of the election until it did. */
  heardAtMs: number;
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

export interface Leader {
  readonly type: 'leader';
  /** Every other member. */
  readonly progress: Map<PeerId, Progress>;
  nextHeartbeatAtMs: number;
}

export type RoleState = Follower | PreCandidate | Candidate | Leader;

export interface RunningElectionTimer {
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly reason: TimerResetReason;
}

/** What the core is given of a store: see ports/Storage.ts. */
export interface StoredRaftState {
  readonly hardState: HardState;
  readonly entries: readonly Entry[];
}

/** The state of the paper's Figure 2, and the outbox of the step under way. The handlers change it in place. */
export class RaftState {
  readonly options: RaftOptions;
  readonly id: PeerId;
  readonly outbox = new Outbox();

  // Persistent state on all servers.
  currentTerm: number;
  votedFor: PeerId | null;
  readonly log: Log;

  // Volatile state on all servers.
  nowMs = Number.NEGATIVE_INFINITY;
  configuration: Configuration;
  role: RoleState = { type: 'follower' };
  commitIndex = 0;
  lastApplied = 0;
  /** The leader of the current term, once known. */
  leader: PeerId | null = null;
  /** When the leader of the current term was last heard. */
  leaderHeardAtMs: number | null = null;
  /** Null exactly while leading. */
  electionTimer: RunningElectionTimer | null = null;
  durableSequence = 0;

  constructor(options: RaftOptions, stored: StoredRaftState) {
    this.options = options;
    this.id = options.id;
    this.configuration = { voters: [...options.voters] };
    this.currentTerm = stored.hardState.currentTerm;
    this.votedFor = stored.hardState.votedFor;
    this.log = new Log(stored.entries);
  }

  get others(): PeerId[] {
    return this.configuration.voters.filter((voter) => voter !== this.id);
  }

  isMember(peer: PeerId): boolean {
    return this.configuration.voters.includes(peer);
  }
}
