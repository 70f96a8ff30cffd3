import type { PeerId } from '../../shared/ids.ts';

/** Times and rules of elections. Every peer of a cluster should have the same. */
export interface ElectionOptions {
  /** A leader sends AppendEntries to each peer this often. */
  readonly heartbeatMs: number;
  /** Election timeouts are drawn uniformly from [min, max) at every reset. */
  readonly electionTimeoutMsMin: number;
  readonly electionTimeoutMsMax: number;
  /** Ask before standing, so that a peer which cannot win disturbs nobody (thesis, 9.6). */
  readonly preVote: boolean;
  /** A leader without a majority steps down; voters who hear a leader refuse others (thesis, 6.2 and 4.2.3). */
  readonly checkQuorum: boolean;
  /**
   * A new leader's first entry is a no-op, which commits what earlier terms left (paper, section 8). Without it neither a read nor
   * a change of members is possible before the term's first command. Off where tests assert indexes.
   */
  readonly noOpOnElection: boolean;
}

/** How much this peer should lead, as against the others. */
export interface PriorityOption {
  /**
   * A leader hands over to a voter of higher priority that holds all it has committed. With 0 this peer never stands by itself: it
   * leads only if leadership is handed to it. A whole number from 0 to 100; 1 by default.
   */
  readonly priority: number;
}

/** Bounds and habits of replication. */
export interface ReplicationOptions {
  /** The most entries in one AppendEntries. */
  readonly entriesPerMessageMax: number;
  /** The most bytes of entries in one AppendEntries; a single larger entry still goes, alone. */
  readonly bytesPerMessageMax: number;
  /** How many AppendEntries with entries may be unanswered per follower. */
  readonly messagesInFlightMax: number;
  /** A leader refuses proposals while this many bytes are not committed, or not applied at its own state machine. */
  readonly uncommittedBytesMax: number;
  /** How many linearizable reads may wait for the leader's confirmation. */
  readonly readsWaitingMax: number;
  /** A snapshot is asked for when the entries behind the last one exceed either of these. */
  readonly snapshotEntries: number;
  readonly snapshotBytes: number;
  /**
   * But not while the log has fewer bytes than this share of the last snapshot: a large state is not stored anew for a small log. A
   * share of 0 turns this off.
   */
  readonly snapshotShareMin: number;
  /**
   * How many entries stay in the log behind a snapshot, so that a follower which lags a little needs none; fewer when they have more
   * than a quarter of `snapshotBytes`.
   */
  readonly trailingEntries: number;
  /**
   * Answer reads without asking a majority for as long as none can have elected another: the minimum election timeout, less
   * `leaseClockDrift` of it. Safe only while no clock runs that much faster than another, and none is stopped and set back
   * (thesis, 6.4.1). Needs `checkQuorum`.
   */
  readonly leaseReads: boolean;
  /** The share of a lease that is given up for clocks that run apart, from 0 to 1. */
  readonly leaseClockDrift: number;
}

export interface RaftOptions extends ElectionOptions, Partial<ReplicationOptions>, Partial<PriorityOption> {
  readonly id: PeerId;
  /** A number in [0, 1), the next one at each call. The only source of randomness. */
  readonly random: () => number;
  /**
   * Whether anybody hears of what happens with nearly every message: `timerReset`, `entriesAppended` and `committed`. Everything else
   * is always reported. Default: yes.
   */
  readonly wantsDetails?: () => boolean;
}

/** All options, each with a value. */
export type CompleteOptions = ElectionOptions &
  ReplicationOptions &
  PriorityOption &
  Pick<Required<RaftOptions>, 'id' | 'random' | 'wantsDetails'>;

/** The lab's limit of ten heartbeats a second, and 250 to 400 ms. */
export const ELECTION_DEFAULTS: ElectionOptions = {
  heartbeatMs: 100,
  electionTimeoutMsMin: 250,
  electionTimeoutMsMax: 400,
  preVote: true,
  checkQuorum: true,
  noOpOnElection: true,
};

export const PRIORITY_DEFAULT = 1;
export const PRIORITY_LIMIT = 100;

export const REPLICATION_DEFAULTS: ReplicationOptions = {
  entriesPerMessageMax: 1_024,
  bytesPerMessageMax: 262_144,
  messagesInFlightMax: 32,
  uncommittedBytesMax: 16_777_216,
  readsWaitingMax: 65_536,
  snapshotEntries: 100_000,
  snapshotBytes: 33_554_432,
  snapshotShareMin: 0.25,
  trailingEntries: 5_000,
  leaseReads: false,
  leaseClockDrift: 0.1,
};

