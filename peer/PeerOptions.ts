import { WhitewaterError } from '../shared/errors.ts';
import { clusterId, peerId, type ClusterId, type PeerId } from '../shared/ids.ts';
import { MEMBERS_MAX } from '../shared/numbers.ts';
import type { Trace } from '../shared/trace.ts';
import type { Clock } from '../endpoint/ports/Clock.ts';
import type { Logger } from '../endpoint/ports/Logger.ts';
import type { FrameSigner } from '../endpoint/ports/FrameSigner.ts';
import type { StateMachine } from './ports/StateMachine.ts';
import type { OpenedStorage } from './ports/Storage.ts';
import { completeOptions, ELECTION_DEFAULTS, ELECTION_PRESETS } from './raft/options.ts';
import type { ElectionOptions, ElectionPreset, RaftOptions, ReplicationOptions } from './raft/options.ts';
import type { OpenSocket } from '../endpoint/transport/RelaySocket.ts';

export interface PeerOptions<Command = unknown, Result = unknown, Query = unknown, Answer = unknown> {
  /** 1 to 64 letters, digits, `_`, `.` or `-`; so is `id`. */
  readonly cluster: string;
  readonly id: string;
  /** One address or several in order of preference: `host:port`, `http://host:port`, `https://host`. */
  readonly relay: string | readonly string[];
  /**
   * Founds a cluster: the ids of its first peers, this one's too, the same list at each of them. It is in the store afterwards, and
   * later starts may leave it out. A new peer without it waits until the others add it.
   */
  readonly voters?: readonly string[];
  /**
   * Where term, vote and log are kept.
   * - `{ directory }`: on disk, in a directory of this peer's own (Node only)
   * - `'memory'`, the default: they die with the process, and a peer must not be started again under its id
   * - an opened store of your own
   */
  readonly storage?: 'memory' | { readonly directory: string } | OpenedStorage;
  /**
   * What is replicated; empty, since it is given everything that was committed. Without one the peer elects leaders and nothing
   * else.
   */
  readonly machine?: StateMachine<Command, Result, Query, Answer>;
  /** Bounds of replication, where they should not be the default ones. */
  readonly replication?: Partial<ReplicationOptions>;
  /**
   * How much this peer should lead, as against the others: a leader hands over to a voter of higher priority once that has caught up.
   * With 0 it never stands by itself. 0 to 100; default 1.
   */
  readonly priority?: number;
  /** A named set of times, or what differs from the default ones. */
  readonly election?: ElectionPreset | Partial<ElectionOptions>;
  /** For a relay that asks for one. Not in a browser. */
  readonly token?: string;
  /**
   * Shared by all peers and clients of the cluster, and not known to the relay: frames are signed with it, and what is not
   * signed is dropped, so that a relay can lose, delay, double or reorder, and not forge. 16 characters at least. Outside Node an
   * adapter that signs.
   */
  readonly secret?: string | FrameSigner;
  readonly logger?: Logger;
  readonly trace?: Trace;
  /** Stops the peer. */
  readonly signal?: AbortSignal;
  /** For the draws of timeouts and waits. Default: another one each time; it is in the log. */
  readonly seed?: string | number;
  /** Default: the system's clock. */
  readonly clock?: Clock;
  /** Default: the package `ws` in Node, the global WebSocket elsewhere. */
  readonly openSocket?: OpenSocket;
}

/** Options whose ids, addresses and times were looked at. */
export interface CheckedOptions {
  readonly cluster: ClusterId;
  readonly id: PeerId;
  readonly voters: readonly PeerId[] | undefined;
  readonly relays: readonly string[];
  readonly raft: RaftOptions;
}

/** Without a state machine there is no state that could be stored; the log holds one entry per election. */
const WITHOUT_SNAPSHOTS = { snapshotEntries: Number.POSITIVE_INFINITY, snapshotBytes: Number.POSITIVE_INFINITY };

/** @throws {WhitewaterError} `USAGE`, saying which option is wrong and what is legal */
export function checkPeerOptions(
  options: Pick<PeerOptions, 'cluster' | 'id' | 'relay' | 'voters' | 'election' | 'priority' | 'replication'> & {
    readonly machine?: unknown;
  },
  random: () => number,
): CheckedOptions {
  try {
    const id = peerId(options.id);
    const voters = options.voters?.map(peerId);
    const bounds = options.machine === undefined ? WITHOUT_SNAPSHOTS : options.replication;
    const raft: RaftOptions = {
      ...electionOf(options.election),
      ...bounds,
      ...(options.priority === undefined ? {} : { priority: options.priority }),
      id,
      random,
    };
    completeOptions(raft);
    if (voters !== undefined) checkVoters(id, voters);
    const relays = typeof options.relay === 'string' ? [options.relay] : options.relay;
    return { cluster: clusterId(options.cluster), id, voters, relays, raft };
  } catch (error) {
    if (error instanceof RangeError) throw new WhitewaterError('USAGE', error.message, { cause: error });
    throw error;
  }
}

/** @throws {RangeError} saying what is wrong with the list */
function checkVoters(id: PeerId, voters: readonly PeerId[]): void {
  if (voters.length === 0) throw new RangeError('voters is empty: name at least one peer');
  if (voters.length > MEMBERS_MAX) throw new RangeError(`voters names ${voters.length} peers: at most ${MEMBERS_MAX}`);
  if (new Set(voters).size !== voters.length) throw new RangeError(`voters names a peer twice: ${voters.join(', ')}`);
  if (!voters.includes(id)) throw new RangeError(`voters does not name this peer, ${id}: ${voters.join(', ')}`);
}

function electionOf(choice: PeerOptions['election']): ElectionOptions {
  if (typeof choice !== 'string') return { ...ELECTION_DEFAULTS, ...choice };
  if (!Object.hasOwn(ELECTION_PRESETS, choice)) {
    const known = Object.keys(ELECTION_PRESETS).join(', ');
    throw new RangeError(`${JSON.stringify(choice)} is not a set of election times: use one of ${known}`);
  }
  return ELECTION_PRESETS[choice];
}
