import t from 'tap';
import { peerId } from '../../shared/ids.ts';
import { BASE, FaultStage, upTo } from './support/FaultStage.ts';

t.test('hold, release in order, and shuffled', async (t) => {
  const stage = await FaultStage.start(t);
  await stage.rule('hold', { from: 'p1', to: 'p2', hold: true });
  await stage.send(30);
  t.equal((await stage.network()).held, 30);
  t.same(stage.arrived(), []);
  const release = (body?: unknown) => stage.relay.request('POST', `${BASE}/rules/hold/release`, body);
  t.same((await release({ first: 10 })).body, { released: 10 });
  t.same(await stage.arrives(10), upTo(10));
  t.same((await release({ order: 'shuffled' })).body, { released: 20 });
  const shuffled = (await stage.arrives(30)).slice(10);
  t.notSame(shuffled, upTo(30).slice(10));
  t.same(
    [...shuffled].sort((one, other) => one - other),
    upTo(30).slice(10),
  );
  await stage.send(3);
  await stage.remove('hold');
  t.same((await stage.arrives(33)).slice(30), [1, 2, 3], 'what it holds comes when the rule goes');
  t.match(await stage.network(), { held: 0, delayed: 0 });
});

t.test('frames are shuffled by the seed, and not by how many changes there were before', async (t) => {
  const orders: (readonly number[])[] = [];
  for (const changes of [0, 3]) {
    const stage = await FaultStage.start(t);
    for (let change = 0; change < changes; change += 1)
      await stage.rule(`r${change}`, { from: 'p3', to: 'p1', drop: 1 });
    await stage.put('seed', { seed: 'monday' });
    for (let change = 0; change < changes; change += 1) await stage.remove(`r${change}`);
    await stage.rule('hold', { from: 'p1', to: 'p2', hold: true });
    const release = () => stage.relay.request('POST', `${BASE}/rules/hold/release`, { order: 'shuffled' });
    await stage.send(12);
    await release();
    await stage.arrives(12);
    await stage.send(12);
    await release();
    orders.push(await stage.arrives(24));
  }
  t.strictSame(orders[0], orders[1]);
  t.notSame(orders[0]?.slice(0, 12), orders[0]?.slice(12), 'each time another order');
});

t.test('a rule of the profile and one of the user with one name: each lets its own frames go', async (t) => {
  const stage = await FaultStage.start(t);
  await stage.put('profile', { name: 'own', rules: { stuck: { from: 'p1', to: 'p2', hold: true } } });
  await stage.send(3);
  await stage.rule('stuck', { from: 'p1', to: 'p3', hold: true });
  await stage.send(2, stage.peer(1), 'p3');
  t.equal((await stage.network()).held, 5);
  const release = (body: unknown) => stage.relay.request('POST', `${BASE}/rules/stuck/release`, body);
  t.same((await release({ ofProfile: true, first: 1 })).body, { released: 1 });
  t.same(await stage.arrives(1), [1]);
  t.same((await release({})).body, { released: 2 }, "the user's goes before");
  t.same((await release({ ofProfile: false })).body, { released: 0 });
  t.same((await release({ ofProfile: true })).body, { released: 2 });
  t.same(await stage.arrives(3), upTo(3));
  await stage.remove('stuck');
  const unknown = await release({ ofProfile: false });
  t.equal(unknown.status, 404);
  t.match(unknown.body, { code: 'RULE_UNKNOWN', message: /in force are stuck \(of the profile\)/ });
  const lines = (await stage.journal('?kinds=release')).filter(({ kind }) => kind === 'release');
  t.match(lines[0], { rule: 'stuck', ofProfile: true, released: 1 });
});

