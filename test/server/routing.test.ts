import t from 'tap';
import { decodeFrame } from '../../shared/envelope.ts';
import { TestRelay } from './support/relay.ts';

t.test('a frame arrives byte for byte as it was sent', async (t) => {
  const relay = await TestRelay.start(t);
  const [p1, p2] = [await relay.dial('p1'), await relay.dial('p2')];
  const texts = [
    '{"type":"RequestVote","from":"p1","to":"p2","id":17,"body":{ "spaces" : 1.50e0, "k":1, "k":2 }}',
    '{"type":"RequestVote","from":"p1","to":"p2","id":18,"body":"ünïcödé 🛶"}',
    '{"type":"RequestVote","from":"p1","to":"p2","id":19,"body":this is no JSON, and the receiver’s matter}',
    `{"type":"RequestVote","from":"p1","to":"p2","id":20,"body":"${'x'.repeat(200_000)}"}`,
  ];
  for (const text of texts) p1.sendText(text);
  await relay.until('all arrive', () => p2.texts.length === texts.length + 1);
  t.same(p2.texts.slice(1), texts);
  const bytes = texts.reduce((total, text) => total + Buffer.byteLength(text), 0);
  t.match((await relay.view()).traffic, { framesIn: 4, framesDelivered: 4, bytesIn: bytes, bytesDelivered: bytes });
});

t.test('a frame with its keys in another order arrives in canonical order', async (t) => {
  const relay = await TestRelay.start(t);
  const [p1, p2] = [await relay.dial('p1'), await relay.dial('p2')];
  p1.sendText(' {"body":{"z":1,"a":[null]},"id":3,"to":"p2","from":"p1","type":"RequestVote"} ');
  p1.sendText('{"body":1,"from":"p9","id":4,"to":"p9","to":"p2","from":"p1","type":"RequestVote"}');
  await p2.heard('RequestVote', (frame) => frame.id === 4);
  t.same(p2.texts.slice(1), [
    '{"type":"RequestVote","from":"p1","to":"p2","id":3,"body":{"z":1,"a":[null]}}',
    '{"type":"RequestVote","from":"p1","to":"p2","id":4,"body":1}',
  ]);
});

t.test('a forged `from` behind the body is not read as the sender', async (t) => {
  const relay = await TestRelay.start(t);
  const [p1, p2] = [await relay.dial('p1'), await relay.dial('p2')];
  const text = '{"type":"RequestVote","from":"p1","to":"p2","id":5,"body":{},"from":"p3"}';
  p1.sendText(text);
  p1.send('RequestVote', 'p2');
  await p2.heard('RequestVote');
  t.equal((JSON.parse(text) as { from: string }).from, 'p3', 'that is what a plain JSON parser would make of it');
  t.notOk(decodeFrame(text).ok, 'a receiver that reads frames as the relay does refuses it');
  t.ok(p2.frames.every(({ from }) => from === 'p1' || from === '@relay'));
});

t.test('frames for an endpoint that is absent, or that nobody has heard of, are counted and dropped', async (t) => {
  const relay = await TestRelay.start(t);
  const [p1, p2] = [await relay.dial('p1'), await relay.dial('p2')];
  p2.end();
  await relay.until('p2 is gone', async () => (await relay.view()).peers[1]?.connected === false);
  p1.send('RequestVote', 'p2');
  p1.send('RequestVote', 'nobody');
  await p1.settled();
  t.match((await relay.view()).traffic, {
    framesIn: 2,
    framesDelivered: 0,
    framesDropped: { absent: 2, partition: 0 },
  });
  t.equal(await relay.dropped('absent'), 2);
  t.same(
    (await relay.view()).peers.map(({ id }) => id),
    ['p1', 'p2'],
    'a name in a frame makes no endpoint',
  );
});

t.test('a partition cuts both directions, leaves groups whole, and heals', async (t) => {
  const relay = await TestRelay.start(t);
  const peers = [await relay.dial('p1'), await relay.dial('p2'), await relay.dial('p3'), await relay.dial('p4')];
  const arrivals = async (mark: string): Promise<string[]> => {
    for (const from of peers) for (const to of peers) if (from !== to) from.send('RequestVote', to.id, { mark });
    for (const peer of peers) await peer.settled();
    // The relay has taken them all; what it forwarded comes before an answer to a later question.
    for (const peer of peers) await peer.settled();
    const got = peers.flatMap((peer) =>
      peer.frames
        .filter(({ body }) => (body as { mark?: string }).mark === mark)
        .map(({ from }) => `${from}>${peer.id}`),
    );
    return got.sort();
  };
  t.equal((await arrivals('whole')).length, 12);
  const put = await relay.request('PUT', '/api/clusters/demo/partition', { groups: [['p1', 'p2']] });
  t.match(put, { status: 200, body: { partition: { groups: [['p1', 'p2']] } } });
  t.same(await arrivals('unnamed'), ['p1>p2', 'p2>p1', 'p3>p4', 'p4>p3']);
  await relay.request('PUT', '/api/clusters/demo/partition', { groups: [['p1'], ['p2', 'p3'], ['p4']] });
  t.same(await arrivals('three'), ['p2>p3', 'p3>p2']);
  t.equal(await relay.dropped('partition'), 8 + 10);
  t.equal(await relay.metric('partitions'), 1);
  await relay.request('DELETE', '/api/clusters/demo/partition');
  t.equal((await arrivals('healed')).length, 12);
  t.equal(await relay.metric('partitions'), 0);
});

