import type { Socket } from 'node:net';
import type { WebSocket } from '@fastify/websocket';
import { WhitewaterError, type ErrorCode } from '../../shared/errors.ts';
import type { ClusterId, PeerId } from '../../shared/ids.ts';
import type { SafetyRule } from '../../shared/http/Safety.ts';
import type { Hello } from '../../shared/messages/Hello.ts';
import { nearest } from '../../shared/nearest.ts';
import { AddressLimits } from '../locks/AddressLimits.ts';
import type { ResolvedOptions } from '../options.ts';
import { BufferBudget } from './BufferBudget.ts';
import { Cluster } from './Cluster.ts';
import type { Connection, Identity } from './Connection.ts';
import type { Endpoint } from './Endpoint.ts';
import type { HubServices } from './HubServices.ts';
import { Liveness } from './Liveness.ts';
import { News } from './News.ts';
import { PagePool } from './PagePool.ts';
import { Refusals } from './Refusals.ts';
import { RelayTrace } from './RelayTrace.ts';
import { SocketConnection } from './SocketConnection.ts';
import { sumOfTraffic } from './sumOfTraffic.ts';
import { Turn } from './Turn.ts';
import type { Traffic } from '../../shared/http/Traffic.ts';
import { untilGone } from './untilGone.ts';

/** Clusters whose faults are set while nobody ever connected to them: a client with a wrong name must not fill the relay. */
const PREPARED_MAX = 16;
/** One to which nobody connects is forgotten so long after the last change of its faults. */
const PREPARED_MS = 600_000;

/** All clusters of a relay and all sockets of their endpoints. */
export class Hub implements HubServices {
  readonly options: ResolvedOptions;
  readonly clock = (): number => performance.now();
  readonly turn = new Turn(this.clock);
  readonly pages = new PagePool();
  readonly budget: BufferBudget;
  readonly refusals: Refusals;
  readonly news: News;
  readonly liveness: Liveness;
  readonly delayedBytes: { bytes: number; readonly bytesMax: number };
  readonly limits: AddressLimits;
  readonly offences = new Map<SafetyRule, number>();
  readonly #clusters = new Map<string, Cluster>();
  /** To which no peer ever connected, each with what ends it. */
  readonly #prepared = new Map<string, NodeJS.Timeout>();
  readonly #connections = new Set<SocketConnection>();
  /** What passed in clusters that were forgotten since: totals never go back. */
  readonly #trafficOfForgotten: Traffic[] = [];
  /** Upgrades that wait because a rule makes the network slow to accept. */
  readonly #accepting = new Set<AbortController>();
  #isStopping = false;

