import type { ElectionPreset } from '../../peer/raft/options.ts';
import { seededRandom } from '../../shared/random.ts';
import { LabTester } from '../lab/LabTester.ts';
import { electionOf } from '../support/simulate.ts';
import { SimulatedLabCluster } from './SimulatedLabCluster.ts';

export interface ElectionTest {
  readonly size: number;
  readonly run: (tester: LabTester, warn: (text: string) => void) => Promise<void>;
}

/**
 * Plays one test of 2A in virtual time.
 * @returns the lab's line
 */
export async function playLabTest({ size, run }: ElectionTest, preset: ElectionPreset, seed: string): Promise<string> {
  const cluster = new SimulatedLabCluster({ size, seed }, electionOf(preset));
  const tester = await LabTester.begin(cluster, seededRandom(seed, 'tester'));
  const warnings: string[] = [];
  try {
    await run(tester, (text) => warnings.push(text));
    await cluster.verifyReport();
  } catch (error) {
    throw cluster.simulation.failure(error instanceof Error ? error.message : String(error), error);
  }
  // In virtual time nobody is late, so what the lab warns of is an error.
  if (warnings.length > 0) throw cluster.simulation.failure(warnings.join());
  const line = await tester.passedLine();
  await cluster.stop();
  return line;
}
