import { FAULTS_MS } from '../../sim/faultsMs.ts';
import { runSeed } from '../../sim/runSeed.ts';

/** Runs the seeds FIRST to LAST, one after the other up to the first that fails, and tells of each on a line of its own. */
const [first = 1, last = first] = process.argv.slice(2).map(Number);

for (let seed = first; seed <= last; seed += 1) {
  const message = await failureOf(seed);
  process.stdout.write(`${JSON.stringify({ seed, message })}\n`);
  if (message !== undefined) break;
}
// A mutant may leave something behind that would keep the process from its end.
process.stdout.write('', () => process.exit(0));

async function failureOf(seed: number): Promise<string | undefined> {
  try {
    await runSeed({ seed, faultsMs: FAULTS_MS });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
