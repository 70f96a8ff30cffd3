import t from 'tap';
import { peerId } from '../../shared/ids.ts';
import { MEMBERS_MAX } from '../../shared/numbers.ts';
import { TestRelay } from './support/relay.ts';

t.test('a feed begins with a snapshot, then tells what changed and nothing else', async (t) => {
  const relay = await TestRelay.start(t);
  const [p1, p2] = [await relay.dial('p1'), await relay.dial('p2')];
  const viewer = await relay.watch();
  await viewer.until('the snapshot', () => viewer.messages.length > 0);
  t.match(viewer.messages[0], { type: 'snapshot', cluster: { id: 'demo', peers: [{ id: 'p1' }, { id: 'p2' }] } });
  t.same(viewer.eventKinds, ['connected', 'connected']);

  p2.status({ role: 'candidate', term: 2 });
  await viewer.until('the status', () => viewer.deltas.some(({ peers }) => peers.length > 0));
  const [delta] = viewer.deltas;
  t.match(delta, { type: 'delta', leader: null, term: 2, peers: [{ id: 'p2', role: 'candidate', term: 2 }] });
  t.equal(delta?.peers.length, 1, 'p1 did not change');
  t.notOk(delta !== undefined && 'partition' in delta, 'nor did the partition');
  t.match(delta?.events, [{ kind: 'roleChanged', peer: 'p2' }]);
  t.same(delta?.links, []);

  for (let count = 0; count < 5; count += 1) p1.send('RequestVote', 'p2');
  await relay.request('PUT', '/api/clusters/demo/partition', { groups: [['p1']] });
  await viewer.until('the partition', () => viewer.deltas.some(({ partition }) => partition?.groups.length === 1));
  for (let count = 0; count < 3; count += 1) p1.send('RequestVote', 'p2');
  await p1.settled();
  await relay.request('POST', '/api/clusters/demo/heal');
  await viewer.until('the healing', () => viewer.deltas.some(({ partition }) => partition === null));
  await viewer.until('all frames', () => sum(viewer.deltas, 'delivered') + sum(viewer.deltas, 'dropped') === 8);
  t.equal(sum(viewer.deltas, 'dropped'), await relay.dropped('partition'));
  t.equal(viewer.snapshots.length, 1);
  t.same(viewer.eventKinds.slice(2), ['roleChanged', 'partitioned', 'healed']);
});

function sum(
  deltas: readonly { links: { from: string; to: string; delivered: number; dropped: number }[] }[],
  what: 'delivered' | 'dropped',
): number {
  return deltas.flatMap(({ links }) => links).reduce((total, link) => total + link[what], 0);
}

t.test('leaders come and go', async (t) => {
  const relay = await TestRelay.start(t);
  const [p1, p2] = [await relay.dial('p1'), await relay.dial('p2')];
  const viewer = await relay.watch();
  const step = async (what: string, act: () => void, event: object) => {
    const before = viewer.messages.length;
    act();
    const events = () => viewer.messages.slice(before).flatMap((message) => message.events);
    await viewer.until(what, () => events().some(({ kind }) => kind === (event as { kind: string }).kind));
    t.match(
      events().filter(({ kind }) => kind.startsWith('leader')),
      [event],
      what,
    );
  };
  await step('p1 is elected', () => p1.status({ role: 'leader', term: 1 }), {
    kind: 'leaderElected',
    peer: 'p1',
    text: /term 1/,
  });
  await step('p1 steps down', () => p1.status({ role: 'follower', term: 2 }), { kind: 'leaderLost', peer: 'p1' });
  await step('p2 is elected', () => p2.status({ role: 'leader', term: 3 }), {
    kind: 'leaderElected',
    peer: 'p2',
    text: /term 3/,
  });
  await step('p2 is elected again', () => p2.status({ role: 'leader', term: 5 }), {
    kind: 'leaderElected',
    peer: 'p2',
    text: /term 5/,
  });
  await step('p2 vanishes', () => p2.end(), { kind: 'leaderLost', peer: 'p2' });
});

