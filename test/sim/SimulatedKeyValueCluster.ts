import { ClusterClient } from '../../client/ClusterClient.ts';
import { KeyValueClient, type KeyValueCluster } from '../../client/KeyValueClient.ts';
import { encodeFrame } from '../../shared/envelope.ts';
import { peerId, type PeerId } from '../../shared/ids.ts';
import { isRequestType, type EndpointMessage } from '../../shared/protocol.ts';
import { seededRandom } from '../../shared/random.ts';
import { RecordDisk } from '../../sim/RecordDisk.ts';
import { SettlingClock } from '../../sim/SettlingClock.ts';
import type { SimulatedPeer } from '../../sim/SimulatedPeer.ts';
import { SimulatedProcess } from '../../sim/SimulatedProcess.ts';
import { Simulation, type SimulationListeners } from '../../sim/Simulation.ts';
import type { LabCounts } from '../lab/LabCluster.ts';
import { clerkOf } from '../lab/keyValue/clerkOf.ts';
import type { Clerk, KeyValueClusterOptions, KeyValueLabCluster } from '../lab/keyValue/KeyValueLabCluster.ts';
import { presetOf, snapshotBounds } from '../lab/keyValue/serverOptions.ts';
import { TEST_SECONDS_MAX } from '../lab/limits.ts';
import { stateBytes } from '../lab/stateBytes.ts';
import { electionOf } from '../support/simulate.ts';
import { LAB_PROFILES, RELIABLE_FOR_CLERKS } from './labProfiles.ts';

interface Member {
  readonly id: PeerId;
  readonly process: SimulatedProcess;
  servers: readonly number[];
}

const CONNECTED_WITHIN_MS = 20_000;
const LOOK_MS = 1;

/**
 * Lab 3 in virtual time: the simulator's whole peers, with the key-value machine, sessions, snapshots and the real store on simulated
 * disks, and the client that ships. Figure 3 is held after every event. Time passes in `play` only.
 */
export class SimulatedKeyValueCluster implements KeyValueLabCluster {
  readonly size: number;
  readonly #simulation: Simulation;
  readonly #clerks = new Map<Clerk, Member>();
  #groups: readonly (readonly number[])[] = [];
  #calls = 0;
  #bytes = 0;

