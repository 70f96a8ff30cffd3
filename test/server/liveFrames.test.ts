import t from 'tap';
import { RelayClient } from '../../client/RelayClient.ts';
import { FrameText, type LiveFrames } from '../../shared/http/Frames.ts';
import { peerId } from '../../shared/ids.ts';
import { MEMBERS_MAX } from '../../shared/numbers.ts';
import { PER_MESSAGE_MAX } from '../../server/live/FrameSamples.ts';
import { TEXT_BYTES_MAX, TEXTS_MAX } from '../../server/live/FrameTexts.ts';
import { gistOf } from '../../server/live/gist.ts';
import { encodeFrame } from '../../shared/envelope.ts';
import { EVERY_RAFT_MESSAGE } from '../support/messages.ts';
import { conforming } from './support/conforming.ts';
import { BASE, FaultStage } from './support/FaultStage.ts';
import type { TestViewer } from './support/TestViewer.ts';

const SAMPLED = '?frames=sampled';
const all = <What extends 'frames' | 'ends' | 'crowded'>({ frames }: TestViewer, what: What): LiveFrames[What] =>
  frames.flatMap((message) => message[what] as LiveFrames[What][number][]) as LiveFrames[What];
const APPEND = { term: 3, prevLogIndex: 4, prevLogTerm: 2, leaderCommit: 4, round: 1, entries: [] };

t.test(
  'who asks for frames is told of them behind each message; who does not ask is not, and nothing is kept',
  async (t) => {
    const stage = await FaultStage.start(t);
    const { relay } = stage;
    const [p1, p2] = [stage.peer(1), stage.peer(2)];
    const plain = await relay.watch();
    p1.send('AppendEntries', 'p2', APPEND);
    await p1.settled();
    t.match((await relay.request('GET', `${BASE}/frames/4`)).body, { code: 'FRAME_FORGOTTEN' });

    const viewer = await relay.watch('demo', {}, SAMPLED);
    await viewer.until('what waits', () => viewer.frames.length === 1);
    t.match(viewer.frames[0], { isWhole: true, frames: [], ends: [], crowded: [], queues: [] });
    const id = p1.send('AppendEntries', 'p2', APPEND);
    await p1.settled();
    p2.send('AppendEntriesReply', 'p1', {
      ...{ term: 3, requestTerm: 3, inReplyTo: id, round: 1, prevLogIndex: 4, success: true, matchIndex: 4 },
    });
    p2.send('AppendEntries', 'nobody', APPEND);
    await viewer.until('three frames', () => all(viewer, 'frames').length === 3);
    const [sent, reply, lost] = all(viewer, 'frames');
    t.match(sent, {
      ...{ type: 'AppendEntries', from: 'p1', to: 'p2', id, fate: 'delivered' },
      gist: { term: 3, entries: 0, prevLogIndex: 4, leaderCommit: 4 },
    });
    t.match(reply, { from: 'p2', gist: { yes: true, matchIndex: 4, inReplyTo: id } });
    t.match(lost, { to: 'nobody', fate: 'dropped', cause: 'absent' });
    t.same(viewer.types.slice(0, 2), ['snapshot', 'frames']);
    const deltas = viewer.types.flatMap((type, at) => (type === 'delta' ? [viewer.types[at + 1]] : []));
    t.ok(
      deltas.every((type) => type === 'frames'),
      'right behind each delta',
    );
    t.same(all(viewer, 'crowded'), []);
    t.notOk(plain.types.includes('frames'));

    const lines = await stage.journal('?kinds=frame');
    const line = lines.find((one) => one.kind === 'frame' && one.seq === sent?.seq);
    const { gist: _gist, ...facts } = sent ?? {};
    t.match(line, facts, "its fields are those of the journal's line");
    const client = new RelayClient({ url: relay.url });
    const text = await client.frame('demo', sent?.seq ?? 0);
    t.same(JSON.parse(text?.text ?? ''), { type: 'AppendEntries', from: 'p1', to: 'p2', id, body: APPEND });
    t.equal(text?.truncated, false);
    t.match((await relay.request('GET', `${BASE}/frames/x`)).body, { code: 'REQUEST_INVALID' });

    viewer.end();
    await relay.until('nobody looks', async () => (await client.frame('demo', sent?.seq ?? 0)) === null);
    t.match((await relay.request('GET', `${BASE}/live?frames=all`)).body, { code: 'REQUEST_INVALID' });
  },
);

