import t from 'tap';
import { runVirtualTest } from './runVirtualTest.ts';
import { VIRTUAL_LOG_TESTS } from './virtualTests.ts';

for (const test of VIRTUAL_LOG_TESTS) {
  t.test(`lab-${test.lab} ${test.name} in virtual time: ${test.title}`, async (t) => runVirtualTest(t, test));
}

t.test('two runs of a seed of the lab are the same', async (t) => {
  for (const { name, title, play } of VIRTUAL_LOG_TESTS) {
    if (!['C8', 'D5'].includes(name)) continue;
    t.same(await play('lab/twice'), await play('lab/twice'), title);
    t.notSame(await play('lab/twice'), await play('lab/another'), title);
  }
});
