import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { ClusterClient } from '../../../client/ClusterClient.ts';
import { connectCluster } from '../../../client/connectCluster.ts';
import { KeyValueClient } from '../../../client/KeyValueClient.ts';
import { RelayClient } from '../../../client/RelayClient.ts';
import { type ListeningRelay, listenRelay } from '../../../server/listen.ts';
import { peerId } from '../../../shared/ids.ts';
import { until } from '../../support/until.ts';
import type { LabCounts } from '../LabCluster.ts';
import { LAB_CLUSTER } from '../LabLife.ts';
import type { Clerk, KeyValueClusterOptions, KeyValueLabCluster } from './KeyValueLabCluster.ts';
import { RelayServer } from './RelayServer.ts';

const CONNECTED_WITHIN_MS = 20_000;
/** A clerk tries for ever; the lab ends a test after two minutes. */
const PATIENCE = { timeoutMs: 120_000 };

interface Member {
  readonly id: string;
  readonly client: ClusterClient;
  servers: readonly number[];
}

/** Lab 3 over real sockets: a relay, whole peers with the key-value store on disk, and the client that ships, in this process. */
export class RelayKeyValueCluster implements KeyValueLabCluster {
  readonly size: number;
  readonly #relay: ListeningRelay;
  readonly #client: RelayClient;
  readonly #servers: readonly RelayServer[];
  readonly #clerks = new Map<Clerk, Member>();
  readonly #directory: string;
  readonly #failures: unknown[];
  #groups: readonly (readonly number[])[] = [];

  /** Settles when all servers are connected to the relay. */
  static async start(options: KeyValueClusterOptions): Promise<RelayKeyValueCluster> {
    const { size, network, stateBytes, seed } = options;
    const relay = await listenRelay({ port: 0, seed });
    const directory = await mkdtemp(join(tmpdir(), 'whitewater-lab-'));
    const voters = Array.from({ length: size }, (_, at) => peerId(`p${at + 1}`));
    // Where a tenth of the messages is lost, an election after two lost heartbeats is one too many (A14, A15).
    const preset = network === 'reliable' ? 'default' : 'relaxed';
    const failures: unknown[] = [];
    const onFailed = (error: unknown): void => void failures.push(error);
    const servers = voters.map((id) => {
      const own = { id, directory: join(directory, id), seed: `${seed}/${id}` };
      return new RelayServer({ ...own, voters, relay: relay.url, preset, stateBytes, onFailed });
    });
    const cluster = new RelayKeyValueCluster(relay, directory, servers, failures);
    try {
      await cluster.restartAll();
      const name = network === 'reliable' ? 'reliable' : 'labrpc-unreliable';
      await cluster.#client.network(LAB_CLUSTER).setProfile({ name, inFlight: 'delivered' });
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  private constructor(relay: ListeningRelay, directory: string, servers: readonly RelayServer[], failures: unknown[]) {
    this.size = servers.length;
    this.#relay = relay;
    this.#client = new RelayClient({ url: relay.url });
    this.#directory = directory;
    this.#servers = servers;
    this.#failures = failures;
  }

  nowMs(): number {
    return performance.now();
  }

  async sleep(ms: number): Promise<void> {
    await after(ms);
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  async makeClerk(servers: readonly number[]): Promise<Clerk> {
    const id = `clerk${this.#clerks.size + 1}`;
    const client = connectCluster({ cluster: LAB_CLUSTER, id, relay: this.#relay.url });
    const store = new KeyValueClient(client);
    const clerk: Clerk = {
      get: async (key) => (await store.get(key, PATIENCE))?.value ?? '',
      put: async (key, value) => {
        await store.put(key, value, PATIENCE);
      },
      append: async (key, value) => {
        await store.append(key, value, PATIENCE);
      },
    };
    this.#clerks.set(clerk, { id, client, servers });
    // Its links are cut when it is there, before it is used.
    await until(async () => (await this.#client.cluster(LAB_CLUSTER)).peers.some((known) => known.id === id), {
      withinMs: CONNECTED_WITHIN_MS,
      what: `${id} is connected`,
      everyMs: 5,
    });
    if (servers.length < this.size) await this.#cut();
    return clerk;
  }

  async connectClerk(clerk: Clerk, servers: readonly number[]): Promise<void> {
    const member = this.#clerks.get(clerk);
    if (member === undefined) throw new RangeError('that is no clerk of this cluster');
    member.servers = servers;
    await this.#cut();
  }

  partition(groups: readonly (readonly number[])[]): Promise<void> {
    this.#groups = groups.filter(({ length }) => length > 0);
    return this.#cut();
  }

  connectAll(): Promise<void> {
    return this.partition([]);
  }

  leader(): number | undefined {
    const leaders = [...this.#servers.entries()].filter(([, server]) => server.status()?.role === 'leader');
    leaders.sort(([, one], [, other]) => (other.status()?.term ?? 0) - (one.status()?.term ?? 0));
    return leaders[0]?.[0];
  }

  async crashAll(): Promise<void> {
    for (const server of this.#servers) server.crash();
  }

  async restartAll(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.start()));
    await until(() => this.#servers.every(({ isConnected }) => isConnected), {
      withinMs: CONNECTED_WITHIN_MS,
      what: 'all servers are connected',
    });
  }

  stateBytesMax(): number {
    return Math.max(...this.#servers.map(({ stateBytes }) => stateBytes));
  }

  async snapshotBytesMax(): Promise<number> {
    return Math.max(...(await Promise.all(this.#servers.map((server) => server.snapshotBytes()))));
  }

  async counts(): Promise<LabCounts> {
    const { requests, labBytes } = (await this.#client.cluster(LAB_CLUSTER)).traffic;
    const commits = Math.max(...this.#servers.map((server) => server.status()?.lastApplied ?? 0));
    return { rpcs: requests, bytes: labBytes, commits };
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#clerks.values()].map(({ client }) => client.close()));
    await Promise.all(this.#servers.map((server) => server.stop()));
    await this.#relay.close();
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** Servers by their groups; a clerk is in none, and its links to those whom it cannot reach are cut one by one. */
  async #cut(): Promise<void> {
    const idOf = (server: number): string => this.#servers[server]?.id ?? '';
    const groups = this.#groups.map((group) => group.map(idOf));
    const cuts = [...this.#clerks.values()].flatMap(({ id, servers }) =>
      this.#servers
        .filter((_, at) => !servers.includes(at))
        .flatMap((server): [string, string][] => [
          [id, server.id],
          [server.id, id],
        ]),
    );
    const network = this.#client.network(LAB_CLUSTER);
    if (groups.length === 0 && cuts.length === 0) await network.clearPartition();
    else {
      await network.setPartition({
        ...(groups.length === 0 ? {} : { groups }),
        ...(cuts.length === 0 ? {} : { cuts }),
      });
    }
  }
}
