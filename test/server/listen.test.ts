import { connect, createServer, type AddressInfo } from 'node:net';
import t from 'tap';
import { buildRelay } from '../../server/app.ts';
import { listenRelay } from '../../server/listen.ts';
import { isLoopback } from '../../server/locks/loopback.ts';
import { RELAY_DEFAULTS, type RelayOptions } from '../../server/options.ts';
import { TestRelay } from './support/relay.ts';

t.test('a relay on port 0 tells the port that it got', async (t) => {
  const relay = await listenRelay({ port: 0 });
  t.teardown(() => relay.close());
  t.ok(relay.port > 0);
  t.equal(relay.url, `http://127.0.0.1:${relay.port}`);
  t.equal((await fetch(`${relay.url}/healthz`)).status, 200);
});

t.test('a port in use', async (t) => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.teardown(() => other.close());
  const { port } = other.address() as AddressInfo;
  await t.rejects(listenRelay({ port }), {
    code: 'PORT_IN_USE',
    exitCode: 6,
    message: new RegExp(`127.0.0.1:${port}`),
  });
});

t.test('an address that is not of this machine, or none', async (t) => {
  for (const host of ['192.0.2.1', 'no-such-host.invalid']) {
    await t.rejects(listenRelay({ host, port: 0, token: 'x' }), { code: 'ADDRESS_UNAVAILABLE', exitCode: 6 }, host);
  }
});

t.test('beyond loopback a token is needed', async (t) => {
  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'raft.example', '127.evil.example']) {
    await t.rejects(
      listenRelay({ host, port: 0 }),
      { code: 'TOKEN_REQUIRED', exitCode: 2, message: new RegExp(host) },
      host,
    );
  }
  const relay = await listenRelay({ host: '0.0.0.0', port: 0, token: 'secret' });
  t.teardown(() => relay.close());
  t.equal(relay.url, `http://127.0.0.1:${relay.port}`, 'its own machine reaches it there');
  t.equal((await fetch(`${relay.url}/healthz`)).status, 200);
});

t.test('what is loopback', async (t) => {
  for (const host of ['127.0.0.1', '127.8.8.8', '::1', 'localhost']) t.ok(isLoopback(host), host);
  for (const host of ['0.0.0.0', '::', '128.0.0.1', '127.0.0.1.example', 'example', '::ffff:10.0.0.1'])
    t.notOk(isLoopback(host), host);
});

t.test('options that make no sense are refused by name', async (t) => {
  const cases: [object, RegExp][] = [
    [{ port: 70_000 }, /port must be a whole number from 0 to 65535/],
    [{ frameBytesMax: 0 }, /frameBytesMax/],
    [{ pingIntervalMs: 1.5 }, /pingIntervalMs/],
    [{ clustersMax: '5' }, /clustersMax/],
    [{ helloTimeoutMs: Number.NaN }, /helloTimeoutMs/],
    [{ bufferBytesMax: 2048, frameBytesMax: 4096 }, /bufferBytesMax \(2048\) must be at least frameBytesMax \(4096\)/],
    [{ token: '' }, /token is empty/],
  ];
  for (const [options, message] of cases) t.throws(() => buildRelay(options), { code: 'USAGE', message });
  t.equal(RELAY_DEFAULTS.host, '127.0.0.1');
});

t.test('undefined means the default', async (t) => {
  const app = buildRelay({ port: undefined, token: undefined } as object);
  t.teardown(() => app.close());
  t.equal((await app.inject({ url: '/healthz', headers: { host: 'localhost' } })).statusCode, 200);
});

t.test('close tells everybody why, and lets them go', async (t) => {
  const relay = await TestRelay.start(t);
  const [p1, p2, unknown] = [
    await relay.dial('p1'),
    await relay.dial('p2', { cluster: 'other' }),
    await relay.open('p3'),
  ];
  const viewer = await relay.watch();
  await relay.close();
  for (const peer of [p1, p2, unknown]) {
    t.match((await peer.heard('Refused')).body, { code: 'RELAY_STOPPING' });
    t.same(await peer.closed(), { code: 1001, reason: 'RELAY_STOPPING' });
  }
  t.equal((await viewer.closed).code, 1001);
});

t.test('close does not wait for clients that are frozen', async (t) => {
  const relay = await TestRelay.start(t, { closeGraceMs: 200 });
  const [frozen, p2] = [await relay.dial('p1'), await relay.dial('p2')];
  const viewer = await relay.watch();
  frozen.webSocket.pause();
  viewer.webSocket.pause();
  // Two that will never end their requests: one that keeps its connection, and one that sends half a request.
  const idle = connect(relay.port, '127.0.0.1', () => idle.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'));
  await new Promise((resolve) => idle.once('data', resolve));
  const trickling = connect(relay.port, '127.0.0.1');
  trickling.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    trickling.on('connect', () =>
      trickling.write('POST /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{', () => resolve()),
    );
  });
  const startedMs = performance.now();
  await relay.close();
  const tookMs = performance.now() - startedMs;
  t.ok(tookMs >= 150, `${Math.round(tookMs)} ms: the grace was given`);
  t.ok(tookMs < 5000, 'and then it ended');
  t.equal((await p2.closed()).code, 1001);
  idle.destroy();
  trickling.destroy();
});

t.test('while it stops, it takes nothing more, in the documented shape', async (t) => {
  const relay = await TestRelay.start(t, { closeGraceMs: 3000 });
  const frozen = await relay.dial('p1');
  frozen.webSocket.pause();
  const closing = relay.close();
  const [ready, upgrade] = await Promise.all([
    relay.request('GET', '/readyz').catch(() => undefined),
    relay.open('p2').then(
      () => undefined,
      (error: unknown) => error,
    ),
  ]);
  t.match(ready, { status: 503, body: { code: 'RELAY_STOPPING' } });
  t.match(upgrade, { status: 503, code: 'RELAY_STOPPING' });
  frozen.webSocket.resume();
  await closing;
});

t.test('an option that there is not is refused, with what may be meant', async (t) => {
  const misspelt = { prot: 7330 } as RelayOptions;
  await t.rejects(listenRelay(misspelt), { code: 'USAGE', message: /no option "prot"; did you mean port\?/ });
});
