import { createHash } from 'node:crypto';
import { failureKind } from './failureKind.ts';
import { runSeed, type SeedListeners, type SeedOptions, type SeedReport } from './runSeed.ts';
import { SimulationFailure } from './SimulationFailure.ts';

/** What went wrong in a run. */
export interface SeedFailure {
  /** Virtual; undefined when nobody knows. */
  readonly atMs: number | undefined;
  readonly what: string;
  /** By which two failures are the same. */
  readonly kind: string;
  /** Of an error that no rule of the simulator threw. */
  readonly stack?: string;
  /** No run can show it alone: its thread died or hung, or two runs differed. */
  readonly isOutside?: true;
}

export type SeedOutcome =
  { readonly passed: true; readonly report: SeedReport } | { readonly passed: false; readonly failure: SeedFailure };

/** One run, whose failure is an outcome and not an error. */
export async function tryRun(options: SeedOptions, listeners: SeedListeners = {}): Promise<SeedOutcome> {
  try {
    return { passed: true, report: await runSeed(options, listeners) };
  } catch (error) {
    return { passed: false, failure: failureOf(error) };
  }
}

export interface FingerprintedOutcome {
  readonly outcome: SeedOutcome;
  /** SHA-256 of all lines of the record. */
  readonly hash: string;
  readonly lines: number;
}

/** One run, with a hash of everything that happened in it. */
export async function fingerprintedRun(
  options: SeedOptions,
  listeners: SeedListeners = {},
): Promise<FingerprintedOutcome> {
  const hash = createHash('sha256');
  let lines = 0;
  const record = (line: string): void => {
    hash.update(`${line}\n`);
    lines += 1;
    listeners.record?.(line);
  };
  const outcome = await tryRun(options, { ...listeners, record });
  return { outcome, hash: hash.digest('hex'), lines };
}

/** Runs it twice; two runs of one seed that differ in a single line of their records are a failure. */
export async function runTwice(
  options: SeedOptions,
  listeners: () => SeedListeners = () => ({}),
): Promise<SeedOutcome> {
  const first = await fingerprintedRun(options, listeners());
  const second = await fingerprintedRun(options, listeners());
  if (first.hash === second.hash) return first.outcome;
  return {
    passed: false,
    failure: {
      atMs: undefined,
      isOutside: true,
      kind: NOT_DETERMINISTIC,
      what: await whereTheyPart(options, listeners),
    },
  };
}

export const NOT_DETERMINISTIC = 'not deterministic';

/** Runs it two more times, and compares line by line. */
async function whereTheyPart(options: SeedOptions, listeners: () => SeedListeners): Promise<string> {
  const lines: string[] = [];
  await tryRun(options, { ...listeners(), record: (line) => lines.push(line) });
  let at = 0;
  let part: string | undefined;
  await tryRun(options, {
    ...listeners(),
    record: (line) => {
      if (part === undefined && line !== lines[at])
        part = `line ${at + 1} was ${lines[at] ?? 'missing'}, and then ${line}`;
      at += 1;
    },
  });
  const where =
    part ?? (at < lines.length ? `line ${at + 1} was ${lines[at] ?? ''}, and then missing` : 'two more were alike');
  return `two runs of this seed differ: ${where}`;
}

function failureOf(error: unknown): SeedFailure {
  if (!(error instanceof Error)) return { atMs: undefined, what: String(error), kind: failureKind(String(error)) };
  if (error instanceof SimulationFailure && error.what !== undefined) {
    const { cause } = error;
    // What a rule says is enough; of an error out of the code under test the stack is wanted.
    const stack = cause instanceof Error && !(cause instanceof SimulationFailure) ? cause.stack : undefined;
    return {
      atMs: error.atMs,
      what: error.what,
      kind: failureKind(error.what),
      ...(stack === undefined ? {} : { stack }),
    };
  }
  const what = `${error.name}: ${error.message}`;
  return {
    atMs: undefined,
    what,
    kind: failureKind(what),
    ...(error.stack === undefined ? {} : { stack: error.stack }),
  };
}