t.test('of a crowded link some are told, and the number of all; votes do not hide behind heartbeats', async (t) => {
  const stage = await FaultStage.start(t, { liveIntervalMs: 400 });
  const { relay } = stage;
  const viewer = await relay.watch('demo', {}, SAMPLED);
  await viewer.until('what waits', () => viewer.frames.length === 1);
  const peer = stage.peer(1);
  for (let count = 0; count < 300; count += 1) for (const to of ['p2', 'p3']) peer.send('AppendEntries', to, APPEND);
  for (let count = 0; count < 30; count += 1) peer.send('RequestVote', 'p2', { term: 4 });
  await peer.settled();
  const told = (type: string, to: string): number =>
    all(viewer, 'frames').filter((frame) => frame.type === type && frame.to === to).length;
  const counted = (type: string, to: string): number =>
    all(viewer, 'crowded').reduce((sum, link) => sum + (link.to === to ? (link.counts[type] ?? 0) : 0), 0);
  await viewer.until('all were counted', () => counted('AppendEntries', 'p2') + counted('AppendEntries', 'p3') >= 560);
  for (const { frames, crowded } of viewer.frames) {
    t.ok(frames.length <= PER_MESSAGE_MAX);
    for (const { from, to, counts } of crowded) {
      const toldHere = frames.filter((frame) => frame.from === from && frame.to === to).length;
      const judged = Object.values(counts).reduce((sum, count) => sum + count, 0);
      t.ok(judged > toldHere && toldHere <= 40, `${toldHere} of ${judged} to ${to}`);
    }
  }
  t.ok(told('AppendEntries', 'p2') >= 20, '50 a second');
  t.ok(told('RequestVote', 'p2') >= 20, `${told('RequestVote', 'p2')} votes`);
});

t.test(
  'what waits is told with its delays, ends when it arrives or is lost, and waits for who comes later',
  async (t) => {
    const stage = await FaultStage.start(t);
    const { relay } = stage;
    const viewer = await relay.watch('demo', {}, SAMPLED);
    await stage.rule('slow', { from: '*', to: 'p2', delay: '60s' });
    await stage.rule('hold', { from: '*', to: 'p3', hold: true });
    await stage.send(2, stage.peer(1), 'p2', 'RequestVote');
    await stage.send(1, stage.peer(1), 'p3', 'RequestVote');
    await viewer.until('three frames', () => all(viewer, 'frames').length === 3);
    const [first, second, held] = all(viewer, 'frames');
    // Differences of clock readings have digits behind the point.
    const delaysOf = (frame: { delaysMs?: (number | null)[] } | undefined): (number | null)[] | undefined =>
      frame?.delaysMs?.map((delayMs) => delayMs && Math.round(delayMs));
    t.match(first, { fate: 'planned', strikes: ['slow:delay'] });
    t.same(delaysOf(first), [60_000]);
    t.match(held, { fate: 'planned', strikes: ['hold:hold'], delaysMs: [null] });
    await viewer.until('queues', () => viewer.frames.at(-1)?.queues.length === 2);
    t.same(viewer.frames.at(-1)?.queues, [
      { from: 'p1', to: 'p2', delayed: 2, held: 0 },
      { from: 'p1', to: 'p3', delayed: 0, held: 1 },
    ]);
    t.same(all(viewer, 'ends'), []);

    const later = await relay.watch('demo', {}, SAMPLED);
    await later.until('what waits', () => later.frames.length > 0);
    t.match(later.frames[0], { isWhole: true, crowded: [], ends: [] });
    t.same(
      later.frames[0]?.frames.map((frame) => [frame.seq, delaysOf(frame)]),
      [
        [first?.seq, [60_000]],
        [second?.seq, [60_000]],
        [held?.seq, [null]],
      ],
    );
    t.match(await new RelayClient({ url: relay.url }).frame('demo', held?.seq ?? 0), { truncated: false });

    await stage.remove('hold', '?frames=drop');
    await stage.remove('slow');
    await later.until('all ends', () => all(later, 'ends').length === 3);
    const ends = new Map(all(later, 'ends').map((end) => [end.seq, end]));
    t.match(ends.get(first?.seq ?? 0), { copy: 0 });
    t.notOk('cause' in (ends.get(first?.seq ?? 0) ?? {}), 'it arrived');
    t.match(ends.get(held?.seq ?? 0), { copy: 0, cause: 'removed' });
    await later.until('nothing waits', () => later.frames.at(-1)?.queues.length === 0);
    await viewer.until('the same ends', () => all(viewer, 'ends').length === 3);
    t.same(new Set(all(viewer, 'ends').map(({ seq }) => seq)), new Set(ends.keys()));
  },
);

