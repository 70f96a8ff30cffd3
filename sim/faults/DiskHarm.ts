import type { PeerId } from '../../shared/ids.ts';
import type { Random } from '../../shared/random.ts';
import { RecordDisk } from '../RecordDisk.ts';
import type { SimulatedPeer } from '../SimulatedPeer.ts';
import type { Simulation } from '../Simulation.ts';
import { SimulationFailure } from '../SimulationFailure.ts';

const FULL_MS_MAX = 3000;
const AWAY_MS_MAX = 1500;

/** Disks that are full for a while, and disks that come back with something else than was written on them. */
export class DiskHarm {
  /** They refused their stores, and do not come back. */
  readonly lost = new Set<PeerId>();
  readonly #simulation: Simulation;
  readonly #onRefused: () => void;
  readonly #damaged = new Set<PeerId>();
  /** Peers that may end by themselves: their disks are full, or were while they wrote. */
  readonly #full = new Set<PeerId>();

  /** @param onRefused called when a disk that was filled refuses a write for the first time */
  constructor(simulation: Simulation, onRefused: () => void) {
    this.#simulation = simulation;
    this.#onRefused = onRefused;
  }

  fill(peer: SimulatedPeer | undefined, random: Random): void {
    if (peer === undefined || !(peer.disk instanceof RecordDisk)) return;
    const { disk, id } = peer;
    const { clock } = this.#simulation;
    // A log goes on for a while where a snapshot finds no room.
    disk.isFull = random() < 0.5 ? 'forSnapshots' : 'forAll';
    this.#simulation.note(`the disk of ${id} is full${disk.isFull === 'forAll' ? '' : ' for snapshots'}`);
    disk.onRefused = () => {
      disk.onRefused = () => undefined;
      this.#onRefused();
    };
    this.#full.add(id);
    clock.setTimer(clock.nowMs() + random() * FULL_MS_MAX, () => this.#free(peer, disk));
  }

  /** Damages the disk of a peer that is down meanwhile, unless too many are damaged already: a majority must remain. @returns whether it is damaged */
  damage(kind: 'bitFlip' | 'lostTail', peer: SimulatedPeer | undefined, random: Random): boolean {
    if (peer === undefined || !(peer.disk instanceof RecordDisk)) return false;
    const { id, disk } = peer;
    const { ids, clock, options } = this.#simulation;
    const voters = ids.length - (options.spares ?? 0);
    if (this.#damaged.size >= Math.floor((voters - 1) / 2) || this.#damaged.has(id)) return false;
    this.#simulation.crash(peer);
    const isDone = kind === 'lostTail' ? disk.loseTail() : random() < 0.7 ? disk.flipBit() : disk.flipSnapshotBit();
    if (isDone) this.#damaged.add(id);
    this.#simulation.note(`the disk of ${id}: ${disk.damage ?? 'unharmed'}`);
    clock.setTimer(clock.nowMs() + random() * AWAY_MS_MAX, () => {
      if (!peer.isUp && !this.lost.has(id)) this.#simulation.restart(peer);
    });
    return isDone;
  }

  /** The power of a peer's machine fails while it writes. @returns whether its witness is another now */
  tear(peer: SimulatedPeer | undefined, random: Random): boolean {
    if (peer === undefined || !(peer.disk instanceof RecordDisk)) return false;
    const { id, disk } = peer;
    const { clock } = this.#simulation;
    this.#simulation.crash(peer);
    const isTorn = disk.tearWitness();
    this.#simulation.note(`the witness of ${id}: ${isTorn ? 'torn' : 'unharmed'}`);
    clock.setTimer(clock.nowMs() + random() * AWAY_MS_MAX, () => {
      if (!peer.isUp && !this.lost.has(id)) this.#simulation.restart(peer);
    });
    return isTorn;
  }

  /** A peer ended by itself. @throws {SimulationFailure} when it had no reason */
  ended(id: PeerId, error: Error): void {
    const { clock } = this.#simulation;
    const peer = this.#simulation.peer(id);
    // It did not refuse itself: it holds something else than it should.
    if (error instanceof SimulationFailure) throw error;
    if (this.#damaged.has(id)) {
      this.lost.add(id);
      return;
    }
    if (!this.#full.has(id)) throw error;
    // Whoever runs it tries again.
    clock.setTimer(clock.nowMs() + AWAY_MS_MAX, () => {
      if (!peer.isUp) this.#simulation.restart(peer);
    });
  }

  end(): void {
    for (const { disk } of this.#simulation.peers.values()) if (disk instanceof RecordDisk) disk.isFull = 'not';
  }

  #free(peer: SimulatedPeer, disk: RecordDisk): void {
    this.#simulation.note(`the disk of ${peer.id} has room again`);
    disk.isFull = 'not';
  }
}
