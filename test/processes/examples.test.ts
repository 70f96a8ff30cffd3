import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { RunningProcess } from '../support/processes.ts';
import { ROOT } from '../support/root.ts';
import { until } from '../support/until.ts';

const WITHIN_MS = 30_000;
const IDS = ['a', 'b', 'c'];

const example = (name: string): string => join(ROOT, `dist/examples/${name}.js`);

async function surroundings(t: Test): Promise<{ relay: string; directory: string }> {
  const directory = mkdtempSync(join(tmpdir(), 'whitewater-examples-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
  const relay = RunningProcess.start(t, { name: 'relay', args: ['relay', '--port', '0'] });
  const [, port] = await relay.line(/http:\/\/127\.0\.0\.1:(\d+)/, WITHIN_MS);
  return { relay: `127.0.0.1:${port}`, directory };
}

/** The peers of an example, ready. */
async function startPeers(t: Test, name: string, env: Readonly<Record<string, string>>): Promise<RunningProcess[]> {
  const peers = IDS.map((id) => RunningProcess.start(t, { name: id, program: example(name), args: [id], env }));
  await Promise.all(peers.map((peer) => peer.line(/is ready/, WITHIN_MS)));
  return peers;
}

async function run(t: Test, name: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  const running = RunningProcess.start(t, { name: `${name} ${args.join(' ')}`, program: example(name), args, env });
  const { code } = await running.exit(WITHIN_MS);
  t.equal(code, 0, running.text());
  return running.text('stdout');
}

t.test('cron: the job runs in one place, and goes on elsewhere when that dies', async (t) => {
  const { relay, directory } = await surroundings(t);
  const peers = IDS.map((id) =>
    RunningProcess.start(t, { name: id, program: example('cron'), args: [id, relay, directory] }),
  );
  const worker = async (among: readonly RunningProcess[]): Promise<RunningProcess> =>
    until(() => among.find((peer) => /run 1, fencing token/.test(peer.text())), {
      withinMs: WITHIN_MS,
      what: 'somebody runs the job',
    });
  const first = await worker(peers);
  const tokenOf = (peer: RunningProcess): number => Number(/fencing token (\d+)/.exec(peer.text())?.[1]);
  t.equal(peers.filter((peer) => /fencing token/.test(peer.text())).length, 1);
  await first.kill('SIGKILL');
  const second = await worker(peers.filter((peer) => peer !== first));
  t.ok(tokenOf(second) > tokenOf(first), 'with a higher token');
  for (const peer of peers) peer.signal('SIGTERM');
  for (const peer of peers.filter((peer) => peer !== first)) t.equal((await peer.exit(WITHIN_MS)).code, 0);
});

t.test('counter: what was added is there, through kills of peers', async (t) => {
  const { relay: RELAY, directory: DIRECTORY } = await surroundings(t);
  const env = { RELAY, DIRECTORY };
  const peers = await startPeers(t, 'counter', env);
  t.match(await run(t, 'counter', ['add', '5'], env), /^total 5$/m);
  await peers[0]?.kill('SIGKILL');
  t.match(await run(t, 'counter', ['add', '-2'], env), /^total 3$/m);
  await Promise.all(peers.map((peer) => peer.kill('SIGKILL')));
  await startPeers(t, 'counter', env);
  t.match(await run(t, 'counter', ['show'], env), /^total 3$/m);
});

t.test('lock: one holder at a time, and later holders have higher tokens', async (t) => {
  const { relay: RELAY, directory: DIRECTORY } = await surroundings(t);
  const env = { RELAY, DIRECTORY };
  await startPeers(t, 'lock', env);
  const told = await Promise.all(['one', 'two', 'three'].map(() => run(t, 'lock', ['work', 'printer'], env)));
  const tokens = told.map((text) => Number(/printed with token (\d+)/.exec(text)?.[1]));
  t.ok(tokens.every((token) => token > 0));
  t.equal(new Set(tokens).size, 3);
});

t.test('what goes wrong is told by its code, without a stack', async (t) => {
  const { relay: RELAY, directory: DIRECTORY } = await surroundings(t);
  const fails = async (name: string, args: readonly string[], env: Readonly<Record<string, string>>, told: RegExp) => {
    const running = RunningProcess.start(t, { name, program: example(name), args, env });
    t.equal((await running.exit(WITHIN_MS)).code, 1, `${name}: ${running.text()}`);
    t.match(running.text('stderr'), told);
    t.notMatch(running.text(), /^ +at /m, 'no stack');
  };
  const cron = ['a', RELAY, DIRECTORY];
  const first = RunningProcess.start(t, { name: 'a', program: example('cron'), args: cron });
  await first.line(/is ready/, WITHIN_MS);
  await fails('cron', cron, {}, /^STORE_IN_USE: /m);
  const env = { RELAY, DIRECTORY };
  for (const name of ['counter', 'lock']) {
    await fails(name, ['not an id'], env, /^USAGE: /m);
  }
  // Nobody replicates a counter or a lock at this relay.
  await Promise.all([
    fails('counter', ['add', '1'], env, /^NO_PEER: .*session/m),
    fails('lock', ['work', 'printer'], env, /^NO_PEER: .*session/m),
  ]);
  first.signal('SIGTERM');
  t.equal((await first.exit(WITHIN_MS)).code, 0);
});
