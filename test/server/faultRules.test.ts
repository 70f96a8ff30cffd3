import { once } from 'node:events';
import { connect } from 'node:net';
import t from 'tap';
import { BASE, FaultStage, upTo } from './support/FaultStage.ts';
import { TestRelay } from './support/relay.ts';

t.test('loss: one way, all of it, counted, and over when the rule is gone', async (t) => {
  const stage = await FaultStage.start(t);
  await stage.rule('mute', { from: 'p1', to: 'p2', drop: 1 });
  await stage.send(5);
  await stage.send(2, stage.peer(2), 'p1');
  t.same(await stage.arrives(2, stage.peer(1)), [1, 2], 'the other direction is whole');
  await stage.peer(2).settled();
  t.same(stage.arrived(), []);
  t.match(await stage.ruleView('mute'), { matched: 5, hits: { drop: 5, delay: 0 } });
  t.equal(await stage.relay.dropped('loss'), 5);
  await stage.remove('mute');
  await stage.send(1);
  t.same(await stage.arrives(1), [1]);
});

t.test('the first N, every Nth, and those behind the first N', async (t) => {
  const stage = await FaultStage.start(t);
  await stage.rule('some', { from: 'p1', to: 'p2', drop: 1, first: 3 });
  await stage.send(5);
  t.same(await stage.arrives(2), [4, 5]);
  await stage.rule('some', { from: 'p1', to: 'p3', drop: 1, every: 3 });
  await stage.send(7, stage.peer(1), 'p3');
  t.same(await stage.arrives(5, stage.peer(3)), [1, 2, 4, 5, 7]);
  await stage.rule('some', { from: 'p2', to: 'p3', drop: 1, skip: 2 });
  await stage.send(4, stage.peer(2), 'p3');
  t.same((await stage.arrives(7, stage.peer(3))).slice(5), [1, 2]);
});

t.test('delay: never early, in order, and of the types that are named only', async (t) => {
  const stage = await FaultStage.start(t);
  await stage.rule('slow', { from: 'p1', to: 'p2', types: ['AppendEntries'], delay: '40..120ms' });
  const sentAtMs = performance.now();
  await stage.send(20, stage.peer(1), 'p2', 'AppendEntries');
  await stage.send(1);
  await stage.arrives(1);
  t.same(stage.arrived().slice(0, 1), [1], 'another type does not wait, unless something of its link is before it');
  t.same(await stage.arrives(21), [...upTo(20), 1]);
  t.ok(performance.now() - sentAtMs >= 40);
  const arrivals = (await stage.journal('?kinds=arrival')).slice(1);
  t.equal(arrivals.length, 21);
  for (const line of arrivals) t.ok(line.kind === 'arrival' && (line.type !== 'AppendEntries' || line.waitedMs >= 40));
});

t.test('reordering lets frames overtake, and loses none', async (t) => {
  const stage = await FaultStage.start(t);
  await stage.rule('mixed', { from: 'p1', to: 'p2', reorder: { probability: 0.5, delay: '5..60ms' } });
  await stage.send(40);
  const arrived = await stage.arrives(40);
  t.notSame(arrived, upTo(40));
  t.same(
    [...arrived].sort((one, other) => one - other),
    upTo(40),
  );
});

t.test('duplication: copies come behind, and are counted apart', async (t) => {
  const stage = await FaultStage.start(t);
  await stage.rule('twice', { from: 'p1', to: 'p2', duplicate: { probability: 1, copies: 2 } });
  await stage.send(3);
  t.same(await stage.arrives(9), [1, 1, 1, 2, 2, 2, 3, 3, 3]);
  const { traffic } = await stage.relay.view();
  t.match(traffic, { framesIn: 3, framesCopied: 6, framesDelivered: 9 });
});

