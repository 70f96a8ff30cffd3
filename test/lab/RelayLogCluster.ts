import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { RelayClient } from '../../client/RelayClient.ts';
import { type ListeningRelay, listenRelay } from '../../server/listen.ts';
import type { ProfileName } from '../../shared/http/Network.ts';
import { peerId } from '../../shared/ids.ts';
import type { Trace } from '../../shared/trace.ts';
import { ElectionLedger } from '../support/ElectionLedger.ts';
import { DisconnectedPeers } from './DisconnectedPeers.ts';
import { AppliedLedger } from './AppliedLedger.ts';
import type { LabCounts, PeerState } from './LabCluster.ts';
import { LAB_CLUSTER } from './LabLife.ts';
import type { LabNetwork, LogCluster, Proposed } from './LogCluster.ts';
import type { LogTest } from './logTests.ts';
import { RelayMember } from './RelayMember.ts';

const PROFILES: Readonly<Record<LabNetwork, ProfileName>> = {
  reliable: 'reliable',
  unreliable: 'labrpc-unreliable',
  longReordering: 'labrpc-long-reordering',
};

/**
 * The lab's cluster with logs, over real sockets: a relay and peers in this process, each with a store on disk. The network is
 * broken over HTTP; calls and bytes are counted by the relay.
 */
export class RelayLogCluster implements LogCluster {
  readonly size: number;
  readonly applied: AppliedLedger;
  readonly elections: ElectionLedger;
  readonly #relay: ListeningRelay;
  readonly #client: RelayClient;
  readonly #members: readonly RelayMember[];
  readonly #directory: string;
  readonly #disconnected: DisconnectedPeers;
  readonly #failures: Error[];

  /** Settles when all peers are connected. */
  static async start(test: LogTest, seed: string, trace: Trace): Promise<RelayLogCluster> {
    const relay = await listenRelay({ port: 0, trace, seed });
    const directory = await mkdtemp(join(tmpdir(), 'whitewater-lab-'));
    const { size, preset, takesSnapshots } = test;
    const voters = Array.from({ length: size }, (_, at) => peerId(`p${at + 1}`));
    const common = { voters, preset, takesSnapshots, seed, trace, relay: relay.url };
    const [applied, elections] = [new AppliedLedger(size), new ElectionLedger()];
    const failures: Error[] = [];
    const members = voters.map(
      (id, peer) =>
        new RelayMember({
          ...{ ...common, id, peer, applied, elections, directory: join(directory, id) },
          onFailed: (error) => void failures.push(error),
        }),
    );
    const cluster = new RelayLogCluster({ relay, directory, members, applied, elections, failures });
    try {
      await Promise.all(members.map((member) => member.start()));
      await cluster.setNetwork(test.network);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  private constructor(parts: {
    readonly relay: ListeningRelay;
    readonly directory: string;
    readonly members: readonly RelayMember[];
    readonly applied: AppliedLedger;
    readonly elections: ElectionLedger;
    readonly failures: Error[];
  }) {
    this.size = parts.members.length;
    this.applied = parts.applied;
    this.elections = parts.elections;
    this.#relay = parts.relay;
    this.#client = new RelayClient({ url: parts.relay.url });
    this.#disconnected = new DisconnectedPeers(this.#client, LAB_CLUSTER, (peer) => this.#at(peer).id);
    this.#members = parts.members;
    this.#directory = parts.directory;
    this.#failures = parts.failures;
  }

  nowMs(): number {
    return performance.now();
  }

  async sleep(ms: number): Promise<void> {
    await after(ms);
    const [failure] = this.#failures;
    if (failure !== undefined) throw failure;
  }

  isUp(peer: number): boolean {
    return this.#at(peer).life !== undefined;
  }

  state(peer: number): PeerState {
    const { life, id } = this.#at(peer);
    if (life === undefined) throw new Error(`${id} is not up`);
    return life.state();
  }

  propose(peer: number, command: string): Proposed | undefined {
    return this.#at(peer).life?.propose(command);
  }

  async crash(peer: number): Promise<void> {
    this.#at(peer).crash();
    await this.disconnect(peer);
  }

  async restart(peer: number): Promise<void> {
    await this.crash(peer);
    await this.#at(peer).start();
  }

  disconnect(peer: number): Promise<void> {
    return this.#disconnected.add(peer);
  }

  connect(peer: number): Promise<void> {
    return this.#disconnected.remove(peer);
  }

  isConnected(peer: number): boolean {
    return !this.#disconnected.has(peer);
  }

  async setNetwork(network: LabNetwork): Promise<void> {
    // What a rule delays comes at its time all the same, as in labrpc.
    await this.#client.network(LAB_CLUSTER).setProfile({ name: PROFILES[network], inFlight: 'delivered' });
  }

  requestsReceived(): number {
    return this.#members.reduce((sum, { life }) => sum + (life?.requestsReceived ?? 0), 0);
  }

  stateBytesMax(): number {
    return Math.max(...this.#members.map((member) => member.stateBytes));
  }

  async counts(): Promise<LabCounts> {
    const { requests, labBytes } = (await this.#client.cluster(LAB_CLUSTER)).traffic;
    return { rpcs: requests, bytes: labBytes, commits: this.applied.highestIndex };
  }

  async verifyReport(): Promise<void> {
    this.applied.check();
    const [failure] = this.#failures;
    if (failure !== undefined) throw failure;
    const [breach] = this.elections.violations();
    if (breach !== undefined) throw new Error(breach);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.stop()));
    await this.#relay.close();
    await rm(this.#directory, { recursive: true, force: true });
  }

  #at(peer: number): RelayMember {
    const member = this.#members[peer];
    if (member === undefined) throw new RangeError(`there is no peer ${peer}`);
    return member;
  }
}
