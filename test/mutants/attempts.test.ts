import t from 'tap';
import { runNamedTests } from '../../scripts/mutants/attempts.js';
import type { Workplace } from '../../scripts/mutants/Workplace.js';

const NAMED = [{ file: 'test/a.test.ts', title: 'A1: ' }];

/** A place in which a file of tests says these lines and then ends so. */
function placeOf(lines: readonly string[], { code = 1, isLate = false } = {}): Workplace {
  const place: Pick<Workplace, 'buildTests' | 'run'> = {
    buildTests: (files) => Promise.resolve([...files]),
    run: (_command, { onLine }) => {
      lines.forEach((line) => onLine(line));
      return Promise.resolve({ code, isLate, errors: '' });
    },
  };
  return place as Workplace;
}

const begun = (title: string): string => `# Subtest: ${title}`;

t.test('a mutant is killed by the test that is named, and by no other', async (t) => {
  const failing = placeOf([begun('A1: one'), '    not ok 1 - should be equal', 'not ok 1 - A1: one # time=1ms']);
  t.match(await runNamedTests(failing, NAMED), { type: 'failed', by: 'A1: one' });
  const other = placeOf([begun('A1: one'), 'ok 1 - A1: one', begun('B2: two'), 'not ok 2 - B2: two']);
  t.match(await runNamedTests(other, NAMED), { type: 'otherFailed', by: 'B2: two' });
  const passing = placeOf([begun('A1: one'), 'ok 1 - A1: one'], { code: 0 });
  t.match(await runNamedTests(passing, NAMED), { type: 'passed' });
});

t.test('a file that dies or does not end kills for a test that it did not come through', async (t) => {
  t.match(await runNamedTests(placeOf([]), NAMED), { type: 'crashed', by: 'the file cannot be run' });
  t.match(await runNamedTests(placeOf([begun('A1: one')], { isLate: true }), NAMED), { type: 'hangs' });
  const behind = [begun('A1: one'), 'ok 1 - A1: one # time=3ms', begun('B2: two')];
  t.match(await runNamedTests(placeOf(behind), NAMED), { type: 'otherFailed', by: /passed: A1: / });
  t.match(await runNamedTests(placeOf(behind, { isLate: true }), NAMED), { type: 'otherFailed', by: /no end after/ });
});
