import { seededRandom } from '../../shared/random.ts';
import type { SimulationListeners } from '../../sim/Simulation.ts';
import { checkHistory } from '../lab/keyValue/checkHistory.ts';
import { type KeyValueRow, KeyValueTester } from '../lab/keyValue/KeyValueTester.ts';
import type { KeyValueTest } from '../lab/keyValue/keyValueTests.ts';
import { TEST_SECONDS_MAX } from '../lab/limits.ts';
import { SimulatedKeyValueCluster } from './SimulatedKeyValueCluster.ts';

/**
 * Plays one test of lab 3 in virtual time.
 * @returns what the lab prints
 */
export async function playKeyValueTest(
  test: KeyValueTest,
  seed: string,
  listeners: Pick<SimulationListeners, 'record'> = {},
): Promise<readonly KeyValueRow[]> {
  const { number, title, size, network, stateBytes, run } = test;
  const cluster = new SimulatedKeyValueCluster({ size, network, stateBytes, seed }, listeners);
  const tester = new KeyValueTester(cluster, seededRandom(seed, 'tester'));
  await cluster.play(async () => {
    await tester.begin(number, title);
    await run(tester);
    await tester.end();
    await cluster.stop();
  });
  checkHistory(tester.history);
  for (const row of tester.rows) {
    if (row.seconds > TEST_SECONDS_MAX) throw new Error(`test took longer than ${TEST_SECONDS_MAX} s: ${row.seconds}`);
  }
  return tester.rows;
}
