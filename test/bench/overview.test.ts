import t from 'tap';
import { BENCHES } from '../../bench/benches.ts';
import { overview } from '../../bench/overview.ts';
import { withSection } from '../../bench/support/document.ts';
import { GOALS } from '../../bench/support/goals.ts';
import type { Outcome } from '../../bench/support/program.ts';

const OUTCOME: Outcome = {
  ...{ startedAt: '2026-01-02T03:04:05.000Z', mode: 'quick', tookSeconds: 7, defects: [] },
  goals: { start: { measured: '900 ms', isMet: true } },
};

t.test('every goal has a row; one that was not measured says so and is not met', (t) => {
  const text = overview({ start: OUTCOME });
  const rows = text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2);
  t.equal(rows.length, Object.keys(GOALS).length);
  const [measured, ...others] = rows
    .filter((row) => row.includes('900 ms'))
    .concat(rows.filter((row) => !row.includes('900 ms')));
  t.match(measured, /\| +yes \| start, quick, 2026-01-02 \|$/);
  t.ok(others.every((row) => /\| +not measured \| +no \|/.test(row)));
  t.match(text, `1 of ${rows.length} goals are met.`);
  t.end();
});

t.test('a goal belongs to a bench that there is', (t) => {
  const names = BENCHES.map(({ name }) => name);
  t.equal(new Set(names).size, names.length);
  for (const { bench } of Object.values(GOALS)) t.ok(names.includes(bench), bench);
  t.end();
});

t.test('a section takes the place of the one before and leaves the others alone', (t) => {
  const first = withSection('# Title\n', 'one', 'old', 'last');
  const both = withSection(first, 'two', 'second', 'last');
  const changed = withSection(both, 'one', 'new', 'last');
  t.notMatch(changed, 'old');
  t.ok(changed.indexOf('new') < changed.indexOf('second'));
  t.equal(changed.split('<!-- one: begin -->').length, 2);
  const withOverview = withSection(changed, 'overview', 'goals', 'first');
  t.ok(withOverview.startsWith('# Title\n'));
  t.ok(withOverview.indexOf('goals') < withOverview.indexOf('new'), 'the overview comes before the sections');
  t.end();
});
