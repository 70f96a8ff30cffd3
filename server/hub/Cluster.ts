import type { Head } from '../../shared/envelope.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { LiveEvent } from '../../shared/http/Live.ts';
import type { Partition } from '../../shared/http/Partition.ts';
import type { ProcessesView } from '../../shared/http/Processes.ts';
import { SIGNING_SPLIT_REMEDY, signingSplitOf, signingSplitText } from '../../shared/http/signingSplit.ts';
import { accountOfMembers, membersToldOf } from '../../shared/http/standing.ts';
import type { ClusterId, PeerId } from '../../shared/ids.ts';
import type { Directory } from '../../shared/messages/Directory.ts';
import { MEMBERS_MAX } from '../../shared/numbers.ts';
import { ROLE_WORDS } from '../../shared/roleWords.ts';
import type { Status } from '../../shared/messages/Status.ts';
import { Journal } from '../journal/Journal.ts';
import type { FrameSamples } from '../live/FrameSamples.ts';
import { LiveFeed } from '../live/LiveFeed.ts';
import { processesOf } from '../processes/processesOf.ts';
import { ClusterFaults, type ChangeOptions } from './ClusterFaults.ts';
import { ClusterSafety } from './ClusterSafety.ts';
import type { Connection } from './Connection.ts';
import type { DelayedFrames } from './DelayedFrames.ts';
import type { Endpoint } from './Endpoint.ts';
import { FrameCarrier } from './FrameCarrier.ts';
import { leadershipOf, type Leadership } from './leadership.ts';
import type { MessageKind } from './messageKinds.ts';
import { MembershipNews } from './MembershipNews.ts';
import { RelayTrace } from './RelayTrace.ts';
import { Roster } from './Roster.ts';
import type { HubServices } from './HubServices.ts';

/** One cluster: its endpoints, the faults between them, and what passed. Clusters know nothing of each other. */
export class Cluster {
  readonly id: ClusterId;
  readonly roster: Roster;
  readonly feed: LiveFeed;
  readonly journal: Journal;
  readonly faults: ClusterFaults;
  readonly safety: ClusterSafety;
  readonly #carrier: FrameCarrier;
  readonly #services: HubServices;
  readonly #trace: RelayTrace;
  readonly #membershipNews = new MembershipNews();
  /** Those that do not sign among others that do, as they were told last. */
  #unsigned = '';
  #leadership: Leadership = { leader: null, leaderTerm: 0, term: 0 };

