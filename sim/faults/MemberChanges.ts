import type { PeerId } from '../../shared/ids.ts';
import type { Random } from '../../shared/random.ts';
import { shuffled } from '../randomLogs.ts';
import type { Simulation } from '../Simulation.ts';

const CHANGE_MS_MAX = 5000;
const VOTERS_MIN = 2;

/** Asks the cluster, as an operator would, for other members or another leader. Whether it does so is its own affair. */
export class MemberChanges {
  readonly #simulation: Simulation;
  readonly #onDone: (kind: 'changeMembers' | 'transfer') => void;

  /** @param onDone called when the cluster says that it did so */
  constructor(simulation: Simulation, onDone: (kind: 'changeMembers' | 'transfer') => void) {
    this.#simulation = simulation;
    this.#onDone = onDone;
  }

  /** @param how `replace` one voter by a peer that is none @returns whether it asked for anything */
  change(random: Random, how: 'any' | 'replace' = 'any'): boolean {
    const leader = this.#simulation.leader();
    const cluster = this.#simulation.workload?.clients[0]?.cluster;
    if (leader === undefined || cluster === undefined) return false;
    const { voters, learners } = leader.status();
    const [one] = shuffled(how === 'any' ? this.#simulation.ids : voters, random);
    if (one === undefined) return false;
    const change = how === 'any' ? this.#draw(one, { voters, learners }, random) : this.#replacement(one, voters);
    if (change === undefined) return false;
    this.#simulation.note(`members: ${JSON.stringify(change)}`);
    cluster.changeMembers(change, { timeoutMs: CHANGE_MS_MAX }).then(
      () => this.#onDone('changeMembers'),
      () => undefined,
    );
    return true;
  }

  transfer(random: Random): void {
    const cluster = this.#simulation.workload?.clients[0]?.cluster;
    const [to] = shuffled(this.#simulation.ids, random);
    if (cluster === undefined || to === undefined) return;
    this.#simulation.note(`leadership to ${to}`);
    cluster.transferLeadership(to, { timeoutMs: CHANGE_MS_MAX }).then(
      () => this.#onDone('transfer'),
      () => undefined,
    );
  }

  #replacement(one: PeerId, voters: readonly PeerId[]): { voters: PeerId[]; removed: PeerId[] } | undefined {
    const spare = this.#simulation.ids.find((id) => !voters.includes(id));
    return spare === undefined ? undefined : { voters: [spare], removed: [one] };
  }

  #draw(
    one: PeerId,
    { voters, learners }: { readonly voters: readonly PeerId[]; readonly learners: readonly PeerId[] },
    random: Random,
  ): { voters?: PeerId[]; learners?: PeerId[]; removed?: PeerId[] } | undefined {
    if (!voters.includes(one)) {
      if (learners.includes(one) && random() < 0.3) return { removed: [one] };
      return random() < 0.8 ? { voters: [one] } : { learners: [one] };
    }
    if (voters.length <= VOTERS_MIN) return undefined;
    // Sometimes another one takes its place in the same change.
    const spare = this.#simulation.ids.find((id) => !voters.includes(id));
    const others = spare !== undefined && random() < 0.5 ? { voters: [spare] } : {};
    return random() < 0.8 ? { ...others, removed: [one] } : { ...others, learners: [one] };
  }
}