t.test('corruption arrives, and is no JSON', async (t) => {
  const stage = await FaultStage.start(t);
  await stage.rule('noise', { from: 'p1', to: 'p2', corrupt: 1 });
  await stage.send(20);
  const { texts } = stage.peer(2);
  await stage.relay.until('all arrive', () => texts.length >= 21);
  await stage.peer(2).settled();
  t.same(stage.arrived(), [], 'none is a frame');
  t.equal(stage.peer(2).webSocket.readyState, 1, 'the connection stays');
  const damaged = texts.slice(1, 21);
  for (const text of damaged) t.throws(() => JSON.parse(text) as unknown, text);
});

t.test('bursts, flapping, samples and late copies, over sockets', async (t) => {
  const stage = await FaultStage.start(t);
  await stage.rule('burst', { from: 'p1', to: 'p2', drop: { goodToBad: 0.1, badToGood: 0.3 } });
  await stage.send(400);
  const lines = await stage.journal('?kinds=frame');
  const lost = lines.map((line) => line.kind === 'frame' && line.fate === 'dropped');
  const pairs = lost.filter((isLost, at) => isLost && lost[at - 1] === true).length;
  const count = lost.filter(Boolean).length;
  t.ok(count > 40 && count < 200, `${count} of 400 are lost`);
  t.ok(pairs / count > 0.5, `${pairs} of them behind another one that is: alone they would be a quarter`);
  await stage.relay.request('POST', `${BASE}/heal`);

  await stage.rule('flap', { from: 'p1', to: 'p3', drop: 1, flap: { onMs: 60_000, offMs: 1 } });
  await stage.send(3, stage.peer(1), 'p3');
  t.match((await stage.ruleView('flap')).hits, { drop: 3 });
  await stage.rule('flap', { from: 'p1', to: 'p3', drop: 1, flap: { onMs: 1, offMs: 60_000 } });
  await stage.relay.until('it is off', async () => {
    stage.peer(1).send('RequestVote', 'p3', 4);
    await stage.peer(1).settled();
    return stage.arrived(stage.peer(3)).length > 0;
  });

  await stage.rule('sampled', { from: 'p2', to: 'p3', delay: { samplesMs: [20, 40] } });
  await stage.rule('twice', { from: 'p2', to: 'p3', duplicate: { probability: 1, delay: '30ms' } });
  await stage.send(10, stage.peer(2), 'p3');
  await stage.relay.until('all have come', async () => (await stage.network()).delayed === 0);
  const waited = (await stage.journal('?kinds=arrival')).flatMap((line) =>
    line.kind === 'arrival' ? [line.waitedMs] : [],
  );
  t.equal(waited.length, 20);
  t.ok(waited.every((ms) => ms >= 20));
  t.ok(waited.filter((ms) => ms >= 50).length >= 10, 'the copies come 30 ms later');
});

for (const name of ['labrpc-unreliable', 'labrpc-long-reordering', 'lan', 'wan', 'flaky'] as const) {
  t.test(`the profile ${name} is in force at once, and gone with heal`, async (t) => {
    const stage = await FaultStage.start(t);
    await stage.put('profile', { name });
    await stage.send(100, stage.peer(1), 'p2', 'AppendEntriesReply');
    await stage.send(100, stage.peer(1), 'p2', 'AppendEntries');
    const strikes = (await stage.network()).rules.flatMap(({ ofProfile, hits }) =>
      ofProfile ? Object.values(hits).filter((count) => count > 0) : [],
    );
    t.ok(strikes.length > 0, 'its rules strike');
    await stage.relay.request('POST', `${BASE}/heal`);
    t.match(await stage.network(), { delayed: 0, held: 0, rules: [], profile: { name: 'reliable' } });
    const before = stage.arrived().length;
    await stage.send(1);
    t.ok((await stage.arrives(before + 1)).length > before);
  });
}

t.test('bandwidth, with a bound to what waits behind it', async (t) => {
  const stage = await FaultStage.start(t);
  const text = '{"type":"RequestVote","from":"p1","to":"p2","id":1,"body":1}';
  await stage.rule('thin', {
    from: 'p1',
    to: 'p2',
    rate: { bytesPerSecond: text.length * 20, queueBytesMax: text.length * 6 },
  });
  const sentAtMs = performance.now();
  for (let sent = 0; sent < 20; sent += 1) stage.peer(1).sendText(text);
  await stage.peer(1).settled();
  t.ok((await stage.relay.dropped('rate')) >= 12, 'what is beyond the queue is lost');
  await stage.arrives(5);
  t.ok(performance.now() - sentAtMs >= 5 * 50 - 1, 'each takes its time on the wire');
});

