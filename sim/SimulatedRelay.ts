import type { ClusterTransport } from '../client/ClusterTransport.ts';
import type { Transport, TransportHandlers } from '../endpoint/ports/Transport.ts';
import type { PeerId } from '../shared/ids.ts';
import type { Directory } from '../shared/messages/Directory.ts';
import type { Status } from '../shared/messages/Status.ts';
import type { EndpointMessage } from '../shared/protocol.ts';
import type { Random } from '../shared/random.ts';
import type { SimulatedNetwork } from './Network.ts';
import type { SimulatedProcess } from './SimulatedProcess.ts';
import type { VirtualClock } from './VirtualClock.ts';

export interface RelayEndpoint {
  readonly id: PeerId;
  /** Which of its lives, if it is a peer: clients ask for that one. */
  readonly instance?: string;
  readonly isClient: boolean;
  readonly process: SimulatedProcess;
  /** What it says of itself to the fault engine. */
  readonly roleOf?: () => string | undefined;
  /** Whether it tells statuses, which takes about as much time as all the rest. */
  readonly tellsStatuses: boolean;
  /** Told of whatever it sends, before it leaves. */
  readonly onSend?: (to: PeerId, id: number, message: EndpointMessage) => void;
  readonly onStatus?: (status: Status) => void;
}

interface Connection {
  readonly endpoint: RelayEndpoint;
  readonly handlers: TransportHandlers;
  isConnected: boolean;
}

/** Until a connection stands, and until it is tried again: uniformly from [min, max). */
const CONNECT_MS = [0.5, 3] as const;
const RETRY_MS = [50, 300] as const;
/** Frames on their way through one relay between connection and lookup. */
const LOOK_UP_MS = [0.5, 3] as const;

/** Who is connected, and what they say of themselves. It can go down, and takes with it what was on its way. */
export class SimulatedRelay {
  /** Told of every message that leaves an endpoint. */
  onSent: ((from: PeerId, to: PeerId, id: number, message: EndpointMessage) => void) | undefined;
  readonly #clock: VirtualClock;
  readonly #network: SimulatedNetwork;
  readonly #random: Random;
  readonly #connections = new Map<PeerId, Connection>();
  readonly #statuses = new Map<PeerId, Status>();
  #isUp = true;

  constructor(clock: VirtualClock, network: SimulatedNetwork, random: Random) {
    this.#clock = clock;
    this.#network = network;
    this.#random = random;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  isConnected(id: PeerId): boolean {
    return this.#connections.get(id)?.isConnected === true;
  }

  /** The transport of one process; it has one connection at a time, which comes back by itself. */
  transport(endpoint: RelayEndpoint): Transport & ClusterTransport {
    const { id } = endpoint;
    let connection: Connection | undefined;
    return {
      start: (handlers: TransportHandlers) => {
        connection = { endpoint, handlers, isConnected: false };
        this.#connections.set(id, connection);
        this.#connectLater(connection, CONNECT_MS);
      },
      send: (to, messageId, message) => {
        if (connection?.isConnected !== true) return false;
        endpoint.onSend?.(to, messageId, message);
        endpoint.process.giveOut(() => {
          this.onSent?.(id, to, messageId, message);
          this.#network.send(id, to, messageId, message);
        });
        return true;
      },
      sendStatus: (status) => {
        if (connection?.isConnected !== true) return false;
        endpoint.onStatus?.(status);
        this.#statuses.set(id, status);
        return true;
      },
      lookUp: () => {
        if (connection?.isConnected !== true) return false;
        this.#answer(connection);
        return true;
      },
      stop: () => {
        if (connection !== undefined) this.#end(connection);
        return Promise.resolve();
      },
    };
  }

  /** Its process ended: nobody hears what is sent to it. */
  detach(id: PeerId): void {
    const connection = this.#connections.get(id);
    if (connection !== undefined) this.#end(connection);
  }

  /** Goes down with all connections and all that is on its way, and comes up again. @returns false when it was down already */
  restart(downMs: number): boolean {
    if (!this.#isUp) return false;
    this.#isUp = false;
    this.#network.loseAll();
    this.#statuses.clear();
    for (const connection of this.#connections.values()) this.#lose(connection);
    this.#clock.setArrival(this.#clock.nowMs() + downMs, () => void (this.#isUp = true));
    return true;
  }

  #end(connection: Connection): void {
    const { id } = connection.endpoint;
    if (this.#connections.get(id) !== connection) return;
    this.#connections.delete(id);
    this.#statuses.delete(id);
    this.#network.detach(id);
  }

  #lose(connection: Connection): void {
    const { endpoint, handlers } = connection;
    if (connection.isConnected) {
      connection.isConnected = false;
      this.#network.detach(endpoint.id);
      this.#tell(connection, () => handlers.onConnected(false));
    }
    this.#connectLater(connection, RETRY_MS);
  }

  #connectLater(connection: Connection, [minMs, maxMs]: readonly [number, number]): void {
    this.#clock.setArrival(this.#clock.nowMs() + this.#between(minMs, maxMs), () => {
      const { endpoint } = connection;
      if (this.#connections.get(endpoint.id) !== connection || connection.isConnected) return;
      if (!this.#isUp) return this.#connectLater(connection, RETRY_MS);
      this.#connect(connection);
    });
  }

  #connect(connection: Connection): void {
    const { endpoint, handlers } = connection;
    connection.isConnected = true;
    const receive = (from: PeerId, id: number, message: EndpointMessage): void =>
      this.#tell(connection, () => handlers.onMessage(from, id, message));
    if (endpoint.isClient) this.#network.attachClient(endpoint.id, receive);
    else this.#network.attach(endpoint.id, receive, endpoint.roleOf);
    if (endpoint.tellsStatuses) this.#tell(connection, () => handlers.onConnected(true));
  }

  #answer(connection: Connection): void {
    const [minMs, maxMs] = LOOK_UP_MS;
    this.#clock.setArrival(this.#clock.nowMs() + this.#between(minMs, maxMs), () => {
      const directory = this.#directory();
      if (connection.isConnected) this.#tell(connection, () => connection.handlers.onDirectory?.(directory));
    });
  }

  #directory(): Directory {
    const peers = [...this.#connections.values()]
      .filter(({ isConnected, endpoint }) => isConnected && !endpoint.isClient)
      .flatMap(({ endpoint: { id, instance } }) => (instance === undefined ? [] : [{ id, instance }]));
    let leader: PeerId | null = null;
    let leaderTerm = 0;
    for (const { id } of peers) {
      const status = this.#statuses.get(id);
      if (status?.role !== 'leader' || status.term <= leaderTerm) continue;
      leader = id;
      leaderTerm = status.term;
    }
    return { peers, leader };
  }

  #tell({ endpoint }: Connection, input: () => void): void {
    endpoint.process.takeIn(() => {
      if (endpoint.isClient) this.#clock.settles();
      input();
    });
  }

  #between(minMs: number, maxMs: number): number {
    return minMs + this.#random() * (maxMs - minMs);
  }
}
