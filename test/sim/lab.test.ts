import t from 'tap';
import { runVirtualTest } from './runVirtualTest.ts';
import { VIRTUAL_ELECTION_TESTS } from './virtualTests.ts';

for (const test of VIRTUAL_ELECTION_TESTS) {
  t.test(`lab-2A ${test.name.split('-')[0] ?? ''} in virtual time, ${test.title}`, async (t) =>
    runVirtualTest(t, test),
  );
}
