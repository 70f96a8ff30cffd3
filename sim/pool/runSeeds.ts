import type { SeedOptions } from '../runSeed.ts';
import type { ShrunkenRun } from '../shrink.ts';
import type { SeedFailure } from '../tryRun.ts';
import { SeedTotals } from './SeedTotals.ts';
import { SeedWorker, type SeedWorkerOptions } from './SeedWorker.ts';

export interface SeedsOptions extends SeedWorkerOptions {
  /** How many threads run seeds at a time. */
  readonly jobs: number;
  /** What is to be run next; undefined when there is nothing more. */
  readonly next: () => SeedOptions | undefined;
  /** Of which runs it is checked that two of them are alike. By default of the first. */
  readonly checksDeterminism?: 'first' | 'all';
  /** After so many failures no further run begins. Default 1. */
  readonly failuresMax?: number;
  /** Whether runs that fail are shrunk. Default yes. */
  readonly shrinks?: boolean;
  /** Ends it at once, with what there is. */
  readonly signal?: AbortSignal;
  /** Called when a run has ended, before it is shrunk. */
  readonly onRun?: (options: SeedOptions, failure: SeedFailure | undefined) => void;
  readonly onFailed?: (failed: FailedSeed) => void;
}

export interface FailedSeed {
  readonly options: SeedOptions;
  readonly failure: SeedFailure;
  /** Undefined when it was not to be shrunk, or could not. */
  readonly shrunken: ShrunkenRun | undefined;
}

export interface SeedsResult {
  readonly totals: SeedTotals;
  readonly failed: readonly FailedSeed[];
  /** Real. */
  readonly tookMs: number;
}

/** Runs seeds in several threads until there are no more, too many failed, or it is told to end. */
export async function runSeeds(options: SeedsOptions, totals = new SeedTotals()): Promise<SeedsResult> {
  const { jobs, signal, failuresMax = 1, shrinks = true, checksDeterminism = 'first', onRun, onFailed } = options;
  const beganMs = performance.now();
  const failed: FailedSeed[] = [];
  let failures = 0;
  let isFirst = true;
  const workers = Array.from({ length: jobs }, () => new SeedWorker(options));
  const isOver = (): boolean => signal?.aborted === true || failures >= failuresMax;
  const work = async (worker: SeedWorker): Promise<void> => {
    for (let next = nextOf(options, isOver); next !== undefined; next = nextOf(options, isOver)) {
      const isChecked = isFirst || checksDeterminism === 'all';
      isFirst = false;
      const outcome = await worker.run(next, isChecked);
      if (signal?.aborted === true) return;
      if (outcome.passed) totals.add(outcome.report);
      onRun?.(next, outcome.passed ? undefined : outcome.failure);
      if (outcome.passed) continue;
      failures += 1;
      const { failure } = outcome;
      const shrunken = shrinks && failure.isOutside !== true ? await worker.shrink(next, failure) : undefined;
      const one = { options: next, failure, shrunken };
      failed.push(one);
      onFailed?.(one);
    }
  };
  const end = (): void => void Promise.all(workers.map((worker) => worker.end()));
  signal?.addEventListener('abort', end);
  try {
    await Promise.all(workers.map(work));
  } finally {
    signal?.removeEventListener('abort', end);
    await Promise.all(workers.map((worker) => worker.end()));
  }
  return { totals, failed, tookMs: performance.now() - beganMs };
}

function nextOf({ next }: SeedsOptions, isOver: () => boolean): SeedOptions | undefined {
  return isOver() ? undefined : next();
}
