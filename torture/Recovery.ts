import { StepFailure } from '../client/scenario/StepFailure.ts';
import type { ClusterView } from '../shared/http/ClusterView.ts';
import { WhitewaterError } from '../shared/errors.ts';
import type { Load } from './Load.ts';
import { makeVoters } from './Members.ts';
import type { TortureParts } from './TortureRun.ts';

/** After all faults stopped: a leader, an acknowledged write, and an answer for each client, each within this long. */
export const RECOVERY_MS_MAX = 180_000;

/** Ends all faults, and holds the cluster to going on then. */
export class Recovery {
  slowestMs = 0;
  /** Damaged stores that were refused, and those that were good all the same. */
  refused = 0;
  survived = 0;
  readonly #parts: TortureParts;

  constructor(parts: TortureParts) {
    this.#parts = parts;
  }

  /** @throws {StepFailure} when the cluster does not go on within the bound */
  async calm(name: string, load: Load | undefined): Promise<void> {
    const { timeline } = this.#parts;
    await this.#endFaults();
    const startedMs = performance.now();
    const leader = await this.#leader();
    await this.#told('a write', () => this.#write(name));
    const tookMs = Math.round(performance.now() - startedMs);
    this.slowestMs = Math.max(this.slowestMs, tookMs);
    await this.#settleDamage();
    await this.#makeVoters();
    if (load !== undefined) await this.#everyClient(load, startedMs);
    const allMs = Math.round(performance.now() - startedMs);
    const outcome = `${leader} leads, a write after ${tookMs} ms, members and clients after ${allMs} ms`;
    timeline.add({ verb: 'calm', what: `after ${name}`, outcome, ok: true });
  }

  /** Puts others in the places of those that refuse their store. @returns whether there was one */
  async replaceRefused(): Promise<boolean> {
    const { cluster } = this.#parts;
    const refused = cluster.damaged.filter((id) => cluster.refusalOf(id) !== undefined);
    for (const id of refused) await this.#replace(id);
    if (refused.length > 0) await this.#makeVoters();
    return refused.length > 0;
  }

  /** One whose store is damaged though nobody noticed is not to be trusted for another round either. */
  async replaceDamaged(): Promise<void> {
    const { cluster } = this.#parts;
    const { damaged } = cluster;
    for (const id of damaged) await this.#replace(id);
    if (damaged.length === 0) return;
    await this.#makeVoters();
    for (const id of damaged) await cluster.retire(id);
  }

  async #endFaults(): Promise<void> {
    const { hands, network, cluster, voters, options } = this.#parts;
    await hands.startRelay();
    // A new relay knows the cluster when its first endpoint has connected.
    await this.#told('a connection', () =>
      network.until(() => true, { withinMs: RECOVERY_MS_MAX, what: 'a connection' }),
    );
    await this.#told('healing', () => network.heal());
    await this.#told('the seed', () => network.seed(options.seed));
    for (const id of voters.processes) {
      cluster.resume(id);
      await cluster.start(id);
    }
  }

  /** @returns who leads when all are connected whose stores are good */
  async #leader(): Promise<string> {
    const { network, voters, cluster } = this.#parts;
    const { leader } = await this.#told('a leader', () =>
      network.until(
        (view) => {
          const away = awayIn(view, voters.ids).filter((id) => !cluster.damaged.includes(id));
          return away.length > 0 ? `${away.join(', ')} not connected` : view.leader !== null || 'nobody leads';
        },
        { withinMs: RECOVERY_MS_MAX, what: 'a leader of connected peers after all faults stopped' },
      ),
    );
    return leader ?? 'nobody';
  }

  async #write(value: string): Promise<void> {
    // Not over HTTP, where a minute is the longest wait.
    await this.#parts.admin.ask({ type: 'put', key: 'torture/calm', value }, { timeoutMs: RECOVERY_MS_MAX });
  }

  /** A damaged peer either connects, with a store that is as it was, or refuses to start. */
  async #settleDamage(): Promise<void> {
    const { network, cluster, timeline } = this.#parts;
    for (const id of cluster.damaged) {
      await this.#told(`the end of the start of ${id}`, () =>
        network.until((view) => cluster.refusalOf(id) !== undefined || awayIn(view, [id]).length === 0, {
          withinMs: RECOVERY_MS_MAX,
          what: `that ${id}, whose store is damaged, starts or refuses to`,
        }),
      );
      const refusal = cluster.refusalOf(id);
      if (refusal === undefined) this.survived += 1;
      const outcome = refusal === undefined ? 'it starts, and is held to what it knew' : `refused, ${refusal.why}`;
      timeline.add({ verb: 'damaged', what: id, outcome, ok: true });
    }
    await this.replaceRefused();
  }

  async #replace(id: string): Promise<void> {
    const { cluster, voters, timeline } = this.#parts;
    if (cluster.refusalOf(id) !== undefined) this.refused += 1;
    const successor = voters.replace(id);
    cluster.add(successor);
    cluster.forgetDamage(id);
    timeline.add({ verb: 'replaced', what: `${id} by ${successor}`, outcome: '', ok: true });
  }

  async #makeVoters(): Promise<void> {
    const { client, admin, name, voters, signal } = this.#parts;
    const options = { client, admin: admin.cluster, cluster: name, withinMs: RECOVERY_MS_MAX, signal };
    await makeVoters(voters.ids, options);
  }

  async #everyClient(load: Load, sinceMs: number): Promise<void> {
    const { network } = this.#parts;
    await this.#told('an answer for every client', () =>
      network.until(
        () => {
          const waiting = load.unansweredSince(sinceMs);
          return waiting.length === 0 || `${waiting.join(', ')} without an answer`;
        },
        { withinMs: RECOVERY_MS_MAX, what: 'an answer for every client after all faults stopped' },
      ),
    );
  }

  async #told<Value>(what: string, act: () => Promise<Value>): Promise<Value> {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof WhitewaterError)) throw error;
      throw new StepFailure(`no progress without faults: ${what}: ${error.code}: ${error.message}`);
    }
  }
}

function awayIn({ peers }: ClusterView, ids: readonly string[]): string[] {
  return ids.filter((id) => !peers.some((peer) => peer.id === id && peer.connected && peer.status !== null));
}
