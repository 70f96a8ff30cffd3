import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { RelayClient } from '../../client/RelayClient.ts';
import type { ClusterView } from '../../shared/http/ClusterView.ts';
import { runCommand, RunningProcess } from '../support/processes.ts';
import { isSettled, peerOf } from '../support/ProcessCluster.ts';
import { until } from '../support/until.ts';
import { ROOT } from '../support/root.ts';
import { blocksOf, compileAsUser, optionsOfReadme, type Block } from '../support/userProject.ts';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const URL_IN_README = 'http://127.0.0.1:7070';
const IDS = ['p1', 'p2', 'p3', 'p4', 'p5'];
const WITHIN_MS = 40_000;

const blocks: readonly Block[] = blocksOf(README);

/** What README shows as the output of a command. */
function outputOf(command: string): readonly string[] {
  const at = blocks.findIndex(({ language, lines }) => language === 'sh' && lines.includes(command));
  const output = blocks[at + 1];
  if (at === -1 || output === undefined) throw new Error(`README does not show ${command} with its output`);
  return output.lines;
}

/** The words after `npx whitewater` of every such line, without what a shell would take away. */
const commandLines = blocks
  .filter(({ language }) => language === 'sh')
  .flatMap(({ lines }) => lines)
  .flatMap((line) => /^npx whitewater (.*?)(?: +#.*)?$/.exec(line)?.[1] ?? [])
  .map((words) => [...words.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? ''));

t.test('README: start, break, heal: what it shows is what comes', async (t) => {
  const up = RunningProcess.start(t, { name: 'up', args: ['up', '--port', '0'] });
  const [, url = ''] = await up.line(/the relay listens at (http:\S+)/, WITHIN_MS);
  await up.line(/^Ctrl-C/, WITHIN_MS);
  const client = new RelayClient({ url });
  const when = (what: string, isWanted: (view: ClusterView) => boolean): Promise<ClusterView> =>
    until(
      async () => {
        const view = await client.cluster('demo');
        return isWanted(view) ? view : undefined;
      },
      { withinMs: WITHIN_MS, what },
    );
  const run = async (...args: string[]): Promise<string[]> => {
    const { code, stdout, stderr } = await runCommand(t, { name: 'command', args, env: { WHITEWATER_URL: url } });
    t.equal(code, 0, `${args.join(' ')} ${stderr}`);
    return stdout.trimEnd().split('\n');
  };

  // Lines on a pipe have no blank one between them; what follows in README is the table of a terminal.
  const shown = outputOf('npm start').filter((line) => line !== '');
  const start = shown.slice(0, shown.indexOf('Ctrl-C ends everything.') + 1).map(withoutTimes);
  t.ok(start.length > 5, 'README shows what to try next');
  const came = up.lines.map(({ text }) => text.replaceAll(` --url ${url}`, '').replaceAll(url, URL_IN_README));
  t.same(came.slice(0, start.length).map(withoutTimes), start);

  await when('five follow one leader', (view) => isSettled(view, IDS));
  t.same(await run('partition', 'p1,p2|p3,p4,p5'), outputOf('npx whitewater partition "p1,p2|p3,p4,p5"'));
  await when('the majority has a leader, the minority none', ({ leader, peers }) => {
    const isQuiet = peers.every(({ id, role }) => id === leader || role !== 'leader');
    return leader !== null && !['p1', 'p2'].includes(leader) && isQuiet;
  });
  const status = outputOf('npx whitewater status');
  t.same((await run('status')).map(withoutValues).slice(0, 4), status.map(withoutValues).slice(0, 4));

  await runCurl(t, url);
  const healed = await when('five follow one leader again', (view) => isSettled(view, IDS));
  t.equal(healed.partition, null);

  const victim = IDS.find((id) => id !== healed.leader) ?? '';
  const { status: before, connections } = peerOf(healed, victim);
  if (before?.pid === undefined) throw new Error(`${victim} tells no process`);
  process.kill(before.pid, 'SIGKILL');
  const back = await when(
    `${victim} is started again`,
    (view) => peerOf(view, victim).connections > connections && isSettled(view, IDS),
  );
  t.ok((peerOf(back, victim).term ?? 0) >= before.term, `${victim} still knows its term`);

  await up.kill('SIGINT');
});

t.test('README: the library', async (t) => {
  const snippet = blocks.find(({ language }) => language === 'ts')?.lines.join('\n') ?? '';
  const relay = RunningProcess.start(t, { name: 'relay', args: ['relay', '--port', '0'] });
  const [, url = ''] = await relay.line(/listens at (http:\S+)/, WITHIN_MS);
  // Within the package, so that its own name leads to its own exports.
  mkdirSync(join(ROOT, '.tap'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.tap/readme-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'service.mjs');
  writeFileSync(file, snippet.replace(URL_IN_README, url));
  const services = ['a', 'b', 'c'].map((id) =>
    RunningProcess.start(t, { name: id, program: file, args: [id], cwd: folder }),
  );
  const leads = (among: readonly RunningProcess[]): RunningProcess | undefined =>
    among.find((service) => /I lead, with fencing token \d+/.test(service.text()));
  const first = await until(() => leads(services), { withinMs: WITHIN_MS, what: 'one of three leads' });
  const others = services.filter((service) => service !== first);
  t.equal(leads(others), undefined, 'no other does');
  await first.kill('SIGKILL');
  const second = await until(() => leads(others), { withinMs: WITHIN_MS, what: 'another one leads' });
  t.pass(second.text('stdout'));
});

t.test('README: the library in TypeScript, with the options that it names', async (t) => {
  const snippet = blocks.find(({ language }) => language === 'ts')?.lines.join('\n') ?? '';
  // Since version 6 TypeScript takes no types of packages that are not named.
  t.match(optionsOfReadme(), { module: 'nodenext', outDir: 'built', types: ['node'] });
  const { folder, told } = compileAsUser(t, { 'job.ts': snippet });
  t.same(told, []);
  t.ok(existsSync(join(folder, 'built/job.js')));
});

t.test('README: every command line has only words that exist', async (t) => {
  t.ok(commandLines.length >= 4, `${commandLines.length} were found`);
  for (const args of commandLines) {
    const { code, stderr } = await runCommand(t, { name: 'command', args: [...args, '--show-settings'] });
    t.equal(code, 0, `${args.join(' ')} ${stderr}`);
  }
});

t.test('README: every link leads somewhere', async (t) => {
  const targets = [...README.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target = '']) => target);
  t.ok(targets.length > 5);
  for (const target of targets) t.ok(existsSync(join(ROOT, target)), target);
});

/** The three requests that README makes by curl, as a shell runs them. */
async function runCurl(t: Test, url: string): Promise<void> {
  const lines = blocks.flatMap((block) => block.lines).filter((line) => line.startsWith('curl '));
  t.equal(lines.length, 3);
  const answers: ClusterView[] = [];
  for (const line of lines) {
    const { stdout } = await promisify(execFile)('sh', [
      '-c',
      line.replace('curl ', 'curl -s ').replace(URL_IN_README, url),
    ]);
    answers.push(JSON.parse(stdout) as ClusterView);
  }
  const [cut, view, healed] = answers;
  const partition = {
    groups: [
      ['p1', 'p2'],
      ['p3', 'p4', 'p5'],
    ],
  };
  t.match(cut, { partition });
  t.match(view, { partition, peers: IDS.map((id) => ({ id, connected: true })) });
  t.match(healed, { partition: null });
}

function withoutTimes(line: string): string {
  return line.replace(/^\d\d:\d\d:\d\d\.\d{3}/, 'TIME');
}

function withoutValues(line: string): string {
  return line.replace(/leader p\d, term \d+/, 'leader p, term n');
}
