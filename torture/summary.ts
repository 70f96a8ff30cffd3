import type { Timeline } from '../cli/scenario/Timeline.ts';
import type { TortureOptions } from './options.ts';
import type { TortureRun } from './TortureRun.ts';
import type { Watch } from './Watch.ts';

export interface SummaryParts {
  readonly options: TortureOptions;
  readonly run: TortureRun | undefined;
  readonly watch: Watch | undefined;
  readonly failure: string | undefined;
  readonly timeline: Timeline;
}

/** What happened, for people and for programs. */
export function summaryOf({ options, run, watch, failure, timeline }: SummaryParts) {
  const repeat = repeatLine(options);
  const { elections = 0, highestTerm = 0 } = watch?.ledger ?? {};
  const snapshots = watch?.snapshots ?? { taken: 0, installed: 0 };
  const fields = {
    ...{ seed: options.seed, passed: failure === undefined, ...(failure === undefined ? {} : { failure }), repeat },
    ...{ elapsedMs: timeline.elapsedMs, rounds: run?.rounds ?? 0, faults: Object.fromEntries(run?.faults ?? []) },
    ...{ operations: run?.operations, appends: run?.appends, elections, highestTerm, snapshots },
    slowestRecoveryMs: run?.recovery.slowestMs ?? 0,
    damagedStores: { refused: run?.recovery.refused ?? 0, survived: run?.recovery.survived ?? 0 },
  };
  const faults = Object.entries(fields.faults).map(([kind, count]) => `${kind} ${count}`);
  const { answered, unknown, failed } = run?.operations ?? { answered: 0, unknown: 0, failed: 0 };
  const appends = run?.appends.acknowledged ?? 0;
  const { refused, survived } = fields.damagedStores;
  const text = [
    `rounds      ${fields.rounds}`,
    `faults      ${faults.join(', ') || 'none'}`,
    `damage      ${refused} stores refused, ${survived} good all the same`,
    `operations  ${answered} answered, ${unknown} unknown, ${failed} failed; besides ${appends} appends, each there once`,
    `elections   ${elections} terms with a leader, highest term ${highestTerm}`,
    `snapshots   ${snapshots.taken} taken, ${snapshots.installed} installed from a leader, of those seen`,
    `recovery    ${fields.slowestRecoveryMs} ms from the end of all faults to a write, at the slowest`,
    `repeat      ${repeat}`,
    '            (the same faults and load at the same times; how processes are scheduled is not in the seed)',
  ].join('\n');
  return { fields, text };
}

function repeatLine({ seed, durationMs, peers, clients, httpClients, preset }: TortureOptions): string {
  const minutes = Number((durationMs / 60_000).toFixed(3));
  return `npm run torture -- --minutes ${minutes} --seed ${seed} --peers ${peers} --clients ${clients} --http-clients ${httpClients} --preset ${preset}`;
}
