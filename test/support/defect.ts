import { planOf, type SeedListeners } from '../../sim/runSeed.ts';
import { SimulationFailure } from '../../sim/SimulationFailure.ts';

/**
 * A defect that is not in the code but in what listens: once two certain faults of a plan have struck, a rule is said to be broken by
 * whoever commits an entry.
 */
export function defectAfter(first: number, second: number): SeedListeners {
  const struck = new Set<number>();
  return {
    record: (line) => {
      const number = /^[\d.]+ fault (\d+): /.exec(line)?.[1];
      if (number !== undefined) struck.add(Number(number));
      if (!struck.has(first) || !struck.has(second)) return;
      const peer = /^[\d.]+ (p\d+) \{"type":"committed"/.exec(line)?.[1];
      if (peer !== undefined) throw new SimulationFailure(`Artificial Rule: ${peer} commits`);
    },
  };
}

/** A seed in whose plan faults 2 and 9 strike within three seconds. */
export const DEFECTIVE_SEED = defectiveSeed();

function defectiveSeed(): number {
  for (let seed = 4; ; seed += 1) if (planOf({ seed, faultsMs: 2_500 }).length > 12) return seed;
}