  constructor(options: ResolvedOptions) {
    this.options = options;
    this.refusals = new Refusals(options.logger, this.clock);
    this.news = new News(options.logger, this.clock);
    this.budget = new BufferBudget(options.bufferBytesTotalMax, options.connectionsMax);
    this.liveness = new Liveness(options, this.clock);
    this.delayedBytes = { bytes: 0, bytesMax: options.delayedBytesTotalMax };
    this.limits = new AddressLimits(options, this.clock);
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Those with a socket. */
  get connections(): ReadonlySet<Connection> {
    return this.#connections;
  }

  get clusters(): readonly Cluster[] {
    return [...this.#clusters.values()];
  }

  /** @throws {WhitewaterError} CLUSTER_UNKNOWN, naming those that are known */
  cluster(id: string): Cluster {
    const cluster = this.#clusters.get(id);
    if (cluster !== undefined) return cluster;
    const known = [...this.#clusters.keys()].sort();
    const inhabited = known.filter((name) => !this.#prepared.has(name));
    const meant = nearest(id, inhabited);
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
    const names = known.map((name) => (inhabited.includes(name) ? name : `${name} (to which nobody connected either)`));
    const message = `no endpoint of a cluster ${id} ever connected to this relay${hint}; known are ${names.join(', ') || 'none yet'}`;
    throw new WhitewaterError('CLUSTER_UNKNOWN', message, { details: { known } });
  }

  /** The cluster of that name, if there is one. */
  known(id: string): Cluster | undefined {
    return this.#clusters.get(id);
  }

  /**
   * Changes the faults of a cluster. One that nobody connected to yet is made for it, so that its first election has them; it is
   * forgotten if nobody ever comes.
   * @throws {WhitewaterError} RELAY_FULL; and what the change throws: then there is no cluster that was not there before
   */
  changeFaults(id: ClusterId, change: (cluster: Cluster) => void): Cluster {
    const known = this.#clusters.get(id);
    if (known === undefined && this.#prepared.size >= PREPARED_MAX) {
      const message = `faults are in force in ${PREPARED_MAX} clusters to which nobody ever connected, and the relay takes no more: start the peers of one, or wait for ${PREPARED_MS / 1000} s, after which such a cluster is forgotten`;
      throw new WhitewaterError('RELAY_FULL', message);
    }
    const cluster = known ?? new Cluster(id, this);
    try {
      change(cluster);
      if (known === undefined) this.#add(cluster);
    } catch (error) {
      if (known === undefined) cluster.stop();
      throw error;
    }
    if (known === undefined || this.#prepared.has(id)) this.#awaitPeers(cluster);
    return cluster;
  }

  totalTraffic(): Traffic {
    return sumOfTraffic([...this.#trafficOfForgotten, ...this.clusters.map((cluster) => cluster.traffic)]);
  }

  /**
   * Whether a socket of that identity may be upgraded at all.
   * @throws {WhitewaterError} DISCONNECTED_BY_OPERATOR, IDENTITY_TAKEN, RELAY_FULL, RELAY_STOPPING
   */
  checkUpgrade(cluster: ClusterId, id: PeerId, isEphemeral: boolean): void {
    this.#refuseWhenStopping();
    if (this.#connections.size >= this.options.connectionsMax) {
      const message = `${this.options.connectionsMax} endpoints are connected, and the relay takes no more`;
      throw new WhitewaterError('RELAY_FULL', message);
    }
    this.#refuseByOperator(this.#clusters.get(cluster), id);
    this.#clusters.get(cluster)?.roster.refuseTaken(id, { isEphemeral });
  }

  /**
   * Waits for as long as rules make the network slow to answer a connection of that endpoint.
   * @throws {WhitewaterError} RELAY_STOPPING; CONNECTION_LOST when it went meanwhile; RELAY_FULL when too many of its cluster wait so
   */
  async slowAccept(clusterId: ClusterId, id: PeerId, isEphemeral: boolean, socket: Socket): Promise<void> {
    const cluster = this.#clusters.get(clusterId);
    if (cluster === undefined) return;
    const timeoutMs = socket.timeout ?? 0;
    // The relay itself gives an upgrade up that takes too long.
    socket.setTimeout(0);
    // Not a signal for all: one of many others remembers something of each of them for ever (Node.js 20, `AbortSignal.any`).
    const ending = new AbortController();
    this.#accepting.add(ending);
    const endWatch = untilGone(socket, () => ending.abort());
    try {
      await cluster.slowAccept(id, isEphemeral, ending.signal);
      this.#refuseWhenStopping();
      if (ending.signal.aborted) throw new WhitewaterError('CONNECTION_LOST', `${id} went before it was answered`);
    } finally {
      endWatch();
      if (ending.signal.aborted && !this.#isStopping) socket.destroy();
      this.#accepting.delete(ending);
      socket.setTimeout(timeoutMs);
    }
  }

  /**
   * Whether another viewer of a live feed may come.
   * @throws {WhitewaterError} RELAY_FULL
   */
  checkViewers(): void {
    const viewers = this.clusters.reduce((total, cluster) => total + cluster.feed.viewerCount, 0);
    if (viewers < this.options.viewersMax) return;
    throw new WhitewaterError(
      'RELAY_FULL',
      `${this.options.viewersMax} live feeds are open, and the relay opens no more`,
    );
  }

  /** Takes over a socket whose upgrade was allowed. It has no identity yet: its Hello must be good first. */
  accept(webSocket: WebSocket, socket: Socket, identity: Identity): void {
    this.#connections.add(new SocketConnection(this, webSocket, socket, identity));
  }

  /**
   * A connection said a good Hello: it is its endpoint's from now on, and an older one is not any more.
   * @throws {WhitewaterError} DISCONNECTED_BY_OPERATOR, IDENTITY_TAKEN, RELAY_FULL, RELAY_STOPPING
   */
  admit(
    connection: Connection,
    { instance, signs = false }: Pick<Hello, 'instance' | 'signs'>,
  ): { cluster: Cluster; endpoint: Endpoint } {
    const { cluster: clusterId, id, isEphemeral } = connection.identity;
    this.#refuseWhenStopping();
    this.#refuseByOperator(this.#clusters.get(clusterId), id);
    const cluster = this.#clusters.get(clusterId) ?? this.#add(new Cluster(clusterId, this));
    const endpoint = cluster.roster.admit(id, { isEphemeral, nowMs: this.clock() });
    endpoint.signs = signs;
    if (!isEphemeral) this.#awaitNoMore(clusterId);
    cluster.connected(endpoint, connection, instance);
    return { cluster, endpoint };
  }

  /** A connection has ended, though its socket may still be closing. */
  ended(connection: SocketConnection): void {
    this.#connections.delete(connection);
  }

  /** Counts a refusal, says so in the log, and tells those who watch the cluster. */
  noteRefusal(code: ErrorCode, identity: Pick<Identity, 'cluster' | 'id'>, message: string): void {
    new RelayTrace(this.options.trace, identity.cluster).refused(identity.id, code, message);
    if (code === 'RELAY_STOPPING' || code === 'DISCONNECTED_BY_OPERATOR') {
      this.refusals.count(code);
      return;
    }
    const wasLogged = this.refusals.report(code, `${identity.cluster}/${identity.id}`, message);
    if (wasLogged) this.#clusters.get(identity.cluster)?.noteRefusal(identity.id, `${code}: ${message}`);
  }

  /** Tells every endpoint and viewer that the relay stops. Sockets that do not close by themselves are not waited for. */
  stop(): void {
    this.#isStopping = true;
    for (const ending of this.#accepting) ending.abort();
    for (const connection of [...this.#connections]) {
      connection.closeWith('RELAY_STOPPING', 'the relay is shutting down; connect again, or to another relay');
    }
    for (const cluster of this.clusters) {
      cluster.feed.stop();
      cluster.stop();
      this.#awaitNoMore(cluster.id);
    }
    this.liveness.stop();
  }

  #refuseWhenStopping(): void {
    if (this.isStopping) throw new WhitewaterError('RELAY_STOPPING', 'the relay is shutting down');
  }

  #refuseByOperator(cluster: Cluster | undefined, id: PeerId): void {
    const forMs = Math.ceil(cluster?.refusedForMs(id) ?? 0);
    if (forMs === 0) return;
    const message = `an operator refuses connections of ${id} for another ${forMs} ms`;
    throw new WhitewaterError('DISCONNECTED_BY_OPERATOR', message, { details: { forMs } });
  }

  #add(cluster: Cluster): Cluster {
    if (this.#clusters.size >= this.options.clustersMax) this.#forgetIdleCluster();
    this.#clusters.set(cluster.id, cluster);
    this.#shareJournals();
    return cluster;
  }

  #awaitPeers(cluster: Cluster): void {
    clearTimeout(this.#prepared.get(cluster.id));
    const onTimer = (): void => {
      // Somebody looks at it, or a client of it waits for its peers.
      if (!cluster.isIdle) this.#awaitPeers(cluster);
      else this.#forget(cluster);
    };
    this.#prepared.set(cluster.id, setTimeout(onTimer, PREPARED_MS).unref());
  }

  #awaitNoMore(id: string): void {
    clearTimeout(this.#prepared.get(id));
    this.#prepared.delete(id);
  }

  /** Clusters stand in the order of their first connection; the first idle one goes. */
  #forgetIdleCluster(): void {
    const idle = this.clusters.find((cluster) => cluster.isIdle);
    if (idle === undefined) {
      const message = `${this.options.clustersMax} clusters are connected, and the relay takes no more`;
      throw new WhitewaterError('RELAY_FULL', message);
    }
    this.#forget(idle);
  }

  #forget(cluster: Cluster): void {
    const total = sumOfTraffic([...this.#trafficOfForgotten, cluster.traffic]);
    this.#trafficOfForgotten.splice(0, Infinity, total);
    this.#clusters.delete(cluster.id);
    this.#awaitNoMore(cluster.id);
    cluster.stop();
  }

  #shareJournals(): void {
    const { journalBytesMax, journalBytesTotalMax } = this.options;
    const bytesMax = Math.min(journalBytesMax, journalBytesTotalMax / this.#clusters.size);
    for (const { journal } of this.#clusters.values()) journal.bytesMax = bytesMax;
  }
}