t.test('a rule closes sockets, the sender comes back', async (t) => {
  const stage = await FaultStage.start(t);
  await stage.rule('break', { from: 'p1', to: '*', disconnect: 1, first: 1 });
  stage.peer(1).send('RequestVote', 'p2', 1);
  await stage.peer(1).closed();
  t.equal(await stage.relay.dropped('disconnect'), 1);
  const again = await stage.relay.dial('p1');
  await stage.send(1, again);
  t.same(await stage.arrives(1), [1], 'the first only');
  await stage.rule('break', { from: 'p1', to: 'p3', disconnect: { probability: 1, end: 'receiver' } });
  again.send('RequestVote', 'p3');
  await stage.peer(3).closed();
  await again.settled();
});

t.test('slow accept: a connection is answered late, others are not', async (t) => {
  const stage = await FaultStage.start(t);
  await stage.rule('late', { from: 'p1', to: '*', accept: '300ms' });
  const atMs = performance.now();
  await stage.relay.dial('p2');
  await stage.relay.dial('p1');
  t.ok(performance.now() - atMs >= 300);
});

t.test('slow accept counts from the rule on, strikes first connections too, and ends with the rule', async (t) => {
  const stage = await FaultStage.start(t);
  await stage.rule('late', { from: '*', to: '*', accept: '200ms', first: 1 });
  const atMs = performance.now();
  await stage.relay.dial('p9');
  t.ok(performance.now() - atMs >= 200, 'one that never connected before');
  const [second] = [performance.now(), await stage.relay.dial('p9')];
  t.ok(performance.now() - second < 200 || (await stage.ruleView('late')).hits.accept === 1, 'the first of it only');
  await stage.relay.dial('p1');
  t.match(await stage.ruleView('late'), { matched: 3, hits: { accept: 2 } });
  await stage.rule('late', { from: '*', to: '*', accept: '60s' });
  const waiting = stage.relay.dial('p2');
  await stage.relay.until('it waits', async () => (await stage.ruleView('late')).hits.accept === 1);
  await stage.remove('late');
  await waiting;
  const slowed = (await stage.journal('?kinds=connection')).filter(
    (line) => line.kind === 'connection' && line.event === 'slowed',
  );
  t.equal(slowed.length, 3);
  t.match(slowed[0], { id: 'p9', reason: 'late:accept', forMs: 200 });
});

