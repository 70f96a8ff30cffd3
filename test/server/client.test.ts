import { createServer, type AddressInfo } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import t from 'tap';
import { WebSocket, WebSocketServer } from 'ws';
import { RelayClient } from '../../client/RelayClient.ts';
import type { LiveMessage } from '../../shared/http/Live.ts';
import { TestRelay } from './support/relay.ts';

t.test('reading and breaking a network', async (t) => {
  const relay = await TestRelay.start(t);
  const client = new RelayClient({ url: relay.url });
  t.same(await client.clusters(), []);
  const [p1] = [await relay.dial('p1'), await relay.dial('p2')];
  t.match(await client.clusters(), [{ id: 'demo', peers: 2 }]);
  t.match(await client.cluster('demo'), { id: 'demo', partition: null });
  const groups = [['p1'], ['p2']];
  t.match(await client.setPartition('demo', groups), { partition: { groups } });
  t.same(await client.partition('demo'), { groups });
  t.match(await client.clearPartition('demo'), { partition: null });
  t.equal(await client.partition('demo'), null);
  await client.setPartition('demo', groups);
  t.match(await client.heal('demo'), { partition: null });
  t.match(await client.disconnect('demo', 'p1'), {
    peers: [{ connected: false, refusedForMs: null }, { connected: true }],
  });
  t.equal((await p1.closed()).code, 4410);
  t.match(await client.disconnect('demo', 'p1', { forMs: 60_000 }), { peers: [{ refusedForMs: Number }, {}] });
});

t.test("the relay's refusals come as its own errors", async (t) => {
  const relay = await TestRelay.start(t, { token: 'secret' });
  await t.rejects(new RelayClient({ url: relay.url }).clusters(), { code: 'TOKEN_WRONG', exitCode: 4 });
  const client = new RelayClient({ url: relay.url, token: 'secret' });
  await t.rejects(client.cluster('none'), { name: 'WhitewaterError', code: 'CLUSTER_UNKNOWN', message: /none/ });
  await relay.dial('p1', { socket: { headers: { authorization: 'Bearer secret' } } });
  await t.rejects(client.setPartition('demo', [['p1', 'p9']]), { code: 'PEER_UNKNOWN', details: { known: ['p1'] } });
  await t.rejects(client.setPartition('demo', [['p1'], ['p1']]), { code: 'PARTITION_OVERLAPS' });
  await t.rejects(
    client.disconnect('demo', '../../heal'),
    { code: 'REQUEST_INVALID' },
    'a name cannot leave its place in a path',
  );
});

t.test('an address may be a WebSocket address, and may have a path', async (t) => {
  const relay = await TestRelay.start(t);
  t.same(await new RelayClient({ url: relay.url.replace('http:', 'ws:') }).clusters(), []);
  t.same(await new RelayClient({ url: `${relay.url}/` }).clusters(), []);
  await t.rejects(new RelayClient({ url: `${relay.url}/below` }).clusters(), {
    code: 'ROUTE_UNKNOWN',
    message: /below\/api\/clusters/,
  });
  for (const url of ['', 'localhost:7070', '127.0.0.1:7070', 'ftp://localhost', 'http://']) {
    t.throws(() => new RelayClient({ url }), { code: 'USAGE', message: /is not the address of a relay/ }, url);
  }
});

t.test('where no relay answers', async (t) => {
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
  const { port } = gone.address() as AddressInfo;
  await new Promise((resolve) => gone.close(resolve));
  const url = `http://127.0.0.1:${port}`;
  const client = new RelayClient({ url, WebSocket });
  await t.rejects(client.clusters(), {
    code: 'RELAY_UNREACHABLE',
    exitCode: 3,
    message: new RegExp(`127.0.0.1:${port}`),
  });
  await t.rejects(client.live('demo').next(), { code: 'RELAY_UNREACHABLE', message: new RegExp(`127.0.0.1:${port}`) });

  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  t.teardown(() => silent.close());
  const silentUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  await t.rejects(new RelayClient({ url: silentUrl, timeoutMs: 50 }).clusters(), { code: 'RELAY_UNREACHABLE' });

  const stranger = createHttpServer((_request, response) => response.end('hello'));
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  t.teardown(() => stranger.close());
  const strangerUrl = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
  await t.rejects(new RelayClient({ url: strangerUrl }).clusters(), {
    code: 'RELAY_UNREACHABLE',
    message: /not a Whitewater relay/,
  });
});

t.test('another program that answers JSON is not taken for a relay', async (t) => {
  let answer: unknown;
  const stranger = createHttpServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer));
  });
  const sockets = new WebSocketServer({ server: stranger });
  sockets.on('connection', (socket) => socket.send(JSON.stringify(answer)));
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    for (const socket of sockets.clients) socket.terminate();
    stranger.closeAllConnections();
    stranger.close();
  });
  const client = new RelayClient({ url: `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`, WebSocket });
  const expected = { code: 'RELAY_UNREACHABLE', message: /^what answers at \S+ is not a Whitewater relay/ };
  for (answer of [{}, [], null, 'ok', { status: 'UP' }, [{ id: 1 }], { id: 'demo', peers: [{}] }, { id: 'demo' }]) {
    const text = JSON.stringify(answer);
    if (text !== '[]') await t.rejects(client.clusters(), expected, `clusters: ${text}`);
    await t.rejects(client.cluster('demo'), expected, `cluster: ${text}`);
    await t.rejects(client.heal('demo'), expected, `heal: ${text}`);
    await t.rejects(client.partition('demo'), expected, `partition: ${text}`);
    await t.rejects(client.live('demo').next(), expected, `live: ${text}`);
  }
});

t.test('the live feed, with a token, until it is given up or the relay stops', async (t) => {
  const relay = await TestRelay.start(t, { token: 'secret' });
  const headers = { authorization: 'Bearer secret' };
  const p1 = await relay.dial('p1', { socket: { headers } });
  const client = new RelayClient({ url: relay.url, token: 'secret', WebSocket });
  for await (const message of client.live('demo')) {
    t.match(message, { type: 'snapshot', cluster: { peers: [{ id: 'p1' }] } });
    break;
  }
  await relay.until('the feed is closed with the loop', async () => {
    return (await relay.request('GET', '/metrics', undefined, headers)).text.includes('whitewater_viewers 0\n');
  });

  const abort = new AbortController();
  const seen: LiveMessage[] = [];
  for await (const message of client.live('demo', abort.signal)) {
    seen.push(message);
    if (message.type === 'snapshot') p1.status({ role: 'leader', term: 8 });
    else abort.abort();
  }
  t.match(seen, [{ type: 'snapshot' }, { type: 'delta', leader: 'p1', term: 8 }]);

  const feed = client.live('demo');
  t.match(await feed.next(), { done: false, value: { type: 'snapshot' } });
  await relay.close();
  let last = await feed.next();
  while (last.done !== true) last = await feed.next();
  t.pass('it ends with the relay');
});

t.test('a live feed that is refused says why', async (t) => {
  const relay = await TestRelay.start(t, { token: 'secret' });
  const locked = new RelayClient({ url: relay.url, WebSocket });
  await t.rejects(locked.live('demo').next(), { code: 'TOKEN_WRONG' });
  const client = new RelayClient({ url: relay.url, token: 'secret', WebSocket });
  await t.rejects(client.live('none').next(), { code: 'CLUSTER_UNKNOWN' });
  t.throws(() => new RelayClient({ url: relay.url }).live('demo'), { code: 'USAGE', message: /WebSocket/ });
  const aborted = AbortSignal.abort();
  t.match(await client.live('demo', aborted).next(), { done: true });
});
