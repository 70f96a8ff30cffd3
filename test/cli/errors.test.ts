import t from 'tap';
import type { ErrorCode } from '../../shared/errors.ts';
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
  t.strictSame(JSON.parse(status.stdout), []);
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
  endedWith(t, wrong, 'TOKEN_WRONG', /locked/);
  endedWith(t, unknown, 'CLUSTER_UNKNOWN', /blue/);
  endedWith(t, partition, 'CLUSTER_UNKNOWN', /no peer has connected/);
  t.equal(none.code, 0);
  t.match(none.stdout, /no peer has connected/);
});