t.test('slow accept: one that goes while it waits is noticed, and its socket closed', async (t) => {
  const stage = await FaultStage.start(t);
  await stage.rule('late', { from: '*', to: '*', accept: '60s' });
  const { hostname, port } = new URL(stage.relay.url);
  const socket = connect(Number(port), hostname);
  t.teardown(() => socket.destroy());
  const closed = once(socket.resume(), 'close');
  const head = [
    'GET /peer?cluster=demo&id=p9 HTTP/1.1',
    ...[`Host: ${hostname}:${port}`, 'Connection: Upgrade', 'Upgrade: websocket'],
    ...['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='],
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  await stage.relay.until('it waits', async () => (await stage.ruleView('late')).hits.accept === 1);
  const startMs = performance.now();
  socket.end();
  await closed;
  t.ok(performance.now() - startMs < 30_000, 'long before its time');
  await stage.remove('late');
  await stage.relay.dial('p9');
});

t.test('a rule that is put again begins anew', async (t) => {
  const stage = await FaultStage.start(t);
  const rule = { from: 'p1', to: 'p2', drop: 1, first: 1 };
  await stage.rule('once', rule);
  await stage.send(2);
  await stage.rule('once', rule);
  await stage.send(2);
  t.same(await stage.arrives(2), [2, 2]);
});

t.test('rules end by themselves, and start late', async (t) => {
  const stage = await FaultStage.start(t);
  await stage.rule('brief', { from: '*', to: '*', hold: true, ttlMs: 150 });
  await stage.send(3);
  t.same(await stage.arrives(3), upTo(3), 'what it held comes when its time is over');
  t.equal((await stage.relay.request('GET', `${BASE}/rules/brief`)).status, 404);
  await stage.rule('later', { from: '*', to: '*', drop: 1, startAfterMs: 60_000 });
  await stage.send(1);
  t.same(await stage.arrives(4), [1, 2, 3, 1]);
});

t.test('rules by role follow what the endpoints say of themselves', async (t) => {
  const stage = await FaultStage.start(t);
  await stage.rule('leaders', { from: 'leader', to: '*', drop: 1 });
  await stage.send(1);
  t.same(await stage.arrives(1), [1], 'nobody leads yet');
  stage.peer(1).status({ role: 'leader', term: 1, leader: null });
  await stage.send(1);
  stage.peer(1).status({ role: 'follower', term: 2 });
  await stage.send(2);
  t.same(await stage.arrives(3), [1, 1, 2], 'what it sent as the leader is lost');
});

t.test('bandwidth and its bound hold, however often the rule is put in force again or a seed is set', async (t) => {
  const stage = await FaultStage.start(t);
  // A frame has some 60 bytes: three wait, the first of them for a minute.
  const thin = { from: 'p1', to: 'p2', rate: { bytesPerSecond: 1, queueBytesMax: 130 } };
  for (let round = 0; round < 3; round += 1) {
    await stage.rule('thin', thin);
    await stage.send(5);
    await stage.put('seed', { seed: 'again' });
    await stage.send(5);
  }
  t.match(await stage.network(), { delayed: 3 });
  t.equal(await stage.relay.dropped('rate'), 27);
});

t.test('what a partition loses gives its bandwidth back', async (t) => {
  const stage = await FaultStage.start(t);
  // A frame of some 60 bytes takes half a second, those fifty half a minute.
  await stage.rule('thin', { from: 'p1', to: 'p2', rate: { bytesPerSecond: 120 } });
  await stage.send(50);
  await stage.put('partition', { groups: [['p1'], ['p2']] });
  await stage.relay.request('DELETE', '/api/clusters/demo/partition');
  t.match(await stage.network(), { delayed: 0 });
  const sentAtMs = performance.now();
  await stage.send(1);
  await stage.arrives(1);
  t.ok(performance.now() - sentAtMs < 15_000, 'it waits behind nothing');
});

t.test('fates do not depend on when the receiver came', async (t) => {
  const fates: string[] = [];
  for (const lateBy of [0, 5]) {
    const relay = await TestRelay.start(t, { seed: 'stage' });
    const p1 = await relay.dial('p1');
    const rule = { from: 'p1', to: '*', drop: 0.5, every: 2 };
    await relay.request('PUT', `${BASE}/rules/half`, rule);
    for (let count = 0; count < 40; count += 1) {
      if (count === lateBy) {
        await p1.settled();
        await relay.dial('p2');
      }
      p1.send('RequestVote', 'p2', count);
    }
    await p1.settled();
    const { text } = await relay.request('GET', `${BASE}/journal?kinds=frame`);
    const lines = text
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => JSON.parse(line) as { number: number; cause?: string });
    t.same(
      lines.map(({ number }) => number),
      upTo(40),
    );
    fates.push(lines.map(({ cause }) => (cause === 'loss' ? 'x' : '.')).join(''));
  }
  t.match(fates[0], 'x');
  t.equal(fates[1], fates[0]);
});

t.test('the end of a rule cuts no delay short', async (t) => {
  const stage = await FaultStage.start(t);
  await stage.rule('slow', { from: '*', to: '*', delay: '600ms', ttlMs: 150 });
  const sentMs = performance.now();
  await stage.send(1);
  t.same(await stage.arrives(1), [1]);
  t.ok(performance.now() - sentMs >= 600, 'as late as it was to be');
  t.equal((await stage.relay.request('GET', `${BASE}/rules/slow`)).status, 404, 'long after the rule has gone');
});
