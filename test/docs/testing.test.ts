import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { KEY_VALUE_TESTS } from '../lab/keyValue/keyValueTests.ts';
import { LOG_TESTS } from '../lab/logTests.ts';
import { ROOT } from '../support/root.ts';

const text = readFileSync(join(ROOT, 'docs/TESTING.md'), 'utf8');

t.test('TESTING.md lists every test of the lab with its title and its peers', async (t) => {
  const rows = text
    .split('\n')
    .filter((line) => /^\| [A-DK]\d+[ab]? /.test(line))
    .map((line) => line.slice(2, -2).split('|'))
    .map((cells) => cells.map((cell) => cell.trim()))
    .map(([number, , title, size]) => ({ number, title, size: Number(size) }));
  const logTests = [...Object.values(LOG_TESTS), ...Object.values(KEY_VALUE_TESTS)].flat();
  const listed = logTests.map(({ number, title, size }) => ({ number, title, size }));
  t.same(rows.slice(3), listed);
  t.equal(listed.length, 25 + 23);
  t.equal(rows.length, 28 + 23);
});

t.test('every test of the lab has a published output', async (t) => {
  const { tests } = JSON.parse(readFileSync(join(ROOT, 'test/lab/published.json'), 'utf8')) as {
    tests: Readonly<Record<string, { readonly peers: number }>>;
  };
  for (const { number, size } of [...Object.values(LOG_TESTS), ...Object.values(KEY_VALUE_TESTS)].flat()) {
    t.equal(tests[number]?.peers, size, number);
  }
});
