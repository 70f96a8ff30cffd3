import { runSeeds } from '../../sim/pool/runSeeds.ts';

export interface SeedsPlan {
  readonly seeds: number;
  /** Of each, faults and peace afterwards together; the second takes what it takes. */
  readonly virtualMs: number;
  readonly jobs: number;
}

export interface SeedsFigures {
  readonly seeds: number;
  readonly failed: number;
  readonly tookSeconds: number;
  readonly virtualSeconds: number;
}

/** Peers start, and find a leader after the faults, in about two seconds: with these each seed has its time. */
const PEACE_MS = 1_500;

/** Whole seeds as `whitewater sim` runs them, worlds of all sizes, from the beginning to the verdict. */
export async function measureSeeds({ seeds, virtualMs, jobs }: SeedsPlan): Promise<SeedsFigures> {
  let next = 0;
  const { totals, failed, tookMs } = await runSeeds({
    jobs,
    next: () => {
      next += 1;
      return next > seeds ? undefined : { seed: next, faultsMs: virtualMs - PEACE_MS };
    },
    failuresMax: Infinity,
    shrinks: false,
  });
  return {
    seeds: totals.seeds,
    failed: failed.length,
    tookSeconds: tookMs / 1000,
    virtualSeconds: totals.virtualMs / 1000,
  };
}
