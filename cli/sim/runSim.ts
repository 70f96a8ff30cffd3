import { randomInt } from 'node:crypto';
import { WhitewaterError } from '../../shared/errors.ts';
import { type FailedSeed, runSeeds } from '../../sim/pool/runSeeds.ts';
import { SeedTotals } from '../../sim/pool/SeedTotals.ts';
import type { SeedListeners, SeedOptions } from '../../sim/runSeed.ts';
import type { Invocation } from '../Command.ts';
import { json } from '../control/printAnswer.ts';
import { stopRequested } from '../process/shutdown.ts';
import type { Settings } from '../settings/Settings.ts';
import {
  CHECK_DETERMINISM,
  FAULTS_FOR,
  JOBS,
  KEEP_GOING,
  ONLY_FAULTS,
  RUNS,
  SHOWN_INTERVAL,
  SIM_CLIENTS,
  SIM_JSON,
  SIM_MINUTES,
  SIM_SEED,
  DIAGRAM_FILE,
  VERBOSE,
} from '../settings/simSettings.ts';
import { SimProgress } from './SimProgress.ts';
import { failureText, summaryJson, summaryText } from './summary.ts';
import { tellRun, wantsToBeTold } from './tellRun.ts';

const FAILED = 1;
/** The exit code of a process that Ctrl-C ended, as shells have it. */
const INTERRUPTED = 130;
const FAILURES_MAX = 20;
/** Seeds that are drawn are short enough to be typed. */
const DRAWN_SEED_MAX = 2 ** 32;
const RUNS_DEFAULT = 100;

export interface SimParts {
  /** What the threads run; see SeedWorker. */
  readonly program?: URL;
  /** What listens to the run that is told, besides. */
  readonly listenersOf?: (options: SeedOptions) => SeedListeners;
  readonly interrupted?: AbortSignal;
}

/** Seeds in virtual time, until there are enough or one failed. @returns 0, 1 when a seed failed, 130 when interrupted */
export async function runSim(invocation: Invocation, parts: SimParts = {}): Promise<number> {
  const { settings, stdout, stderr } = invocation;
  const runs = runsOf(settings);
  checkSingle(settings, runs);
  const firstSeed = settings.get(SIM_SEED) ?? randomInt(DRAWN_SEED_MAX);
  const isText = !settings.get(SIM_JSON);
  const totals = new SeedTotals();
  if (isText) stdout.write(`${runs === 1 ? `seed ${firstSeed}` : `seeds from ${firstSeed}`}\n`);
  const interrupted = parts.interrupted ?? interruption();
  const progress = new SimProgress(stderr, totals, runs);
  const result = await runSeeds(
    {
      ...(parts.program === undefined ? {} : { program: parts.program }),
      jobs: Math.min(settings.get(JOBS), runs),
      next: seedsFrom(settings, firstSeed, runs),
      checksDeterminism: settings.get(CHECK_DETERMINISM) ? 'all' : 'first',
      failuresMax: settings.get(KEEP_GOING) ? FAILURES_MAX : 1,
      // Whoever names the faults wants just these.
      shrinks: settings.get(ONLY_FAULTS) === undefined,
      signal: interrupted,
      onRun: (_, failure) => {
        if (failure !== undefined) progress.failed += 1;
      },
      onFailed: (failed) => {
        if (isText) stdout.write(`\n${failureText(failed)}`);
      },
    },
    totals,
  ).finally(() => progress.end());
  const summary = { ...result, firstSeed, isInterrupted: interrupted.aborted };
  const written = await tell(invocation, parts, { firstSeed, runs, failed: result.failed });
  stdout.write(
    isText ? `\n${summaryText(summary)}${written.map((line) => `${line}\n`).join('')}` : json(summaryJson(summary)),
  );
  if (result.failed.length > 0) return FAILED;
  return interrupted.aborted ? INTERRUPTED : 0;
}

function interruption(): AbortSignal {
  const controller = new AbortController();
  void stopRequested(() => process.exit(INTERRUPTED)).then(() => controller.abort());
  return controller.signal;
}

function runsOf(settings: Settings): number {
  const runs = settings.get(RUNS);
  if (runs !== undefined) return runs;
  if (settings.get(SIM_MINUTES) !== undefined) return Infinity;
  return settings.get(SIM_SEED) === undefined ? RUNS_DEFAULT : 1;
}

/** @throws {WhitewaterError} USAGE when something is asked for that only one run has, or that excludes each other */
function checkSingle(settings: Settings, runs: number): void {
  const refuse = (what: string): never => {
    throw new WhitewaterError('USAGE', what);
  };
  if (settings.get(ONLY_FAULTS) !== undefined && (runs !== 1 || settings.get(SIM_SEED) === undefined)) {
    refuse('--faults are those of one seed: give --seed, and no --runs or --minutes');
  }
  if (settings.get(VERBOSE) && runs !== 1) refuse('--verbose tells of one run: give --seed or --runs 1, or use --log');
  if (settings.get(VERBOSE) && settings.get(SIM_JSON)) refuse('--verbose and --json both print: use --log with --json');
  if (settings.get(SHOWN_INTERVAL) !== undefined && settings.get(DIAGRAM_FILE) === undefined) {
    refuse('--interval says what a diagram shows: give --diagram FILE too');
  }
}

function seedsFrom(settings: Settings, firstSeed: number, runs: number): () => SeedOptions | undefined {
  const faults = settings.get(ONLY_FAULTS);
  const clients = settings.get(SIM_CLIENTS);
  const minutes = settings.get(SIM_MINUTES);
  const endMs = performance.now() + (minutes ?? Infinity) * 60_000;
  let begun = 0;
  return () => {
    if (begun >= runs || performance.now() >= endMs) return undefined;
    begun += 1;
    return {
      seed: firstSeed + begun - 1,
      faultsMs: settings.get(FAULTS_FOR),
      ...(faults === undefined ? {} : { faults }),
      ...(clients === undefined ? {} : { clients }),
    };
  };
}

interface Told {
  readonly firstSeed: number;
  readonly runs: number;
  readonly failed: readonly FailedSeed[];
}

/** The first run that failed, or the only one. @returns what was written where, a line each */
async function tell(
  { settings, stdout }: Invocation,
  parts: SimParts,
  { firstSeed, runs, failed }: Told,
): Promise<string[]> {
  if (!wantsToBeTold(settings)) return [];
  const [first] = failed;
  if (first === undefined && runs !== 1) return [];
  // A run that hung or died would do so here too.
  if (first?.failure.isOutside === true) return ['log         none: no single run shows this failure'];
  const options = first?.shrunken?.options ?? first?.options ?? seedsFrom(settings, firstSeed, 1)();
  return options === undefined ? [] : tellRun(settings, stdout, options, parts.listenersOf?.(options) ?? {});
}
