// npm run bench:core [-- --quick] [-- --write-docs]
//
// What the core's steps cost, with nothing around it, and what memory an idle peer takes.
import { parseArgs } from 'node:util';
import { measureIdlePeers, type IdlePeersPlan } from './core/measureIdlePeers.ts';
import { measureSteps, type StepsPlan } from './core/measureSteps.ts';
import { report } from './core/report.ts';
import type { CoreBenchResult } from './core/result.ts';
import { busyShare, describeMachine } from './support/machine.ts';
import { Progress } from './support/Progress.ts';
import { writeResult } from './support/writeResult.ts';

const PLANS: Record<CoreBenchResult['mode'], { readonly steps: StepsPlan; readonly idle: IdlePeersPlan }> = {
  full: { steps: { rounds: 7, appends: 1_000_000, others: 200_000 }, idle: { clusters: 10, seconds: 5 } },
  quick: { steps: { rounds: 3, appends: 500_000, others: 100_000 }, idle: { clusters: 5, seconds: 2 } },
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean', default: false }, 'write-docs': { type: 'boolean', default: false } },
  });
  if (values['write-docs'] && values.quick) throw new Error('--write-docs needs a full run: leave --quick out');
  const mode = values.quick ? 'quick' : 'full';
  const { steps: plan, idle } = PLANS[mode];
  const machine = describeMachine();
  const before = await busyShare();
  const startedAt = new Date();
  const progress = new Progress(plan.rounds + 4 + idle.seconds + 5);
  progress.step('steps', `${plan.rounds} rounds`, plan.rounds + 4);
  const steps = measureSteps(plan);
  progress.step('idle peers', `${idle.clusters} clusters`, idle.seconds + 5);
  const idlePeers = await measureIdlePeers(idle).finally(() => progress.end());
  const result: CoreBenchResult = {
    ...{ bench: 'core', startedAt: startedAt.toISOString(), mode, machine },
    otherWork: { before, after: await busyShare() },
    tookSeconds: (Date.now() - startedAt.getTime()) / 1000,
    ...{ plan, steps, idlePeers },
  };
  await writeResult(result, report(result), values['write-docs'] ? 'Core' : undefined);
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
