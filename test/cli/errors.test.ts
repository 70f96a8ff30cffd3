import { createServer, type AddressInfo } from 'node:net';
import t from 'tap';
import { RelayClient } from '../../client/RelayClient.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { RunningProcess } from '../support/processes.ts';
import { until } from '../support/until.ts';
import { endedWith, run, startRelay, WITHIN_MS } from './endings.ts';

const NOWHERE = ['--url', 'http://127.0.0.1:1'];

t.test('usage: flags, commands, variables, addresses, groups', async (t) => {
  const wrong: { args: string[]; env?: Record<string, string>; code?: ErrorCode; message: RegExp }[] = [
    { args: ['relay', '--prot', '1'], message: /unknown option '--prot'; did you mean --port\?/ },
    { args: ['stats'], message: /unknown command 'stats'; did you mean status\?/ },
    { args: ['relay'], env: { WHITEWATER_PORT: 'many' }, message: /WHITEWATER_PORT: "many" is not a port/ },
    { args: ['peer', '--id', 'p1', '--peers', '3', '--relay', 'http://a b'], message: /--relay: .* cannot be used/ },
    { args: ['relay', '--host', '0.0.0.0', '--port', '0'], code: 'TOKEN_REQUIRED', message: /give it a token/ },
    { args: ['status', ...NOWHERE], code: 'RELAY_UNREACHABLE', message: /no relay answers at http:\/\/127\.0\.0\.1:1/ },
  ];
  const results = await Promise.all(wrong.map(({ args, env }) => run(t, args, env)));
  for (const [at, { code = 'USAGE', message }] of wrong.entries()) {
    const result = results[at];
    if (result === undefined) throw new Error('not run');
    endedWith(t, result, code, message);
  }
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

t.test('a log on a full disk costs the log only', { skip: process.platform !== 'linux' }, async (t) => {
  const onFull = (args: string[], redirection: string): RunningProcess =>
    RunningProcess.start(t, { name: 'full', args, prefix: ['sh', '-c', `exec "$0" "$@" ${redirection}`] });
  const port = await freePort();
  const client = new RelayClient({ url: `http://127.0.0.1:${port}` });
  // Nothing that it says can be written.
  const up = onFull(['up', '--port', String(port), '--peers', '1'], '>/dev/full 2>/dev/full');
  const leads = async (): Promise<boolean> => (await client.cluster('demo')).leader === 'p1';
  await until(leads, { withinMs: WITHIN_MS, what: 'a leader', everyMs: 50 });
  up.signal('SIGTERM');
  t.strictSame(await up.exit(WITHIN_MS), { code: 0, signal: null });

  const answer = onFull(['relay', '--show-settings'], '>/dev/full');
  t.strictSame(await answer.exit(WITHIN_MS), { code: 10, signal: null }, 'a command whose answer is lost has failed');
  t.match(answer.text('stderr'), /^whitewater: OUTPUT_FAILED: standard output could not be written \(ENOSPC.*\n$/);
});

t.test('directories that cannot be made', { skip: process.platform !== 'linux' }, async (t) => {
  const up = ['up', '--port', '0', '--peers', '1'];
  const [data, trace] = await Promise.all([
    run(t, [...up, '--data', '/proc/whitewater/data']),
    run(t, [...up, '--trace-dir', '/proc/whitewater/trace']),
  ]);
  endedWith(t, data, 'STORE_UNREADABLE', /the data directory cannot be made \(ENOENT: .*\/proc\/whitewater/);
  endedWith(t, trace, 'USAGE', /the trace directory cannot be made \(ENOENT: .*\/proc\/whitewater/);
});

t.test('a port in use: the newcomer ends, whoever was there goes on', async (t) => {
  const { relay, url, port } = await startRelay(t);
  const [other, up] = await Promise.all([
    run(t, ['relay', '--port', port]),
    run(t, ['up', '--port', port, '--peers', '1']),
  ]);
  endedWith(t, other, 'PORT_IN_USE', new RegExp(`another program listens on 127\\.0\\.0\\.1:${port}`));
  endedWith(t, up, 'PORT_IN_USE', new RegExp(`127\\.0\\.0\\.1:${port}`));
  const status = await run(t, ['status', '--url', url, '--json']);
  t.equal(status.code, 0);
  t.equal(status.stdout, '', 'no cluster, no document');
  const askedAtMs = performance.now();
  relay.signal('SIGINT');
  t.strictSame(await relay.exit(WITHIN_MS), { code: 0, signal: null });
  t.comment(`the relay ended ${Math.round(performance.now() - askedAtMs)} ms after SIGINT`);
});

t.test('what a relay with a token refuses', async (t) => {
  const { url } = await startRelay(t, '--token', 'secret');
  const env = { WHITEWATER_URL: url, WHITEWATER_TOKEN: 'secret' };
  const [wrong, unknown, partition, none] = await Promise.all([
    run(t, ['status'], { ...env, WHITEWATER_TOKEN: 'guess' }),
    run(t, ['status', '--cluster', 'blue'], env),
    run(t, ['partition', 'p1|p2'], env),
    run(t, ['status'], env),
  ]);
  endedWith(t, wrong, 'TOKEN_WRONG', /the token that was given is none of this relay/);
  endedWith(t, unknown, 'CLUSTER_UNKNOWN', /blue/);
  endedWith(t, partition, 'CLUSTER_UNKNOWN', /no peer has connected/);
  t.equal(none.code, 0);
  t.match(none.stdout, /no peer has connected/);
});
