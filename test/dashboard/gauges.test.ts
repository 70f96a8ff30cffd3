import { signal } from '@preact/signals';
import t from 'tap';
import { countGauges } from '../../server/dashboard/src/model/gauges/countGauges.ts';
import type { GaugeName } from '../../server/dashboard/src/model/gauges/Gauges.ts';
import { type Reading, readings } from '../../server/dashboard/src/model/gauges/readings.ts';
import { sparkline, sparklinePath } from '../../server/dashboard/src/model/gauges/sparkline.ts';
import { GaugeColumns } from '../../server/dashboard/src/model/history/GaugeColumns.ts';
import { KeptMarks } from '../../server/dashboard/src/model/history/KeptMarks.ts';
import { makeHistory } from '../../server/dashboard/src/state/makeHistory.ts';
import { reduce } from '../../server/dashboard/src/model/reduce.ts';
import type { Picture } from '../../server/dashboard/src/model/Picture.ts';
import type { LiveDelta, LiveSnapshot, SampledMessage } from '../../shared/http/Live.ts';
import type { PeerId } from '../../shared/ids.ts';
import { FEED_FROM_MS, recordedFeed } from './support/feeds.ts';
import { followerStatus, IDS, leaderStatus } from './support/statuses.ts';
import { deltaOf, NO_TRAFFIC, snapshotOf, viewOf } from './support/views.ts';

const [P1, P2] = IDS as readonly [PeerId, PeerId];
/** A whole second. */
const FROM_MS = 1_700_000_000_000;

/** Gauges of a feed that a test makes up. */
class Counted {
  readonly gauges = new GaugeColumns(signal<number | null>(null));
  readonly marks = new KeptMarks(signal(0));
  readonly #watch = countGauges(this.gauges);
  #picture: Picture | null = null;

