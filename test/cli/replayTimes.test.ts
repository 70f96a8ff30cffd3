import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { pause } from '../../cli/live/followCluster.ts';
import { readChanges } from '../../cli/replay/readChanges.ts';
import { SPEED } from '../../cli/settings/runSettings.ts';

function journalOf(t: Test, ...lines: readonly (object | string)[]): string {
  const path = join(t.testdir(), 'run.ndjson');
  writeFileSync(path, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
  return path;
}

const RELEASE = { kind: 'release', seq: 1, timeMs: 1_790_000_000_000, rule: 'a', ofProfile: false, order: 'inOrder' };
const FRAMES = { first: null, released: 0 };

t.test('a wait that is longer than a timer can be is waited, until it is to end', async (t) => {
  const warnings: string[] = [];
  const warned = ({ name }: Error): unknown => warnings.push(name);
  process.on('warning', warned);
  t.teardown(() => process.off('warning', warned));
  const ending = new AbortController();
  let isOver = false;
  const waits = [2 ** 31, 1e12, 1e308].map((durationMs) =>
    pause(durationMs, ending.signal).then(() => (isOver = true)),
  );
  await pause(150, new AbortController().signal);
  t.notOk(isOver);
  t.same(warnings, []);
  ending.abort();
  await Promise.all(waits);
  const startedMs = performance.now();
  await pause(30, new AbortController().signal);
  t.ok(performance.now() - startedMs >= 29, 'short ones are as long as ever');
});

t.test('speeds and times that cannot be are refused', async (t) => {
  for (const text of ['0', '-1', '0.00001', '1001', 'NaN', 'fast']) {
    t.throws(() => SPEED.parse(text), /is not a speed: give a number from 0.001 to 1000/, text);
  }
  t.same(
    ['0.001', '1', '1e3'].map((text) => SPEED.parse(text)),
    [0.001, 1, 1000],
  );
  for (const timeMs of ['1e308', '1e999', '-5', '8640000000000001']) {
    const path = journalOf(t, { ...RELEASE, ...FRAMES }, `{"kind":"frame","seq":2,"timeMs":${timeMs}}`);
    await t.rejects(readChanges(path), { code: 'USAGE', message: /ndjson:2: .*its timeMs, .*, is no date/ }, timeMs);
  }
});

t.test('a line that is wrong is told with what is wrong in it, and a file of other lines is no journal', async (t) => {
  const FAULTS = {
    ...{ kind: 'faults', seq: 1, timeMs: 5, epoch: 1, seed: 's', profile: { name: 'lan' }, partition: null, text: 'x' },
  };
  const slow = { from: 'p1', to: '*', delay: '5ms' };
  const wrong: [object, RegExp][] = [
    [
      { ...FAULTS, rules: { slow: { ...slow, delay: '5 parsecs' } } },
      /:1: .*: \/rules\/slow\/delay is wrong: .*legal is/,
    ],
    [{ ...FAULTS, rules: { slow: { ...slow, dealy: 1 } } }, /\/rules\/slow\/dealy is unknown \(did you mean delay\?\)/],
    [{ ...FAULTS, rules: {}, profile: { name: 'm', rules: { a: 7 } } }, /\/profile\/rules\/a is 7; legal is an object/],
    [{ ...FAULTS, rules: {}, epoch: 'one' }, /its change of the faults has another shape: \/epoch must be/],
    [{ ...FAULTS }, /its change of the faults has another shape: it must have required propert/],
    [{ ...RELEASE, first: 'one' }, /its release has another shape: /],
  ];
  for (const [line, message] of wrong) {
    await t.rejects(readChanges(journalOf(t, line)), { code: 'USAGE', message }, String(message));
  }
  const foreign = { ...slow, types: ['Gossip'] };
  const { changes } = await readChanges(
    journalOf(t, { ...FAULTS, rules: { slow: foreign } }, { ...RELEASE, ...FRAMES }),
  );
  t.equal(changes.length, 2);
  const other = journalOf(t, { kind: 'log', timeMs: 5 }, { kind: 'note', timeMs: 6 });
  await t.rejects(readChanges(other), { code: 'USAGE', message: /holds no line of a journal/ });
  t.equal(
    (await readChanges(journalOf(t, { kind: 'later', timeMs: 5 }, { kind: 'status', timeMs: 6 }))).changes.length,
    0,
  );
});
