import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { findingsOf, mutated, readBugs, readCatalogue, readPitfalls } from '../../scripts/mutants/catalogue.js';
import { headOf, rowsIn } from '../../scripts/mutants/report.js';
import { ROOT } from '../support/root.ts';

const catalogue = readCatalogue(ROOT);

t.test('each mutant has a text that occurs once, a killer and a name of its own', async (t) => {
  t.ok(catalogue.length >= 45, `${catalogue.length} mutants`);
  t.same(findingsOf(catalogue, ROOT), []);
});

t.test('the table of the documentation has the mutants of the catalogue, each killed by somebody', async (t) => {
  const rows = rowsIn(readFileSync(join(ROOT, 'docs', 'TESTING.md'), 'utf8'));
  t.same(
    [...rows.keys()],
    catalogue.map(({ id }) => id),
    'write it with npm run mutants -- ID ... --both --write-docs',
  );
  for (const mutant of catalogue) {
    const [id, what, standsFor, test, seeds] = rows.get(mutant.id) ?? [];
    t.same([id, what, standsFor], headOf(mutant), mutant.id);
    t.ok(test !== '' || /^\d+$/.test(seeds ?? ''), `${mutant.id}: ${seeds}`);
  }
});

t.test('every pitfall has a mutant, or a reason why none can stand for it', async (t) => {
  const pitfalls = readPitfalls(ROOT);
  t.same(
    [...pitfalls.keys()],
    Array.from({ length: 60 }, (_, at) => at + 1),
  );
  const covered = new Set(catalogue.flatMap(({ pitfalls: numbers }) => numbers));
  for (const [number, { says, why }] of pitfalls) {
    t.equal(covered.has(number), why === undefined, `${number}: ${says}`);
  }
});

t.test('every kind of bug that was given to users has a mutant', async (t) => {
  const covered = new Set(catalogue.flatMap(({ bugs }) => bugs));
  for (const [number, { says }] of readBugs(ROOT)) t.ok(covered.has(number), `${number}: ${says}`);
});

t.test('a catalogue that is not in order is told of', async (t) => {
  const [first] = catalogue;
  t.ok(first, 'there is a mutant');
  if (first === undefined) return;
  const damages: [damage: Partial<typeof first>, finding: RegExp][] = [
    [{ id: 'Two Words' }, /an id is words/],
    [{ find: 'no source has this text' }, /occurs 0 times/],
    [{ find: 'e' }, /occurs \d{2,} times/],
    [{ file: 'peer/raft/Nobody.ts' }, /there is no peer\/raft\/Nobody\.ts/],
    [{ replace: first.find }, /it changes nothing/],
    [{ killedBy: [], seeds: false }, /nobody is to kill it/],
    [{ killedBy: [{ file: 'test/nobody.test.ts', title: 'A1' }] }, /there is no test\/nobody/],
    [{ killedBy: [{ file: 'test/mutants/catalogue.test.ts', title: '' }] }, /which test/],
    [{ pitfalls: [], bugs: [] }, /it stands for nothing/],
    [{ pitfalls: [61] }, /there is no pitfall 61/],
    [{ bugs: [13] }, /there is no bug 13/],
  ];
  for (const [damage, finding] of damages) t.match(findingsOf([{ ...first, ...damage }], ROOT).join('\n'), finding);
  t.match(findingsOf([first, first], ROOT).join('\n'), /two mutants are called so/);
});

t.test('a mutant changes its text and nothing else', async (t) => {
  const mutant = { ...catalogue[0], id: 'one', find: 'b', replace: '$&$1' };
  t.equal(mutated(mutant as (typeof catalogue)[number], 'a b c'), 'a $&$1 c', 'whatever the replacement looks like');
  t.throws(() => mutated(mutant as (typeof catalogue)[number], 'a b b'), /exactly once/);
});
