import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { RunningProcess, runCommand } from '../support/processes.ts';
import { ROOT } from '../support/root.ts';
import { until } from '../support/until.ts';

/** Processes start in a fraction of a second; beside busy loops it takes much longer. */
const WITHIN_MS = 150_000;

const shipped = (name: string): string => join(ROOT, 'scenarios', name);

function folderOf(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-scenarios-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

t.test('scenarios that ship pass, Figure 8 among them; their journal is kept', async (t) => {
  const journal = join(folderOf(t), 'run.ndjson');
  const args = ['run', shipped('figure-8.yaml'), '--json', '--journal', journal];
  const figure = runCommand(t, { name: 'figure 8', args }, WITHIN_MS);
  const files = [shipped('stale-leader.yaml'), join(ROOT, 'test/processes/everyAction.yaml')];
  const others = await runCommand(t, { name: 'others', args: ['run', ...files] }, WITHIN_MS);
  t.equal(others.code, 0, others.stdout);
  t.match(others.stdout, / until +leader within 5s among !\$old +ok +p\d leads term \d+, after \d+ ms\n/);
  t.match(others.stdout, / s {2}PASSED {2}a stale leader's lost write\n/);
  t.match(others.stdout, / s {2}PASSED {2}every action\n/);
  const { code, stdout } = await figure;
  t.equal(code, 0, stdout);
  t.match(JSON.parse(stdout), { scenario: 'figure 8', passed: true, peers: ['s1', 's2', 's3', 's4', 's5'] });
  const lines = readFileSync(journal, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string });
  const kinds = new Set(lines.map(({ kind }) => kind));
  t.same([...kinds].sort(), ['arrival', 'connection', 'faults', 'frame', 'journal', 'release', 'status']);
});

t.test(
  'a scenario that fails says what was seen, one that is wrong starts nothing; Ctrl-C leaves nothing',
  async (t) => {
    const folder = folderOf(t);
    const write = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const vain = write('vain.yaml', 'peers: 1\nsteps:\n  - until: leader\n  - until: term > 99 within 300ms\n');
    const failed = await runCommand(t, { name: 'vain', args: ['run', vain] }, WITHIN_MS);
    t.equal(failed.code, 1, failed.stderr);
    t.match(
      failed.stdout,
      /until +term > 99 within 300ms +FAIL TIMED_OUT: waited 300 ms in vain .*last seen: term 1.*\(steps\[1\]\)/,
    );
    t.match(failed.stdout, /FAILED {2}vain: TIMED_OUT/);
    t.equal(failed.stderr, '');

    const wrong = write('wrong.yaml', 'peers: 1\nsteps:\n  - do: { explode: p1 }\n');
    const refused = await runCommand(t, { name: 'wrong', args: ['run', vain, wrong] }, WITHIN_MS);
    t.equal(refused.code, 2);
    t.match(
      refused.stderr,
      /^whitewater: USAGE: .*wrong\.yaml:3:11: steps\[0\]\.do: "explode" is unknown; .*legal: heal, partition/,
    );
    t.equal(refused.stdout, '', 'nothing was started');
    const worse = write('worse.yaml', 'peers: 1\nsteps:\n  - wait: 5\n  - until: ledaer\n');
    const all = await runCommand(t, { name: 'worse', args: ['run', wrong, vain, worse, '--json'] }, WITHIN_MS);
    t.equal(all.code, 2);
    t.match(all.stderr.split('\n'), [
      /^whitewater: USAGE: 2 scenarios: 3 mistakes; nothing was started$/,
      /^ {2}.*wrong\.yaml:3:11: steps\[0\]\.do: "explode" is unknown; /,
      /^ {2}.*worse\.yaml:3:11: steps\[0\]\.wait: "5" has no unit/,
      /^ {2}.*worse\.yaml:4:12: steps\[1\]\.until: "ledaer" is no condition; legal: leader/,
    ]);
    t.match(JSON.parse(all.stdout), {
      ...{ passed: false, code: 'USAGE', more: 0 },
      mistakes: [{ line: 3, column: 11, path: 'steps[0].do' }, { file: worse, path: 'steps[0].wait' }, { line: 4 }],
    });
    const foreign = write('foreign.yaml', 'peers: 1\nsteps:\n  - do: { kill: p1 }\n');
    const args = ['run', foreign, '--url', 'http://127.0.0.1:1'];
    t.match(await runCommand(t, { name: 'foreign', args }, WITHIN_MS), {
      code: 2,
      stderr: /steps\[0\]\.do: kill p1 needs processes/,
    });

    const long = write('long.yaml', 'peers: 1\nsteps:\n  - until: leader\n  - wait: 10m\n');
    const running = RunningProcess.start(t, { name: 'long', args: ['run', long] });
    const [, url = ''] = await running.line(/relay at (http:\S+)/, WITHIN_MS);
    await running.line(/until +leader +ok/, WITHIN_MS);
    running.signal('SIGINT');
    t.match(await running.exit(WITHIN_MS), { code: 130 });
    const isGone = async (): Promise<boolean> =>
      fetch(url).then(
        () => false,
        () => true,
      );
    await until(isGone, { withinMs: WITHIN_MS, what: 'the relay is gone' });
  },
);

t.test('chaos: faults from a seed, and nothing wrong', async (t) => {
  const args = ['chaos', '--minutes', '3s', '--seed', '7', '--peers', '3', '--json'];
  const { code, stdout, stderr } = await runCommand(t, { name: 'chaos', args }, WITHIN_MS);
  t.equal(code, 0, stdout + stderr);
  const result = JSON.parse(stdout) as { faults: object; operations: { acknowledged: number } };
  t.match(result, {
    seed: '7',
    passed: true,
    rounds: 1,
    repeat: 'npx whitewater chaos --minutes 3s --seed 7 --peers p1,p2,p3',
  });
  t.ok(Object.keys(result.faults).length > 0 && result.operations.acknowledged > 0, JSON.stringify(result.operations));
});

t.test(
  'a verdict, a timeline or a journal that cannot be written ends with 10',
  { skip: process.platform !== 'linux' },
  async (t) => {
    const scenario = join(folderOf(t), 'short.yaml');
    writeFileSync(scenario, 'peers: 1\nsteps:\n  - until: leader\n');
    const onFull = (name: string, args: string[]): RunningProcess =>
      RunningProcess.start(t, { name, args, prefix: ['sh', '-c', 'exec "$0" "$@" >/dev/full'] });
    const runs = [
      onFull('run', ['run', scenario]),
      onFull('run with json', ['run', scenario, '--json']),
      RunningProcess.start(t, { name: 'journal', args: ['run', scenario, '--journal', '/dev/full'] }),
    ];
    for (const one of runs) {
      t.strictSame(await one.exit(WITHIN_MS), { code: 10, signal: null });
      t.match(one.text('stderr'), /^whitewater: OUTPUT_FAILED: .*ENOSPC.*\n$/);
    }
  },
);

t.test(
  'who only prints ends when nothing can be printed any more',
  { skip: process.platform !== 'linux' },
  async (t) => {
    const up = RunningProcess.start(t, { name: 'up', args: ['up', '--port', '0', '--peers', '1', '--plain'] });
    const [, url = ''] = await up.line(/The page: (http:\S+?)\/?$/m, WITHIN_MS);
    await up.line(/leads|leader/, WITHIN_MS);
    const commands = [['status', '--watch', '--json'], ['journal'], ['journal', '--follow'], ['status'], ['members']];
    for (const words of commands) {
      const prefix = ['sh', '-c', 'exec "$0" "$@" >/dev/full'];
      const one = RunningProcess.start(t, { name: words.join(' '), args: [...words, '--url', url], prefix });
      t.strictSame(await one.exit(WITHIN_MS), { code: 10, signal: null }, words.join(' '));
      t.match(one.text('stderr'), /^whitewater: OUTPUT_FAILED: .*ENOSPC.*\n$/);
    }
  },
);