t.test('frames that nobody was told of when they came are told to who comes later, with their ends', async (t) => {
  const stage = await FaultStage.start(t);
  await stage.rule('hold', { from: '*', to: '*', hold: true });
  await stage.send(700, stage.peer(1), 'p2', 'AppendEntries');
  const viewer = await stage.relay.watch('demo', {}, SAMPLED);
  await viewer.until('what waits', () => viewer.frames.length > 0);
  const [whole] = viewer.frames;
  t.equal(whole?.isWhole, true);
  t.equal(whole?.frames.length, 500, 'the first of them');
  t.ok(whole?.frames.every(({ delaysMs, fate }) => fate === 'planned' && delaysMs?.[0] === null));
  t.same(whole?.queues, [{ from: 'p1', to: 'p2', delayed: 0, held: 700 }]);
  await stage.remove('hold');
  await viewer.until('the ends', () => all(viewer, 'ends').length >= 500);
  t.ok(all(viewer, 'ends').every(({ seq }) => whole?.frames.some((frame) => frame.seq === seq)));
});

t.test('when too many wait they are one sum; when nothing changes nothing is told', async (t) => {
  const stage = await FaultStage.start(t, { liveIntervalMs: 20 });
  await stage.rule('hold', { from: '*', to: '*', hold: true });
  await stage.send(5100, stage.peer(1), 'p2', 'AppendEntries');
  const viewer = await stage.relay.watch('demo', {}, SAMPLED);
  await viewer.until('what waits', () => viewer.frames.length > 0);
  t.same(viewer.frames[0]?.queues, [{ from: '*', to: '*', delayed: 0, held: 5100 }]);
  const another = await stage.relay.watch('demo', {}, SAMPLED);
  await another.until('ticks later', () => another.frames.length > 0);
  const count = viewer.types.length;
  const startedMs = performance.now();
  await viewer.until('a while', () => performance.now() - startedMs > 300);
  t.ok(viewer.types.length <= count + 1, `${viewer.types.length} messages`);
});

