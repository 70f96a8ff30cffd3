// npm run bench:snapshot [-- --quick] [-- --write-docs] [-- --profile DIRECTORY]
//
// What it costs a cluster under writes to store a large state as a snapshot, and to install that on a peer that has nothing.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { measureSnapshot, plannedSeconds, type SnapshotPlan } from './snapshot/measure.ts';
import { report } from './snapshot/report.ts';
import type { SnapshotBenchResult } from './snapshot/result.ts';
import { busyShare, describeMachine } from './support/machine.ts';
import { Progress } from './support/Progress.ts';
import { writeResult } from './support/writeResult.ts';

const PLANS: Record<SnapshotBenchResult['mode'], SnapshotPlan> = {
  full: { keys: 258_111, valueBytes: 1_028, putsPerSecond: 1_000, quietSeconds: 5 },
  quick: { keys: 31_775, valueBytes: 1_044, putsPerSecond: 1_000, quietSeconds: 3 },
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      'write-docs': { type: 'boolean', default: false },
      profile: { type: 'string' },
    },
  });
  if (values['write-docs'] && values.quick) throw new Error('--write-docs needs a full run: leave --quick out');
  const mode = values.quick ? 'quick' : 'full';
  const plan = PLANS[mode];
  const machine = describeMachine();
  const before = await busyShare();
  const startedAt = new Date();
  const progress = new Progress(plannedSeconds(plan));
  const profile = values.profile === undefined ? undefined : resolve(values.profile);
  const measured = await measureSnapshot(plan, profile, progress).finally(() => progress.end());
  const result: SnapshotBenchResult = {
    ...{ bench: 'snapshot', startedAt: startedAt.toISOString(), mode, machine },
    otherWork: { before, after: await busyShare() },
    tookSeconds: (Date.now() - startedAt.getTime()) / 1000,
    ...{ plan, measured },
  };
  await writeResult(result, report(result), values['write-docs'] ? 'Snapshots' : undefined);
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