t.test('a partition stays in force for who connects again', async (t) => {
  const relay = await TestRelay.start(t);
  const [p1, p2] = [await relay.dial('p1'), await relay.dial('p2')];
  await relay.request('PUT', '/api/clusters/demo/partition', { groups: [['p1']] });
  const again = await relay.dial('p1');
  await p1.closed();
  again.send('RequestVote', 'p2');
  p2.send('RequestVote', 'p1');
  await again.settled();
  await p2.settled();
  t.equal(await relay.dropped('partition'), 2);
});

t.test('control messages are between an endpoint and the relay, whatever the partition', async (t) => {
  const relay = await TestRelay.start(t);
  const [p1, p2] = [await relay.dial('p1'), await relay.dial('p2')];
  await relay.request('PUT', '/api/clusters/demo/partition', { groups: [['p1']] });
  for (const type of ['Hello', 'Welcome', 'Status', 'Ping', 'Pong', 'Refused']) {
    const id = p1.send(type, 'p2');
    const refused = await p1.heard('Refused', ({ body }) => (body as { inReplyTo?: number }).inReplyTo === id);
    t.match(refused.body, { code: 'FRAME_TYPE_UNKNOWN', message: new RegExp(type) });
  }
  p1.status({ term: 3 });
  await p1.settled();
  t.equal((await relay.view()).term, 3, 'a status arrives');
  t.equal(p2.frames.length, 1, 'p2 heard nothing but its Welcome');
  for (const type of ['Welcome', 'Pong', 'Refused', 'RequestVote']) {
    const id = p1.send(type, '@relay');
    const refused = await p1.heard('Refused', ({ body }) => (body as { inReplyTo?: number }).inReplyTo === id);
    t.match(refused.body, { code: 'FRAME_TYPE_UNKNOWN' }, `${type} is not for the relay`);
  }
});

t.test('an application of another name may use any message type', async (t) => {
  const relay = await TestRelay.start(t);
  const [p1, p2] = [
    await relay.dial('p1', { application: 'gossip' }),
    await relay.dial('p2', { application: 'gossip' }),
  ];
  p1.send('Rumour', 'p2', { heard: true });
  t.match(await p2.heard('Rumour'), { from: 'p1', body: { heard: true } });
  t.match((await relay.view()).traffic, { framesDelivered: 1, requests: 0, labBytes: 0 });
});

t.test('traffic is counted as the lab counts it', async (t) => {
  const relay = await TestRelay.start(t);
  const [p1, p2] = [await relay.dial('p1'), await relay.dial('p2')];
  const request = '{"type":"AppendEntries","from":"p1","to":"p2","id":5,"body":{"x":1}}';
  const reply = '{"type":"AppendEntriesReply","from":"p2","to":"p1","id":6,"body":{"y":22}}';
  p1.sendText(request);
  await p2.heard('AppendEntries');
  p2.sendText(reply);
  await p1.heard('AppendEntriesReply');
  await relay.request('PUT', '/api/clusters/demo/partition', { groups: [['p1']] });
  p1.sendText(request);
  p2.sendText(reply);
  await p1.settled();
  await p2.settled();
  const { traffic } = await relay.view();
  t.equal(traffic.requests, 2, 'every call made');
  t.equal(traffic.labBytes, 2 * request.length + reply.length, 'requests made, and replies delivered');
  t.equal(traffic.framesIn, traffic.framesDelivered + traffic.framesDropped.partition);
  // 2 each of Hello, Welcome, Ping and Pong.
  t.equal(traffic.controlFrames, 8);
});

t.test('clusters on one relay are apart from each other', async (t) => {
  const relay = await TestRelay.start(t);
  const [red1, red2] = [await relay.dial('p1', { cluster: 'red' }), await relay.dial('p2', { cluster: 'red' })];
  const [blue1, blue2] = [await relay.dial('p1', { cluster: 'blue' }), await relay.dial('p2', { cluster: 'blue' })];
  await relay.request('PUT', '/api/clusters/red/partition', { groups: [['p1']] });
  red1.send('RequestVote', 'p2', { of: 'red' });
  blue1.send('RequestVote', 'p2', { of: 'blue' });
  await blue2.heard('RequestVote');
  await red1.settled();
  await red2.settled();
  t.notOk(
    red2.frames.some(({ type }) => type === 'RequestVote'),
    'red is cut',
  );
  t.same(
    blue2.frames.filter(({ type }) => type === 'RequestVote').map(({ body }) => body),
    [{ of: 'blue' }],
  );
  red1.status({ role: 'leader', term: 9 });
  await red1.settled();
  t.match((await relay.request('GET', '/api/clusters')).body, [
    { id: 'red', leader: 'p1', term: 9, peers: 2, connected: 2, partitioned: true },
    { id: 'blue', leader: null, term: 0, peers: 2, connected: 2, partitioned: false },
  ]);
  t.equal(await relay.metric('clusters'), 2);
  t.equal(await relay.metric('endpoints'), 4);
  t.equal(await relay.metric('connections'), 4);
});

t.test('voters that a status names are known before they connect', async (t) => {
  const relay = await TestRelay.start(t);
  const p1 = await relay.dial('p1');
  p1.send('Status', '@relay', { not: 'a status' });
  p1.status({ voters: ['p1', 'p10', 'p2'] as never });
  await p1.settled();
  t.same(
    (await relay.view()).peers.map(({ id, connected }) => [id, connected]),
    [
      ['p1', true],
      ['p2', false],
      ['p10', false],
    ],
  );
  const put = await relay.request('PUT', '/api/clusters/demo/partition', { groups: [['p1'], ['p2', 'p10']] });
  t.equal(put.status, 200);
  p1.send('RequestVote', 'p2');
  await p1.settled();
  t.equal(await relay.dropped('partition'), 1, 'the partition is asked first');
});
