import t from 'tap';
import { KEY_VALUE_TESTS } from '../keyValue/keyValueTests.ts';
import { runKeyValueTest } from '../keyValue/runKeyValueTest.ts';

// One after the other: clients that ask as fast as they are answered need a processor.
for (const test of KEY_VALUE_TESTS['3A']) {
  t.test(`lab-3A ${test.number}: ${test.title}`, { timeout: 600_000 }, async (t) => runKeyValueTest(t, test));
}
