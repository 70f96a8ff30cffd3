import { nanoid } from 'nanoid';
import { WhitewaterError } from '../shared/errors.ts';
import type { ClusterId, PeerId } from '../shared/ids.ts';
import type { Status } from '../shared/messages/Status.ts';
import { seededRandom } from '../shared/random.ts';
import { defaultOpenSocket, openStorage, processId } from './adapters.ts';
import { SystemClock } from './clock/SystemClock.ts';
import { Driver, type DriverCounters, type DriverEvent } from './Driver.ts';
import { PeerEvents } from './PeerEvents.ts';
import { checkPeerOptions, type CheckedOptions, type PeerOptions } from './PeerOptions.ts';
import { SILENT_LOGGER, type Logger } from './ports/Logger.ts';
import type { OpenedStorage } from './ports/Storage.ts';
import { Raft } from './raft/Raft.ts';
import { traceWithStatus } from './traceWithStatus.ts';
import { RelayTransport } from './transport/RelayTransport.ts';
import type { TransportCounters } from './transport/TransportCounters.ts';

/** A peer's account of itself, and whether it has a connection. */
export interface PeerStatus extends Status {
  readonly connected: boolean;
  /** The relay it is connected to, as a WebSocket's URL. */
  readonly relay: string | undefined;
}

export interface PeerCounters {
  readonly driver: Readonly<DriverCounters>;
  readonly transport: Readonly<TransportCounters>;
}

/** One peer of a cluster: it elects leaders with the others, over a relay. */
export class Peer {
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
  readonly #transport: RelayTransport;
  readonly #driver: Driver;
  readonly #settle: PromiseWithResolvers<void>;
  #closing: Promise<void> | undefined;

  private constructor(
    { cluster, id, raft }: CheckedOptions,
    { storage, stored }: OpenedStorage,
    transport: RelayTransport,
    options: Pick<PeerOptions, 'trace'> & Required<Pick<PeerOptions, 'clock' | 'logger'>>,
  ) {
    const { clock, logger, trace } = options;
    const pid = processId();
    this.cluster = cluster;
    this.id = id;
    this.events = new PeerEvents(logger);
    this.#logger = logger;
    this.#storage = storage;
    this.#transport = transport;
    this.#settle = promiseWithResolvers();
    this.stopped = this.#settle.promise;
    // An unheard rejection would end the process.
    this.stopped.catch(() => undefined);
    this.#driver = new Driver(
      {
        ...{ cluster, id, raft: new Raft(raft, stored), storage, transport, clock },
        ...(trace === undefined ? {} : { trace }),
        ...(pid === undefined ? {} : { pid }),
      },
      {
        onEvent: (event) => this.#happened(event),
        onConnected: (connected) => this.#connected(connected),
        onFailed: (error) => this.#failed(error),
      },
    );
  }

  /**
   * Opens the store and begins. It does not wait for a relay: a connection is made, and made again, for as long as the peer runs.
   *
   * @throws {WhitewaterError} `USAGE`, or one of the store's: `STORE_UNREADABLE`, `STORE_IN_USE`, `STORE_DAMAGED`,
   *   `STORE_BELONGS_TO_ANOTHER`, `MEMBERSHIP_DIFFERS`
   * @throws the signal's reason, when it is aborted before the peer runs
   */
  static async start(options: PeerOptions): Promise<Peer> {
    const { logger = SILENT_LOGGER, clock = new SystemClock(), seed = nanoid(), signal, token, trace } = options;
    signal?.throwIfAborted();
    const draws = (what: string): (() => number) => seededRandom(seed, `${options.cluster}/${options.id}/${what}`);
    const checked = checkPeerOptions(options, draws('elections'));
    const { cluster, id, voters, relays } = checked;
    let peer: Peer | undefined;
    const transport = new RelayTransport({
      ...{ cluster, id, relays, clock, logger, random: draws('waits') },
      openSocket: options.openSocket ?? (await defaultOpenSocket()),
      ...(token === undefined ? {} : { token }),
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
      peer = new Peer(checked, opened, transport, { clock, logger, ...(trace === undefined ? {} : { trace }) });
      peer.#driver.start();
      const running = peer;
      signal?.addEventListener('abort', () => void running.stop(), { once: true });
      return running;
    } catch (error) {
      await opened.storage.close();
      throw error;
    }
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
    await this.#transport.stop();
    try {
      await this.#storage.close();
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