t.test('what is delayed when its rule goes: dropped, kept, or at once', async (t) => {
  const stage = await FaultStage.start(t);
  await stage.rule('slow', { from: 'p1', to: 'p2', delay: '1h' });
  await stage.send(2);
  await stage.remove('slow', '?frames=drop');
  t.equal(await stage.relay.dropped('removed'), 2);
  await stage.rule('slow', { from: 'p1', to: 'p2', delay: '1h' });
  await stage.send(3);
  await stage.remove('slow');
  await stage.send(1);
  t.same(await stage.arrives(4), [1, 2, 3, 1], 'at once, and what comes afterwards is behind');
  await stage.rule('slow', { from: 'p1', to: 'p2', delay: '1h' });
  await stage.send(1);
  await stage.remove('slow', '?frames=keep');
  t.equal((await stage.network()).delayed, 1);
  await stage.relay.request('POST', `${BASE}/heal`);
  t.equal((await stage.network()).delayed, 0, 'a healed network delays nothing, whoever asked for it');
  t.equal((await stage.arrives(5)).length, 5);
});

t.test('of two rules that delay, the other one still does when one is gone', async (t) => {
  const stage = await FaultStage.start(t);
  await stage.rule('long', { from: 'p1', to: 'p2', delay: '1h' });
  await stage.rule('short', { from: 'p1', to: 'p2', delay: '100ms' });
  const sentAtMs = performance.now();
  await stage.send(1);
  await stage.remove('long');
  await stage.arrives(1);
  t.ok(performance.now() - sentAtMs >= 100);
});

t.test('a rule that is replaced hands its frames over: heal, removal and frames=drop reach them', async (t) => {
  const stage = await FaultStage.start(t);
  const slowThenQuick = async (): Promise<void> => {
    await stage.rule('slow', { from: 'p1', to: 'p2', delay: '1h' });
    await stage.send(1);
    await stage.rule('slow', { from: 'p1', to: 'p2', delay: '10ms' });
  };
  await slowThenQuick();
  await stage.relay.request('POST', `${BASE}/heal`);
  t.same(await stage.arrives(1), [1]);
  await slowThenQuick();
  await stage.remove('slow');
  t.same(await stage.arrives(2), [1, 1]);
  await slowThenQuick();
  await stage.remove('slow', '?frames=drop');
  await stage.send(2);
  t.same(await stage.arrives(4), [1, 1, 1, 2], 'and nothing waits for what is gone');
  t.match(await stage.network(), { delayed: 0, held: 0 });
});

t.test(
  'nobody waits for a frame that was lost: its receiver was away, or what it waited behind was dropped',
  async (t) => {
    const stage = await FaultStage.start(t);
    await stage.rule('slow', { from: 'p1', to: 'p2', types: ['AppendEntries'], delay: '1h' });
    stage.peer(2).end();
    await stage.relay.until('p2 is away', async () => (await stage.relay.view()).peers[1]?.connected === false);
    await stage.send(1, stage.peer(1), 'p2', 'AppendEntries');
    const again = await stage.relay.dial('p2');
    await stage.send(1);
    t.same(await stage.arrives(1, again), [1], 'what is lost to an absent receiver delays nothing');
    await stage.send(1, stage.peer(1), 'p2', 'AppendEntries');
    await stage.send(2);
    t.equal((await stage.network()).delayed, 3);
    await stage.remove('slow', '?frames=drop');
    t.same(await stage.arrives(3, again), [1, 1, 2]);
  },
);

t.test('late copies belong to the rule that made them', async (t) => {
  const stage = await FaultStage.start(t);
  await stage.rule('slow', { from: 'p1', to: 'p2', delay: '20ms' });
  await stage.rule('twice', { from: 'p1', to: 'p2', duplicate: { probability: 1, delay: '1h' } });
  await stage.send(1);
  await stage.remove('slow');
  await stage.arrives(1);
  t.equal((await stage.network()).delayed, 1, 'the copy still waits');
  await stage.remove('twice');
  t.same(await stage.arrives(2), [1, 1]);
});

t.test('a change that makes nothing slower delivers nothing later', async (t) => {
  const stage = await FaultStage.start(t);
  const text = '{"type":"RequestVote","from":"p1","to":"p2","id":1,"body":1}';
  const rate = { bytesPerSecond: text.length * 4 };
  await stage.rule('one', { from: 'p1', to: 'p2', rate });
  await stage.rule('other', { from: 'p1', to: 'p2', rate });
  await stage.rule('slow', { from: 'p1', to: 'p2', delay: '1ms' });
  stage.peer(1).sendText(text);
  await stage.peer(1).settled();
  await stage.remove('slow');
  await stage.arrives(1);
  const arrival = (await stage.journal('?kinds=arrival')).at(-1);
  t.ok(arrival?.kind === 'arrival' && arrival.waitedMs >= 250);
  t.ok(
    arrival?.kind === 'arrival' && arrival.waitedMs < 500,
    'two bandwidths are used at once, and not one after the other',
  );
});

