import type { RelayClient } from '../../client/RelayClient.ts';

/** The lab's plugs over real sockets: which peers are unplugged, by the relay's partition. */
export class DisconnectedPeers {
  readonly #client: RelayClient;
  readonly #cluster: string;
  readonly #idOf: (peer: number) => string;
  readonly #peers = new Set<number>();

  constructor(client: RelayClient, cluster: string, idOf: (peer: number) => string) {
    this.#client = client;
    this.#cluster = cluster;
    this.#idOf = idOf;
  }

  has(peer: number): boolean {
    return this.#peers.has(peer);
  }

  add(peer: number): Promise<void> {
    this.#peers.add(peer);
    return this.#cut();
  }

  remove(peer: number): Promise<void> {
    this.#peers.delete(peer);
    return this.#cut();
  }

  /** Each disconnected peer is a group of its own; all others, whom no group names, can talk to each other. */
  async #cut(): Promise<void> {
    const groups = [...this.#peers].map((peer) => [this.#idOf(peer)]);
    if (groups.length === 0) await this.#client.clearPartition(this.#cluster);
    else await this.#client.setPartition(this.#cluster, groups);
  }
}
