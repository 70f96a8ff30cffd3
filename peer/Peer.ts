import { nanoid } from 'nanoid';
import { WhitewaterError } from '../shared/errors.ts';
import { peerId, type ClusterId, type PeerId } from '../shared/ids.ts';
import type { Status } from '../shared/messages/Status.ts';
import { seededRandom } from '../shared/random.ts';
import { defaultOpenSocket, openStorage, processId, signerOf } from './adapters.ts';
import { SystemClock } from '../endpoint/clock/SystemClock.ts';
import { assemblePeer, type PeerParts } from './assemblePeer.ts';
import type { Driver, DriverCounters, DriverEvent, DriverHandlers } from './Driver.ts';
import { PeerEvents } from './PeerEvents.ts';
import { checkKinds } from './optionChecks.ts';
import { checkPeerOptions, type CheckedOptions, type PeerOptions } from './PeerOptions.ts';
import { SILENT_LOGGER, type Logger } from '../endpoint/ports/Logger.ts';
import type { OpenedStorage } from './ports/Storage.ts';
import { Leadership, type Reign } from './replica/Leadership.ts';
import type { Operations } from './replica/Operations.ts';
import type { Replica } from './replica/Replica.ts';
import type { Patience } from './replica/Wait.ts';
import { wantsDetails } from './traceOf.ts';
import { traceWithStatus } from './traceWithStatus.ts';
import { RelayTransport } from '../endpoint/transport/RelayTransport.ts';
import type { TransportCounters } from '../endpoint/transport/TransportCounters.ts';

/** `votersOutgoing`: whose majority counts as well, until a change of voters is complete. */
export type Members = Pick<Status, 'voters' | 'votersOutgoing' | 'learners'>;

/** A peer's account of itself, and whether it has a connection. */
export interface PeerStatus extends Status {
  readonly connected: boolean;
  /** The relay it is connected to, as a WebSocket's URL. */
  readonly relay: string | undefined;
}

/** A change of members: those that are not named stay what they are. */
export interface MembersToChange {
  /** They vote, once they have caught up with the log; until then they learn. */
  readonly voters?: readonly string[];
  /** They get the log and do not vote. */
  readonly learners?: readonly string[];
  readonly removed?: readonly string[];
}

export interface PeerCounters {
  readonly driver: Readonly<DriverCounters>;
  readonly transport: Readonly<TransportCounters>;
}

/**
 * One peer of a cluster: it elects leaders with the others, over a relay, and with a state machine it replicates that.
 * `Command`, `Result`, `Query` and `Answer` are those of the state machine.
 */
export class Peer<Command = unknown, Result = unknown, Query = unknown, Answer = unknown> {
  readonly cluster: ClusterId;
  readonly id: PeerId;
  readonly events: PeerEvents;
  /**
   * Resolves when the peer has stopped because it was told to; rejects with the `WhitewaterError` because of which it stopped
   * by itself. Nobody has to listen.
   */
  readonly stopped: Promise<void>;
  readonly #logger: Logger;
  readonly #storage: OpenedStorage['storage'];
  readonly #snapshots: OpenedStorage['snapshots'];
  readonly #transport: RelayTransport;
  readonly #driver: Driver;
  readonly #replica: Replica;
  readonly #operations: Operations;
  readonly #leadership: Leadership;
  readonly #checksQuorum: boolean;
  readonly #settle: PromiseWithResolvers<void>;
  #closing: Promise<void> | undefined;