t.test('a swizzle loses what is on its way while a peer is away', async (t) => {
  const stage = await FaultStage.start(t);
  await stage.rule('slow', { from: '*', to: '*', delay: '1s' });
  await stage.put('partition', { shape: 'swizzle', stepMs: 50 });
  const { partition } = await stage.network();
  const lost = new Set(partition?.absences?.map(({ id }) => String(id)));
  const [gone] = stage.peers.filter(({ id }) => lost.has(id));
  if (gone === undefined) throw new Error('nobody is lost');
  const other = stage.peers.find(({ id }) => id !== gone.id) ?? gone;
  await stage.send(1, other, gone.id);
  await stage.relay.until('all is over', async () => {
    const { delayed, partition: inForce } = await stage.network();
    return delayed === 0 && inForce === null;
  });
  await gone.settled();
  t.same(stage.arrived(gone), []);
});

t.test('one that is away when a frame comes due does not get it', async (t) => {
  const stage = await FaultStage.start(t);
  await stage.rule('slow', { from: '*', to: '*', delay: '1500ms' });
  await stage.put('partition', { shape: 'swizzle', stepMs: 1000 });
  const { absences = [] } = (await stage.network()).partition ?? {};
  const gone = absences.find(({ fromMs }) => fromMs === 1000);
  const isThere = (id: string): boolean => !absences.some((absence) => absence.id === id && absence.fromMs < 2000);
  const sender = stage.peers.find(({ id }) => isThere(id));
  const receiver = stage.peers.find(({ id }) => id === gone?.id);
  if (sender === undefined || receiver === undefined) throw new Error('nobody is lost, or everybody at once');
  await stage.send(1, sender, receiver.id);
  await stage.relay.until('it has come due', async () => (await stage.network()).delayed === 0);
  await receiver.settled();
  t.same(stage.arrived(receiver), []);
  t.equal(await stage.relay.dropped('partition'), 1);
});

t.test('a partition cuts what is on its way, unless it says otherwise', async (t) => {
  const stage = await FaultStage.start(t);
  for (const [inFlight, expected] of [
    ['cut', []],
    ['delivered', [1]],
  ] as const) {
    await stage.rule('slow', { from: 'p1', to: 'p2', delay: '500ms' });
    await stage.send(1);
    await stage.put('partition', { groups: [['p1'], ['p2', 'p3']], inFlight });
    await stage.relay.until('it has come due', async () => (await stage.network()).delayed === 0);
    await stage.peer(2).settled();
    t.same(stage.arrived(), expected, inFlight);
    await stage.relay.request('POST', `${BASE}/heal`);
  }
});

t.test('too much waits: what is beyond is dropped and counted', async (t) => {
  const stage = await FaultStage.start(t, { delayedFramesMax: 10 });
  await stage.rule('hold', { from: 'p1', to: 'p2', hold: true });
  await stage.send(15);
  t.equal((await stage.network()).held, 10);
  t.equal(await stage.relay.dropped('bufferFull'), 5);
  await stage.remove('hold');
  t.same(await stage.arrives(10), upTo(10));
});

t.test('a large release leaves in order, and loses nothing to a reader that reads', async (t) => {
  const stage = await FaultStage.start(t);
  await stage.rule('hold', { from: 'p1', to: 'p2', hold: true });
  await stage.send(20_000);
  await stage.relay.until('all are held', async () => (await stage.network()).held === 20_000);
  await stage.remove('hold');
  await stage.send(1);
  t.same(await stage.arrives(20_001), [...upTo(20_000), 1]);
});