  /** All servers start at the same moment. */
  constructor(options: KeyValueClusterOptions, listeners: Pick<SimulationListeners, 'record'> = {}) {
    const { size, network, seed } = options;
    this.size = size;
    this.#simulation = new Simulation(
      {
        ...{ seed, peers: size, machine: true, statuses: true, election: electionOf(presetOf(options)) },
        replication: snapshotBounds(options.stateBytes),
      },
      {
        ...listeners,
        onSend: (_, from, { to, id, message }) => this.#called(from, to, id, message),
        onFate: (from, to, id, message, fate) => {
          if (fate === 'delivered' && !isCall(message)) this.#bytes += bytesOf(from, to, id, message);
        },
      },
    );
    this.#simulation.network.change({ profile: network === 'reliable' ? RELIABLE_FOR_CLERKS : LAB_PROFILES[network] });
    this.#simulation.start();
  }

  /**
   * Plays a test to its end, as soon as all servers are connected. At each moment all that it does by promises is done before time goes
   * on, so two runs of a seed are the same.
   * @throws whatever the test throws; a SimulationFailure when a rule of Raft is broken, or the test takes longer than the lab allows
   */
  async play<Result>(test: () => Promise<Result>): Promise<Result> {
    const simulation = this.#simulation;
    await new Promise((resolve) => setImmediate(resolve));
    await simulation.runUntil(() => this.#areConnected, CONNECTED_WITHIN_MS, 'all servers are connected');
    const state = { isOver: false };
    const outcome = test().finally(() => {
      state.isOver = true;
    });
    outcome.catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    await simulation.runUntil(() => state.isOver, 1000 * TEST_SECONDS_MAX, 'the end of the test');
    return outcome;
  }

  nowMs(): number {
    return this.#simulation.nowMs;
  }

  sleep(ms: number): Promise<void> {
    const { clock } = this.#simulation;
    return new Promise((resolve) => {
      clock.setTimer(clock.nowMs() + ms, () => {
        clock.settles();
        resolve();
      });
    });
  }

  async makeClerk(servers: readonly number[]): Promise<Clerk> {
    const { clock: virtual, relay, options } = this.#simulation;
    const id = peerId(`clerk${this.#clerks.size + 1}`);
    const process = new SimulatedProcess(virtual);
    const clock = new SettlingClock(process, virtual);
    const transport = relay.transport({
      ...{ id, process, isClient: true, tellsStatuses: true },
      onSend: (to, messageId, message) => this.#called(id, to, messageId, message),
    });
    const random = seededRandom(options.seed, `${id}/client`);
    const client: KeyValueCluster = new ClusterClient({ transport, clock, random });
    const clerk = clerkOf(new KeyValueClient(client, clock));
    this.#clerks.set(clerk, { id, process, servers });
    // Its links are cut when it is there, before it is used.
    while (!relay.isConnected(id)) await this.sleep(LOOK_MS);
    if (servers.length < this.size) this.#cut();
    return clerk;
  }

  async connectClerk(clerk: Clerk, servers: readonly number[]): Promise<void> {
    const member = this.#clerks.get(clerk);
    if (member === undefined) throw new RangeError('that is no clerk of this cluster');
    member.servers = servers;
    this.#cut();
  }

  async partition(groups: readonly (readonly number[])[]): Promise<void> {
    this.#groups = groups.filter(({ length }) => length > 0);
    this.#cut();
  }

  connectAll(): Promise<void> {
    return this.partition([]);
  }

  leader(): number | undefined {
    const leader = this.#simulation.leader();
    return leader === undefined ? undefined : this.#peers.indexOf(leader);
  }

  async crashAll(): Promise<void> {
    for (const peer of this.#peers) this.#simulation.crash(peer);
  }

  async restartAll(): Promise<void> {
    for (const peer of this.#peers) this.#simulation.restart(peer);
    while (!this.#areConnected) await this.sleep(LOOK_MS);
  }

  stateBytesMax(): number {
    return Math.max(...this.#disks.map(({ stored }) => stateBytes(stored)));
  }

  async snapshotBytesMax(): Promise<number> {
    return Math.max(...this.#disks.map(({ snapshotBytes }) => snapshotBytes));
  }

  async counts(): Promise<LabCounts> {
    return { rpcs: this.#calls, bytes: this.#bytes, commits: this.#simulation.invariants.committed.length };
  }

  async stop(): Promise<void> {
    await this.crashAll();
    for (const { id, process } of this.#clerks.values()) {
      process.kill();
      this.#simulation.relay.detach(id);
    }
  }

  get #peers(): SimulatedPeer[] {
    return [...this.#simulation.peers.values()];
  }

  get #areConnected(): boolean {
    return this.#peers.every(({ id }) => this.#simulation.relay.isConnected(id));
  }

  get #disks(): RecordDisk[] {
    return this.#peers.flatMap(({ disk }) => (disk instanceof RecordDisk ? [disk] : []));
  }

  #called(from: PeerId, to: PeerId, id: number, message: EndpointMessage): void {
    if (!isCall(message)) return;
    this.#calls += 1;
    this.#bytes += bytesOf(from, to, id, message);
  }

  /** Servers by their groups; a clerk is in none, and its links to those whom it cannot reach are cut one by one. */
  #cut(): void {
    const idOf = (server: number): PeerId => peerId(`p${server + 1}`);
    const groups = this.#groups.map((group) => group.map(idOf));
    const cuts = [...this.#clerks.values()].flatMap(({ id, servers }) =>
      Array.from({ length: this.size }, (_, server) => server)
        .filter((server) => !servers.includes(server))
        .flatMap((server): [PeerId, PeerId][] => [
          [id, idOf(server)],
          [idOf(server), id],
        ]),
    );
    const isWhole = groups.length === 0 && cuts.length === 0;
    this.#simulation.network.change({ partition: isWhole ? null : { groups, cuts } });
  }
}

function isCall({ type }: EndpointMessage): boolean {
  return type === 'ClientRequest' || isRequestType(type);
}

function bytesOf(from: PeerId, to: PeerId, id: number, { type, body }: EndpointMessage): number {
  return encodeFrame({ type, from, to, id, body }).length;
}
