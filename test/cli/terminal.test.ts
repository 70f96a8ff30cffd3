import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import t, { type Test } from 'tap';
import { COMMAND } from '../support/processes.ts';
import { until } from '../support/until.ts';
import { WITHIN_MS } from './endings.ts';

const SCRIPT = '/usr/bin/script';
const STOPPED_WITHIN_MS = 3000;

/** A command in a terminal of its own, made by util-linux's `script`. What is typed goes to its standard input. */
class Terminal {
  output = '';
  exitCode: number | undefined;
  readonly #child;

  constructor(t: Test, words: string, { columns, rows }: { columns: number; rows: number }) {
    const line = `stty cols ${columns} rows ${rows}; unset NODE_OPTIONS; exec "${process.execPath}" "${COMMAND}" ${words}`;
    const { CI: _ci, NO_COLOR: _noColour, ...environment } = process.env;
    this.#child = spawn(SCRIPT, ['-qec', line, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...environment, TERM: 'xterm-256color', SHELL: '/bin/sh' },
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.#child.on('close', (code) => (this.exitCode = code ?? -1));
    t.teardown(() => {
      if (this.exitCode === undefined) this.#child.kill('SIGKILL');
      if (!t.passing()) t.comment(JSON.stringify(this.output.slice(-4000)));
    });
  }

  /** The text without colours and cursor movements. */
  get text(): string {
    return stripVTControlCharacters(this.output);
  }

  type(keys: string): void {
    this.#child.stdin.write(keys);
  }

  shows(pattern: RegExp): Promise<RegExpExecArray> {
    return until(() => pattern.exec(this.text) ?? undefined, {
      withinMs: WITHIN_MS,
      what: `${pattern.source} is shown`,
    });
  }

  ended(): Promise<number> {
    return until(() => this.exitCode, { withinMs: WITHIN_MS, what: 'the command ends' });
  }
}

t.test('on a terminal', { skip: existsSync(SCRIPT) ? false : `there is no ${SCRIPT}` }, async (t) => {
  const up = new Terminal(t, 'up --port 0 --peers 3', { columns: 100, rows: 40 });
  const [, url = ''] = await up.shows(/The page: (http:\S+)/);
  await up.shows(/PEER +ROLE +TERM +LEADER +HEARD +ELECTION TIMER +PID +RESTARTS/);
  await up.shows(/p\d +leader +\d+ +p\d/);
  await up.shows(/p\d +follower +\d+ +p\d +\d+ m?s +[█░]{10} \d+ ms +\d+ +0/);
  await up.shows(/demo {2}leader p\d, term \d+, 3 of 3 peers connected/);
  t.match(up.output, '\u001b[32mleader', 'the leader in green');
  t.match(up.output, '\u001b[?25l', 'the cursor is hidden');
  t.equal(up.text.match(/The page: /g)?.length, 1, 'the hints stand once');

  const watch = new Terminal(t, `status --watch --url ${url}`, { columns: 44, rows: 12 });
  await watch.shows(/PEER +ROLE +TERM +LEADER +TIMER\r?\n/);
  const lines = watch.text.split(/\r?\n/).map((line) => line.length);
  t.ok(Math.max(...lines) <= 44, 'nothing is wider than a narrow terminal');
  watch.type('\u0003');
  t.equal(await watch.ended(), 0, 'Ctrl-C ends the watching');
  t.ok(watch.output.lastIndexOf('\u001b[?25h') > watch.output.lastIndexOf('\u001b[?25l'), 'and shows the cursor again');

  const askedAtMs = performance.now();
  up.type('\u0003');
  t.equal(await up.ended(), 0, 'Ctrl-C ends everything');
  const tookMs = Math.round(performance.now() - askedAtMs);
  t.comment(`ended ${tookMs} ms after Ctrl-C`);
  t.ok(tookMs < STOPPED_WITHIN_MS, 'soon');
  t.ok(up.output.lastIndexOf('\u001b[?25h') > up.output.lastIndexOf('\u001b[?25l'), 'the cursor is shown again');
  t.match(up.text, /stopping\r?\n$/, 'and the last line is below the table');
  t.notMatch(up.text, /ended \(|starting it again/, 'no child took the keys for itself');
});
