import type { Head } from '../../shared/envelope.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { LiveEvent } from '../../shared/http/Live.ts';
import type { Partition } from '../../shared/http/Partition.ts';
import { accountOfMembers, membersToldOf } from '../../shared/http/standing.ts';
import type { DropCause, Traffic } from '../../shared/http/Traffic.ts';
import type { ClusterId, PeerId } from '../../shared/ids.ts';
import type { Directory } from '../../shared/messages/Directory.ts';
import { MEMBERS_MAX } from '../../shared/numbers.ts';
import { ROLE_WORDS } from '../../shared/roleWords.ts';
import type { Status } from '../../shared/messages/Status.ts';
import { fateOf, NO_FAULTS, withPartition, type Faults } from '../faults/fate.ts';
import { compilePartition, doubledIn } from '../faults/partition.ts';
import { LiveFeed } from '../live/LiveFeed.ts';
import type { Connection } from './Connection.ts';
import type { Endpoint } from './Endpoint.ts';
import { leadershipOf, type Leadership } from './leadership.ts';
import type { MessageKind } from './messageKinds.ts';
import { Link } from './Link.ts';
import { MembershipNews } from './MembershipNews.ts';
import { RelayTrace } from './RelayTrace.ts';
import { Roster } from './Roster.ts';
import type { HubServices } from './HubServices.ts';

/** The counters of `Traffic`, to be changed in place. */
type Counters = { -readonly [Name in keyof Traffic]: Traffic[Name] };

/** One cluster: its endpoints, the faults between them, and what passed. Clusters know nothing of each other. */
export class Cluster {
  readonly id: ClusterId;
  readonly roster: Roster;
  readonly feed: LiveFeed;
  readonly traffic: Counters = noTraffic();
  readonly #services: HubServices;
  readonly #trace: RelayTrace;
  readonly #tracesFrames: boolean;
  readonly #membershipNews = new MembershipNews();
  #faults: Faults = NO_FAULTS;
  #leadership: Leadership = { leader: null, leaderTerm: 0, term: 0 };

  constructor(id: ClusterId, services: HubServices) {
    this.id = id;
    this.#services = services;
    this.roster = new Roster(services.options.endpointsMax);
    this.feed = new LiveFeed(this, services);
    this.#trace = new RelayTrace(services.options.trace, id);
    this.#tracesFrames = services.options.trace.wants('frame');
  }

  get partition(): Partition | null {
    return this.#faults.partition?.source ?? null;
  }

  get leadership(): Leadership {
    return this.#leadership;
  }

