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
}

export interface RaftOptions extends ElectionOptions {
  readonly id: PeerId;
  readonly voters: readonly PeerId[];
  /** A number in [0, 1), the next one at each call. The only source of randomness. */
  readonly random: () => number;
  /** The most entries in one AppendEntries. */
  readonly entriesPerMessageMax?: number;
}

/** The lab's limit of ten heartbeats a second, and 250 to 400 ms. */
export const ELECTION_DEFAULTS: ElectionOptions = {
  heartbeatMs: 100,
  electionTimeoutMsMin: 250,
  electionTimeoutMsMax: 400,
  preVote: true,
  checkQuorum: true,
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
  lab: { ...ELECTION_DEFAULTS, preVote: false, checkQuorum: false },
  labRelaxed: {
    ...ELECTION_DEFAULTS,
    electionTimeoutMsMin: 400,
    electionTimeoutMsMax: 800,
    preVote: false,
    checkQuorum: false,
  },
} as const satisfies Record<string, ElectionOptions>;

export type ElectionPreset = keyof typeof ELECTION_PRESETS;

/** What the schema of AppendEntries allows: receivers drop a longer list unread. */
const ENTRIES_LIMIT = 65_536;
/** The same of Status: a relay refuses a longer list. */
const VOTERS_LIMIT = 128;

/** @throws {RangeError} saying which option is wrong and what is legal */
export function checkOptions(options: RaftOptions): void {
  const { heartbeatMs, electionTimeoutMsMin: min, electionTimeoutMsMax: max, voters, entriesPerMessageMax } = options;
  if (!(heartbeatMs > 0)) throw new RangeError(`heartbeatMs is ${heartbeatMs}: it must be above 0`);
  if (!(min > heartbeatMs)) {
    throw new RangeError(`electionTimeoutMsMin is ${min}: it must be above heartbeatMs, which is ${heartbeatMs}`);
  }
  // With one fixed timeout peers that start together stand together, again and again (paper, 5.2).
  if (!(max > min) || !Number.isFinite(max)) {
    throw new RangeError(`electionTimeoutMsMax is ${max}: it must be above electionTimeoutMsMin, which is ${min}`);
  }
  if (voters.length === 0) throw new RangeError('voters is empty: name at least one peer');
  if (voters.length > VOTERS_LIMIT)
    throw new RangeError(`voters names ${voters.length} peers: at most ${VOTERS_LIMIT}`);
  if (new Set(voters).size !== voters.length) throw new RangeError(`voters names a peer twice: ${voters.join(', ')}`);
  if (!voters.includes(options.id)) {
    throw new RangeError(`voters does not name this peer, ${options.id}: ${voters.join(', ')}`);
  }
  if (entriesPerMessageMax !== undefined && !(entriesPerMessageMax >= 1 && entriesPerMessageMax <= ENTRIES_LIMIT)) {
    throw new RangeError(`entriesPerMessageMax is ${entriesPerMessageMax}: it must be from 1 to ${ENTRIES_LIMIT}`);
  }
}
