import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { BenchMode, BenchResult } from './BenchResult.ts';
import { writeSection } from './document.ts';
import type { Measured } from './goals.ts';
import { busyShare, describeMachine } from './machine.ts';
import { IMAGES, RESULTS, ROOT } from './paths.ts';
import { Progress } from './Progress.ts';

export interface Flag {
  readonly type: 'boolean' | 'string';
  /** For `--help`: what stands behind the name, if anything, and what it does. */
  readonly value?: string;
  readonly says: string;
  /** Only a part is measured with it, so what comes out is no section of the document. */
  readonly isPartial?: boolean;
}

export type Flags = Readonly<Record<string, string | boolean | undefined>>;

export interface Plot {
  readonly svg: string;
  /** What those read who do not see it. */
  readonly says: string;
}

export interface Bench<Plan, Figures extends object> {
  readonly name: string;
  /** Of its section in docs/BENCHMARKS.md; undefined for one whose figures stand elsewhere. */
  readonly heading: string | undefined;
  /** One line, for `--help`. */
  readonly says: string;
  /** `full` is `standard` where there is no more to measure. */
  readonly plans: Readonly<Record<'quick' | 'standard', Plan>> & { readonly full?: Plan };
  /** Flags of its own, beside those that all have. */
  readonly flags?: Readonly<Record<string, Flag>>;
  /** What its flags change. @throws {Error} saying which one is wrong */
  readonly adjust?: (plan: Plan, flags: Flags) => Plan;
  readonly plannedSeconds: (plan: Plan) => number;
  /** @param profileDirectory where the processes under measurement leave CPU profiles, if anywhere */
  readonly measure: (plan: Plan, progress: Progress, profileDirectory: string | undefined) => Promise<Figures>;
  readonly report: (result: BenchResult<Plan> & Figures) => string;
  /** Where a plot says more than a table. */
  readonly plot?: (result: BenchResult<Plan> & Figures) => Plot | undefined;
  /** Below docs/images; default `bench-NAME.svg`. */
  readonly plotFile?: string;
  /** What it says about the goals that all benches together have. */
  readonly goals?: (result: BenchResult<Plan> & Figures) => Measured;
  /** What makes the figures of a run worthless, or must not be missed; the exit code is 1 then. */
  readonly defects?: (result: BenchResult<Plan> & Figures) => readonly string[];
}

/** A bench whose types nobody needs any more. */
export interface Program {
  readonly name: string;
  readonly says: string;
  readonly flags: Readonly<Record<string, Flag>>;
  /** @returns what was found, or undefined when it has no goals */
  run(words: readonly string[]): Promise<Outcome>;
  /** About its last run that was kept. */
  kept(): Outcome | undefined;
}

export interface Outcome {
  readonly startedAt: string;
  readonly mode: BenchMode;
  readonly tookSeconds: number;
  readonly goals: Measured;
  readonly defects: readonly string[];
}

export const COMMON_FLAGS: Readonly<Record<string, Flag>> = {
  quick: { type: 'boolean', says: 'the short form' },
  full: { type: 'boolean', says: 'the long form, where there is one' },
  json: {
    type: 'string',
    value: 'FILE',
    says: 'where the result goes; default bench/results/NAME.json, NAME-part.json of a part',
  },
  'write-docs': { type: 'boolean', says: 'puts the report into docs/BENCHMARKS.md; not of a short form' },
  profile: { type: 'string', value: 'DIRECTORY', says: 'where processes under measurement leave CPU profiles' },
};

export function program<Plan, Figures extends object>(bench: Bench<Plan, Figures>): Program {
  type Result = BenchResult<Plan> & Figures;
  const outcome = (result: Result): Outcome => ({
    ...{ startedAt: result.startedAt, mode: result.mode, tookSeconds: result.tookSeconds },
    ...{ goals: bench.goals?.(result) ?? {}, defects: bench.defects?.(result) ?? [] },
  });
  return {
    ...{ name: bench.name, says: bench.says, flags: bench.flags ?? {} },
    run: async (words) => outcome(await run(bench, words)),
    kept: () => {
      const text = readIfThere(join(RESULTS, `${bench.name}.json`));
      return text === undefined ? undefined : outcome(JSON.parse(text) as Result);
    },
  };
}

