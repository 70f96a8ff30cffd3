import t from 'tap';
import { TestRelay } from './support/relay.ts';

const FRAME_BYTES = 65_536;

t.test('a slow reader loses its own frames, counted, and delays nobody', async (t) => {
  const bufferBytesMax = 2 * 1_048_576;
  const relay = await TestRelay.start(t, { bufferBytesMax, pingIntervalMs: 60_000, controlFramesPerSecond: 1e6 });
  const [p1, slow, p3] = [await relay.dial('p1'), await relay.dial('p2'), await relay.dial('p3')];
  slow.webSocket.pause();
  const body = 'x'.repeat(FRAME_BYTES);
  let sent = 0;
  // What the operating system buffers comes on top of the relay's own bound, and differs between machines.
  await relay.until('the bound is reached', async () => {
    for (let count = 0; count < 16; count += 1) p1.send('AppendEntries', 'p2', body);
    sent += 16;
    await p1.settled();
    return (await relay.dropped('slowReader')) > 20;
  });
  const waiting = await relay.metric('buffer_bytes');
  t.ok(waiting <= bufferBytesMax, `${waiting} bytes wait`);
  t.ok(waiting > bufferBytesMax - 2 * FRAME_BYTES, 'which is as much as may');

  for (let round = 0; round < 20; round += 1) {
    p1.send('RequestVote', 'p3', round);
    await p3.heard('RequestVote', (frame) => frame.body === round);
  }
  t.pass('others get their frames meanwhile');

  const { framesDropped, framesDelivered } = (await relay.view()).traffic;
  t.equal(framesDropped.slowReader + framesDelivered, sent + 20);
  slow.webSocket.resume();
  const expected = sent - framesDropped.slowReader;
  const got = () => slow.frames.filter(({ type }) => type === 'AppendEntries');
  await relay.until('it gets what was kept for it', () => got().length === expected);
  const ids = got().map(({ id }) => id);
  t.same(
    ids,
    [...ids].sort((one, other) => one - other),
    'in order',
  );
  t.ok(
    got().every((frame) => frame.body === body),
    'and whole',
  );
  p1.send('RequestVote', 'p2', 'after');
  await slow.heard('RequestVote');
  t.equal(await relay.metric('buffer_bytes'), 0);
});

t.test('an endpoint that reads nothing of its answers cannot make the relay keep them all', async (t) => {
  const bufferBytesMax = 1_048_576;
  const relay = await TestRelay.start(t, { bufferBytesMax, pingIntervalMs: 60_000, controlFramesPerSecond: 1e6 });
  const p1 = await relay.dial('p1');
  p1.webSocket.pause();
  // Each is answered with a refusal that is longer than itself.
  let most = 0;
  for (let round = 0; round < 10; round += 1) {
    for (let count = 0; count < 4000; count += 1) p1.send('X', '@relay');
    await relay.until(
      'the relay has read them',
      async () => (await relay.refusals('FRAME_TYPE_UNKNOWN')) === (round + 1) * 4000,
    );
    most = Math.max(most, await relay.metric('buffer_bytes'));
  }
  t.ok(most <= bufferBytesMax, `${most} bytes waited at most`);
});

t.test('readers that stopped reading cannot use up the buffers of all: others get their frames', async (t) => {
  const sizes = { bufferBytesMax: 2 * 1_048_576, bufferBytesTotalMax: 4 * 1_048_576, connectionsMax: 8 };
  const relay = await TestRelay.start(t, { ...sizes, pingIntervalMs: 60_000 });
  const sender = await relay.dial('p0');
  const slow = [await relay.dial('p1'), await relay.dial('p2'), await relay.dial('p3'), await relay.dial('p4')];
  for (const { webSocket } of slow) webSocket.pause();
  const body = 'x'.repeat(FRAME_BYTES);
  let most = 0;
  await relay.until('all of them lose frames', async () => {
    for (let count = 0; count < 16; count += 1) for (const { id } of slow) sender.send('AppendEntries', id, body);
    await sender.settled();
    most = Math.max(most, await relay.metric('buffer_bytes'));
    return (await relay.dropped('slowReader')) > 200;
  });
  t.ok(most > 2 * 1_048_576 - 2 * FRAME_BYTES, `${most} bytes waited`);
  t.ok(most <= 4 * 1_048_576);
  const quick = await relay.dial('p5');
  const dropped = await relay.dropped('slowReader');
  for (let round = 0; round < 20; round += 1) {
    sender.send('AppendEntries', 'p5', `${round}${body}`);
    await quick.heard('AppendEntries', (frame) => frame.body === `${round}${body}`);
  }
  t.equal(await relay.dropped('slowReader'), dropped, 'and lose none');
});

t.test('an endpoint that sends, but reads nothing of what waits for it, loses its connection', async (t) => {
  const relay = await TestRelay.start(t, { pingIntervalMs: 100, stalledReaderMs: 1500 });
  const [p1, stalled, quiet] = [await relay.dial('p1'), await relay.dial('p2'), await relay.dial('p3')];
  stalled.webSocket.pause();
  const timer = setInterval(() => stalled.send('RequestVote', 'p9'), 20);
  t.teardown(() => clearInterval(timer));
  const body = 'x'.repeat(FRAME_BYTES);
  await relay.until('it is given up', async () => {
    if ((await relay.metric('buffer_bytes')) < 4 * 1_048_576)
      for (let count = 0; count < 16; count += 1) p1.send('AppendEntries', 'p2', body);
    await p1.settled();
    return (await relay.refusals('CONNECTION_LOST')) === 1;
  });
  t.ok(relay.log.some((line) => line.startsWith('CONNECTION_LOST demo/p2: it read nothing ')));
  await relay.until('what waited is forgotten', async () => (await relay.metric('buffer_bytes')) === 0);
  await quiet.settled();
  t.match((await relay.view()).peers, [{ connected: true }, { connected: false }, { connected: true }]);
});