t.test('texts are cut, and the oldest forgotten; a gist is of whole ones only', async (t) => {
  const stage = await FaultStage.start(t, { liveIntervalMs: 10 });
  const client = new RelayClient({ url: stage.relay.url });
  const viewer = await stage.relay.watch('demo', {}, SAMPLED);
  await viewer.until('what waits', () => viewer.frames.length > 0);
  const peer = stage.peer(1);
  peer.send('AppendEntries', 'p2', { ...APPEND, filler: 'é'.repeat(4000) });
  await viewer.until('the large one', () => all(viewer, 'frames').length === 1);
  const [large] = all(viewer, 'frames');
  t.notOk(large !== undefined && 'gist' in large);
  const text = conforming(FrameText, await client.frame('demo', large?.seq ?? 0));
  t.ok(text.truncated && Buffer.byteLength(text.text) <= TEXT_BYTES_MAX && text.text.endsWith('é'), 'no half a letter');
  let told = 0;
  while (told <= TEXTS_MAX + 10) {
    for (const to of ['p1', 'p2', 'p3', 'a', 'b', 'c', 'd', 'e', 'f', 'g']) peer.send('AppendEntries', to, 1);
    await peer.settled();
    await viewer.until('it is told', () => all(viewer, 'frames').length > told);
    told = all(viewer, 'frames').length;
  }
  t.equal(await client.frame('demo', large?.seq ?? 0), null);
});

t.test('a viewer that was too slow gets a snapshot, and what waits', async (t) => {
  const { relay, peers } = await FaultStage.start(t, { liveIntervalMs: 10, pingIntervalMs: 60_000, endpointsMax: 8 });
  await relay.request('PUT', `${BASE}/rules/hold`, { from: '*', to: 'p3', hold: true });
  const slow = await relay.watch('demo', {}, SAMPLED);
  const quick = await relay.watch('demo', {}, SAMPLED);
  await slow.until('what waits', () => slow.frames.length > 0);
  slow.webSocket.pause();
  // Large statuses, so that few of them fill the buffers of the operating system and the relay's own bound.
  const voters = Array.from({ length: MEMBERS_MAX }, (_, index) => peerId(`${'v'.repeat(60)}${index}`));
  const refused = voters.map((peer) => ({ peer, refusal: 'logBehind' as const }));
  for (let term = 1; term <= 300; term += 1) {
    for (const peer of peers) peer.status({ term, voters, votes: { granted: voters, refused } });
    peers[0]?.send('RequestVote', 'p3', { term });
    const newest = (): number | undefined => {
      const message = quick.messages.at(-1);
      return message?.type === 'snapshot' ? message.cluster.term : message?.term;
    };
    await quick.until('the statuses', () => newest() === term);
  }
  slow.webSocket.resume();
  await slow.until('what waits, again', () => slow.frames.filter(({ isWhole }) => isWhole).length === 2);
  t.equal(slow.types[slow.types.lastIndexOf('snapshot') + 1], 'frames');
  const waiting = slow.frames.find(({ isWhole }, at) => isWhole && at > 0)?.frames ?? [];
  t.equal(waiting.length, 300, 'also those that it missed');
  t.ok(slow.frames.length < quick.frames.length, `${slow.frames.length} of ${quick.frames.length}`);
});

t.test('a gist says what the body of each message says, and nothing of what is none', async (t) => {
  for (const message of EVERY_RAFT_MESSAGE) {
    const text = encodeFrame({ ...message, from: 'p1' as never, to: 'p2' as never, id: 1 });
    const gist = gistOf(message.type, text);
    t.equal(gist?.term, message.body.term, message.type);
    if (message.type.endsWith('Reply')) t.type(gist?.yes, 'boolean', message.type);
  }
  const frame = (body: unknown): string =>
    encodeFrame({ type: 'X', from: 'a' as never, to: 'b' as never, id: 1, body });
  for (const body of [
    null,
    1,
    'x',
    [],
    {},
    { term: -1 },
    { term: '1' },
    { term: 2 ** 50, entries: 7, refusal: 'no' },
  ]) {
    t.equal(gistOf('AppendEntries', frame(body)), undefined, JSON.stringify(body));
  }
  for (const text of ['', '{', '[]', 'null', '{"body":3}']) t.equal(gistOf('RequestVoteReply', text), undefined, text);
  t.same(gistOf('constructor', frame({ term: 1 })), { term: 1 });
});
