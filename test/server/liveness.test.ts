import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import t from 'tap';
import { Liveness } from '../../server/hub/Liveness.ts';
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

t.test('a relay that was held up itself reads what came meanwhile before it judges anybody', async (t) => {
  const pingIntervalMs = 500;
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [socket] = (await once(server, 'connection')) as [Socket];
  socket.on('data', () => undefined);
  t.teardown(() => {
    client.destroy();
    socket.destroy();
    server.close();
  });
  const liveness = new Liveness({ pingIntervalMs, stalledReaderMs: 60_000 }, () => performance.now());
  t.teardown(() => liveness.stop());
  const verdict = await new Promise<string>((resolve) => {
    let sweeps = 0;
    const ping = (): void => {
      sweeps += 1;
      if (sweeps > 1) resolve('alive');
      // One silent interval is behind it. Its sign of life comes while the relay stands still, for longer than another.
      else setImmediate(() => holdUp());
    };
    const holdUp = (): void => {
      client.write('a sign of life');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pingIntervalMs + 100);
    };
    const webSocket = { readyState: 1, OPEN: 1, ping } as const;
    liveness.watch({ webSocket, socket, onDead: () => resolve('dead') });
  });
  t.equal(verdict, 'alive');
});

t.test('what was answered in the same turn leaves before the relay closes the connection', async (t) => {
  const relay = await TestRelay.start(t);
  const p1 = await relay.dial('p1');
  const { _socket: socket } = p1.webSocket as unknown as { _socket: Socket };
  const inOneChunk = (send: () => void): void => {
    socket.cork();
    send();
    socket.uncork();
  };
  // Several answers in one turn: from now on the relay gathers what a turn brings, instead of writing the first at once.
  inOneChunk(() => {
    for (let count = 0; count < 3; count += 1) p1.send('Ping', '@relay');
  });
  await relay.until('they are answered', () => p1.frames.filter(({ type }) => type === 'Pong').length === 3);
  inOneChunk(() => {
    p1.send('Ping', '@relay');
    p1.sendText('not JSON');
  });
  t.equal((await p1.closed()).code, 4400);
  t.same(
    p1.frames.map(({ type }) => type),
    ['Welcome', 'Pong', 'Pong', 'Pong', 'Pong', 'Refused'],
  );
});
