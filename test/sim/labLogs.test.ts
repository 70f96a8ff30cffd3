import t, { type Test } from 'tap';
import { seededRandom } from '../../shared/random.ts';
import { type LogTest, LOG_TESTS } from '../lab/logTests.ts';
import { LogTester } from '../lab/LogTester.ts';
import { TEST_SECONDS_MAX } from '../lab/limits.ts';
import { labSeeds } from './labSeeds.ts';
import { SimulatedLogCluster } from './SimulatedLogCluster.ts';

/** A few, for every change; many runs are asked for by WHITEWATER_LAB_SEEDS. */
const SEEDS = 3;

/** Runs one test of the lab for each seed, and prints the lab's line of the last. */
async function runLogTest(t: Test, test: LogTest): Promise<void> {
  const seeds = labSeeds(test.number, SEEDS);
  let line = '';
  for (const seed of seeds) {
    try {
      line = await runOnce(test, seed);
    } catch (error) {
      throw new Error(
        `seed ${seed}: ${error instanceof Error ? error.message : String(error)}; WHITEWATER_LAB_SEED=${seed} runs it again`,
        { cause: error },
      );
    }
  }
  t.comment(line);
  t.pass(`${seeds.length} seeds`);
}

async function runOnce(test: LogTest, seed: string): Promise<string> {
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

for (const [lab, tests] of Object.entries(LOG_TESTS)) {
  for (const test of tests) {
    t.test(`lab-${lab} ${test.number} in virtual time: ${test.title}`, async (t) => runLogTest(t, test));
  }
}

t.test('two runs of a seed of the lab are the same', async (t) => {
  for (const test of Object.values(LOG_TESTS).flat()) {
    if (!['C8', 'D5'].includes(test.number)) continue;
    t.equal(await runOnce(test, 'lab/twice'), await runOnce(test, 'lab/twice'), test.title);
    t.not(await runOnce(test, 'lab/twice'), await runOnce(test, 'lab/another'), test.title);
  }
});
