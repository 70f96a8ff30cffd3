// npm run bench:commit [-- --quick] [-- --write-docs] [-- --profile DIRECTORY]
//
// How many puts a cluster of three processes with stores on disk commits, and what each one costs them, the relay and the client.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { measureCommits, plannedSeconds, type CommitPlan } from './commit/measure.ts';
import { report } from './commit/report.ts';
import type { CommitBenchResult } from './commit/result.ts';
import { busyShare, describeMachine } from './support/machine.ts';
import { Progress } from './support/Progress.ts';
import { writeResult } from './support/writeResult.ts';

const PLANS: Record<CommitBenchResult['mode'], CommitPlan> = {
  full: { peers: 3, keys: 10_000, valueBytes: 100, outstanding: [256, 64, 1], rounds: 5, secondsPerRound: 3 },
  quick: { peers: 3, keys: 10_000, valueBytes: 100, outstanding: [256, 1], rounds: 3, secondsPerRound: 2 },
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
  const levels = await measureCommits(plan, profile, progress).finally(() => progress.end());
  const result: CommitBenchResult = {
    ...{ bench: 'commit', startedAt: startedAt.toISOString(), mode, machine },
    otherWork: { before, after: await busyShare() },
    tookSeconds: (Date.now() - startedAt.getTime()) / 1000,
    ...{ plan, levels },
  };
  await writeResult(result, report(result), values['write-docs'] ? 'Commits' : undefined);
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
