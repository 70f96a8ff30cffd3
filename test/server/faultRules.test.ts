import t, { type Test } from 'tap';
import type { ClusterView } from '../../shared/http/ClusterView.ts';
import { JournalLine } from '../../shared/http/Journal.ts';
import { NetworkView, RuleView } from '../../shared/http/Network.ts';
import type { Rule } from '../../shared/http/Rule.ts';
import { peerId } from '../../shared/ids.ts';
import { conforming } from './support/conforming.ts';
import { TestRelay } from './support/relay.ts';
import type { TestPeer } from './support/TestPeer.ts';

const BASE = '/api/clusters/demo';

/** A relay with p1, p2 and p3, and how its faults are set over HTTP. */
class Stage {
  readonly relay: TestRelay;
  readonly peers: readonly TestPeer[];

  constructor(relay: TestRelay, peers: readonly TestPeer[]) {
    this.relay = relay;
    this.peers = peers;
  }

  static async start(t: Test, options: Parameters<typeof TestRelay.start>[1] = {}): Promise<Stage> {
    const relay = await TestRelay.start(t, { seed: 'stage', ...options });
    return new Stage(relay, [await relay.dial('p1'), await relay.dial('p2'), await relay.dial('p3')]);
  }

  peer(number: 1 | 2 | 3): TestPeer {
    const peer = this.peers[number - 1];
    if (peer === undefined) throw new Error(`there is no p${number}`);
    return peer;
  }

