import type { ElectionOptions } from '../../peer/raft/options.ts';
import { encodeFrame } from '../../shared/envelope.ts';
import type { PeerId } from '../../shared/ids.ts';
import { isRequestType, type EndpointMessage } from '../../shared/protocol.ts';
import { Simulation, type SimulationListeners } from '../../sim/Simulation.ts';
import type { SimulatedPeer } from '../../sim/SimulatedPeer.ts';
import type { LabCluster, LabClusterOptions, LabCounts, PeerState } from '../lab/LabCluster.ts';

/** The lab's cluster in virtual time: sleeping takes none. */
export class SimulatedLabCluster implements LabCluster {
  readonly size: number;
  readonly simulation: Simulation;
  readonly #connected = new Set<PeerId>();
  #calls = 0;
  #bytes = 0;
  #commits = 0;

  constructor(
    { size, seed }: LabClusterOptions,
    election: ElectionOptions,
    listeners: Pick<SimulationListeners, 'record'> = {},
  ) {
    this.size = size;
    this.simulation = new Simulation(
      { seed, peers: size, election, network: { delayMsMin: 0.1, delayMsMax: 10 } },
      {
        ...listeners,
        onSend: (_, from, { to, id, message }) => {
          if (!isRequestType(message.type)) return;
          this.#calls += 1;
          this.#bytes += bytesOf(from, to, id, message);
        },
        onFate: (from, to, id, message, fate) => {
          if (fate === 'delivered' && !isRequestType(message.type)) this.#bytes += bytesOf(from, to, id, message);
        },
        onEvent: (_, __, event) => {
          if (event.type === 'committed') this.#commits = Math.max(this.#commits, event.commitIndex);
        },
      },
    );
    for (const id of this.simulation.ids) this.#connected.add(id);
    this.simulation.start();
  }

  nowMs(): number {
    return this.simulation.nowMs;
  }

  async sleep(ms: number): Promise<void> {
    await this.simulation.run(ms);
  }

  state(peer: number): PeerState {
    const { role, term } = this.#peer(peer).status();
    return { term, isLeader: role === 'leader' };
  }

  async disconnect(peer: number): Promise<void> {
    const { id } = this.#peer(peer);
    this.#connected.delete(id);
    this.simulation.network.isolate(id, this.simulation.ids);
    // What is under way still arrives.
    await this.simulation.run(this.simulation.network.options.delayMsMax);
  }

  async connect(peer: number): Promise<void> {
    const { id } = this.#peer(peer);
    this.#connected.add(id);
    for (const other of this.#connected) {
      this.simulation.network.mend(id, other);
      this.simulation.network.mend(other, id);
    }
  }

  isConnected(peer: number): boolean {
    return this.#connected.has(this.#peer(peer).id);
  }

  async counts(): Promise<LabCounts> {
    return { rpcs: this.#calls, bytes: this.#bytes, commits: this.#commits };
  }

  /** What the simulation has followed of each peer is what the peer itself says. */
  async verifyReport(): Promise<void> {
    for (const peer of this.simulation.peers.values()) {
      const { role, term, leader } = peer.status();
      if (role !== peer.role || term !== peer.term || leader !== peer.leader) {
        throw this.simulation.failure(
          `${peer.id} reports ${role} of term ${term}, but is ${peer.role} of ${peer.term}`,
        );
      }
    }
  }

  async stop(): Promise<void> {
    for (const peer of this.simulation.peers.values()) peer.crash();
  }

  #peer(number: number): SimulatedPeer {
    return this.simulation.peer(`p${number + 1}`);
  }
}

function bytesOf(from: PeerId, to: PeerId, id: number, { type, body }: EndpointMessage): number {
  return encodeFrame({ type, from, to, id, body }).length;
}