/**
 * Named sets of times.
 * - `default`: for demonstrations and reliable networks
 * - `relaxed`: four heartbeats in a row must be lost before an election; for networks that lose frames
 * - `paper`: the paper's section 9.3 (150 to 300 ms)
 * - `fast`: for a local network
 * - `lab`, `labRelaxed`: as `default` and `relaxed`, with the plain rules of the paper's Figure 2
 */
export const ELECTION_PRESETS = {
  default: ELECTION_DEFAULTS,
  relaxed: { ...ELECTION_DEFAULTS, electionTimeoutMsMin: 400, electionTimeoutMsMax: 800 },
  paper: { ...ELECTION_DEFAULTS, heartbeatMs: 50, electionTimeoutMsMin: 150, electionTimeoutMsMax: 300 },
  fast: { ...ELECTION_DEFAULTS, heartbeatMs: 20, electionTimeoutMsMin: 60, electionTimeoutMsMax: 120 },
  lab: { ...ELECTION_DEFAULTS, preVote: false, checkQuorum: false, noOpOnElection: false },
  labRelaxed: {
    ...ELECTION_DEFAULTS,
    electionTimeoutMsMin: 400,
    electionTimeoutMsMax: 800,
    preVote: false,
    checkQuorum: false,
    noOpOnElection: false,
  },
} as const satisfies Record<string, ElectionOptions>;

export type ElectionPreset = keyof typeof ELECTION_PRESETS;

const OTHER_DEFAULTS = { ...REPLICATION_DEFAULTS, priority: PRIORITY_DEFAULT, wantsDetails: () => true };

/** What the schema of AppendEntries allows: receivers drop a longer list unread. */
const ENTRIES_LIMIT = 65_536;

/** @throws {RangeError} saying which option is wrong and what is legal */
export function completeOptions(given: RaftOptions): CompleteOptions {
  const options: CompleteOptions = { ...OTHER_DEFAULTS, ...given };
  const { heartbeatMs, electionTimeoutMsMin: min, electionTimeoutMsMax: max } = options;
  if (!(heartbeatMs > 0)) throw new RangeError(`heartbeatMs is ${heartbeatMs}: it must be above 0`);
  if (!(min > heartbeatMs)) {
    throw new RangeError(`electionTimeoutMsMin is ${min}: it must be above heartbeatMs, which is ${heartbeatMs}`);
  }
  // With one fixed timeout peers that start together stand together, again and again (paper, 5.2).
  if (!(max > min) || !Number.isFinite(max)) {
    throw new RangeError(`electionTimeoutMsMax is ${max}: it must be above electionTimeoutMsMin, which is ${min}`);
  }
  for (const name of COUNTS) {
    if (!(options[name] >= 1)) throw new RangeError(`${name} is ${options[name]}: it must be at least 1`);
  }
  if (!(options.entriesPerMessageMax <= ENTRIES_LIMIT)) {
    throw new RangeError(
      `entriesPerMessageMax is ${options.entriesPerMessageMax}: it must be from 1 to ${ENTRIES_LIMIT}`,
    );
  }
  if (!(options.trailingEntries >= 0)) {
    throw new RangeError(`trailingEntries is ${options.trailingEntries}: it must be at least 0`);
  }
  if (!(options.snapshotShareMin >= 0)) {
    throw new RangeError(`snapshotShareMin is ${options.snapshotShareMin}: it must be at least 0`);
  }
  if (!Number.isInteger(options.priority) || options.priority < 0 || options.priority > PRIORITY_LIMIT) {
    throw new RangeError(`priority is ${options.priority}: it must be a whole number from 0 to ${PRIORITY_LIMIT}`);
  }
  if (!(options.leaseClockDrift >= 0 && options.leaseClockDrift < 1)) {
    throw new RangeError(`leaseClockDrift is ${options.leaseClockDrift}: it must be at least 0 and below 1`);
  }
  if (options.leaseReads && !options.checkQuorum) throw new RangeError('leaseReads needs checkQuorum, which is off');
  return options;
}

const COUNTS = [
  'entriesPerMessageMax',
  'bytesPerMessageMax',
  'messagesInFlightMax',
  'uncommittedBytesMax',
  'readsWaitingMax',
  'snapshotEntries',
  'snapshotBytes',
] as const;
