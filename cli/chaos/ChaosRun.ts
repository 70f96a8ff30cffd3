import { WhitewaterError } from '../../shared/errors.ts';
import type { ClusterView } from '../../shared/http/ClusterView.ts';
import { pause } from '../live/followCluster.ts';
import type { SafetyLedger } from '../../shared/safety/SafetyLedger.ts';
import type { Stage } from '../../client/scenario/Stage.ts';
import { StepFailure } from '../../client/scenario/StepFailure.ts';
import type { Timeline } from '../scenario/Timeline.ts';
import { ClientLoad, type OperationCounts } from './ClientLoad.ts';
import { drawRound } from './drawUpsets.ts';
import { LEFT_OUT, type Timed, type UpsetKind } from './Upset.ts';

/** After the network is healed and every process runs: a leader, a write, and all replicas alike, within this long. */
export const LIVENESS_MS_MAX = 30_000;

export interface ChaosOptions {
  readonly stage: Stage;
  readonly seed: string;
  readonly durationMs: number;
  readonly timeline: Timeline;
  readonly ledger: SafetyLedger;
  readonly signal: AbortSignal;
}

/** Rounds of faults under load; after each the network is healed, and what must be true then is looked at. */
export class ChaosRun {
  readonly faults = new Map<UpsetKind, number>();
  readonly operations: OperationCounts = { acknowledged: 0, failed: 0, unknown: 0, reads: 0 };
  rounds = 0;
  readonly #options: ChaosOptions;

  constructor(options: ChaosOptions) {
    this.#options = options;
  }

  /** @throws {StepFailure} at the first offence against safety or liveness */
  async perform(): Promise<void> {
    const { timeline, durationMs, signal } = this.#options;
    await this.#calm('first');
    while (timeline.elapsedMs < durationMs && !signal.aborted) await this.#round();
  }

  async #round(): Promise<void> {
    const { stage, seed, signal, timeline, durationMs } = this.#options;
    this.rounds += 1;
    const plan = drawRound(seed, this.rounds, stage.peers, stage.processes !== undefined);
    const load = new ClientLoad(stage, this.rounds);
    const startedMs = timeline.elapsedMs;
    const stormMs = Math.min(plan.stormMs, Math.max(1000, durationMs - startedMs));
    try {
      for (const timed of plan.upsets) {
        if (timed.atMs > stormMs) break;
        await pause(Math.max(0, startedMs + timed.atMs - timeline.elapsedMs), signal);
        if (signal.aborted) return;
        await this.#upset(timed);
      }
      await pause(Math.max(0, startedMs + stormMs - timeline.elapsedMs), signal);
      if (signal.aborted) return;
      await this.#calm(`round ${this.rounds}`);
    } finally {
      await load.stop();
      for (const [name, count] of Object.entries(load.counts))
        this.operations[name as keyof OperationCounts] += count as number;
    }
    if (load.offence !== undefined) throw new StepFailure(load.offence);
    await this.#compare(load);
  }

  async #upset({ upset }: Timed): Promise<void> {
    const { stage, timeline } = this.#options;
    try {
      const outcome = await upset.run(stage);
      this.faults.set(upset.kind, (this.faults.get(upset.kind) ?? 0) + 1);
      timeline.add({ verb: 'fault', what: upset.text, outcome, ok: true });
    } catch (error) {
      if (!(error instanceof WhitewaterError) || error.code === 'RELAY_UNREACHABLE') throw error;
      if (!LEFT_OUT.has(error.code))
        throw new StepFailure(`${upset.text} was refused: ${error.code}: ${error.message}`);
      timeline.add({ verb: 'fault', what: `${upset.text}: ${error.code}, left out`, outcome: '', ok: true });
    }
  }

  /** No faults, every process runs: a leader and a write have to come of it. */
  async #calm(name: string): Promise<void> {
    const { stage, timeline } = this.#options;
    const { network, client, cluster, peers, processes } = stage;
    await network.heal();
    for (const id of peers) {
      processes?.resume(id);
      await processes?.start(id);
    }
    const startedMs = timeline.elapsedMs;
    try {
      const { leader } = await network.until(
        (view) => {
          const away = peers.filter((id) => !view.peers.some((peer) => peer.id === id && peer.connected));
          if (away.length > 0) return `${away.join(', ')} not connected`;
          return view.leader !== null || 'nobody leads';
        },
        { withinMs: LIVENESS_MS_MAX, what: 'a leader of connected peers after the network was healed' },
      );
      await client.put(cluster, 'chaos/calm', name, { timeoutMs: LIVENESS_MS_MAX });
      const tookMs = timeline.elapsedMs - startedMs;
      timeline.add({
        verb: 'healed',
        what: `after ${name}`,
        outcome: `${leader ?? ''} leads, a write after ${tookMs} ms`,
        ok: true,
      });
    } catch (error) {
      if (!(error instanceof WhitewaterError) || error.code === 'RELAY_UNREACHABLE') throw error;
      throw new StepFailure(`not alive within ${LIVENESS_MS_MAX} ms after healing: ${error.code}: ${error.message}`);
    }
  }

  /** All replicas hold the same, and what clients were told is there. */
  async #compare(load: ClientLoad): Promise<void> {
    const { stage, timeline, signal } = this.#options;
    if (signal.aborted) return;
    try {
      const offence = await load.check();
      if (offence !== undefined) throw new StepFailure(offence);
      await stage.network.until(
        async (view) => {
          const same = alike(view, stage.peers);
          return same === true ? ((await load.difference()) ?? true) : same;
        },
        { withinMs: LIVENESS_MS_MAX, what: 'replicas that are alike' },
      );
      const { acknowledged, unknown, failed, reads } = load.counts;
      const outcome = `${acknowledged} writes there, ${unknown} unknown, ${failed} failed, ${reads} reads`;
      timeline.add({ verb: 'checked', what: `round ${this.rounds}`, outcome, ok: true });
    } catch (error) {
      if (!(error instanceof WhitewaterError) || error.code === 'RELAY_UNREACHABLE') throw error;
      throw new StepFailure(`the replicas cannot be compared: ${error.code}: ${error.message}`);
    }
  }
}

function alike({ peers }: ClusterView, ids: readonly string[]): boolean | string {
  const told = ids.map((id) => peers.find((peer) => peer.id === id));
  const indexes = told.map((peer) => `${peer?.id ?? '?'} ${peer?.commitIndex ?? '-'}/${peer?.lastApplied ?? '-'}`);
  const wanted = told[0]?.commitIndex;
  const same = told.every((peer) => peer?.commitIndex === wanted && peer?.lastApplied === wanted);
  return same || `commit and applied index: ${indexes.join(', ')}`;
}
