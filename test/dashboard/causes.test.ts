import { signal } from '@preact/signals';
import t from 'tap';
import type { FrameSample } from '../../shared/http/Frames.ts';
import { peerId } from '../../shared/ids.ts';
import { arrivedAtMs, replyTo, requestOf } from '../../server/dashboard/src/model/frames/causes.ts';
import { changesBetween } from '../../server/dashboard/src/model/frames/changes.ts';
import { brings, entryIn } from '../../server/dashboard/src/model/frames/entryIn.ts';
import { fateWord, fateWords, strikeWords } from '../../server/dashboard/src/model/frames/fateWords.ts';
import { findFrame } from '../../server/dashboard/src/model/frames/findFrame.ts';
import { litBy } from '../../server/dashboard/src/model/frames/lit.ts';
import { rulesOn } from '../../server/dashboard/src/model/frames/rulesOn.ts';
import { frameTitle, meaningOf } from '../../server/dashboard/src/model/frames/sayings.ts';
import { FeedHistory } from '../../server/dashboard/src/model/history/FeedHistory.ts';
import type { FrameSeen } from '../../server/dashboard/src/model/history/History.ts';
import { GaugeColumns } from '../../server/dashboard/src/model/history/GaugeColumns.ts';
import { KeptMarks } from '../../server/dashboard/src/model/history/KeptMarks.ts';
import { FEED_FROM_MS, recordedFeed } from './support/feeds.ts';
import { followerStatus, IDS, leaderStatus, statusOf } from './support/statuses.ts';
import { pictureOf, snapshotOf, viewOf } from './support/views.ts';

const [p1, p2, p3] = [peerId('p1'), peerId('p2'), peerId('p3')] as const;

function seenOf(seq: number, changes: Partial<FrameSample> = {}, ends: FrameSeen['ends'] = []): FrameSeen {
  const facts = { seq, timeMs: 1000 + seq, type: 'RequestVote', from: p1, to: p2, id: 10 + seq, bytes: 100 } as const;
  return { sample: { ...facts, fate: 'delivered', ...changes }, ends };
}

function reply(seq: number, inReplyTo: number, changes: Partial<FrameSample> = {}): FrameSeen {
  return seenOf(seq, { type: 'RequestVoteReply', from: p2, to: p1, gist: { inReplyTo, yes: true }, ...changes });
}

t.test('a reply finds its request, and a request its reply', async (t) => {
  const asked = seenOf(1);
  const other = seenOf(2, { to: p3 });
  const answer = reply(3, 11);
  const later = reply(4, 12);
  const all = [asked, other, answer, later];
  t.equal(requestOf(answer.sample, all), asked);
  t.equal(requestOf(later.sample, all), null, 'the frame of that number went to another peer');
  t.equal(replyTo(asked.sample, all), answer);
  t.equal(replyTo(other.sample, all), null);
  t.equal(requestOf(asked.sample, all), null, 'a request answers nothing');
  t.equal(requestOf(reply(0, 11).sample, all), null, 'nothing is answered before it was asked');
});

t.test(
  'of requests under one number, the newest before the reply is meant: a peer that began anew counts from 1',
  async (t) => {
    const old = seenOf(1, { id: 7 });
    const fresh = seenOf(5, { id: 7 });
    const answer = reply(6, 7);
    t.equal(requestOf(answer.sample, [old, fresh, answer]), fresh);
  },
);

t.test('when a frame arrived', async (t) => {
  t.equal(arrivedAtMs(seenOf(1)), 1001);
  t.equal(arrivedAtMs(seenOf(1, { fate: 'dropped', cause: 'loss' })), null);
  const planned = { fate: 'planned', delaysMs: [50, 20] } as const;
  t.equal(arrivedAtMs(seenOf(1, { ...planned, delaysMs: [50, 20] })), null);
  const ends = [
    { seq: 1, copy: 1, timeMs: 1021, cause: 'removed' as const },
    { seq: 1, copy: 0, timeMs: 1051 },
  ];
  t.equal(arrivedAtMs(seenOf(1, { fate: 'planned', delaysMs: [50, 20] }, ends)), 1051);
});

t.test('fates in words', async (t) => {
  t.strictSame(fateWords(seenOf(1)), ['delivered at once']);
  t.strictSame(fateWords(seenOf(1, { fate: 'dropped', cause: 'partition' })), [
    'dropped: the partition lies between them',
  ]);
  t.strictSame(fateWords(seenOf(1, { fate: 'planned', delaysMs: [null] })), ['held until it is released']);
  const ends = [
    { seq: 1, copy: 0, timeMs: 1001 },
    { seq: 1, copy: 1, timeMs: 1301, cause: 'removed' as const },
  ];
  const twice = seenOf(1, { fate: 'planned', delaysMs: [0, 400] }, ends);
  t.strictSame(fateWords(twice), [
    'copy 1: sent on at once; arrived at once',
    'copy 2: delayed by 400 ms; lost after 300 ms: the rule that held or delayed it was removed, and took it along',
  ]);
  t.equal(fateWord(twice), 'duplicated');
  t.equal(fateWord(seenOf(1, { fate: 'planned', delaysMs: [null] })), 'held');
  t.equal(fateWord(seenOf(1, { fate: 'planned', delaysMs: [30] })), 'delayed');
  t.strictSame(strikeWords(['slow:delay', 'odd']), ['delay by rule slow', 'rule odd']);
});

