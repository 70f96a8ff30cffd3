import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { checkLinearizability } from '../../sim/linearizability/check.ts';
import { readKeyValueLog } from '../../sim/linearizability/jepsenKeyValueLog.ts';
import { STRING_MODEL } from '../../sim/linearizability/stringModel.ts';
import { RunningProcess } from '../support/processes.ts';
import { ROOT } from '../support/root.ts';

/** A round or two, each ended as a whole; every wait in it may take a minute on a machine with other work. */
const WITHIN_MS = 300_000;

/** Few processes: this is to see that the run itself works, not to find what minutes of it would. */
function torture(
  t: Test,
  minutes: string,
  ...more: readonly string[]
): { readonly running: RunningProcess; readonly folder: string } {
  const folder = t.testdir();
  const args = [
    '--minutes',
    minutes,
    '--seed',
    'smoke',
    '--peers',
    '3',
    '--clients',
    '2',
    '--http-clients',
    '1',
    ...more,
  ];
  const program = join(ROOT, 'dist/torture/main.js');
  return { folder, running: RunningProcess.start(t, { name: 'torture', program, args, env: { TMPDIR: folder } }) };
}

t.test(
  'a few seconds of torture: faults, calm, everything checked; with --keep, all that is there to look into it stays',
  { timeout: WITHIN_MS },
  async (t) => {
    const { running, folder } = torture(t, '0.12', '--keep');
    const { code } = await running.exit(WITHIN_MS);
    const text = running.text('stdout');
    t.equal(code, 0, text.slice(-300));
    t.match(text, /seed smoke/);
    t.match(text, /checked +round 1 .* ok .*[1-9]\d* answered/);
    t.match(text, /disks +p\d, p\d, p\d +ok +alike, index [1-9]\d*: [0-9a-f]{64}/);
    t.match(text, /faults +\w+ [1-9]/);
    t.match(text, /repeat +npm run torture -- --minutes 0.12 --seed smoke --peers 3/);
    t.match(text, /PASSED/);
    const [kept = ''] = readdirSync(folder);
    const files = ['history.ndjson', 'history.porcupine', 'timeline.json', 'summary.json', 'view.json'];
    for (const name of [...files, 'data', 'logs', 'traces', 'journals/1.ndjson'])
      t.ok(existsSync(join(folder, kept, name)), name);
    const history = readKeyValueLog(readFileSync(join(folder, kept, 'history.porcupine'), 'utf8'));
    const { rounds } = JSON.parse(readFileSync(join(folder, kept, 'summary.json'), 'utf8')) as { rounds: number };
    t.equal(history.length > 0, rounds > 0, `${history.length} operations of ${rounds} rounds`);
    t.equal(checkLinearizability(STRING_MODEL, history).type, 'linearizable');
  },
);

t.test('without it, nothing is left behind', { timeout: WITHIN_MS }, async (t) => {
  const { running, folder } = torture(t, '0.05');
  const { code } = await running.exit(WITHIN_MS);
  t.equal(code, 0, running.text('stdout').slice(-300));
  t.match(running.text('stdout'), /PASSED/);
  t.same(readdirSync(folder), []);
});

t.test('Ctrl-C: it ends with 130, and nothing is left behind', { timeout: WITHIN_MS }, async (t) => {
  const { running, folder } = torture(t, '5');
  await running.line(/calm +after the start/, WITHIN_MS);
  running.signal('SIGINT');
  const { code } = await running.exit(WITHIN_MS);
  t.equal(code, 130);
  t.same(readdirSync(folder), []);
});
