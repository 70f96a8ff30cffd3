import { ClusterClient } from '../../client/ClusterClient.ts';
import type { KeyValueCluster } from '../../client/KeyValueClient.ts';
import { nodeSigner } from '../../endpoint/transport/nodeSigner.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { ClusterId } from '../../shared/ids.ts';
import type { Hub } from '../hub/Hub.ts';
import { GatewayEndpoint } from './GatewayEndpoint.ts';

/** One that nobody used for so long leaves its cluster. */
const UNUSED_MS_MAX = 60_000;
const LOOK_EVERY_MS = 5_000;
/** Requests of HTTP under way, on the whole relay; further ones are refused. */
export const REQUESTS_MAX = 1_024;
/** Watches under way, on the whole relay; further ones are refused. */
export const WATCHES_MAX = 256;

interface Door {
  readonly endpoint: GatewayEndpoint;
  readonly client: KeyValueCluster;
  readonly signs: boolean;
  usedAtMs: number;
  inUse: number;
}

/**
 * Carries requests of HTTP to the clusters: for each cluster that is asked for one client, which is an endpoint of that cluster. It
 * is made at the first request, and leaves when it was not used for a minute.
 */
export class Gateway {
  readonly #hub: Hub;
  readonly #doors = new Map<ClusterId, Door>();
  readonly #timer: NodeJS.Timeout;
  #requests = 0;
  #watches = 0;

  constructor(hub: Hub, { unusedMsMax = UNUSED_MS_MAX, lookEveryMs = LOOK_EVERY_MS } = {}) {
    this.#hub = hub;
    this.#timer = setInterval(() => this.#closeUnused(unusedMsMax), lookEveryMs).unref();
  }

  /**
   * Has a request carried to a cluster.
   * @throws {WhitewaterError} CLUSTER_UNKNOWN, SECRET_REQUIRED, OVERLOADED, RELAY_FULL, RELAY_STOPPING, and whatever `work` throws
   */
  async request<Value>(cluster: ClusterId, work: (client: KeyValueCluster) => Promise<Value>): Promise<Value> {
    if (this.#requests >= REQUESTS_MAX) {
      throw new WhitewaterError('OVERLOADED', `${REQUESTS_MAX} requests wait for their clusters: ask more slowly`);
    }
    const door = this.#open(cluster);
    this.#requests += 1;
    try {
      return await work(door.client);
    } finally {
      this.#requests -= 1;
      this.#leave(door);
    }
  }

  /**
   * Keeps a client for a watch, until `end` is called.
   * @throws {WhitewaterError} CLUSTER_UNKNOWN, RELAY_FULL
   */
  watch(cluster: ClusterId): {
    readonly client: KeyValueCluster;
    /** How long a reader may take nothing before its connection is ended. */
    readonly stalledReaderMs: number;
    readonly end: () => void;
  } {
    if (this.#watches >= WATCHES_MAX) {
      throw new WhitewaterError('RELAY_FULL', `${WATCHES_MAX} watches are open, and the relay opens no more`);
    }
    const door = this.#open(cluster);
    this.#watches += 1;
    let hasEnded = false;
    const end = (): void => {
      if (hasEnded) return;
      hasEnded = true;
      this.#watches -= 1;
      this.#leave(door);
    };
    return { client: door.client, stalledReaderMs: this.#hub.options.stalledReaderMs, end };
  }

  /** Ends every request that is under way, and says which of them may have happened. */
  stop(): void {
    clearInterval(this.#timer);
    for (const { endpoint, client } of this.#doors.values()) {
      endpoint.closeWith('RELAY_STOPPING', 'the relay is shutting down');
      void client.close();
    }
    this.#doors.clear();
  }

  #open(cluster: ClusterId): Door {
    const signs = this.#signs(cluster);
    let door = this.#doors.get(cluster);
    // Peers that were started anew may sign now, or not any more.
    if (door?.signs === !signs) {
      void door.client.close();
      door = undefined;
    }
    if (door === undefined || door.endpoint.hasEnded) {
      if (this.#doors.size >= this.#hub.options.clustersMax) this.#closeUnused(0);
      const { secret } = this.#hub.options;
      const signer = signs && secret !== undefined ? nodeSigner(secret, cluster) : undefined;
      const endpoint = new GatewayEndpoint(this.#hub, cluster, signer);
      door = { endpoint, client: new ClusterClient({ transport: endpoint }), signs, usedAtMs: 0, inUse: 0 };
      this.#doors.set(cluster, door);
    }
    door.inUse += 1;
    return door;
  }

  /** @throws {WhitewaterError} CLUSTER_UNKNOWN; SECRET_REQUIRED instead of requests that no peer would ever hear */
  #signs(clusterId: ClusterId): boolean {
    const cluster = this.#hub.cluster(clusterId);
    const signs = [...cluster.roster].some(
      (endpoint) => !endpoint.isEphemeral && endpoint.connection && endpoint.signs,
    );
    if (!signs || this.#hub.options.secret !== undefined) return signs;
    const message = `the peers of ${clusterId} sign what they say, and this relay has not their secret: use a client that has it (connectCluster), or give it to the relay with --secret-file, which could then forge`;
    throw new WhitewaterError('SECRET_REQUIRED', message);
  }

  #leave(door: Door): void {
    door.inUse -= 1;
    door.usedAtMs = this.#hub.clock();
  }

  #closeUnused(forMs: number): void {
    const nowMs = this.#hub.clock();
    for (const [cluster, { inUse, usedAtMs, client, endpoint }] of this.#doors) {
      if (!endpoint.hasEnded && (inUse > 0 || nowMs - usedAtMs < forMs)) continue;
      this.#doors.delete(cluster);
      void client.close();
    }
  }
}