  private constructor(
    { cluster, id, raft }: CheckedOptions,
    { storage, snapshots }: OpenedStorage,
    transport: RelayTransport,
    { driver, replica, operations }: PeerParts,
    { clock, logger }: Required<Pick<PeerOptions, 'clock' | 'logger'>>,
  ) {
    this.cluster = cluster;
    this.id = id;
    this.events = new PeerEvents(logger);
    this.#logger = logger;
    this.#storage = storage;
    this.#snapshots = snapshots;
    this.#transport = transport;
    this.#replica = replica;
    this.#operations = operations;
    this.#driver = driver;
    this.#checksQuorum = raft.checkQuorum;
    this.#settle = promiseWithResolvers();
    this.stopped = this.#settle.promise;
    // An unheard rejection would end the process.
    this.stopped.catch(() => undefined);
    this.#leadership = new Leadership(clock, () => ({
      isLeader: driver.status().role === 'leader',
      term: driver.status().term,
      leaseUntilMs: driver.leaseUntilMs(),
    }));
  }

  /**
   * Opens the store and begins. It does not wait for a relay: a connection is made, and made again, for as long as the peer runs.
   *
   * @throws {WhitewaterError} `USAGE`, or one of the store's: `STORE_UNREADABLE`, `STORE_IN_USE`, `STORE_DAMAGED`,
   *   `STORE_BELONGS_TO_ANOTHER`, `MEMBERSHIP_DIFFERS`
   * @throws the signal's reason, when it is aborted before the peer runs
   */
  static async start<Command, Result, Query, Answer>(
    options: PeerOptions<Command, Result, Query, Answer>,
  ): Promise<Peer<Command, Result, Query, Answer>> {
    checkKinds(options);
    const {
      logger = SILENT_LOGGER,
      clock = new SystemClock(),
      seed = nanoid(),
      signal,
      token,
      secret,
      trace,
    } = options;
    signal?.throwIfAborted();
    const draws = (what: string): (() => number) => seededRandom(seed, `${options.cluster}/${options.id}/${what}`);
    const checked = checkPeerOptions(options, draws('elections'));
    const { cluster, id, voters, relays } = checked;
    let peer: Peer<Command, Result, Query, Answer> | undefined;
    // Not from the seed, with which a peer may be started again.
    const instance = nanoid();
    const transport = new RelayTransport({
      ...{ cluster, id, instance, relays, clock, logger, random: draws('waits') },
      openSocket: options.openSocket ?? (await defaultOpenSocket()),
      ...(token === undefined ? {} : { token }),
      ...(secret === undefined ? {} : { signer: await signerOf(secret, cluster) }),
      ...(trace === undefined ? {} : { trace: traceWithStatus(trace, () => peer?.status()) }),
    });
    const opened = await openStorage(options.storage, { cluster, id, voters }, logger);
    if (signal?.aborted === true) {
      await opened.storage.close();
      signal.throwIfAborted();
    }
    const { hardState, entries } = opened.stored;
    logger.info(
      `peer "${id}" of cluster "${cluster}" begins at term ${hardState.currentTerm} with ${entries.length} log entries; seed ${seed}`,
    );
    try {
      const parts = await assemblePeer(
        {
          ...{ cluster, id, instance, opened, transport, clock, logger, trace },
          raft: { ...checked.raft, wantsDetails: () => wantsDetails(trace) },
          machine: options.machine,
          pid: processId(),
        },
        Peer.#handlersOf(() => peer),
      );
      peer = new Peer(checked, opened, transport, parts, { clock, logger });
      peer.#driver.start();
      const running = peer;
      signal?.addEventListener('abort', () => void running.stop(), { once: true });
      return running;
    } catch (error) {
      await opened.storage.close();
      throw error;
    }
  }

  /** Nothing happens before the driver is started, and then the peer is there. */
  static #handlersOf(peer: () => Peer | undefined): DriverHandlers {
    const tell = (about: (peer: Peer) => void): void => {
      const running = peer();
      if (running !== undefined) about(running);
    };
    return {
      onEvent: (event) => tell((running) => running.#happened(event)),
      onHandingOver: () => tell((running) => running.#leadership.changed()),
      onConnected: (connected) => tell((running) => running.#connected(connected)),
      onFailed: (error) => tell((running) => running.#failed(error)),
    };
  }

  /**
   * Puts a command into the log, if this peer leads, and waits until it is committed and applied here. Sent again after an error
   * that is not `definite` it may take effect twice; a session prevents that.
   *
   * @returns the state machine's result
   * @throws {WhitewaterError} `NOT_LEADER` (with `details.leader`), `OVERLOADED`, `PROPOSAL_LOST`, `TIMED_OUT`, `PEER_STOPPED`,
   *   `COMMAND_REFUSED`: it did not and will not take effect; `OUTCOME_UNKNOWN`: it may
   */
  async propose(command: Command, patience: Patience = {}): Promise<Result> {
    return (await this.#operations.propose(command, patience)) as Result;
  }

  /**
   * Asks the state machine as of some moment between call and return: linearizable, at a leader or a follower that has one.
   * @throws {WhitewaterError} `NOT_LEADER`, `OVERLOADED`, `TIMED_OUT`, `PEER_STOPPED`
   */
  async read(query: Query, patience: Patience = {}): Promise<Answer> {
    return (await this.#operations.read(query, patience)) as Answer;
  }

  /** Asks the state machine as it is here and now, which may be long behind. */
  readStale(query: Query): Answer {
    return this.#operations.readStale(query) as Answer;
  }

  /**
   * Changes the members, if this peer leads: by joint consensus, whatever the difference. Resolves when the change is complete. New
   * voters learn until they have caught up.
   * @param patience default 60 s
   * @throws {WhitewaterError} as `propose` does, and `MEMBERSHIP_REFUSED`
   */
  async changeMembers(change: MembersToChange, patience: Patience = {}): Promise<void> {
    const { voters = [], learners = [], removed = [] } = change;
    const ids = { voters: voters.map(peerId), learners: learners.map(peerId), removed: removed.map(peerId) };
    await this.#operations.changeMembers(ids, patience);
  }

  /**
   * Hands leadership to another voter; resolves when that one is known to lead.
   * @throws {WhitewaterError} `NOT_LEADER`, `TIMED_OUT`, `MEMBERSHIP_REFUSED`: it will not lead by this;
   *   `OUTCOME_UNKNOWN`: it may
   */
  async transferLeadership(to: string, patience: Patience = {}): Promise<void> {
    await this.#operations.transfer(peerId(to), patience);
  }

  /** Stops leading, in this term. Nothing happens if this peer does not lead. */
  stepDown(): void {
    this.#replica.stepDown();
  }

  /**
   * The times in which this peer leads and knows it, the present one first: `for await (const { term, signal } of peer.leadership())`.
   * A reign's `signal` aborts before another peer can have been elected, as far as clocks run alike and the process is not stopped
   * meanwhile; its `term` is a fencing token for when they do not. Needs `checkQuorum`, which is on by default.
   * @param signal ends the iteration; so does the peer's stop
   * @throws {WhitewaterError} `USAGE` without `checkQuorum`
   */
  leadership(signal?: AbortSignal): AsyncGenerator<Reign, void, undefined> {
    if (this.#checksQuorum) return this.#leadership.reigns(signal);
    throw new WhitewaterError('USAGE', 'leadership() needs the option checkQuorum: without it no lease holds');
  }

  /** Who belongs to the cluster as this peer knows it: the newest configuration in its log, committed or not (paper, section 6). */
  members(): Members {
    const { voters, votersOutgoing, learners } = this.status();
    return { voters, votersOutgoing, learners };
  }

  status(): PeerStatus {
    const { relay } = this.#transport;
    return { ...this.#driver.status(), connected: relay !== undefined, relay };
  }

  /** Since the start. */
  counters(): PeerCounters {
    return { driver: this.#driver.counters(), transport: this.#transport.counters() };
  }

  /** Ends the connection and closes the store. Again, or after a failure, it waits for the same end. */
  async stop(): Promise<void> {
    await this.#close();
    this.#settle.resolve();
  }

  #close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    this.#driver.stop();
    this.#leadership.stop();
    await this.#transport.stop();
    try {
      await this.#storage.close();
      await this.#snapshots?.close();
    } catch (error) {
      this.#logger.error(`the store of peer "${this.id}" did not close`, { error });
    }
  }

  #happened(event: DriverEvent): void {
    const { type, ...details } = event;
    if (event.type === 'leaderChanged') {
      const { leader, term } = event;
      this.#logger.info(leader === null ? `no leader in term ${term}` : `${leader} leads in term ${term}`);
    }
    if (event.type === 'roleChanged') this.#leadership.changed();
    this.events.emit(type, details);
  }

  #connected(connected: boolean): void {
    if (connected) this.events.emit('connected', { relay: this.#transport.relay });
    else this.events.emit('disconnected', {});
  }

  #failed(cause: Error): void {
    const error = cause instanceof WhitewaterError ? cause : new WhitewaterError('INTERNAL', cause.message, { cause });
    this.events.emit('failed', { error });
    void this.#close().then(() => this.#settle.reject(error));
  }
}

interface PromiseWithResolvers<Value> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: Error) => void;
}

/** `Promise.withResolvers` is younger than Node 20. */
function promiseWithResolvers<Value>(): PromiseWithResolvers<Value> {
  let resolve: (value: Value) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<Value>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