t.test('frames in words', async (t) => {
  const append = seenOf(1, {
    type: 'AppendEntries',
    gist: { term: 4, entries: 2, prevLogIndex: 17, leaderCommit: 15 },
  });
  t.equal(frameTitle(append.sample), 'AppendEntries: 2 entries, term 4');
  t.equal(
    meaningOf(append.sample),
    'p1 sends p2 entries 18 to 19, to follow what is at 17, and tells that all up to 15 is committed.',
  );
  const refused = reply(2, 11, { gist: { yes: false, refusal: 'logBehind', term: 4 } });
  t.equal(frameTitle(refused.sample), 'RequestVoteReply: no, term 4');
  t.equal(meaningOf(refused.sample), 'p2 refuses p1 its vote: p2 has a newer log.');
  t.equal(meaningOf(seenOf(1, { type: 'Gossip' }).sample), null);
});

t.test('what a status changed, ages and timers left out', async (t) => {
  const before = followerStatus(3, p1, { lastLogIndex: 9 });
  const timer = { timeoutMs: 300, remainingMs: 12, reason: 'heardFromLeader' as const };
  t.strictSame(changesBetween(before, { ...before, uptimeMs: 9000, electionTimer: timer }), []);
  t.strictSame(changesBetween(before, { ...before, term: 4, leader: null, votedFor: p3, lastLogIndex: 10 }), [
    'term: 3, then 4',
    'voted for: p1, then p3',
    'follows: p1, then nobody',
    'log to: 9, then 10',
  ]);
});

t.test('an entry is found in the frame that brought it', async (t) => {
  const append = seenOf(1, { type: 'AppendEntries', gist: { entries: 2, prevLogIndex: 17 } }).sample;
  t.strictSame(
    [17, 18, 19, 20].map((index) => brings(append, index)),
    [false, true, true, false],
  );
  const text = JSON.stringify({ type: 'AppendEntries', body: { prevLogIndex: 17, entries: [{ k: 'a' }, { k: 'b' }] } });
  t.strictSame(entryIn(text, 19), { k: 'b' });
  t.equal(entryIn(text, 20), null);
  t.equal(entryIn('{', 19), null);
});

t.test('a frame is found by its number, wherever one looks from', async (t) => {
  const extent = signal<FeedHistory['extent']['value']>(null);
  const history = new FeedHistory({
    extent,
    marks: new KeptMarks(signal(0)),
    gauges: new GaugeColumns(signal<number | null>(null)),
  });
  const feed = recordedFeed({ seconds: 45 });
  const seqs: number[] = [];
  for (const { message, receivedAtMs } of feed) {
    history.add(message, receivedAtMs);
    if (message.type === 'frames') seqs.push(...message.frames.map(({ seq }) => seq));
  }
  await history.settled();
  const wanted = [seqs[0], seqs[Math.floor(seqs.length / 2)], seqs.at(-1)];
  for (const seq of wanted) {
    for (const fromMs of [0, 20_000, 44_000, 99_000]) {
      const found = await findFrame(history, seq ?? -1, FEED_FROM_MS + fromMs);
      t.equal(found?.sample.seq, seq, `${seq} from ${fromMs}`);
    }
  }
  t.equal(await findFrame(history, 10_000_000, FEED_FROM_MS), null);
  t.equal(await findFrame(history, seqs[0] ?? 0, FEED_FROM_MS, () => true), null, 'nobody waits for it any more');
});

t.test('whatever is selected lights up', async (t) => {
  t.strictSame([...litBy({ kind: 'peer', id: p1 }, null).peers], [p1]);
  t.strictSame([...litBy({ kind: 'link', from: p1, to: p2 }, null).links], ['p1>p2']);
  t.strictSame([...litBy({ kind: 'frame', seq: 1 }, seenOf(1).sample).links], ['p1>p2']);
  t.equal(litBy({ kind: 'frame', seq: 1 }, null).links.size, 0);
  t.strictSame([...litBy({ kind: 'entry', peer: p3, index: 4 }, null).peers], [p3]);
  const question = { ask: 'refused', voter: p2, candidate: p1 } as const;
  t.strictSame([...litBy({ kind: 'question', question }, null).peers], [p2, p1]);
  t.equal(litBy(null, null).peers.size, 0);
});

t.test('the rules that mean a link, by id, list, word and both ways', async (t) => {
  const statuses = IDS.map((id) => (id === p1 ? leaderStatus(3) : statusOf()));
  const picture = pictureOf(
    snapshotOf(
      IDS.map((id, index) => viewOf(id, statuses[index] ?? null)),
      { leader: p1 },
    ),
  );
  const hits = { drop: 0, delay: 0, reorder: 0, duplicate: 0, corrupt: 0, rate: 0, hold: 0, disconnect: 0 };
  const rule = (name: string, from: string | string[], to: string, both = false) => ({
    name,
    rule: { from, to, both, drop: 1 } as Parameters<typeof rulesOn>[0][number]['rule'],
    ...{ ofProfile: false, sinceEpoch: 1, ageMs: 0, matched: 0 },
    hits: hits as unknown as Parameters<typeof rulesOn>[0][number]['hits'],
  });
  const rules = [
    rule('named', 'p1', 'p2'),
    rule('back', 'p2', 'p1'),
    rule('both', 'p2', 'p1', true),
    rule('leader', 'leader', '*'),
    rule('list', ['p1', 'p3'], 'follower'),
    rule('clients', 'client', '*'),
  ];
  const names = rulesOn(rules, picture, p1, p2).map(({ name }) => name);
  t.strictSame(names, ['named', 'both', 'leader', 'list']);
});
