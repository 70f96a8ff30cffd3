import type { Test } from 'tap';
import type { ElectionPreset } from '../../peer/raft/options.ts';
import { seededRandom } from '../../shared/random.ts';
import { MemoryTrace } from '../support/MemoryTrace.ts';
import { type LabColumns, LabTester, passedLine } from './LabTester.ts';
import { RelayCluster } from './RelayCluster.ts';
import { tellResult } from './tellResult.ts';
import { tryLabTest } from './tryLabTest.ts';

export interface LabTest {
  readonly name: string;
  readonly size: number;
  readonly preset: ElectionPreset;
  /** @param warn takes what the lab only warns of */
  readonly run: (tester: LabTester, warn: (text: string) => void) => Promise<void>;
}

/** Runs one test of 2A over real sockets, and prints the lab's line. The trace is kept if it failed. */
export async function runLabTest(t: Test, test: LabTest): Promise<void> {
  const passed: { columns?: LabColumns } = {};
  const tries = await tryLabTest(t, test.preset, (seed) => tryOnce(t, test, seed, passed));
  if (passed.columns === undefined) return;
  t.comment(passedLine(passed.columns));
  // With PreVote and CheckQuorum it is not the lab's.
  if (test.preset !== 'lab') return;
  tellResult({ ...passed.columns, number: test.name, title: t.name.replace(/^lab-2A A\d+: /, ''), tries });
}

async function tryOnce(
  t: Test,
  { name, size, preset, run }: LabTest,
  seed: string,
  passed: { columns?: LabColumns },
): Promise<unknown> {
  const trace = new MemoryTrace(['election', 'vote']);
  const cluster = await RelayCluster.start({ size, seed, preset, trace });
  let failure: unknown;
  try {
    const tester = await LabTester.begin(cluster, seededRandom(seed, 'tester'));
    await run(tester, (text) => t.comment(text));
    passed.columns = await tester.columns();
    await cluster.verifyReport();
  } catch (error) {
    trace.keep(`${name}-${preset}-seed-${seed}`);
    failure = error ?? new Error('nothing was thrown');
  }
  await cluster.stop();
  checkSafety(t, cluster, trace);
  return failure;
}

function checkSafety(t: Test, { ledger, size }: RelayCluster, trace: MemoryTrace): void {
  for (const record of trace.records) ledger.readTrace(record);
  t.same(ledger.violations(), [], 'at most one leader in a term, one vote of each peer in a term');
  t.ok(ledger.termsLed.length > 0 && ledger.votesSeen > size / 2, 'the wire was read');
}