t.test('who comes, votes and goes is told once it is sure; the roles of who has no part are not', async (t) => {
  const relay = await TestRelay.start(t);
  const [p1, p2, p3] = [await relay.dial('p1'), await relay.dial('p2'), await relay.dial('p3')];
  const viewer = await relay.watch();
  const texts = (): string[] => viewer.messages.flatMap(({ events }) => events.map(({ text }) => text));
  const members = (voters: string[], learners: string[], votersOutgoing: string[], index: number) => ({
    ...{ voters: voters.map(peerId), learners: learners.map(peerId), votersOutgoing: votersOutgoing.map(peerId) },
    ...{ configurationIndex: index, commitIndex: index },
  });
  const leads = { role: 'leader', term: 1, canCommit: true } as const;
  const first = members(['p1', 'p2'], [], [], 1);
  p3.status({ role: 'learner' });
  p1.status({ ...leads, ...first });
  p1.status({ ...leads, ...members(['p1', 'p2'], ['p3'], [], 5), commitIndex: 4 });
  await viewer.until('p1 leads', () => texts().includes('p1 leads in term 1'));
  t.notOk(
    texts().some((text) => /added|learner/.test(text)),
    'not before it is committed',
  );
  p1.status({ ...leads, ...members(['p1', 'p2'], ['p3'], [], 5) });
  p1.status({ ...leads, ...members(['p1', 'p2', 'p3'], [], ['p1', 'p2'], 6) });
  p1.status({ ...leads, ...members(['p1', 'p2', 'p3'], [], [], 7) });
  p1.status({ ...leads, ...members(['p1', 'p3'], ['p2'], [], 9) });
  p1.status({ ...leads, ...members(['p1', 'p3'], [], [], 11) });
  await p1.settled();
  // It has not heard of its end, and asks for votes.
  p2.status({ role: 'preCandidate', ...first });
  // A leader that no majority answers may know less than it says.
  p1.status({ ...leads, canCommit: false, ...members(['p1', 'p2'], [], [], 1) });
  await p2.settled();
  p3.status({ ...leads, term: 2, ...members(['p1', 'p3', 'p4'], [], [], 13) });
  await viewer.until('p4 comes', () => texts().some((text) => text.startsWith('p4')));
  t.same(
    texts().filter((text) => !/connected/.test(text)),
    [
      ...['p1 leads in term 1', 'p3 was added as a learner', 'p3 is a voter now', 'p2 is a learner now'],
      ...['p2 was removed', 'p3 leads in term 2', 'p4 was added as a voter'],
    ],
  );
});

t.test('a feed keeps to ten updates a second, however much happens', async (t) => {
  const relay = await TestRelay.start(t, { controlFramesPerSecond: 1e6 });
  const [p1, p2] = [await relay.dial('p1'), await relay.dial('p2')];
  const viewer = await relay.watch();
  let sent = 0;
  const startedMs = performance.now();
  while (performance.now() - startedMs < 1500) {
    for (let count = 0; count < 20; count += 1) p1.send('AppendEntries', 'p2');
    sent += 20;
    p1.status({ term: sent });
    await p1.settled();
  }
  await p2.settled();
  await viewer.until('all frames are told of', () => sum(viewer.deltas, 'delivered') === sent);
  const seconds = ((viewer.arrivalsMs.at(-1) ?? 0) - (viewer.arrivalsMs[0] ?? 0)) / 1000;
  t.ok(viewer.messages.length <= 10 * seconds + 2, `${viewer.messages.length} messages in ${seconds.toFixed(2)} s`);
  t.ok(viewer.deltas.length > 3, 'and does not wait for silence');
  const last = viewer.deltas.at(-1);
  t.equal(last?.traffic.framesIn, sent);
});

t.test('when nothing happens, nothing is told', async (t) => {
  const relay = await TestRelay.start(t, { liveIntervalMs: 10 });
  const p1 = await relay.dial('p1');
  await p1.settled();
  const viewer = await relay.watch();
  await viewer.until('the snapshot', () => viewer.messages.length === 1);
  const other = await relay.watch();
  await other.until('many intervals later', () => other.snapshots.length === 1);
  const startedMs = performance.now();
  await viewer.until('a while', () => performance.now() - startedMs > 300);
  t.equal(viewer.messages.length, 1);
  t.equal(other.messages.length, 1);
});

