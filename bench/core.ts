// npm run bench:core [-- --quick] [-- --write-docs]
//
// What the core's steps cost, with nothing around it, and what memory an idle peer takes.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { measureIdlePeers, type IdlePeersPlan } from './core/measureIdlePeers.ts';
import { measureSteps, type StepsPlan } from './core/measureSteps.ts';
import { report } from './core/report.ts';
import type { CoreBenchResult } from './core/result.ts';
import { writeSection } from './support/document.ts';
import { busyShare, describeMachine } from './support/machine.ts';
import { RESULTS, ROOT } from './support/paths.ts';
import { Progress } from './support/Progress.ts';

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
  const text = report(result);
  console.log(text);
  const path = join(RESULTS, 'core.json');
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(path, `${JSON.stringify(result, undefined, 2)}\n`);
  console.log(`\nwritten: ${relative(ROOT, path)}`);
  if (values['write-docs']) {
    await writeSection('core', `## Core: \`npm run bench:core\`\n\n${text}`);
    console.log('written: docs/BENCHMARKS.md');
  }
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
