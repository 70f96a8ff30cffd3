import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { BenchMode, BenchResult } from './BenchResult.ts';
import { busyShare, describeMachine } from './machine.ts';
import { Progress } from './Progress.ts';
import { writeResult } from './writeResult.ts';

export interface Bench<Plan, Measured> {
  readonly name: string;
  /** Of its section in docs/BENCHMARKS.md. */
  readonly heading: string;
  readonly plans: Readonly<Record<BenchMode, Plan>>;
  readonly plannedSeconds: (plan: Plan) => number;
  /** @param profileDirectory where the processes under measurement leave CPU profiles, if anywhere */
  readonly measure: (plan: Plan, progress: Progress, profileDirectory: string | undefined) => Promise<Measured>;
  readonly report: (result: BenchResult<Plan> & Measured) => string;
}

/** Runs a bench as the command line says: `--quick`, `--write-docs`, `--profile DIRECTORY`. */
export async function runBench<Plan, Measured extends object>(bench: Bench<Plan, Measured>): Promise<void> {
  try {
    await run(bench);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

async function run<Plan, Measured extends object>(bench: Bench<Plan, Measured>): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      'write-docs': { type: 'boolean', default: false },
      profile: { type: 'string' },
    },
  });
  if (values['write-docs'] && values.quick) throw new Error('--write-docs needs a full run: leave --quick out');
  const mode: BenchMode = values.quick ? 'quick' : 'full';
  const plan = bench.plans[mode];
  const profileDirectory = values.profile === undefined ? undefined : resolve(values.profile);
  const before = await busyShare();
  const startedAt = new Date();
  const progress = new Progress(bench.plannedSeconds(plan));
  const measured = await bench.measure(plan, progress, profileDirectory).finally(() => progress.end());
  const tookSeconds = (Date.now() - startedAt.getTime()) / 1000;
  const result = {
    ...{ bench: bench.name, startedAt: startedAt.toISOString(), tookSeconds, mode, machine: describeMachine() },
    ...{ otherWork: { before, after: await busyShare() }, plan },
    ...measured,
  };
  await writeResult(result, bench.report(result), values['write-docs'] ? bench.heading : undefined);
}