  /** Whom a client may turn to. */
  directory(): Directory {
    const peers = [...this.roster].filter(({ isEphemeral, connection }) => !isEphemeral && connection !== undefined);
    return { peers: peers.slice(0, MEMBERS_MAX).map(({ id }) => id), leader: this.#leadership.leader };
  }

  /** No endpoint is connected and nobody looks: it may be forgotten to make room. */
  get isIdle(): boolean {
    return this.roster.connectedCount === 0 && this.feed.viewerCount === 0;
  }

  /** Carries one frame from an endpoint to another, as far as the faults and the receiver let it. */
  forward(sender: Endpoint, head: Omit<Head, 'bodyOffset'>, kind: MessageKind | undefined, frame: Uint8Array): void {
    const { traffic } = this;
    const bytes = frame.length;
    traffic.framesIn += 1;
    traffic.bytesIn += bytes;
    if (kind === 'request') {
      traffic.requests += 1;
      traffic.labBytes += bytes;
    }
    const link = sender.links.get(head.to) ?? this.#link(sender, head.to);
    const cause = this.#deliver(head, link, frame);
    if (cause === undefined) {
      traffic.framesDelivered += 1;
      traffic.bytesDelivered += bytes;
      if (kind === 'reply') traffic.labBytes += bytes;
    } else {
      traffic.framesDropped[cause] += 1;
    }
    if (link !== undefined) {
      if (cause === undefined) link.delivered += 1;
      else link.dropped += 1;
      this.feed.noteLink(link);
    }
    if (this.#tracesFrames) this.#trace.frame(head, bytes, cause);
  }

  /** @returns why the frame was dropped, or undefined when the receiver's socket has it */
  #deliver(head: Omit<Head, 'bodyOffset'>, link: Link | undefined, frame: Uint8Array): DropCause | undefined {
    const fate = fateOf(head, this.#faults, this.partition === null ? undefined : link?.clients);
    if (fate.type === 'dropped') return fate.cause;
    const connection = link?.receiver.connection;
    if (connection === undefined) return 'absent';
    return connection.offer(frame) ? undefined : 'slowReader';
  }

  /** @returns undefined for a receiver that the relay has never heard of: any name may be made up */
  #link(sender: Endpoint, to: string): Link | undefined {
    const receiver = this.roster.get(to);
    if (receiver === undefined) return undefined;
    const link = new Link(sender, receiver);
    sender.links.set(to, link);
    return link;
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
    this.#tell('connected', endpoint.id, `${endpoint.id} connected from ${remoteAddress}`);
    this.#changed(endpoint);
  }

  disconnected(endpoint: Endpoint, connection: Connection, reason: string): void {
    this.#trace.disconnected(connection, reason);
    if (endpoint.connection !== connection) return;
    endpoint.connection = undefined;
    endpoint.goneAtMs = this.#services.clock();
    this.#tell('disconnected', endpoint.id, `${endpoint.id} disconnected: ${reason}`);
    if (endpoint.isEphemeral && this.refusedForMs(endpoint.id) === 0) this.roster.forget(endpoint);
    this.#changed(endpoint);
  }

  /** A peer's account of itself; see Status. */
  statusOf(endpoint: Endpoint, status: Status): void {
    const before = endpoint.status;
    endpoint.status = status;
    endpoint.statusAtMs = this.#services.clock();
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
   * Puts a partition in force, or none.
   * @throws {WhitewaterError} PARTITION_OVERLAPS or PEER_UNKNOWN; then what was in force stays
   */
  setPartition(source: Partition | null): void {
    if (source === null) {
      if (this.#faults.partition === undefined) return;
      this.#setFaults(withPartition(this.#faults, undefined));
      this.#tell('healed', null, 'the partition is healed');
      return;
    }
    this.#refuseBadPartition(source);
    this.#setFaults(withPartition(this.#faults, compilePartition(source)));
    const groups = source.groups.map((group) => group.join(', ')).join(' | ');
    this.#tell('partitioned', null, `partitioned: ${groups}`);
  }

  #refuseBadPartition(source: Partition): void {
    const doubled = doubledIn(source);
    if (doubled.length > 0) {
      const message = `${doubled.join(', ')} may stand in one group only, and once; nothing was changed`;
      throw new WhitewaterError('PARTITION_OVERLAPS', message, { details: { overlapping: doubled } });
    }
    const unknown = source.groups.flat().filter((id) => this.roster.get(id) === undefined);
    if (unknown.length > 0) throw this.#unknown(unknown, 'nothing was changed');
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
    this.#changed(endpoint);
  }

  /**
   * @param advice what to do instead
   * @throws {WhitewaterError} PEER_UNKNOWN, PEER_NOT_CONNECTED
   */
  refuseAbsent(id: PeerId, advice: string): void {
    const endpoint = this.roster.get(id);
    if (endpoint?.connection !== undefined && !endpoint.isEphemeral) return;
    const peers = this.directory().peers.sort((one, other) => one.localeCompare(other, 'en', { numeric: true }));
    const connected = `connected are ${peers.join(', ') || 'none'}`;
    if (endpoint === undefined || endpoint.isEphemeral) {
      const details = { unknown: [id], known: this.roster.ids() };
      const message = `no peer of ${this.id} is called ${id}; ${connected}; ${advice}`;
      throw new WhitewaterError('PEER_UNKNOWN', message, { details });
    }
    throw new WhitewaterError('PEER_NOT_CONNECTED', `${id} is not connected to this relay; ${connected}; ${advice}`);
  }

  /** Back to a network without faults: no partition, and nobody is refused. */
  heal(): void {
    this.setPartition(null);
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

  noteRefusal(id: PeerId, text: string): void {
    this.#tell('refused', id, text);
  }

  #setFaults(faults: Faults): void {
    this.#faults = faults;
    this.#trace.faults(faults);
    this.feed.notePartition();
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

  #tell(kind: LiveEvent['kind'], peer: PeerId | null, text: string): void {
    this.feed.noteEvent({ timeMs: Date.now(), kind, peer, text });
    if (kind !== 'refused') this.#services.news.tell(this.id, kind, peer, text);
  }
}

function noTraffic(): Counters {
  return {
    ...{ framesIn: 0, bytesIn: 0, framesDelivered: 0, bytesDelivered: 0 },
    framesDropped: { partition: 0, absent: 0, slowReader: 0 },
    ...{ requests: 0, labBytes: 0, controlFrames: 0 },
  };
}
