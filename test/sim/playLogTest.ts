import { seededRandom } from '../../shared/random.ts';
import { TEST_SECONDS_MAX } from '../lab/limits.ts';
import type { LogTest } from '../lab/logTests.ts';
import { LogTester } from '../lab/LogTester.ts';
import { SimulatedLogCluster } from './SimulatedLogCluster.ts';

/**
 * Plays one test of 2B, 2C or 2D in virtual time.
 * @returns the lab's line
 */
export async function playLogTest(test: LogTest, seed: string): Promise<string> {
  const cluster = new SimulatedLogCluster(test, seed);
  return cluster.play(async () => {
    const tester = await LogTester.begin(cluster, seededRandom(seed, 'tester'));
    await test.run(tester);
    await cluster.verifyReport();
    const seconds = tester.secondsSinceBegin();
    if (seconds > TEST_SECONDS_MAX) throw new Error(`test took longer than ${TEST_SECONDS_MAX} seconds: ${seconds}`);
    const line = await tester.passedLine();
    await cluster.stop();
    return line;
  });
}
