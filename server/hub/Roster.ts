import { WhitewaterError } from '../../shared/errors.ts';
import type { PeerId } from '../../shared/ids.ts';
import { Endpoint } from './Endpoint.ts';

/** Of all places, those that clients may take: peers always find some. */
const CLIENTS_SHARE = 0.75;

const BY_NAME = new Intl.Collator('en', { numeric: true });

/** The endpoints of a cluster that the relay knows: those that ever connected, and those that others name as voters. */
export class Roster implements Iterable<Endpoint> {
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #endpointsMax: number;
  #forgottenCount = 0;

  constructor(endpointsMax: number) {
    this.#endpointsMax = endpointsMax;
  }

  get(id: string): Endpoint | undefined {
    return this.#endpoints.get(id);
  }

  get size(): number {
    return this.#endpoints.size;
  }

  get connectedCount(): number {
    let count = 0;
    for (const endpoint of this) if (endpoint.connection !== undefined) count += 1;
    return count;
  }

  /**
   * How many peers are known and how many of them are connected, and how many clients are.
   * @param members peers that are none of these are not counted; undefined for all
   */
  count(members: ReadonlySet<string> | undefined): { peers: number; connected: number; clients: number } {
    const all = [...this];
    const peers = all.filter(({ id, isEphemeral }) => !isEphemeral && members?.has(id) !== false);
    const isConnected = ({ connection }: Endpoint): boolean => connection !== undefined;
    return {
      peers: peers.length,
      connected: peers.filter(isConnected).length,
      clients: all.filter((endpoint) => endpoint.isEphemeral && isConnected(endpoint)).length,
    };
  }

  /** How many were ever forgotten. */
  get forgottenCount(): number {
    return this.#forgottenCount;
  }

  [Symbol.iterator](): Iterator<Endpoint> {
    return this.#endpoints.values();
  }

  /** In the order in which people count: p2 before p10. */
  sorted(): Endpoint[] {
    return [...this].sort((one, other) => BY_NAME.compare(one.id, other.id));
  }

  ids(): PeerId[] {
    return this.sorted().map((endpoint) => endpoint.id);
  }

  /**
   * The endpoint of that id, made if there is none.
   * @throws {WhitewaterError} IDENTITY_TAKEN; RELAY_FULL when as many as the relay may remember are connected, or as many clients as it takes
   */
  admit(id: PeerId, options: { isEphemeral: boolean; nowMs: number }): Endpoint {
    this.refuseTaken(id, options);
    const known = this.get(id);
    if (known !== undefined) {
      known.isEphemeral = options.isEphemeral;
      return known;
    }
    if (this.#isFullFor(options)) this.#makeRoom(options);
    const endpoint = new Endpoint(id, options);
    this.#endpoints.set(id, endpoint);
    return endpoint;
  }

  /**
   * A peer that a client of its name threw out would stop for good, so its id is not to be had for clients.
   * @throws {WhitewaterError} IDENTITY_TAKEN
   */
  refuseTaken(id: PeerId, { isEphemeral }: { isEphemeral: boolean }): void {
    const known = this.get(id);
    if (!isEphemeral || known === undefined || known.isEphemeral) return;
    const message = `${id} is a peer or a voter of this cluster; a client draws an id of its own`;
    throw new WhitewaterError('IDENTITY_TAKEN', message);
  }

  /**
   * Voters that a status names are known too, as far as there is room: their links can be cut before they connect.
   * @returns those that are new
   */
  learn(ids: readonly PeerId[], nowMs: number): Endpoint[] {
    const learned: Endpoint[] = [];
    for (const id of ids) {
      const known = this.#endpoints.get(id);
      if (known !== undefined) known.isEphemeral = false;
      if (known !== undefined || this.#endpoints.size >= this.#endpointsMax) continue;
      const endpoint = new Endpoint(id, { isEphemeral: false, nowMs });
      this.#endpoints.set(id, endpoint);
      learned.push(endpoint);
    }
    return learned;
  }

  forget(endpoint: Endpoint): void {
    this.#forgottenCount += 1;
    this.#endpoints.delete(endpoint.id);
    for (const other of this) other.links.delete(endpoint.id);
  }

  /** Forgets who never connected, or else who has been gone longest. */
  #isFullFor({ isEphemeral }: { isEphemeral: boolean }): boolean {
    if (this.#endpoints.size >= this.#endpointsMax) return true;
    if (!isEphemeral) return false;
    let clients = 0;
    for (const endpoint of this) if (endpoint.isEphemeral) clients += 1;
    return clients >= this.#clientsMax;
  }

  get #clientsMax(): number {
    return Math.max(1, Math.floor(this.#endpointsMax * CLIENTS_SHARE));
  }

  /** For a client, another client is forgotten: whoever may be one only must not push out a voter, or what an operator said of it. */
  #makeRoom({ isEphemeral, nowMs }: { isEphemeral: boolean; nowMs: number }): void {
    let least: Endpoint | undefined;
    for (const endpoint of this) {
      if (endpoint.connection !== undefined || (isEphemeral && !endpoint.isEphemeral)) continue;
      if (least === undefined || comesBefore(endpoint, least, nowMs)) least = endpoint;
    }
    if (least === undefined) {
      const many = isEphemeral ? `${this.#clientsMax} clients` : `${this.#endpointsMax} endpoints`;
      throw new WhitewaterError('RELAY_FULL', `${many} of this cluster are connected, and the relay takes no more`);
    }
    this.forget(least);
  }
}

/** Clients first, then those of whom an operator said nothing, those that never connected, and whoever is gone longest. */
function comesBefore(one: Endpoint, other: Endpoint, nowMs: number): boolean {
  const rankOf = ({ isEphemeral, refusedUntilMs, connections }: Endpoint): number =>
    (isEphemeral ? 0 : 4) + (refusedUntilMs > nowMs ? 2 : 0) + (connections === 0 ? 0 : 1);
  const [rank, otherRank] = [rankOf(one), rankOf(other)];
  return rank < otherRank || (rank === otherRank && one.goneAtMs < other.goneAtMs);
}
