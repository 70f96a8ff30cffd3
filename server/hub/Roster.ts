import { WhitewaterError } from '../../shared/errors.ts';
import type { PeerId } from '../../shared/ids.ts';
import { Endpoint } from './Endpoint.ts';

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
   * @throws {WhitewaterError} IDENTITY_TAKEN; RELAY_FULL when as many as the relay may remember are connected
   */
  admit(id: PeerId, options: { isEphemeral: boolean; nowMs: number }): Endpoint {
    this.refuseTaken(id, options);
    const known = this.get(id);
    if (known !== undefined) {
      known.isEphemeral = options.isEphemeral;
      return known;
    }
    if (this.#endpoints.size >= this.#endpointsMax) this.#makeRoom();
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
  #makeRoom(): void {
    let least: Endpoint | undefined;
    for (const endpoint of this) {
      if (endpoint.connection !== undefined) continue;
      if (least === undefined || comesBefore(endpoint, least)) least = endpoint;
    }
    if (least === undefined) {
      const message = `${this.#endpointsMax} endpoints of this cluster are connected, and the relay takes no more`;
      throw new WhitewaterError('RELAY_FULL', message);
    }
    this.forget(least);
  }
}

function comesBefore(one: Endpoint, other: Endpoint): boolean {
  const isNew = (endpoint: Endpoint): number => (endpoint.connections === 0 ? 0 : 1);
  return isNew(one) - isNew(other) < 0 || (isNew(one) === isNew(other) && one.goneAtMs < other.goneAtMs);
}
