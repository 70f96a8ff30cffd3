import type { PeerId } from '../shared/ids.ts';
import { type Random, seededRandom } from '../shared/random.ts';
import { QUICK_DISK } from './Disk.ts';
import { RELIABLE_NETWORK } from './Network.ts';
import { shuffled } from './randomLogs.ts';
import type { SimulatedPeer } from './SimulatedPeer.ts';
import type { Simulation } from './Simulation.ts';

export const FAULT_KINDS = [
  'crash',
  'crashAtWrite',
  'partition',
  'isolateLeader',
  'oneWayCut',
  'heal',
  'pause',
  'weather',
  'slowDisk',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

const CUTS: readonly FaultKind[] = ['partition', 'isolateLeader', 'oneWayCut'];

/** Between two faults, on average: drawn once for each run. */
const FAULT_EVERY_MS_MIN = 80;
const FAULT_EVERY_MS_MAX = 600;
/** How long a peer is down or stopped, at the most. */
const AWAY_MS_MAX = 2500;

/**
 * Does harm to a cluster at random moments. Each run has a choice of its own of the kinds of faults (swarm testing): with all of
 * them always there, some states are never reached.
 */
export class Chaos {
  /** How often each kind struck. */
  readonly counts = new Map<FaultKind, number>();
  readonly kinds: readonly FaultKind[];
  readonly #simulation: Simulation;
  readonly #random: Random;
  readonly #everyMs: number;
  #isOver = false;
  #crashAtWriteRate = 0;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#random = seededRandom(simulation.options.seed, 'chaos');
    const chosen = FAULT_KINDS.filter((kind) => kind !== 'heal' && this.#random() < 0.6);
    // As often as the network is cut it heals, or nobody could lead most of the time.
    const heals = chosen.filter((kind) => CUTS.includes(kind)).map((): FaultKind => 'heal');
    this.kinds = [...chosen, ...heals];
    this.#everyMs = FAULT_EVERY_MS_MIN + this.#random() * (FAULT_EVERY_MS_MAX - FAULT_EVERY_MS_MIN);
  }

  start(): void {
    this.#simulation.onWrite = (peer) => this.#writeBegun(peer);
    this.#next();
  }

  /** A crash may strike at once, within the write, or right after it. */
  #writeBegun(id: PeerId): void {
    if (this.#isOver || this.#crashAtWriteRate === 0 || this.#random() >= this.#crashAtWriteRate) return;
    const { clock } = this.#simulation;
    const peer = this.#simulation.peer(id);
    const { lives } = peer;
    const afterMs = this.#random() < 0.2 ? 0 : this.#random() * peer.disk.options.writeMsMax * 1.2;
    clock.setArrival(clock.nowMs() + afterMs, () => {
      if (this.#isOver || peer.lives !== lives || !peer.isUp) return;
      this.#count('crashAtWrite');
      this.#crash(peer);
    });
  }

  /** Ends all faults: everybody is up and connected, network and disks are quick. */
  end(): void {
    const { network, peers, options } = this.#simulation;
    this.#isOver = true;
    this.#simulation.note('all faults end');
    network.mendAll();
    network.options = { ...RELIABLE_NETWORK, ...options.network };
    for (const peer of peers.values()) {
      peer.disk.options = { ...QUICK_DISK, ...options.disk };
      if (peer.isPaused) this.#simulation.resume(peer);
      if (!peer.isUp) this.#simulation.restart(peer);
    }
  }

  #next(): void {
    const { clock } = this.#simulation;
    const waitMs = -Math.log(1 - this.#random()) * this.#everyMs;
    clock.setTimer(clock.nowMs() + waitMs, () => {
      if (this.#isOver) return;
      const kind = this.#pick(this.kinds);
      if (kind !== undefined) this.#strike(kind);
      this.#next();
    });
  }

  #strike(kind: FaultKind): void {
    if (kind !== 'crashAtWrite') this.#count(kind);
    switch (kind) {
      case 'crash':
        return this.#crash(this.#pick(this.#up()));
      case 'crashAtWrite':
        this.#crashAtWriteRate = this.#random() * 0.3;
        return;
      case 'partition':
        return this.#partition();
      case 'isolateLeader':
        return this.#isolateLeader();
      case 'oneWayCut':
        return this.#cutOneWay();
      case 'heal':
        this.#simulation.note('the network heals');
        return this.#simulation.network.mendAll();
      case 'pause':
        return this.#pause(this.#pick(this.#up()));
      case 'weather':
        return this.#changeWeather();
      case 'slowDisk':
        return this.#slowDisk();
    }
  }

  #crash(peer: SimulatedPeer | undefined): void {
    if (peer === undefined) return;
    const { clock } = this.#simulation;
    this.#simulation.crash(peer);
    const { lives } = peer;
    clock.setTimer(clock.nowMs() + this.#random() * AWAY_MS_MAX, () => {
      if (!peer.isUp && peer.lives === lives) this.#simulation.restart(peer);
    });
  }

  #pause(peer: SimulatedPeer | undefined): void {
    if (peer === undefined) return;
    const { clock } = this.#simulation;
    this.#simulation.pause(peer);
    clock.setTimer(clock.nowMs() + this.#random() * AWAY_MS_MAX, () => {
      if (peer.isPaused) this.#simulation.resume(peer);
    });
  }

  #partition(): void {
    const ids = shuffled(this.#simulation.ids, this.#random);
    const groupCount = 2 + Math.floor(this.#random() * 2);
    const groups = Array.from({ length: groupCount }, (): PeerId[] => []);
    for (const id of ids) groups[Math.floor(this.#random() * groupCount)]?.push(id);
    this.#simulation.note(`partition ${groups.map((group) => group.join(',')).join('|')}`);
    this.#simulation.network.partition(groups);
  }

  #isolateLeader(): void {
    const leader = this.#simulation.leader();
    if (leader === undefined) return;
    this.#simulation.note(`${leader.id} is cut off`);
    this.#simulation.network.isolate(leader.id, this.#simulation.ids);
  }

  #cutOneWay(): void {
    const [from, to] = shuffled(this.#simulation.ids, this.#random);
    if (from === undefined || to === undefined) return;
    this.#simulation.note(`${from} to ${to} is cut, one way`);
    this.#simulation.network.cut(from, to);
  }

  #changeWeather(): void {
    const random = this.#random;
    const delayMsMax = random() < 0.3 ? 150 : 20;
    this.#simulation.network.options = {
      delayMsMin: random() * delayMsMax * 0.5,
      delayMsMax,
      lossRate: random() < 0.5 ? 0 : random() * 0.4,
      duplicateRate: random() < 0.5 ? 0 : random() * 0.4,
      reorderRate: random() < 0.5 ? 0 : random() * 0.3,
      reorderMsMax: random() * 2000,
    };
  }

  #slowDisk(): void {
    const peer = this.#pick([...this.#simulation.peers.values()]);
    if (peer === undefined) return;
    const writeMsMax = this.#random() < 0.3 ? 1500 : 100;
    peer.disk.options = { writeMsMin: 0, writeMsMax };
  }

  #up(): SimulatedPeer[] {
    return [...this.#simulation.peers.values()].filter(({ isUp }) => isUp);
  }

  #pick<Item>(items: readonly Item[]): Item | undefined {
    return items[Math.floor(this.#random() * items.length)];
  }

  #count(kind: FaultKind): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }
}
