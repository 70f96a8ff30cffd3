import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import type { FailoverBenchResult } from '../../bench/failover/result.ts';
import { WITHOUT_LOADER } from '../support/processes.ts';
import { ROOT } from '../support/root.ts';

const WITHIN_MS = 240_000;

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the benches' entry as `npm run bench -- WORDS` does, from dist/. */
async function bench(...words: readonly string[]): Promise<Ended> {
  const command = [...WITHOUT_LOADER, process.execPath, join(ROOT, 'dist/bench/main.js'), ...words];
  try {
    const { stdout, stderr } = await promisify(execFile)('env', command, { timeout: WITHIN_MS });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as Partial<Ended>;
    return { code: code ?? -1, stdout, stderr };
  }
}

t.test('help names every bench, and the flags of one', async (t) => {
  const { code, stdout } = await bench('--help');
  t.equal(code, 0);
  for (const name of ['relay', 'failover', 'commit', 'scale', 'start', 'core', 'overview'])
    t.match(stdout, `  ${name} `);
  const failover = await bench('failover', '--help');
  t.match(failover.stdout, /--trials N.*--write-docs/s);
});

t.test('what is wrong on the command line is told, and nothing is measured', async (t) => {
  const wrong: [RegExp, ...string[]][] = [
    [/there is no bench "nonsense": there are relay,/, 'nonsense'],
    [/--trials is none: give a whole number above 0/, 'figure16', '--trials', 'none'],
    [/--lines knows 150-150,.* not "1-2"/, 'failover', '--lines', '1-2'],
    [/--write-docs needs more than a short run/, 'core', '--quick', '--write-docs'],
    [/--write-docs needs all of a run: leave --only out/, 'scale', '--only', 'logs', '--write-docs'],
    [/--quick and --full: choose one/, 'core', '--quick', '--full'],
    [/all benches together know .* not --only/, '--only'],
  ];
  for (const [message, ...words] of wrong) {
    const { code, stderr, stdout } = await bench(...words);
    t.equal(code, 1, words.join(' '));
    t.match(stderr, message);
    t.equal(stdout, '');
  }
});

t.test('a leader is lost, the others elect one, and the result stands in the file that was asked for', async (t) => {
  const file = join(t.testdir(), 'failover.json');
  const words = ['--quick', '--lines', '150-300', '--ends', 'kill', '--trials', '1', '--travel', '3', '--json', file];
  const { code, stdout, stderr } = await bench('failover', ...words);
  t.equal(code, 0, stderr);
  t.match(stdout, 'The leader lost: its process killed');
  const { lines, plan, mode } = JSON.parse(readFileSync(file, 'utf8')) as FailoverBenchResult;
  t.equal(mode, 'quick');
  t.equal(plan.trials, 1);
  t.strictSame(
    lines.map(({ setup, end }) => `${setup}, ${end}`),
    ['paper, kill', 'plain, kill'],
  );
  for (const { setup, timesMs, trouble, commitMs } of lines) {
    // A machine that is busy enough has elections without a cause: then the line says so.
    t.ok(timesMs.length === 1 || trouble !== null, `${setup}: ${String(trouble)}`);
    t.ok(timesMs.every((ms) => ms > 75));
    if (commitMs !== null) t.ok(commitMs >= 6, `${setup}: frames take 3 ms each way`);
  }
});
