import t from 'tap';
import type { ClusterView } from '../../shared/http/ClusterView.ts';
import { NetworkView } from '../../shared/http/Network.ts';
import type { Rule } from '../../shared/http/Rule.ts';
import { peerId } from '../../shared/ids.ts';
import { conforming } from './support/conforming.ts';
import { BASE, FaultStage, upTo } from './support/FaultStage.ts';

t.test('the largest rule fits into a request', async (t) => {
  const stage = await FaultStage.start(t);
  const samplesMs = Array.from({ length: 10_000 }, (_, at) => 1000 + at / 1000);
  t.equal((await stage.rule('sampled', { from: 'p1', to: 'p2', delay: { samplesMs } })).name, 'sampled');
});

t.test('the largest network that is legal is changed without a pause that heartbeats would feel', async (t) => {
  const stage = await FaultStage.start(t);
  const samplesMs = Array.from({ length: 9300 }, (_, at) => (at + 1) * 1000 * Math.SQRT2);
  const sampled = { from: 'p1', to: 'p2', delay: { samplesMs } };
  const rules: Record<string, object> = {};
  let refusal = '';
  for (let at = 0; at < 256 && refusal === ''; at += 1) {
    const { status, text } = await stage.relay.request('PUT', `${BASE}/rules/s${at}`, sampled);
    if (status === 200) rules[`s${at}`] = sampled;
    else refusal = text;
  }
  t.match(refusal, /RULE_INVALID.*at most 524288/, 'one rule more is refused');
  t.same(
    Object.keys(rules),
    (await stage.network()).rules.map(({ name }) => name),
    'and the others are in force',
  );
  const startedUs = process.cpuUsage();
  const changes = 10;
  for (let at = 0; at < changes; at += 1) {
    t.equal((await stage.relay.request('PUT', `${BASE}/seed`, { seed: `${at}` })).status, 200);
  }
  const { user, system } = process.cpuUsage(startedUs);
  const msEach = (user + system) / 1000 / changes;
  // Some 10 ms on a machine at rest, with all that this test itself does to read the answer.
  t.comment(`${msEach.toFixed(1)} ms of work for a change`);
  t.ok(msEach < 250, `${msEach.toFixed(0)} ms of work for a change`);
});