t.test('a swizzle leaves clients alone', async (t) => {
  const stage = await FaultStage.start(t);
  const client = await stage.relay.dial('c1', { path: 'client' });
  await stage.put('partition', { shape: 'swizzle', stepMs: 60_000 });
  const { absences = [] } = (await stage.network()).partition ?? {};
  const away = stage.peers.find(({ id }) => absences.some((absence) => absence.id === id && absence.fromMs === 0));
  if (away === undefined) throw new Error('nobody is away');
  const there = stage.peers.find(({ id }) => id !== away.id);
  there?.send('RequestVote', away.id);
  client.send('ClientRequest', away.id);
  away.send('ClientReply', 'c1');
  await Promise.all([client.heard('ClientReply'), away.heard('ClientRequest'), there?.settled()]);
  t.equal(await stage.relay.dropped('partition'), 1, 'a peer does not reach it');
});

t.test('a change of the profile leaves a partition as it was put in force, in the journal too', async (t) => {
  const stage = await FaultStage.start(t);
  await stage.rule('slow', { from: 'p1', to: 'p2', delay: '600ms' });
  await stage.put('profile', { name: 'village', rules: {}, inFlight: 'delivered' });
  await stage.send(1);
  await stage.put('partition', { groups: [['p1'], ['p2', 'p3']] });
  await stage.put('profile', { name: 'reliable' });
  t.same(await stage.arrives(1), [1]);
  const lines = await stage.journal('?kinds=faults');
  t.match(lines.at(-1), { profile: { name: 'reliable' }, partition: { inFlight: 'delivered' } });
});

t.test('a client that is named a voter hears no more across a cut', async (t) => {
  const stage = await FaultStage.start(t);
  const p9 = await stage.relay.dial('p9', { path: 'client' });
  await stage.put('partition', { groups: [['p1']] });
  await stage.send(1, stage.peer(1), 'p9');
  t.same(await stage.arrives(1, p9), [1]);
  stage.peer(2).status({ voters: ['p1', 'p2', 'p9'].map((id) => peerId(id)) });
  await stage.peer(2).settled();
  await stage.send(1, stage.peer(1), 'p9');
  await p9.settled();
  t.same(stage.arrived(p9), [1]);
  t.equal(await stage.relay.dropped('partition'), 1);
});

t.test(
  'the cut is looked at when a held frame is let go: not before, and whatever becomes of those on their way',
  async (t) => {
    const stage = await FaultStage.start(t);
    await stage.rule('stuck', { from: '*', to: '*', hold: true });
    await stage.send(1);
    await stage.send(1, stage.peer(2), 'p3');
    await stage.send(1, stage.peer(3), 'p1');
    await stage.put('partition', { groups: [['p1', 'p3'], ['p2']], inFlight: 'delivered' });
    const { body } = await stage.relay.request('POST', `${BASE}/rules/stuck/release`, {});
    t.match(body, { released: 3 });
    t.same(await stage.arrives(1, stage.peer(1)), [1]);
    t.equal(await stage.relay.dropped('partition'), 2);
    t.match(await stage.network(), { delayed: 0, held: 0 });
  },
);

t.test('a frame that was held while a swizzle lost one of its ends arrives when both are back', async (t) => {
  const stage = await FaultStage.start(t);
  await stage.rule('stuck', { from: '*', to: '*', hold: true });
  for (const from of stage.peers) for (const to of stage.peers) if (to !== from) await stage.send(1, from, to.id);
  const atMs = performance.now();
  await stage.put('partition', { shape: 'swizzle', stepMs: 700 });
  const { absences = [] } = (await stage.network()).partition ?? {};
  const backAtMs = ({ id }: { id: string }): number => absences.find((absence) => absence.id === id)?.untilMs ?? 0;
  const [one, other] = [...stage.peers].sort((a, b) => backAtMs(a) - backAtMs(b));
  if (one === undefined || other === undefined) throw new Error('nobody is there');
  t.ok(backAtMs(other) > 0, 'one of the two was away');
  await stage.relay.until('both are back', () => performance.now() - atMs > backAtMs(other) + 300);
  await stage.relay.request('POST', `${BASE}/rules/stuck/release`, {});
  t.same(await stage.arrives(1, other).then((numbers) => numbers.slice(0, 1)), [1]);
  const heard = (): boolean => other.frames.some(({ from }) => from === one.id);
  await stage.relay.until('it has come', heard);
});