t.test('who comes later gets a snapshot, and from then on the same as all others', async (t) => {
  const relay = await TestRelay.start(t);
  const p1 = await relay.dial('p1');
  const first = await relay.watch();
  p1.status({ role: 'candidate', term: 1 });
  const second = await relay.watch();
  await second.until('its snapshot', () => second.snapshots.length === 1);
  t.equal(second.messages[0]?.type, 'snapshot');
  p1.status({ role: 'leader', term: 2 });
  await second.until('the leader', () => second.deltas.some(({ leader }) => leader === 'p1'));
  await first.until('the leader', () => first.deltas.some(({ leader }) => leader === 'p1'));
  t.same(second.eventKinds, first.eventKinds, 'each event once');
  t.same(second.deltas.at(-1), first.deltas.at(-1));
});

t.test('a slow viewer is left out, and catches up with a new snapshot', async (t) => {
  const relay = await TestRelay.start(t, { liveIntervalMs: 10, pingIntervalMs: 60_000, endpointsMax: 20 });
  const peers = await Promise.all(Array.from({ length: 20 }, (_, index) => relay.dial(`p${index + 1}`)));
  // Large statuses, so that few of them fill the buffers of the operating system and the relay's own bound.
  const voters = Array.from({ length: MEMBERS_MAX }, (_, index) => peerId(`${'v'.repeat(60)}${index}`));
  const refused = voters.map((peer) => ({ peer, refusal: 'logBehind' as const }));
  const [slow, quick] = [await relay.watch(), await relay.watch()];
  await quick.until('its snapshot', () => quick.snapshots.length === 1);
  slow.webSocket.pause();
  for (let term = 1; term <= 45; term += 1) {
    for (const peer of peers) peer.status({ term, voters, votes: { granted: voters, refused } });
    const told = (): Set<string> => {
      const views = quick.deltas.slice(-40).flatMap((delta) => delta.peers);
      return new Set(views.filter((view) => view.term === term).map(({ id }) => id));
    };
    await quick.until('the statuses', () => told().size === peers.length);
  }
  t.equal(await relay.metric('viewers'), 2, 'nobody is thrown out for being slow');
  slow.webSocket.resume();
  await slow.until('it has caught up', () => slow.snapshots.length === 2);
  t.equal(slow.messages.at(-1)?.type, 'snapshot');
  t.equal(slow.snapshots[1]?.cluster.term, 45);
  t.ok(
    slow.messages.length < quick.messages.length - 10,
    `${slow.messages.length} of ${quick.messages.length} messages`,
  );
  peers[0]?.status({ term: 46 });
  await slow.until('it follows again', () => slow.deltas.at(-1)?.term === 46);
});

t.test('an endpoint that is forgotten is gone from the next message on, which is a snapshot', async (t) => {
  const relay = await TestRelay.start(t);
  await relay.dial('p1');
  const client = await relay.dial('c1', { path: 'client' });
  const viewer = await relay.watch();
  await viewer.until('the snapshot', () => viewer.snapshots.length === 1);
  client.end();
  await viewer.until('another snapshot', () => viewer.snapshots.length === 2);
  t.same(
    viewer.snapshots[1]?.cluster.peers.map(({ id }) => id),
    ['p1'],
  );
});

t.test('the newest 200 events are remembered', async (t) => {
  const relay = await TestRelay.start(t);
  const p1 = await relay.dial('p1');
  for (let term = 1; term <= 150; term += 1) {
    p1.status({ role: 'candidate', term });
    p1.status({ role: 'follower', term });
  }
  await p1.settled();
  const viewer = await relay.watch();
  await viewer.until('the snapshot', () => viewer.snapshots.length === 1);
  const events = viewer.snapshots[0]?.events ?? [];
  t.equal(events.length, 200);
  t.match(events.at(-1), { kind: 'roleChanged', text: /term 150/ });
});

t.test(
  'a feed of an unknown cluster, or beyond the number of viewers, is refused; a viewer that talks is cut',
  async (t) => {
    const relay = await TestRelay.start(t, { viewersMax: 1 });
    await t.rejects(relay.watch('none'), { status: 404, code: 'CLUSTER_UNKNOWN' });
    await relay.dial('p1');
    const viewer = await relay.watch();
    await t.rejects(relay.watch(), { status: 503, code: 'RELAY_FULL' });
    viewer.webSocket.send('hello');
    t.same(await viewer.closed, { code: 4400, reason: 'FRAME_MALFORMED' });
    t.equal(await relay.refusals('FRAME_MALFORMED'), 1);
    await relay.until('there is room again', async () => (await relay.metric('viewers')) === 0);
    await relay.watch();
  },
);
