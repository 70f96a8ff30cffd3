import type { Test } from 'tap';
import { seededRandom } from '../../../shared/random.ts';
import { testSeed } from '../../support/testSeed.ts';
import { TEST_SECONDS_MAX } from '../limits.ts';
import { tellResult } from '../tellResult.ts';
import { checkHistory } from './checkHistory.ts';
import { type KeyValueRow, KeyValueTester } from './KeyValueTester.ts';
import type { KeyValueTest } from './keyValueTests.ts';
import { RelayKeyValueCluster } from './RelayKeyValueCluster.ts';

/** The lab's line: seconds, peers, calls (those of clerks too), bytes, commits, operations of clerks. */
export function passedLine({ seconds, peers, rpcs, bytes, commits, operations }: KeyValueRow): string {
  const columns = [
    seconds.toFixed(1).padStart(4),
    ` ${peers}`,
    String(rpcs).padStart(5),
    String(bytes).padStart(8),
    String(commits).padStart(5),
    String(operations).padStart(5),
  ];
  return `... Passed --  ${columns.join(' ')}`;
}

/** Runs one test of lab 3 over real sockets, and prints the lab's lines. A stall of this process excuses nothing here. */
export async function runKeyValueTest(t: Test, test: KeyValueTest): Promise<void> {
  const seed = testSeed(t);
  const { number, title, size, network, stateBytes, run } = test;
  const cluster = await RelayKeyValueCluster.start({ size, network, stateBytes, seed });
  try {
    const tester = new KeyValueTester(cluster, seededRandom(seed, 'tester'));
    await tester.begin(number, title);
    await run(tester);
    await tester.end();
    if (test.checksHistory) checkHistory(tester.history);
    for (const row of tester.rows) {
      t.comment(`Test: ${row.title} ${passedLine(row)}`);
      t.ok(row.seconds <= TEST_SECONDS_MAX, `it took ${row.seconds} s, ${TEST_SECONDS_MAX} s at most`);
      tellResult({ ...row, tries: 1 });
    }
  } finally {
    await cluster.stop();
  }
}
