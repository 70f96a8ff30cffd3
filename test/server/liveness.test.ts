import t from 'tap';
import { RELAY_DEFAULTS } from '../../server/options.ts';
import { TestRelay } from './support/relay.ts';

t.test('by default a half-open socket is found within two seconds', async (t) => {
  // Two silent intervals, and the one in which the last sign of life came.
  t.ok(3 * RELAY_DEFAULTS.pingIntervalMs <= 2000);
});

t.test('a socket that answers no ping is given up; one that does stays, however silent', async (t) => {
  const relay = await TestRelay.start(t, { pingIntervalMs: 200 });
  const [frozen, silent] = [await relay.dial('p1'), await relay.dial('p2')];
  frozen.webSocket.pause();
  await relay.until('p1 is given up', async () => (await relay.view()).peers[0]?.connected === false);
  t.equal(await relay.refusals('CONNECTION_LOST'), 1);
  t.ok(relay.log.some((line) => line.startsWith('CONNECTION_LOST demo/p1: ')));
  t.match((await relay.view()).peers[1], { id: 'p2', connected: true });
  await silent.settled();
  await relay.dial('p1');
  t.match(
    (await relay.view()).peers[0],
    { id: 'p1', connected: true, connections: 2 },
    'its next connection is welcome',
  );
});

t.test('a viewer that answers no ping is given up', async (t) => {
  const relay = await TestRelay.start(t, { pingIntervalMs: 200 });
  await relay.dial('p1');
  const viewer = await relay.watch();
  t.equal(await relay.metric('viewers'), 1);
  viewer.webSocket.pause();
  await relay.until('it is given up', async () => (await relay.metric('viewers')) === 0);
});

t.test('a reader that is slow, but reads, is not given up', async (t) => {
  const relay = await TestRelay.start(t, { pingIntervalMs: 500 });
  const [p1, slow] = [await relay.dial('p1'), await relay.dial('p2')];
  const body = 'x'.repeat(65_536);
  let reads = 0;
  slow.webSocket.pause();
  const timer = setInterval(() => {
    reads += 1;
    slow.webSocket.resume();
    setTimeout(() => slow.webSocket.pause(), 5);
  }, 100);
  t.teardown(() => clearInterval(timer));
  await relay.until('it has been slow for many intervals', async () => {
    if ((await relay.metric('buffer_bytes')) < 1_048_576)
      for (let n = 0; n < 16; n += 1) p1.send('AppendEntries', 'p2', body);
    await p1.settled();
    return reads > 40;
  });
  t.equal(await relay.refusals('CONNECTION_LOST'), 0);
  t.match((await relay.view()).peers[1], { connected: true, connections: 1 });
});
