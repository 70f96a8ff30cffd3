import type { Socket } from 'node:net';
import t from 'tap';
import { RelayClient } from '../../client/RelayClient.ts';
import { listenRelay } from '../../server/listen.ts';
import { until } from '../support/until.ts';
import { TestPeer } from './support/TestPeer.ts';

const FRAMES = 600;
const WITHIN_MS = 20_000;

t.test('a relay that stops lets what waits for a slow reader leave, and says why it goes behind it', async (t) => {
  const relay = await listenRelay({ port: 0, closeGraceMs: 10_000 });
  t.teardown(() => relay.close());
  const [p1, p2] = [await TestPeer.dial(relay.url, { id: 'p1' }), await TestPeer.dial(relay.url, { id: 'p2' })];
  t.teardown(() => [p1, p2].forEach((peer) => peer.end()));
  p2.webSocket.pause();
  const body = 'x'.repeat(10_000);
  for (let count = 0; count < FRAMES; count += 1) p1.send('AppendEntries', 'p2', body);
  const delivered = async (): Promise<number> => {
    const view = (await (await fetch(`${relay.url}/api/clusters/demo`)).json()) as {
      traffic: { framesDelivered: number };
    };
    return view.traffic.framesDelivered;
  };
  await until(async () => (await delivered()) === FRAMES, { withinMs: WITHIN_MS, what: 'the relay has them all' });
  const closed = relay.close();
  t.same(await p1.closed(), { code: 1001, reason: 'RELAY_STOPPING' }, 'nobody waits for the slow one');
  p2.webSocket.resume();
  t.same(await p2.closed(), { code: 1001, reason: 'RELAY_STOPPING' });
  await closed;
  const types = p2.frames.map(({ type }) => type);
  t.equal(types.filter((type) => type === 'AppendEntries').length, FRAMES);
  t.equal(types.at(-1), 'Refused', 'and then why it goes');
});

t.test('one that never reads is not waited for beyond the grace', async (t) => {
  const relay = await listenRelay({ port: 0, closeGraceMs: 200 });
  const [p1, p2] = [await TestPeer.dial(relay.url, { id: 'p1' }), await TestPeer.dial(relay.url, { id: 'p2' })];
  t.teardown(() => [p1, p2].forEach((peer) => peer.end()));
  p2.webSocket.pause();
  for (let count = 0; count < FRAMES; count += 1) p1.send('AppendEntries', 'p2', 'x'.repeat(10_000));
  await p1.heard('Welcome');
  const startMs = performance.now();
  await relay.close();
  t.ok(performance.now() - startMs < 5000);
});

t.test('frames that still waited when a connection ended are counted, and told in the journal', async (t) => {
  const relay = await listenRelay({ port: 0, closeGraceMs: 200 });
  t.teardown(() => relay.close());
  const [p1, p2] = [await TestPeer.dial(relay.url, { id: 'p1' }), await TestPeer.dial(relay.url, { id: 'p2' })];
  t.teardown(() => [p1, p2].forEach((peer) => peer.end()));
  p2.webSocket.pause();
  for (let count = 0; count < FRAMES; count += 1)
    p1.send('AppendEntries', 'p2', 'x'.repeat(count % 20 === 0 ? 100_000 : 8000));
  const network = new RelayClient({ url: relay.url });
  const traffic = async () => (await network.cluster('demo')).traffic;
  await until(async () => (await traffic()).framesDelivered === FRAMES, {
    withinMs: WITHIN_MS,
    what: 'the relay has them all',
  });
  await network.disconnect('demo', 'p2');
  await until(async () => (await traffic()).framesUnsent > 0, { withinMs: WITHIN_MS, what: 'the grace is over' });
  p2.webSocket.resume();
  t.same(await p2.closed(), { code: 4410, reason: 'DISCONNECTED_BY_OPERATOR' });
  const came = p2.frames.filter(({ type }) => type === 'AppendEntries').length;
  const { framesUnsent, framesDelivered } = await traffic();
  t.equal(framesUnsent, FRAMES - came, `${came} had left`);
  t.equal(framesDelivered, FRAMES, 'handed to its receiver they had been');
  const journal = await (await fetch(`${relay.url}/api/clusters/demo/journal?kinds=connection`)).text();
  const lines = journal
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  t.match(lines.at(-1), { kind: 'connection', event: 'unsent', id: 'p2', frames: framesUnsent });
});

for (const how of ['terminate', 'reset'] as const) {
  t.test(`a slow reader that is gone (${how}) has lost what waited for it, and that is told`, async (t) => {
    const relay = await listenRelay({ port: 0, bufferBytesMax: 16 * 1_048_576 });
    t.teardown(() => relay.close());
    const [p1, p2] = [await TestPeer.dial(relay.url, { id: 'p1' }), await TestPeer.dial(relay.url, { id: 'p2' })];
    t.teardown(() => [p1, p2].forEach((peer) => peer.end()));
    p2.webSocket.pause();
    for (let count = 0; count < FRAMES; count += 1) p1.send('AppendEntries', 'p2', 'x'.repeat(20_000));
    const network = new RelayClient({ url: relay.url });
    const traffic = async () => (await network.cluster('demo')).traffic;
    await until(async () => (await traffic()).framesDelivered === FRAMES, {
      withinMs: WITHIN_MS,
      what: 'the relay has them all',
    });
    const metrics = await (await fetch(`${relay.url}/metrics`)).text();
    const waitingBytes = Number(/^whitewater_buffer_bytes(?:\{[^}]*\})? (\d+)$/m.exec(metrics)?.[1]);
    t.ok(waitingBytes > 1_048_576, `${waitingBytes} bytes wait`);
    if (how === 'terminate') p2.webSocket.terminate();
    else (p2.webSocket as unknown as { _socket: Socket })._socket.resetAndDestroy();
    await until(async () => (await network.cluster('demo')).peers.find(({ id }) => id === 'p2')?.connected === false, {
      ...{ withinMs: WITHIN_MS, what: 'the relay knows that it is gone' },
    });
    const { framesUnsent } = await traffic();
    const waitingFrames = Math.floor(waitingBytes / 20_100);
    t.ok(
      framesUnsent >= waitingFrames && framesUnsent < FRAMES,
      `${framesUnsent} of ${FRAMES}; ${waitingFrames} waited`,
    );
  });
}