async function run<Plan, Figures extends object>(bench: Bench<Plan, Figures>, words: readonly string[]) {
  const options = { ...COMMON_FLAGS, ...bench.flags };
  const values: Flags = parseArgs({
    args: [...words],
    options: Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, { type }])),
  }).values;
  const mode = modeOf(values);
  const isWritten = values['write-docs'] === true;
  if (isWritten) checkDocumented(bench, values, mode);
  const plan = adjusted(bench, mode, values);
  const before = await busyShare();
  const startedAt = new Date();
  const progress = new Progress(bench.plannedSeconds(plan));
  const profileDirectory = typeof values['profile'] === 'string' ? resolve(values['profile']) : undefined;
  const figures = await bench.measure(plan, progress, profileDirectory).finally(() => progress.end());
  const tookSeconds = (Date.now() - startedAt.getTime()) / 1000;
  const result = {
    ...{ bench: bench.name, startedAt: startedAt.toISOString(), tookSeconds, mode, machine: describeMachine() },
    ...{ otherWork: { before, after: await busyShare() }, plan },
    ...figures,
  };
  // What is a part only does not take the place of what the overview tells of.
  const name = partialFlag(bench.flags ?? {}, values) === undefined ? bench.name : `${bench.name}-part`;
  const file = typeof values['json'] === 'string' ? resolve(values['json']) : join(RESULTS, `${name}.json`);
  await keep(bench, result, file, isWritten);
  return result;
}

function modeOf(values: Flags): BenchMode {
  if (values['quick'] === true && values['full'] === true) throw new Error('--quick and --full: choose one');
  if (values['quick'] === true) return 'quick';
  return values['full'] === true ? 'full' : 'standard';
}

function checkDocumented<Plan, Figures extends object>(
  { flags = {} }: Bench<Plan, Figures>,
  values: Flags,
  mode: BenchMode,
): void {
  if (mode === 'quick') throw new Error('--write-docs needs more than a short run: leave --quick out');
  const partial = partialFlag(flags, values);
  if (partial !== undefined) throw new Error(`--write-docs needs all of a run: leave --${partial} out`);
}

function partialFlag(flags: Readonly<Record<string, Flag>>, values: Flags): string | undefined {
  return Object.keys(flags).find((name) => flags[name]?.isPartial === true && values[name] !== undefined);
}

function adjusted<Plan, Figures extends object>(bench: Bench<Plan, Figures>, mode: BenchMode, values: Flags): Plan {
  const plan = mode === 'full' ? (bench.plans.full ?? bench.plans.standard) : bench.plans[mode];
  return bench.adjust?.(plan, values) ?? plan;
}

/** Shows what was measured and keeps it: as JSON, as a plot, and as a section of the document if that is wanted. */
async function keep<Plan, Figures extends object>(
  bench: Bench<Plan, Figures>,
  result: BenchResult<Plan> & Figures,
  jsonFile: string,
  isWritten: boolean,
): Promise<void> {
  const text = bench.report(result);
  console.log(text);
  console.log('');
  write(jsonFile, `${JSON.stringify(result, undefined, 2)}\n`);
  const plot = bench.plot?.(result);
  const plotFile = bench.plotFile ?? `bench-${bench.name}.svg`;
  if (plot !== undefined) write(join(isWritten ? IMAGES : RESULTS, plotFile), plot.svg);
  for (const defect of bench.defects?.(result) ?? []) console.error(`the run fails: ${defect}`);
  if (!isWritten || bench.heading === undefined) return;
  const image = plot === undefined ? '' : `\n\n![${plot.says}](images/${plotFile})`;
  await writeSection(bench.name, `## ${bench.heading}: \`npm run bench -- ${bench.name}\`\n\n${text}${image}`);
  console.log('written: docs/BENCHMARKS.md');
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  console.log(`written: ${relative(ROOT, path)}`);
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
