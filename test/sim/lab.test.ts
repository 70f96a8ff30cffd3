import t, { type Test } from 'tap';
import type { ElectionPreset } from '../../peer/raft/options.ts';
import { seededRandom } from '../../shared/random.ts';
import {
  initialElection,
  isolatedLeaderStepsDown,
  manyElections,
  reElection,
  rejoiningPeerDisturbsNobody,
} from '../lab/elections.ts';
import { LabTester } from '../lab/LabTester.ts';
import { electionOf } from '../support/simulate.ts';
import { labSeeds } from './labSeeds.ts';
import { SimulatedLabCluster } from './SimulatedLabCluster.ts';

interface SimulatedLabTest {
  readonly number: string;
  readonly size: number;
  readonly seeds: number;
  readonly run: (tester: LabTester, warn: (text: string) => void) => Promise<void>;
}

/** Runs one test of the lab for many seeds, and prints the lab's line of the last. */
async function runLabTest(
  t: Test,
  preset: ElectionPreset,
  { number, size, seeds: count, run }: SimulatedLabTest,
): Promise<void> {
  let line = '';
  const seeds = labSeeds(`${number}-${preset}`, count);
  for (const seed of seeds) {
    const cluster = new SimulatedLabCluster({ size, seed }, electionOf(preset));
    const tester = await LabTester.begin(cluster, seededRandom(seed, 'tester'));
    const warnings: string[] = [];
    try {
      await run(tester, (text) => warnings.push(text));
      await cluster.verifyReport();
    } catch (error) {
      throw cluster.simulation.failure(String(error), error);
    }
    // In virtual time nobody is late, so what the lab warns of is an error.
    if (warnings.length > 0) throw cluster.simulation.failure(warnings.join());
    line = await tester.passedLine();
    await cluster.stop();
  }
  t.comment(line);
  t.pass(`${seeds.length} seeds`);
}

for (const preset of ['lab', 'default'] as const) {
  t.test(`lab-2A A1 in virtual time, ${preset}: initial election`, async (t) => {
    await runLabTest(t, preset, { number: 'A1', size: 3, seeds: 50, run: initialElection });
  });

  t.test(`lab-2A A2 in virtual time, ${preset}: election after network failure`, async (t) => {
    await runLabTest(t, preset, { number: 'A2', size: 3, seeds: 50, run: reElection });
  });

  t.test(`lab-2A A3 in virtual time, ${preset}: multiple elections`, async (t) => {
    await runLabTest(t, preset, { number: 'A3', size: 7, seeds: 25, run: manyElections });
  });
}

t.test('lab-2A A16 in virtual time: a leader that is cut off steps down by itself, in its own term', async (t) => {
  await runLabTest(t, 'default', { number: 'A16', size: 3, seeds: 50, run: isolatedLeaderStepsDown });
});

t.test('lab-2A A17 in virtual time: a peer that was cut off and comes back deposes nobody', async (t) => {
  await runLabTest(t, 'default', { number: 'A17', size: 3, seeds: 50, run: rejoiningPeerDisturbsNobody });
});