t.test('releases, and what was asked of waiting frames, stand in the journal', async (t) => {
  const stage = await FaultStage.start(t);
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

t.test('a release of the first so many means frames, each with its copies', async (t) => {
  const stage = await FaultStage.start(t);
  await stage.rule('hold', { from: 'p1', to: 'p2', hold: true, duplicate: { probability: 1, copies: 3 } });
  await stage.send(2);
  t.match(await stage.network(), { held: 8 });
  const release = async (first: number): Promise<unknown> =>
    (await stage.relay.request('POST', `${BASE}/rules/hold/release`, { first })).body;
  t.match(await release(1), { released: 1 });
  t.same(await stage.arrives(4), [1, 1, 1, 1]);
  t.match(await stage.network(), { held: 4 });
  t.match(await release(7), { released: 1 });
  t.same(await stage.arrives(8), [1, 1, 1, 1, 2, 2, 2, 2]);
});

t.test('shapes are of those who vote; others are with the larger group', async (t) => {
  const stage = await FaultStage.start(t);
  const voters = ['p1', 'p2', 'p3'].map(peerId);
  for (const id of ['old1', 'old2']) await stage.relay.dial(id);
  stage.peer(1).status({ role: 'leader', term: 2, leader: peerId('p1'), voters });
  await stage.peer(1).settled();
  const { partition } = (await stage.put('partition', { shape: 'majority-minority' })) as ClusterView;
  const [majority, minority] = partition?.groups ?? [];
  t.same(minority, ['p1']);
  t.same(majority, ['p2', 'p3', 'old1', 'old2']);
});

t.test('shapes by name, and directed cuts', async (t) => {
  const stage = await FaultStage.start(t);
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
  const stage = await FaultStage.start(t);
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
  const stage = await FaultStage.start(t);
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
    [
      'partition',
      { shape: 'halves', inFlight: 'x' },
      'REQUEST_INVALID',
      /^body\/inFlight must be "cut" or "delivered";/,
    ],
    [
      'partition',
      { groups: [['p1']], shape: 'halves' },
      'REQUEST_INVALID',
      /^body may not have shape beside groups; it may have groups, cuts, inFlight; or else shape, stepMs, inFlight;/,
    ],
    ['partition', { groups: [[]] }, 'REQUEST_INVALID', /^body\/groups\/0 must not have fewer than 1 items;/],
    ['partition', { shpe: 'halves' }, 'REQUEST_INVALID', /^"shpe" is unknown in the body; did you mean shape\?/],
    ['partition', { shape: 'halves', stepMs: 0 }, 'REQUEST_INVALID', /^body\/stepMs must/],
    ['network', { partition: { groups: [[]] } }, 'REQUEST_INVALID', /^body\/partition\/groups\/0 must not have fewer/],
    [
      'network',
      { partition: { shpe: 'x' } },
      'REQUEST_INVALID',
      /^"shpe" is unknown in the body\/partition; did you mean shape\?/,
    ],
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

t.test('what is refused is told by its place in the request', async (t) => {
  const stage = await FaultStage.start(t);
  const refused: readonly [path: string, body: unknown, place: string][] = [
    ['network', { partition: { shape: 'thirds' } }, '/partition/shape'],
    ['network', { partition: { shape: 'isolate:p9' } }, '/partition/shape'],
    ['network', { partition: { shape: 'isolate-leader' } }, '/partition/shape'],
    ['partition', { shape: 'thirds' }, '/shape'],
    ['partition', { shape: 'halves', stepMs: 100 }, '/stepMs'],
    ['network', { partition: { shape: 'isolate:p1', stepMs: 100 } }, '/partition/stepMs'],
    ['network', { profile: { name: 'wan', regions: { eu: ['p1', 'p9'] } } }, '/profile/regions/eu/1'],
    ['network', { partition: { groups: [['p1'], ['p2', 'p9']] } }, '/partition/groups/1/1'],
    ['network', { partition: { cuts: [['p9', 'p2']] } }, '/partition/cuts/0/0'],
    ['partition', { cuts: [['p9', 'p2']] }, '/cuts/0/0'],
    ['partition', { cuts: [['p1', 'p1']] }, '/cuts/0'],
    ['profile', { name: 'wan', regions: { eu: ['p1', 'p9'] } }, '/regions/eu/1'],
    ['profile', { name: 'fast' }, '/name'],
  ];
  for (const [path, body, place] of refused) {
    const answer = await stage.relay.request('PUT', `${BASE}/${path}`, body);
    t.match(answer.body, { details: { place } }, JSON.stringify(body));
  }
  const overlap = await stage.relay.request('PUT', `${BASE}/partition`, { groups: [['p1'], ['p1']] });
  t.match(overlap.body, { message: /^\/groups: p1 may/, details: { place: '/groups', legal: /one group/ } });
});

t.test('the journal has every frame with its fate and cause, changes, connections and statuses', async (t) => {
  const stage = await FaultStage.start(t);
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
      const stage = await FaultStage.start(t, { seed });
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

t.test('the live feed tells of changes, and the view names the rules', async (t) => {
  const stage = await FaultStage.start(t);
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

t.test('what is far too large is refused in few words', async (t) => {
  const stage = await FaultStage.start(t);
  const put = (path: string, body: unknown) => stage.relay.request('PUT', `${BASE}/${path}`, body);
  const long = await put('rules/x', { from: '*', to: '*', drop: 1, ['k'.repeat(300_000)]: 1 });
  t.equal(long.status, 400);
  t.ok(long.text.length < 2000, `${long.text.length} characters`);
  const rules = Object.fromEntries(
    Array.from({ length: 5000 }, (_, at) => [`r${at}`, { from: '*', to: '*', drop: 1 }]),
  );
  const many = await put('rules', { rules });
  t.match(many.body, { code: 'RULE_INVALID', message: /a list of 5000; legal is at most 256 rules/ });
  const large = await put('network', { rules: {}, pad: 'x'.repeat(1_100_000) });
  t.match(large.body, { code: 'REQUEST_INVALID', message: 'the body is larger than this relay takes' });
});

t.test('a seed goes into logs and terminals as it is: one with control characters is refused', async (t) => {
  const stage = await FaultStage.start(t);
  for (const seed of ['a\nb', '\u001b]0;x\u0007', '\u0085', 'x\u2028']) {
    const refused = await stage.relay.request('PUT', `${BASE}/seed`, { seed });
    t.match(refused, { status: 400, body: { code: 'REQUEST_INVALID' } });
    t.equal((await stage.relay.request('PUT', `${BASE}/network`, { seed })).status, 400);
  }
  t.equal((await stage.relay.request('PUT', `${BASE}/seed`, { seed: 'Montag früh, 7 Uhr' })).status, 200);
});
