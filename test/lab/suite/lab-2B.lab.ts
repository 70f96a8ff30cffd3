import t from 'tap';
import { LOG_TESTS } from '../logTests.ts';
import { runLogTest } from '../runLogTest.ts';

// Each test has a relay and peers of its own and sleeps most of the time, so some run side by side.
t.jobs = 4;

for (const test of LOG_TESTS['2B']) {
  t.test(`lab-2B ${test.number}: ${test.title}`, { buffered: true, timeout: 600_000 }, async (t) =>
    runLogTest(t, test),
  );
}