  async put(path: string, body: unknown): Promise<unknown> {
    const answer = await this.relay.request('PUT', `${BASE}/${path}`, body);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.text}`);
    return answer.body;
  }

  async rule(name: string, rule: Record<string, unknown>): Promise<RuleView> {
    return conforming(RuleView, await this.put(`rules/${name}`, rule));
  }

  async ruleView(name: string): Promise<RuleView> {
    return conforming(RuleView, (await this.relay.request('GET', `${BASE}/rules/${name}`)).body);
  }

  async network(): Promise<NetworkView> {
    return conforming(NetworkView, (await this.relay.request('GET', `${BASE}/network`)).body);
  }

  async remove(name: string, query = ''): Promise<void> {
    const { status, text } = await this.relay.request('DELETE', `${BASE}/rules/${name}${query}`);
    if (status !== 200) throw new Error(text);
  }

  /** p1 sends so many frames to p2, each with its number as the body; the relay has taken them all when this returns. */
  async send(count: number, from = this.peer(1), to = 'p2', type = 'RequestVote'): Promise<void> {
    for (let number = 1; number <= count; number += 1) from.send(type, to, number);
    await from.settled();
  }

  /** The numbers that arrived, in their order. */
  arrived(at = this.peer(2)): number[] {
    return at.frames.filter(({ from }) => from !== '@relay').map(({ body }) => body as number);
  }

  async arrives(count: number, at = this.peer(2)): Promise<number[]> {
    await this.relay.until(`${count} frames arrive`, () => this.arrived(at).length >= count);
    await at.settled();
    return this.arrived(at);
  }

  async journal(query = ''): Promise<JournalLine[]> {
    const { text, status, headers } = await this.relay.request('GET', `${BASE}/journal${query}`);
    if (status !== 200) throw new Error(text);
    if (headers.get('content-type') !== 'application/x-ndjson') throw new Error('the journal is no NDJSON');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => conforming(JournalLine, JSON.parse(line)));
  }
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at + 1);
}

t.test('loss: one way, all of it, counted, and over when the rule is gone', async (t) => {
  const stage = await Stage.start(t);
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
  const stage = await Stage.start(t);
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
  const stage = await Stage.start(t);
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
  const stage = await Stage.start(t);
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
  const stage = await Stage.start(t);
  await stage.rule('twice', { from: 'p1', to: 'p2', duplicate: { probability: 1, copies: 2 } });
  await stage.send(3);
  t.same(await stage.arrives(9), [1, 1, 1, 2, 2, 2, 3, 3, 3]);
  const { traffic } = await stage.relay.view();
  t.match(traffic, { framesIn: 3, framesCopied: 6, framesDelivered: 9 });
});

t.test('corruption arrives, and is no JSON', async (t) => {
  const stage = await Stage.start(t);
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

t.test('hold, release in order, and shuffled', async (t) => {
  const stage = await Stage.start(t);
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

t.test('what is delayed when its rule goes: dropped, kept, or at once', async (t) => {
  const stage = await Stage.start(t);
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
  const stage = await Stage.start(t);
  await stage.rule('long', { from: 'p1', to: 'p2', delay: '1h' });
  await stage.rule('short', { from: 'p1', to: 'p2', delay: '100ms' });
  const sentAtMs = performance.now();
  await stage.send(1);
  await stage.remove('long');
  await stage.arrives(1);
  t.ok(performance.now() - sentAtMs >= 100);
});

t.test('a rule that is replaced hands its frames over: heal, removal and frames=drop reach them', async (t) => {
  const stage = await Stage.start(t);
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
    const stage = await Stage.start(t);
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
  const stage = await Stage.start(t);
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
  const stage = await Stage.start(t);
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

t.test('bursts, flapping, samples and late copies, over sockets', async (t) => {
  const stage = await Stage.start(t);
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
    const stage = await Stage.start(t);
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
  const stage = await Stage.start(t);
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
  const stage = await Stage.start(t);
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
  const stage = await Stage.start(t);
  await stage.rule('late', { from: 'p1', to: '*', accept: '300ms' });
  const atMs = performance.now();
  await stage.relay.dial('p2');
  await stage.relay.dial('p1');
  t.ok(performance.now() - atMs >= 300);
});

t.test('slow accept counts from the rule on, strikes first connections too, and ends with the rule', async (t) => {
  const stage = await Stage.start(t);
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

t.test('a swizzle loses what is on its way while a peer is away', async (t) => {
  const stage = await Stage.start(t);
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

t.test('a rule that is put again begins anew', async (t) => {
  const stage = await Stage.start(t);
  const rule = { from: 'p1', to: 'p2', drop: 1, first: 1 };
  await stage.rule('once', rule);
  await stage.send(2);
  await stage.rule('once', rule);
  await stage.send(2);
  t.same(await stage.arrives(2), [2, 2]);
});

t.test('the largest rule fits into a request', async (t) => {
  const stage = await Stage.start(t);
  const samplesMs = Array.from({ length: 10_000 }, (_, at) => 1000 + at / 1000);
  t.equal((await stage.rule('sampled', { from: 'p1', to: 'p2', delay: { samplesMs } })).name, 'sampled');
});

t.test('releases, and what was asked of waiting frames, stand in the journal', async (t) => {
  const stage = await Stage.start(t);
  await stage.rule('hold', { from: 'p1', to: 'p2', hold: true });
  await stage.send(3);
  await stage.relay.request('POST', `${BASE}/rules/hold/release`, { order: 'shuffled', first: 2 });
  await stage.remove('hold', '?frames=drop');
  await stage.put('seed', { seed: 'stage/demo' });
  await stage.relay.request('POST', `${BASE}/peers/p3/disconnect`, { forMs: 60_000 });
  await stage.relay.request('POST', `${BASE}/heal`);
  const lines = (await stage.journal('?kinds=faults,release')).slice(1);
  t.match(lines, [
    { kind: 'faults', frames: null, seedSet: false, healed: false },
    { kind: 'release', rule: 'hold', order: 'shuffled', first: 2, released: 2 },
    { kind: 'faults', frames: 'drop', rules: {} },
    { kind: 'faults', seedSet: true, seed: 'stage/demo' },
    { kind: 'faults', healed: true },
  ]);
  await stage.relay.dial('p3');
});

t.test('shapes are of those who vote; others are with the larger group', async (t) => {
  const stage = await Stage.start(t);
  const voters = ['p1', 'p2', 'p3'].map(peerId);
  for (const id of ['old1', 'old2']) await stage.relay.dial(id);
  stage.peer(1).status({ role: 'leader', term: 2, leader: peerId('p1'), voters });
  await stage.peer(1).settled();
  const { partition } = (await stage.put('partition', { shape: 'majority-minority' })) as ClusterView;
  const [majority, minority] = partition?.groups ?? [];
  t.same(minority, ['p1']);
  t.same(majority, ['p2', 'p3', 'old1', 'old2']);
});

t.test('rules end by themselves, and start late', async (t) => {
  const stage = await Stage.start(t);
  await stage.rule('brief', { from: '*', to: '*', hold: true, ttlMs: 150 });
  await stage.send(3);
  t.same(await stage.arrives(3), upTo(3), 'what it held comes when its time is over');
  t.equal((await stage.relay.request('GET', `${BASE}/rules/brief`)).status, 404);
  await stage.rule('later', { from: '*', to: '*', drop: 1, startAfterMs: 60_000 });
  await stage.send(1);
  t.same(await stage.arrives(4), [1, 2, 3, 1]);
});

t.test('rules by role follow what the endpoints say of themselves', async (t) => {
  const stage = await Stage.start(t);
  await stage.rule('leaders', { from: 'leader', to: '*', drop: 1 });
  await stage.send(1);
  t.same(await stage.arrives(1), [1], 'nobody leads yet');
  stage.peer(1).status({ role: 'leader', term: 1, leader: null });
  await stage.send(1);
  stage.peer(1).status({ role: 'follower', term: 2 });
  await stage.send(2);
  t.same(await stage.arrives(3), [1, 1, 2], 'what it sent as the leader is lost');
});

t.test('a partition cuts what is on its way, unless it says otherwise', async (t) => {
  const stage = await Stage.start(t);
  for (const [inFlight, expected] of [
    ['cut', []],
    ['delivered', [1]],
  ] as const) {
    await stage.rule('slow', { from: 'p1', to: 'p2', delay: '50ms' });
    await stage.send(1);
    await stage.put('partition', { groups: [['p1'], ['p2', 'p3']], inFlight });
    await stage.relay.until('it has come due', async () => (await stage.network()).delayed === 0);
    await stage.peer(2).settled();
    t.same(stage.arrived(), expected, inFlight);
    await stage.relay.request('POST', `${BASE}/heal`);
  }
});

t.test('shapes by name, and directed cuts', async (t) => {
  const stage = await Stage.start(t);
  const shaped = (await stage.put('partition', { shape: 'one-way:p2' })) as { partition: unknown };
  t.match(shaped.partition, { shape: 'one-way:p2' });
  await stage.send(1);
  await stage.send(1, stage.peer(2), 'p1');
  t.same(await stage.arrives(1, stage.peer(1)), [1], 'it is heard');
  await stage.peer(2).settled();
  t.same(stage.arrived(), [], 'and hears nothing');
  await stage.put('partition', { cuts: [['p3', 'p1']] });
  await stage.send(1, stage.peer(3), 'p1');
  await stage.send(1, stage.peer(1), 'p3');
  t.same(await stage.arrives(1, stage.peer(3)), [1]);
  await stage.peer(1).settled();
  t.equal(stage.arrived(stage.peer(1)).length, 1);
});

t.test('everything at once is one step', async (t) => {
  const stage = await Stage.start(t);
  const before = await stage.network();
  const after = conforming(
    NetworkView,
    await stage.put('network', {
      rules: { slow: { from: 'p1', to: 'p2', delay: '1ms' }, lossy: { from: 'p2', to: 'p1', drop: 0.5 } },
      partition: { shape: 'isolate:p3' },
      profile: { name: 'lan' },
      seed: '7',
    }),
  );
  t.equal(after.epoch, before.epoch + 1);
  t.match(after, { seed: '7', profile: { name: 'lan' }, partition: { shape: 'isolate:p3' } });
  t.same(
    after.rules.filter(({ ofProfile }) => !ofProfile).map(({ name }) => name),
    ['slow', 'lossy'],
  );
  t.match((await stage.relay.view()).faults, { epoch: after.epoch, seed: '7', profile: 'lan' });
  const stale = await stage.relay.request('PUT', `${BASE}/rules/x?epoch=${before.epoch}`, {
    from: '*',
    to: '*',
    drop: 1,
  });
  t.match(stale, { status: 412, body: { code: 'EPOCH_DIFFERS', details: { epoch: after.epoch } } });
  const healed = await stage.relay.request('POST', `${BASE}/heal`);
  t.match(healed.body, { partition: null, faults: { profile: 'reliable', rules: [] } });
});

t.test('a change that makes no sense is refused whole, with the place and what is legal', async (t) => {
  const stage = await Stage.start(t);
  await stage.rule('slow', { from: 'p1', to: 'p2', delay: '1ms' });
  const inForce = await stage.network();
  const refused: readonly [path: string, body: unknown, code: string, message: RegExp][] = [
    ['rules/x', { from: 'p1', to: 'p9', drop: 1 }, 'PEER_UNKNOWN', /p9.*known are p1, p2, p3/],
    ['rules/x', { from: 'p1', to: 'p2', drop: 1.5 }, 'RULE_INVALID', /drop.*from 0, never, to 1/],
    ['rules/x', { from: 'p1', to: 'p2', delay: '50' }, 'RULE_INVALID', /delay.*unit/],
    ['rules/x', { from: 'p1', to: 'p2', delay: 50 }, 'RULE_INVALID', /delay.*unit/],
    ['rules/x', { from: 'p1', to: 'p2' }, 'RULE_INVALID', /drop, delay/],
    ['rules/x', { from: 'p1', to: 'p2', drop: 1, dorp: 1 }, 'RULE_INVALID', /dorp.*did you mean drop/],
    ['rules/x', { from: 'p1', to: 'p2', drop: 1, types: ['NoSuchType!'] }, 'RULE_INVALID', /types/],
    ['rules/__proto__', { from: 'p1', to: 'p2', drop: 1 }, 'REQUEST_INVALID', /rule/],
    ['profile', { name: 'nowhere' }, 'PROFILE_UNKNOWN', /reliable.*lan/],
    ['partition', { shape: 'thirds' }, 'PARTITION_SHAPE_UNKNOWN', /halves/],
    ['partition', { shape: 'isolate:p9' }, 'PEER_UNKNOWN', /p9/],
    ['partition', { shape: 'isolate-leader' }, 'PARTITION_SHAPE_UNFIT', /leader/],
    ['partition', { groups: [['p1'], ['p1', 'p2']] }, 'PARTITION_OVERLAPS', /p1/],
    ['partition', { groups: [['p1'], ['p9']] }, 'PEER_UNKNOWN', /p9/],
    ['profile', { name: 'own', rules: { slow: { from: '*', to: '*', dely: '20ms' } } }, 'RULE_INVALID', /dely.*delay/],
    ['network', { rules: { slow: { from: '*', to: '*', dely: '20ms' } } }, 'RULE_INVALID', /dely.*delay/],
    ['partition', {}, 'REQUEST_INVALID', /./],
    ['profile', { name: 'own', rules: { x: { from: '*', to: '*', drop: 1, ttlMs: 5 } } }, 'RULE_INVALID', /ttlMs/],
    [
      'network',
      { rules: { good: { from: '*', to: '*', drop: 0.1 }, bad: { from: '*', to: '*', delay: '5..1ms' } } },
      'RULE_INVALID',
      /bad/,
    ],
  ];
  for (const [path, body, code, message] of refused) {
    const answer = await stage.relay.request('PUT', `${BASE}/${path}`, body);
    t.match(answer.body, { code, message }, `${path} ${JSON.stringify(body)}`);
  }
  const after = await stage.network();
  t.same({ ...after, rules: after.rules.map(({ name }) => name) }, { ...inForce, rules: ['slow'] });
});

t.test('the journal has every frame with its fate and cause, changes, connections and statuses', async (t) => {
  const stage = await Stage.start(t);
  stage.peer(2).status({ term: 3 });
  await stage.peer(2).settled();
  await stage.send(1);
  await stage.rule('mute', { from: 'p1', to: 'p2', drop: 1 });
  await stage.send(1);
  await stage.rule('mute', { from: 'p1', to: 'p3', delay: '5ms' });
  await stage.send(1, stage.peer(1), 'p3');
  await stage.arrives(1, stage.peer(3));
  const [head, ...lines] = await stage.journal();
  t.match(head, { kind: 'journal', cluster: 'demo', forgotten: 0, newest: lines.length });
  t.same(
    lines.map((line) => 'seq' in line && line.seq),
    upTo(lines.length),
    'in one numbered order',
  );
  t.same(
    lines.map(({ kind }) => kind),
    [...Array<string>(3).fill('connection'), 'status', 'frame', 'faults', 'frame', 'faults', 'frame', 'arrival'],
  );
  t.match(lines[3], { id: 'p2', status: { term: 3 } });
  const frame = { type: 'RequestVote', from: 'p1', to: 'p2', bytes: 60, epoch: 0, number: 1 };
  t.match(lines[4], { ...frame, fate: 'delivered' });
  t.match(lines[5], { epoch: 1, seed: 'stage/demo', rules: { mute: { from: 'p1', drop: 1 } }, partition: null });
  t.match(lines[6], { ...frame, epoch: 1, number: 2, fate: 'dropped', cause: 'loss', strikes: ['mute:drop'] });
  t.match(lines[8], { to: 'p3', epoch: 2, fate: 'planned', strikes: ['mute:delay'], delaysMs: [5] });
  t.match(lines[9], { to: 'p3', number: 1, fate: 'delivered' });
  t.same((await stage.journal('?kinds=faults&limit=1')).length, 2);
  t.match((await stage.journal('?after=9'))[1], { kind: 'arrival', seq: 10 });
  t.match(await stage.relay.request('GET', `${BASE}/journal?kinds=frames`), { status: 400 });
});

t.test(
  'the same seed and the same frames have the same fates, whatever else happens; another seed has others',
  async (t) => {
    const rules: Record<string, Rule> = {
      chaos: { from: '*', to: '*', drop: 0.3, delay: '1..20ms', duplicate: 0.2 },
    };
    const fates = async (seed: string, noise: boolean): Promise<string[]> => {
      const stage = await Stage.start(t, { seed });
      await stage.put('network', { rules: noise ? { ...rules, other: { from: 'p3', to: 'p2', drop: 0.5 } } : rules });
      for (let number = 1; number <= 60; number += 1) {
        stage.peer(1).send('RequestVote', 'p2', number);
        if (noise) stage.peer(3).send('RequestVote', 'p2', number);
      }
      await stage.peer(1).settled();
      const lines = await stage.journal('?kinds=frame');
      return lines.flatMap((line) => {
        if (line.kind !== 'frame' || line.from !== 'p1') return [];
        return [
          `${line.number} ${line.fate} ${line.cause ?? ''} ${line.delaysMs?.length ?? 0} ${line.strikes?.join() ?? ''}`,
        ];
      });
    };
    const first = await fates('one', false);
    t.equal(first.length, 60);
    t.same(await fates('one', true), first);
    t.notSame(await fates('two', false), first);
  },
);

t.test('too much waits: what is beyond is dropped and counted', async (t) => {
  const stage = await Stage.start(t, { delayedFramesMax: 10 });
  await stage.rule('hold', { from: 'p1', to: 'p2', hold: true });
  await stage.send(15);
  t.equal((await stage.network()).held, 10);
  t.equal(await stage.relay.dropped('bufferFull'), 5);
  await stage.remove('hold');
  t.same(await stage.arrives(10), upTo(10));
});

t.test('a large release leaves in order, and loses nothing to a reader that reads', async (t) => {
  const stage = await Stage.start(t);
  await stage.rule('hold', { from: 'p1', to: 'p2', hold: true });
  await stage.send(20_000);
  await stage.relay.until('all are held', async () => (await stage.network()).held === 20_000);
  await stage.remove('hold');
  await stage.send(1);
  t.same(await stage.arrives(20_001), [...upTo(20_000), 1]);
});

t.test('the live feed tells of changes, and the view names the rules', async (t) => {
  const stage = await Stage.start(t);
  const viewer = await stage.relay.watch();
  await stage.rule('slow', { from: 'p1', to: 'p2', delay: '1ms' });
  await stage.relay.until('the feed tells', () =>
    viewer.messages.some((message) => message.type === 'delta' && message.faults?.rules.includes('slow') === true),
  );
  await stage.relay.until('and in words', () =>
    viewer.messages.some(({ events }) => events.some(({ kind }) => kind === 'faultsChanged')),
  );
  t.same((await stage.relay.view()).faults.rules, ['slow']);
});
