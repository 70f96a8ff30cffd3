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
