import type { Test } from 'tap';
import { seededRandom } from '../../shared/random.ts';
import { MemoryTrace } from '../support/MemoryTrace.ts';
import { type LabColumns, passedLine } from './LabTester.ts';
import { TEST_SECONDS_MAX } from './limits.ts';
import type { LogTest } from './logTests.ts';
import { LogTester } from './LogTester.ts';
import { RelayLogCluster } from './RelayLogCluster.ts';
import { tellResult } from './tellResult.ts';
import { tryLabTest } from './tryLabTest.ts';

/** Runs one test of 2B, 2C or 2D over real sockets, and prints the lab's line. The trace is kept if it failed. */
export async function runLogTest(t: Test, test: LogTest): Promise<void> {
  const passed: { columns?: LabColumns } = {};
  const tries = await tryLabTest(t, test.preset, (seed) => tryOnce(test, seed, passed));
  const { columns } = passed;
  if (columns === undefined) return;
  t.comment(passedLine(columns));
  t.ok(columns.seconds <= TEST_SECONDS_MAX, `it took ${columns.seconds} s, ${TEST_SECONDS_MAX} s at most`);
  tellResult({ ...columns, number: test.number, title: test.title, tries });
}

async function tryOnce(test: LogTest, seed: string, passed: { columns?: LabColumns }): Promise<unknown> {
  const trace = new MemoryTrace([]);
  const cluster = await RelayLogCluster.start(test, seed, trace);
  try {
    const tester = await LogTester.begin(cluster, seededRandom(seed, 'tester'));
    await test.run(tester);
    await cluster.verifyReport();
    passed.columns = await tester.columns();
    return undefined;
  } catch (error) {
    trace.keep(`${test.number}-seed-${seed}`);
    return error ?? new Error('nothing was thrown');
  } finally {
    await cluster.stop();
  }
}
