import { majorityOf } from '../../peer/raft/configuration.ts';
import type { PeerId } from '../../shared/ids.ts';
import type { Random } from '../../shared/random.ts';
import { shuffled } from '../randomLogs.ts';
import type { SimulatedPeer } from '../SimulatedPeer.ts';
import type { Simulation } from '../Simulation.ts';
import type { MemberChanges } from './MemberChanges.ts';

/** How often it is looked whether the moment has come, and for how long at the most. */
const LOOK_EVERY_MS = 20;
const LOOKS_MAX = 200;
/** How long it takes at the most until those hear each other again that a change has split. */
const SPLIT_MS_MAX = 1500;

export interface AimedFaultsOptions {
  readonly simulation: Simulation;
  readonly members: MemberChanges;
  readonly crash: (peer: SimulatedPeer | undefined, random: Random) => boolean;
  readonly isOver: () => boolean;
  readonly onDone: (kind: 'lagBehind' | 'crashInChange' | 'splitInChange') => void;
}

/** Faults that wait for the moment at which they hurt most: by chance alone they hardly ever meet it. */
export class AimedFaults {
  readonly #options: AimedFaultsOptions;
  /** Waits for a leader that writes a joint configuration. */
  #split: Random | undefined;

  constructor(options: AimedFaultsOptions) {
    this.#options = options;
  }

  /**
   * A follower hears nothing until the leader's log begins behind what it has, so that it needs the snapshot; soon after it hears
   * again, in the midst of the transfer, something else goes wrong.
   */
  lagBehind(random: Random): void {
    const { simulation, crash, onDone } = this.#options;
    const [follower] = shuffled([...simulation.peers.values()], random).filter(
      ({ role, isUp }) => isUp && role !== 'leader',
    );
    if (follower === undefined) return;
    simulation.note(`${follower.id} is to fall behind`);
    simulation.network.isolate(follower.id, simulation.ids);
    this.#when(
      () => (simulation.leader()?.disk.baseIndex ?? 0) > follower.lastIndex,
      (isSo) => {
        for (const other of simulation.ids) this.#connect(follower.id, other);
        simulation.note(`${follower.id} hears again`);
        if (!isSo) return;
        onDone('lagBehind');
        const [now, what] = [simulation.nowMs, random()];
        simulation.clock.setTimer(now + random() * 150, () => {
          if (this.#options.isOver() || what < 0.3) return;
          if (what < 0.55) crash(simulation.leader(), random);
          else if (what < 0.75) crash(follower, random);
          else if (what < 0.9) this.#options.members.transfer(random);
          else simulation.network.loseAll();
        });
      },
    );
  }

  /** Members change, and as soon as a leader has the joint configuration in its log it crashes, or one of the others. */
  crashInChange(random: Random): void {
    const { simulation, members, crash, onDone } = this.#options;
    if (!members.change(random)) return;
    this.#when(
      () => simulation.leader()?.status().votersOutgoing.length !== 0 && simulation.leader() !== undefined,
      (isSo) => {
        if (!isSo) return;
        simulation.clock.setTimer(simulation.nowMs + random() * 30, () => {
          const victim = random() < 0.7 ? simulation.leader() : shuffled([...simulation.peers.values()], random)[0];
          if (!this.#options.isOver() && crash(victim, random)) onDone('crashInChange');
        });
      },
    );
  }

  /**
   * Members change, and as soon as a leader writes the joint configuration it hears no more than a majority of the new voters; the
   * others, who may be a majority of the old ones, know nothing of the change, and elect another one.
   */
  splitInChange(random: Random): void {
    if (this.#options.members.change(random, 'replace')) this.#split = random;
  }

  /** A peer has begun a write: nothing of that step is sent yet. */
  writeBegun(id: PeerId): void {
    const [random, leader] = [this.#split, this.#options.simulation.leader()];
    if (random === undefined || leader?.id !== id || this.#options.isOver()) return;
    const { voters, votersOutgoing } = leader.status();
    const newcomers = voters.filter((voter) => !votersOutgoing.includes(voter));
    if (votersOutgoing.length === 0 || newcomers.length === 0) return;
    this.#split = undefined;
    const others = shuffled(voters, random).filter((voter) => voter !== id && !newcomers.includes(voter));
    const near = [id, ...newcomers, ...others].slice(0, majorityOf(voters.length));
    const far = [...others, ...votersOutgoing].filter((voter) => !near.includes(voter));
    this.#cutFor(SPLIT_MS_MAX * (1 - random() / 2), near, far);
    this.#options.onDone('splitInChange');
  }

  #cutFor(forMs: number, near: readonly PeerId[], far: readonly PeerId[]): void {
    const { clock, network, nowMs } = this.#options.simulation;
    this.#options.simulation.note(`${near.join(',')} and ${far.join(',')} do not hear each other`);
    const pairs = near.flatMap((one) => far.map((other) => [one, other] as const));
    for (const [one, other] of pairs) {
      network.cut(one, other);
      network.cut(other, one);
    }
    clock.setTimer(nowMs + forMs, () => {
      if (!this.#options.isOver()) for (const [one, other] of pairs) this.#connect(one, other);
    });
  }

  #connect(one: PeerId, other: PeerId): void {
    this.#options.simulation.network.mend(one, other);
    this.#options.simulation.network.mend(other, one);
  }

  /** @param act told whether the moment came; not called once all faults are over */
  #when(isSo: () => boolean, act: (isSo: boolean) => void, looksLeft = LOOKS_MAX): void {
    const { clock, nowMs } = this.#options.simulation;
    clock.setTimer(nowMs + LOOK_EVERY_MS, () => {
      if (this.#options.isOver()) return;
      if (isSo()) act(true);
      else if (looksLeft === 0) act(false);
      else this.#when(isSo, act, looksLeft - 1);
    });
  }
}