  tell(message: SampledMessage): void {
    const before = this.#picture;
    if (message.type !== 'frames') this.#picture = reduce(before, message, message.timeMs - FROM_MS);
    if (this.#picture !== null) this.#watch(message, this.#picture, before);
  }

  begin(changes: Partial<LiveSnapshot['cluster']> = {}, atMs = 0, events: LiveSnapshot['events'] = []): void {
    this.tell({
      ...snapshotOf([viewOf(P1, leaderStatus(1))], { leader: P1, ...changes }),
      timeMs: FROM_MS + atMs,
      events,
    });
  }

  on(atMs: number, changes: Partial<LiveDelta> = {}): void {
    this.tell(deltaOf({ timeMs: FROM_MS + atMs, leader: P1, ...changes }));
  }

  column(name: GaugeName, seconds: number): number[] {
    return [...this.gauges.column(name, FROM_MS + (seconds - 1) * 1000, seconds)].map((value) => Math.round(value));
  }
}

t.test('time without a leader falls into the seconds in which it was', async (t) => {
  const counted = new Counted();
  counted.begin();
  counted.on(400, { leader: null });
  counted.on(1500, { leader: null });
  counted.on(2250);
  counted.on(3000);
  t.strictSame(counted.column('leaderlessMs', 3), [600, 1000, 250]);
});

t.test('elections are counted once, and not those of before', async (t) => {
  const counted = new Counted();
  const elected = (atMs: number) => ({
    timeMs: FROM_MS + atMs,
    kind: 'leaderElected' as const,
    peer: P1,
    text: 'p1 leads',
  });
  counted.begin({}, 0, [elected(-500)]);
  counted.on(700, { events: [elected(650)] });
  counted.begin({}, 900, [elected(-500), elected(650), elected(850)]);
  counted.on(1100, { events: [elected(1050)] });
  t.strictSame(counted.column('elections', 2), [2, 1]);
});

t.test(
  'frames, bytes and calls grow by what the counters grew; a relay that was started again counts from 0',
  async (t) => {
    const counted = new Counted();
    const traffic = (framesIn: number) => ({
      traffic: { ...NO_TRAFFIC, framesIn, bytesIn: framesIn * 100, requests: framesIn / 2 },
    });
    counted.begin(traffic(1000));
    counted.on(100, traffic(1010));
    counted.on(900, traffic(1040));
    counted.on(1200, traffic(1050));
    counted.on(1500, traffic(4));
    counted.on(1700, traffic(10));
    t.strictSame(counted.column('framesIn', 2), [40, 16]);
    t.strictSame(counted.column('bytesIn', 2), [4000, 1600]);
    t.strictSame(counted.column('requests', 2), [20, 8]);
  },
);

t.test('of a time in which nothing was told there are no numbers', async (t) => {
  const counted = new Counted();
  counted.begin({ leader: null });
  counted.on(500, { leader: null });
  counted.begin({ leader: null }, 5000);
  counted.on(5200, { leader: null });
  t.strictSame(counted.column('leaderlessMs', 6), [500, NaN, NaN, NaN, NaN, 200]);
});

t.test('lags, commits and the slowest disk are read off statuses', async (t) => {
  const counted = new Counted();
  const progress = [{ peer: P2, mode: 'replicate' as const, nextIndex: 8, matchIndex: 7, heardMsAgo: 3 }];
  const leader = leaderStatus(1, {
    ...{ lastLogIndex: 20, progress, commits: { count: 9, p50Ms: 4, p99Ms: 31 } },
    disk: { unsyncedEntries: 0, writingMs: 0, lastWriteMs: 2 },
  });
  const follower = followerStatus(1, P1, { disk: { unsyncedEntries: 4, writingMs: 700, lastWriteMs: 3 } });
  counted.tell({ ...snapshotOf([viewOf(P1, leader), viewOf(P2, follower)], { leader: P1 }), timeMs: FROM_MS });
  t.strictSame(counted.column(`lag:${P2}`, 1), [13]);
  t.strictSame([counted.column('commitP50Ms', 1), counted.column('commitP99Ms', 1)], [[4], [31]]);
  t.strictSame(counted.column('diskMs', 1), [700]);
});

t.test('heartbeats of the busiest link, and what waits', async (t) => {
  const counted = new Counted();
  counted.begin();
  const beat = (seq: number, atMs: number, to: PeerId, entries = 0) => ({
    ...{
      seq,
      id: seq,
      timeMs: FROM_MS + atMs,
      type: 'AppendEntries',
      from: P1,
      to,
      bytes: 100,
      fate: 'delivered' as const,
    },
    gist: { term: 1, entries },
  });
  const [, , P3] = IDS as readonly [PeerId, PeerId, PeerId];
  counted.tell({
    ...{ type: 'frames', timeMs: FROM_MS + 1100, isWhole: false, ends: [], crowded: [] },
    frames: [
      beat(1, 0, P2),
      beat(2, 100, P2),
      beat(3, 100, P3),
      beat(4, 150, P2, 3),
      beat(5, 950, P2),
      beat(6, 1050, P2),
    ],
    queues: [
      { from: P1, to: P2, delayed: 3, held: 1 },
      { from: P1, to: P3, delayed: 2, held: 0 },
    ],
  });
  t.strictSame(counted.column('heartbeats', 2), [3, 1]);
  t.strictSame(counted.column('delayed', 2), [NaN, 5]);
  t.strictSame(counted.column('held', 2), [NaN, 1]);
});

function readingsOf(history: ReturnType<typeof makeHistory>, atMs: number): (key: string) => Reading {
  const { gauges, marks } = history;
  const all = readings({ gauges, marks, peers: IDS, leader: P1, untilMs: FEED_FROM_MS + atMs });
  return (key) => {
    const found = all.find((reading) => reading.key === key);
    if (found === undefined) throw new Error(`there is no gauge ${key}`);
    return found;
  };
}

t.test('what gauges say of a recorded feed, at different times', async (t) => {
  const history = makeHistory();
  for (const { message, receivedAtMs } of recordedFeed()) history.add(message, receivedAtMs);
  const late = readingsOf(history, 11_900);
  t.equal(late('elections').value, '1');
  t.equal(readingsOf(history, 3900)('elections').value, '0', 'in the past it says what was then');
  t.equal(late('framesIn').value, '100');
  t.match(late('lag:p2'), { title: 'Lag of p2', value: '0 entries' });
  t.match(late('commitP50Ms'), { value: 'not told', detail: 'the leader committed nothing in the last 10 s' });
  t.match(late('leaderless'), { value: '0 ms', limit: { isKept: true } });
  t.match(late('heartbeats').limit, { text: 'lab: at most 10', isKept: true });
});

t.test(
  'when the relay’s clock falls back, gauges and marks begin anew, and what lasts is marked from then on',
  async (t) => {
    const history = makeHistory();
    const feed = recordedFeed({ seconds: 7 });
    for (const { message, receivedAtMs } of feed) history.add(message, receivedAtMs);
    const backMs = 3_600_000;
    // p1 and p2 are cut off all the while; p3 leads.
    for (const { message, receivedAtMs } of feed.filter(({ message }) => message.timeMs > FEED_FROM_MS + 5000)) {
      const { timeMs } = message;
      history.add({ ...message, timeMs: timeMs - backMs }, receivedAtMs + 7000);
    }
    const now = readingsOf(history, 6900 - backMs);
    t.equal(now('elections').value, '0');
    t.match(now('leaderless'), { value: '0 ms', limit: { isKept: true } });
    t.equal(now('framesIn').value, '80', 'they are counted on');
    t.ok(Number(now('heartbeats').value) > 0, 'and what frames tell, though their own times are still the old ones');
    t.match(
      readingsOf(history, 6900)('leaderless'),
      { value: 'not told', limit: null },
      'there is no such time any more',
    );
    t.notMatch(readingsOf(history, 6900)('elections').detail, /in ten/);
    const marks = history.marks.in(-Infinity, Infinity);
    t.strictSame(new Set(marks.map(({ untilMs }) => untilMs)), new Set([Infinity]));
    t.ok(
      marks.every(({ atMs }) => atMs <= FEED_FROM_MS + 6900 - backMs),
      'nothing lies in the future',
    );
    const kinds = marks.map(({ kind }) => kind);
    t.ok(kinds.includes('partitioned') && kinds.includes('leader') && kinds.includes('rule'), kinds.join());
    const { timeMs } = feed[0]?.message ?? { timeMs: 0 };
    const events = [{ timeMs, kind: 'leaderElected' as const, peer: P1, text: 'p1 leads' }];
    history.add({ ...snapshotOf([], {}), timeMs: FEED_FROM_MS + 6950 - backMs, events }, 99_000);
    t.equal(readingsOf(history, 6950 - backMs)('elections').value, '0', 'what a snapshot tells of before is no news');
  },
);

t.test('limits of the lab are told as broken when they are', async (t) => {
  const counted = new Counted();
  counted.begin();
  const beats = Array.from({ length: 240 }, (_, seq) => ({
    ...{ seq, id: seq, timeMs: FROM_MS + seq * 50, type: 'AppendEntries', from: P1, to: P2, bytes: 90 },
    ...{ fate: 'delivered' as const, gist: { entries: 0 } },
  }));
  counted.tell({
    ...{ type: 'frames', timeMs: FROM_MS + 12_000, isWhole: false },
    frames: beats,
    ends: [],
    crowded: [],
    queues: [],
  });
  for (let atMs = 100; atMs <= 12_000; atMs += 100) {
    counted.on(atMs, { traffic: { ...NO_TRAFFIC, requests: atMs } });
  }
  const lasted = { lane: 'checks', peer: null, kind: 'leaderless', text: '', tone: 'bad' } as const;
  counted.marks.add({ ...lasted, atMs: FROM_MS + 1000, untilMs: FROM_MS + 6500 });
  const { gauges, marks } = counted;
  const all = readings({ gauges, marks, peers: [P1, P2], leader: P1, untilMs: FROM_MS + 12_000 });
  const limits = all.flatMap(({ key, limit }) => (limit?.isKept === false ? [key] : []));
  t.strictSame(limits, ['leaderless', 'heartbeats', 'requests']);
  t.match(all.find(({ key }) => key === 'heartbeats')?.value, '20');
  t.match(all.find(({ key }) => key === 'leaderless')?.detail, 'the longest was 5.5 s');
});

t.test('a sparkline keeps peaks, and draws nothing where nothing was told', async (t) => {
  const series = Float64Array.from([1, 9, 2, 2, NaN, NaN, 3, 1]);
  t.strictSame([...sparkline(series, 4)], [9, 2, NaN, 3]);
  t.equal(sparklinePath(sparkline(series, 4), 9, 30, 9), 'M0.0 0.0h0L10.0 7.0M30.0 6.0h0');
});