  constructor(id: ClusterId, services: HubServices) {
    this.id = id;
    this.#services = services;
    this.roster = new Roster(services.options.endpointsMax);
    this.safety = new ClusterSafety(id, services, this.roster);
    this.feed = new LiveFeed(this, services);
    this.#trace = new RelayTrace(services.options.trace, id);
    const { turn, options } = services;
    this.journal = new Journal(options.journalBytesMax, () => performance.timeOrigin + turn.nowMs());
    this.faults = this.#newFaults();
    this.#carrier = new FrameCarrier({
      ...{ services, roster: this.roster, journal: this.journal, trace: this.#trace, feed: this.feed },
      faults: this.faults,
    });
  }

  get partition(): Partition | null {
    return this.faults.partition;
  }

  /** Undefined when this relay does not know who owns them. */
  get processes(): ProcessesView | undefined {
    return processesOf(this.#services.options.processes, this.id);
  }

  get traffic(): FrameCarrier['traffic'] {
    return this.#carrier.traffic;
  }

  /** Frames that wait because a rule delays or holds them. */
  get delayed(): DelayedFrames {
    return this.#carrier.delayed;
  }

  /** Some of the frames, while a viewer wants to see them. */
  get samples(): FrameSamples | undefined {
    return this.#carrier.samples;
  }

  set samples(samples: FrameSamples | undefined) {
    this.#carrier.samples = samples;
  }

  get leadership(): Leadership {
    return this.#leadership;
  }

  /** Whom a client may turn to. */
  directory(): Directory {
    const { leader } = this.#leadership;
    let connected = [...this.roster].filter(({ isEphemeral, connection }) => !isEphemeral && connection !== undefined);
    if (connected.length > MEMBERS_MAX) {
      // Whoever is not listed cannot be asked.
      const members = membersToldOf(accountOfMembers(leader, this.roster));
      const isMember = ({ id }: Endpoint): boolean => members?.has(id) === true;
      connected = [...connected.filter(isMember), ...connected.filter((one) => !isMember(one))];
    }
    const peers = connected.flatMap(({ id, instance }) => (instance === undefined ? [] : [{ id, instance }]));
    return { peers: peers.slice(0, MEMBERS_MAX), leader };
  }

  /** No endpoint is connected and nobody looks: it may be forgotten to make room. */
  get isIdle(): boolean {
    return this.roster.connectedCount === 0 && this.feed.viewerCount === 0;
  }

  /** Carries one frame from an endpoint to another, as far as the faults and the receiver let it. */
  forward(sender: Endpoint, head: Omit<Head, 'bodyOffset'>, kind: MessageKind | undefined, frame: Uint8Array): void {
    this.#carrier.carry(sender, head, kind, frame);
  }

  /** A connection of this endpoint said a good Hello. */
  connected(endpoint: Endpoint, connection: Connection, instance: string): void {
    const older = endpoint.connection;
    const isSameProcess = endpoint.instance === instance;
    endpoint.connection = connection;
    endpoint.connections += 1;
    endpoint.instance = instance;
    // What another process said of itself is not this one's account.
    if (!isSameProcess) endpoint.status = undefined;
    if (older !== undefined && isSameProcess) older.discard('replaced by a newer connection of the same process');
    else if (older?.identity.isEphemeral === true && !connection.identity.isEphemeral) {
      older.closeWith('IDENTITY_TAKEN', `a peer of ${this.id} is called ${endpoint.id}; draw an id of your own`);
    } else {
      older?.closeWith(
        'IDENTITY_REPLACED',
        `another process connected as ${endpoint.id} of ${this.id}; the newest wins, so start each peer once only`,
      );
    }
    const { remoteAddress } = connection.identity;
    this.#trace.connected(connection);
    this.journal.event('connection', { event: 'connected', id: endpoint.id, reason: `from ${remoteAddress}` });
    this.#tell('connected', endpoint.id, `${endpoint.id} connected from ${remoteAddress}`);
    this.#noteSigning();
    this.#changed(endpoint);
  }

  disconnected(endpoint: Endpoint, connection: Connection, reason: string): void {
    this.#trace.disconnected(connection, reason);
    this.journal.event('connection', { event: 'disconnected', id: endpoint.id, reason });
    if (endpoint.connection !== connection) return;
    endpoint.connection = undefined;
    endpoint.goneAtMs = this.#services.clock();
    this.#tell('disconnected', endpoint.id, `${endpoint.id} disconnected: ${reason}`);
    this.#noteSigning();
    if (endpoint.isEphemeral && this.refusedForMs(endpoint.id) === 0) this.roster.forget(endpoint);
    this.#changed(endpoint);
  }

  /** So many frames that were told as delivered had not left when a connection of that endpoint ended. */
  unsent({ id }: Endpoint, frames: number): void {
    this.traffic.framesUnsent += frames;
    this.journal.event('connection', { event: 'unsent', id, frames });
  }

  /** A peer's account of itself; see Status. That of a client is nobody's, and names no voters. */
  statusOf(endpoint: Endpoint, status: Status): void {
    if (endpoint.isEphemeral) return;
    const before = endpoint.status;
    endpoint.status = status;
    endpoint.statusAtMs = this.#services.clock();
    const seq = this.journal.event('status', { id: endpoint.id, status });
    this.safety.judge(endpoint, status, seq);
    for (const voter of this.roster.learn(status.voters, endpoint.statusAtMs)) this.feed.noteEndpoint(voter);
    const isNews = before === undefined ? status.role !== 'follower' : before.role !== status.role;
    // That somebody leads is told as the cluster's news.
    if (isNews && status.role !== 'leader' && this.#isMember(endpoint.id)) {
      this.#tell('roleChanged', endpoint.id, `${endpoint.id} is ${ROLE_WORDS[status.role]} in term ${status.term}`);
    }
    this.#changed(endpoint);
    if (endpoint.id !== this.#leadership.leader) return;
    for (const { peer, text } of this.#membershipNews.learn(status)) this.#tell('membersChanged', peer, text);
  }

  /** The roles of one that waits to be added, or was removed, mean nothing: it asks for votes in vain, or has to learn nothing. */
  #isMember(id: PeerId): boolean {
    const members = membersToldOf(accountOfMembers(this.#leadership.leader, this.roster));
    if (members !== undefined) return members.has(id);
    const { status } = this.roster.get(id) ?? {};
    return status?.role !== 'learner';
  }

  /**
   * Cuts the endpoint's socket, and refuses new ones for a while.
   * @throws {WhitewaterError} PEER_UNKNOWN, or PEER_NOT_CONNECTED when there is nothing to cut and nothing to refuse
   */
  disconnect(id: string, forMs: number): void {
    const endpoint = this.roster.get(id);
    if (endpoint === undefined) throw this.#unknown([id], 'nothing was cut');
    if (endpoint.connection === undefined && forMs === 0) {
      throw new WhitewaterError(
        'PEER_NOT_CONNECTED',
        `${id} is not connected; with a time (--for, forMs) its next connections would be refused`,
      );
    }
    if (forMs > 0) endpoint.refusedUntilMs = this.#services.clock() + forMs;
    const meanwhile = forMs > 0 ? `; the relay refuses ${id} for ${forMs} ms` : '';
    if (endpoint.connection !== undefined) {
      endpoint.connection.closeWith('DISCONNECTED_BY_OPERATOR', `an operator cut this connection${meanwhile}`);
    } else {
      this.#tell('disconnected', endpoint.id, `${id} was not connected${meanwhile}`);
    }
    this.#trace.disconnectedByOperator(id, forMs);
    this.journal.event('connection', { event: 'cut', id, forMs });
    this.#changed(endpoint);
  }

  /**
   * @param advice what to do instead
   * @throws {WhitewaterError} PEER_UNKNOWN, PEER_NOT_CONNECTED
   */
  refuseAbsent(id: PeerId, advice: string): void {
    const endpoint = this.roster.get(id);
    if (endpoint?.connection !== undefined && !endpoint.isEphemeral) return;
    const ids = this.directory().peers.map((peer) => peer.id);
    const peers = ids.sort((one, other) => one.localeCompare(other, 'en', { numeric: true }));
    const connected = `connected are ${peers.join(', ') || 'none'}`;
    if (endpoint === undefined || endpoint.isEphemeral) {
      const details = { unknown: [id], known: this.roster.ids() };
      const message = `no peer of ${this.id} is called ${id}; ${connected}; ${advice}`;
      throw new WhitewaterError('PEER_UNKNOWN', message, { details });
    }
    throw new WhitewaterError('PEER_NOT_CONNECTED', `${id} is not connected to this relay; ${connected}; ${advice}`);
  }

  /**
   * Back to a network without faults: no partition, no rules, and nobody is refused.
   * @throws {WhitewaterError} EPOCH_DIFFERS
   */
  heal(options: ChangeOptions = {}): void {
    const refused = [...this.roster].filter(({ refusedUntilMs }) => refusedUntilMs > this.#services.clock());
    this.faults.heal(refused.length > 0, options);
    for (const endpoint of this.roster) {
      if (endpoint.refusedUntilMs === 0) continue;
      endpoint.refusedUntilMs = 0;
      this.#changed(endpoint);
    }
  }

  /** @returns how much longer an operator refuses this endpoint, in milliseconds; 0 when nobody does */
  refusedForMs(id: string): number {
    const endpoint = this.roster.get(id);
    return endpoint === undefined ? 0 : Math.max(0, endpoint.refusedUntilMs - this.#services.clock());
  }

  /** Waits for as long as rules make the network slow to answer a connection of that endpoint. */
  slowAccept(id: PeerId, isClient: boolean, signal: AbortSignal): Promise<void> {
    return this.faults.slowAccept(this.roster.get(id) ?? { id, isClient, role: undefined }, signal);
  }

  noteRefusal(id: PeerId, text: string): void {
    this.#tell('refused', id, text);
  }

  /** It is forgotten, or the relay stops: nothing that waits will come any more. */
  stop(): void {
    this.faults.stop();
    this.#carrier.stop();
  }

  #newFaults(): ClusterFaults {
    return new ClusterFaults({
      ...{ clusterId: this.id, services: this.#services, roster: this.roster, journal: this.journal },
      leader: () => this.#leadership.leader,
      delayed: () => this.delayed,
      lose: (frame, cause, waitedMs) => this.#carrier.lose(frame, cause, waitedMs),
      tell: (kind, text) => this.#tell(kind, null, text),
      onChange: (faults, kind, text) => {
        this.#trace.faults(faults, kind);
        this.feed.noteFaults();
        this.#tell(kind, null, text);
      },
    });
  }

  #unknown(ids: readonly string[], consequence: string): WhitewaterError {
    const known = this.roster.ids();
    const message = `no peer of ${this.id} is called ${ids.join(', ')}; known are ${known.join(', ') || 'none yet'}; ${consequence}`;
    return new WhitewaterError('PEER_UNKNOWN', message, { details: { unknown: ids, known } });
  }

  #changed(endpoint: Endpoint): void {
    this.feed.noteEndpoint(endpoint);
    const before = this.#leadership;
    const after = leadershipOf(this.roster);
    this.#leadership = after;
    if (before.leader === after.leader && before.leaderTerm === after.leaderTerm) return;
    if (after.leader !== null) {
      this.#tell('leaderElected', after.leader, `${after.leader} leads in term ${after.leaderTerm}`);
    } else if (before.leader !== null) {
      this.#tell('leaderLost', before.leader, `${before.leader} leads no longer`);
    }
  }

  /** A peer that does not sign among others that do looks well by itself, and nobody takes its votes. */
  #noteSigning(): void {
    const isThere = ({ isEphemeral, connection }: Endpoint): boolean => !isEphemeral && connection !== undefined;
    const peers = [...this.roster].filter(isThere);
    // To sort a thousand names at each connection would hold up the frames of others.
    const split = signingSplitOf(peers) && signingSplitOf(this.roster.sorted().filter(isThere));
    const unsigned = split?.unsigned.join() ?? '';
    // Those that come to sign as well are no news.
    if (unsigned === this.#unsigned) return;
    this.#unsigned = unsigned;
    const over = peers.some(({ signs }) => signs)
      ? 'all peers that are connected sign'
      : 'no peer that is connected signs';
    this.#tell('signing', null, split === undefined ? over : `${signingSplitText(split)}; ${SIGNING_SPLIT_REMEDY}`);
  }

  #tell(kind: LiveEvent['kind'], peer: PeerId | null, text: string): void {
    this.feed.noteEvent({ timeMs: Date.now(), kind, peer, text });
    if (kind !== 'refused') this.#services.news.tell(this.id, kind, peer, text);
  }
}
