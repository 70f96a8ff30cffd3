import { signal } from '@preact/signals';
import fc from 'fast-check';
import t from 'tap';
import { GAUGE_SECONDS } from '../../server/dashboard/src/model/gauges/Gauges.ts';
import {
  BLOB_BYTES_MAX,
  CHUNK_MS,
  CHUNK_TEXT_MAX,
  CHUNKS_MAX,
  FeedHistory,
} from '../../server/dashboard/src/model/history/FeedHistory.ts';
import type { FeedWatcher } from '../../server/dashboard/src/model/history/FeedWatcher.ts';
import { GaugeColumns } from '../../server/dashboard/src/model/history/GaugeColumns.ts';
import type { Extent } from '../../server/dashboard/src/model/history/History.ts';
import { KeptMarks } from '../../server/dashboard/src/model/history/KeptMarks.ts';
import { markEvents } from '../../server/dashboard/src/model/history/markEvents.ts';
import { MARKS_MAX } from '../../server/dashboard/src/model/history/Marks.ts';
import { Replay } from '../../server/dashboard/src/model/history/Replay.ts';
import type { Picture } from '../../server/dashboard/src/model/Picture.ts';
import { reduce } from '../../server/dashboard/src/model/reduce.ts';
import { RelayClock } from '../../server/dashboard/src/state/relayClock.ts';
import { until } from '../support/until.ts';
import { FEED_FROM_MS, type Received, recordedFeed } from './support/feeds.ts';
import { IDS } from './support/statuses.ts';
import { deltaOf, snapshotOf, viewOf } from './support/views.ts';

function historyOf(...watchers: FeedWatcher[]): FeedHistory {
  const marks = new KeptMarks(signal(0));
  const gauges = new GaugeColumns(signal<number | null>(null));
  return new FeedHistory({
    extent: signal<Extent | null>(null),
    marks,
    gauges,
    watchers: [markEvents(marks), ...watchers],
  });
}

/** The live picture after each message, by the message's time. */
function livePictures(feed: readonly Received[]): { readonly atMs: number; readonly picture: Picture | null }[] {
  let picture: Picture | null = null;
  return feed.map(({ message, receivedAtMs }) => {
    if (message.type !== 'frames') picture = reduce(picture, message, receivedAtMs);
    return { atMs: message.timeMs, picture };
  });
}

function filled(feed: readonly Received[]): FeedHistory {
  const history = historyOf();
  for (const { message, receivedAtMs } of feed) history.add(message, receivedAtMs);
  return history;
}

const LONG = recordedFeed({ seconds: 47 });
const LIVE = livePictures(LONG);

t.test('the picture of any time is the picture that was live then', async (t) => {
  const history = filled(LONG);
  await history.settled();
  t.ok(history.size.chunks >= 4, `${history.size.chunks} chunks`);
  t.ok(history.size.blobBytes > 0, 'closed ones are compressed');
  const untilMs = LIVE.at(-1)?.atMs ?? 0;
  t.strictSame(history.extent.value, { fromMs: FEED_FROM_MS, untilMs });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: FEED_FROM_MS, max: untilMs }), async (atMs) => {
      const expected = LIVE.findLast((live) => live.atMs <= atMs)?.picture;
      t.strictSame(await history.pictureAt(atMs), expected);
      return true;
    }),
    { numRuns: 60 },
  );
  t.equal(await history.pictureAt(FEED_FROM_MS - 1), null);
  t.equal(await history.pictureAt(untilMs + 1), null);
});

t.test('played on from anywhere, it goes through the same pictures and passes every frame once', async (t) => {
  const history = filled(LONG);
  await history.settled();
  const replay = new Replay(history);
  const fromMs = FEED_FROM_MS + 3250;
  await replay.seek(fromMs);
  const passed: number[] = [];
  for (let atMs = fromMs; atMs < FEED_FROM_MS + 33_000; atMs += 130) {
    let picture = replay.advance(atMs, ({ frames }) => passed.push(...frames.map(({ seq }) => seq)), 1);
    const expected = LIVE.findLast((live) => live.atMs <= atMs)?.picture;
    // The next chunk may have to be inflated first.
    await until(
      () => {
        picture = replay.advance(atMs, ({ frames }) => passed.push(...frames.map(({ seq }) => seq)), 1);
        return picture?.relayTimeMs === expected?.relayTimeMs;
      },
      { withinMs: 20_000, what: 'the chunk is inflated' },
    );
    t.strictSame(picture, expected);
  }
  t.ok(passed.length > 2000, `${passed.length} frames`);
  t.strictSame(
    passed,
    [...new Set(passed)].sort((a, b) => a - b),
    'in order, none twice',
  );
  t.equal(passed.length, (passed.at(-1) ?? 0) - (passed[0] ?? 0) + 1, 'and none is left out');
});

t.test('a seek that is overtaken by the next one is given up', async (t) => {
  const history = filled(LONG);
  await history.settled();
  const replay = new Replay(history);
  const [first, second] = await Promise.all([replay.seek(FEED_FROM_MS + 2000), replay.seek(FEED_FROM_MS + 25_000)]);
  t.equal(first, 'overtaken');
  t.match(second, { relayTimeMs: FEED_FROM_MS + 25_000 });
});

t.test('frames of a time, with their ends, and statuses of a peer', async (t) => {
  const history = filled(LONG);
  await history.settled();
  const { frames, left } = await history.framesIn(FEED_FROM_MS + 1900, FEED_FROM_MS + 2600);
  t.equal(left, 0);
  t.ok(frames.every(({ sample }) => sample.timeMs >= FEED_FROM_MS + 1900 && sample.timeMs <= FEED_FROM_MS + 2600));
  const held = frames.find(({ sample }) => sample.strikes?.includes('hold'));
  t.strictSame(
    held?.ends.map(({ timeMs }) => timeMs - FEED_FROM_MS),
    [9000],
    'it ended long after',
  );
  const delayed = frames.find(({ sample }) => sample.strikes?.includes('slow'));
  t.equal((delayed?.ends[0]?.timeMs ?? 0) - FEED_FROM_MS, 2400);
  const all = await history.framesIn(FEED_FROM_MS, FEED_FROM_MS + 47_000);
  t.equal(all.frames.length, 3000);
  t.ok(all.left > 500, 'the rest is counted');

  const [p1] = IDS;
  if (p1 === undefined) throw new Error('no peers');
  const statuses = await history.statusesIn(p1, FEED_FROM_MS + 3900, FEED_FROM_MS + 8600);
  t.ok(statuses.length >= 9, `${statuses.length}`);
  t.strictSame(
    new Set(statuses.map(({ status }) => `${status.role} ${status.term}`)),
    new Set(['leader 3', 'follower 4']),
  );
  t.strictSame(
    statuses.map(({ atMs }) => atMs),
    statuses.map(({ atMs }) => atMs).sort(),
  );
});

t.test('bounds hold: chunks by number and by text; a fuller feed loses only the oldest', async (t) => {
  const history = historyOf();
  const view = viewOf(IDS[0] ?? ('p1' as never), null);
  history.add({ ...snapshotOf([view]), timeMs: 0 }, 0);
  for (let second = 1; second <= 800; second += 1) {
    history.add({ ...deltaOf(), timeMs: second * 1000, term: second }, second * 1000);
  }
  await history.settled();
  t.equal(history.size.chunks, CHUNKS_MAX);
  t.ok(history.size.blobBytes <= BLOB_BYTES_MAX);
  const { fromMs = 0, untilMs = 0 } = history.extent.value ?? {};
  t.equal(untilMs, 800_000);
  t.ok(untilMs - fromMs >= 60 * CHUNK_MS - 1000, 'ten minutes are there');
  t.equal(await history.pictureAt(fromMs - 1), null, 'what is older is gone, and it says so');
  t.match(await history.pictureAt(fromMs), { term: fromMs / 1000 });

  const text = 'x'.repeat(CHUNK_TEXT_MAX / 4);
  for (let index = 1; index <= 9; index += 1) {
    const event = { timeMs: 800_000, kind: 'refused' as const, peer: null, text };
    history.add({ ...deltaOf({ events: [event] }), timeMs: 800_000 + index }, 800_000 + index);
  }
  await history.settled();
  const early = history.extent.value?.fromMs ?? 0;
  t.ok(early > fromMs, 'chunks that are full are closed early, and the oldest made room');
  t.equal(history.size.chunks, CHUNKS_MAX);
});

t.test('what is older than ten minutes goes, though few messages came since', async (t) => {
  const history = filled(recordedFeed({ seconds: 25 }));
  const soonMs = FEED_FROM_MS + 5 * 60_000;
  history.add({ ...deltaOf(), timeMs: soonMs }, 30_000);
  t.strictSame(history.extent.value, { fromMs: FEED_FROM_MS, untilMs: soonMs });
  // The relay's clock is set forward.
  const laterMs = FEED_FROM_MS + 40 * 365 * 86_400_000;
  history.add({ ...deltaOf({ term: 7 }), timeMs: laterMs }, 31_000);
  t.strictSame(history.extent.value, { fromMs: laterMs, untilMs: laterMs });
  t.match(await history.pictureAt(laterMs), { term: 7, peers: { length: 5 } }, 'the picture is whole');
  await history.settled();
  t.equal(history.size.chunks, 1);
});

t.test('a relay whose clock falls back begins a new history; a little is waited for', async (t) => {
  const history = filled(recordedFeed({ seconds: 3 }));
  history.add({ ...deltaOf(), timeMs: FEED_FROM_MS + 2500 }, 9000);
  t.equal(history.extent.value?.fromMs, FEED_FROM_MS);
  t.equal(history.extent.value?.untilMs, FEED_FROM_MS + 2900, 'time stands still');
  history.add({ ...deltaOf({ term: 9 }), timeMs: FEED_FROM_MS - 60_000 }, 9100);
  t.strictSame(history.extent.value, { fromMs: FEED_FROM_MS - 60_000, untilMs: FEED_FROM_MS - 60_000 });
  t.match(await history.pictureAt(FEED_FROM_MS - 60_000), { term: 9, peers: { length: 5 } });
});

t.test('the relay’s clock by the page’s follows it back at once', async (t) => {
  const clock = new RelayClock();
  clock.told(100_000, 5);
  clock.told(101_000, 1003);
  t.equal(clock.timeAt(2003), 102_000);
  clock.told(40_000, 2000);
  t.equal(clock.timeAt(2500), 40_500);
});

t.test('nothing is kept before the first snapshot', async (t) => {
  const history = historyOf();
  t.equal(history.add(deltaOf(), 1), null);
  t.equal(history.extent.value, null);
  t.equal(await history.pictureAt(0), null);
});

t.test('watchers see every message once, with the picture before and after', async (t) => {
  const seen: [string, number | null, number][] = [];
  const history = historyOf((message, after, before) => seen.push([message.type, before?.term ?? null, after.term]));
  for (const { message, receivedAtMs } of recordedFeed({ seconds: 6 })) history.add(message, receivedAtMs);
  t.equal(seen.length, 120);
  t.strictSame(seen[0], ['snapshot', null, 3]);
  t.equal(seen.filter(([, before, after]) => before === 3 && after === 4).length, 1);
});

t.test('marks: events are noted once, a partition is a stretch, the oldest go', async (t) => {
  const history = filled(recordedFeed({ seconds: 12 }));
  const cut = history.marks.in(FEED_FROM_MS + 6000, FEED_FROM_MS + 6001);
  t.match(cut, [{ kind: 'partitioned', lane: 'faults', tone: 'bad' }]);
  t.equal((cut[0]?.untilMs ?? 0) - (cut[0]?.atMs ?? 0), 4000);
  const before = history.marks.version.value;
  const events = [{ timeMs: FEED_FROM_MS + 3995, kind: 'partitioned' as const, peer: null, text: 'again' }];
  history.add({ ...snapshotOf([]), timeMs: FEED_FROM_MS + 12_000, events }, 99_000);
  t.equal(history.marks.version.value, before, 'a snapshot in the midst of a feed repeats them');

  const marks = new KeptMarks(signal(0));
  const mark = { lane: 'clients', peer: null, kind: 'put', text: '', tone: 'plain' } as const;
  const end = marks.add({ ...mark, atMs: 0, untilMs: Infinity });
  for (let atMs = 1; atMs <= MARKS_MAX; atMs += 1) marks.add({ ...mark, atMs, untilMs: null });
  marks.add({ ...mark, atMs: MARKS_MAX + 1, untilMs: null });
  t.equal(marks.in(-Infinity, Infinity).length, MARKS_MAX + 1);
  t.equal(marks.in(-Infinity, Infinity)[0]?.untilMs, Infinity, 'what lasts is not pushed out');
  t.equal(marks.in(-Infinity, Infinity)[1]?.atMs, 2);
  end(5);
  end(9);
  t.equal(marks.in(-Infinity, Infinity).length, MARKS_MAX);
  t.match(marks.in(-Infinity, Infinity)[0], { atMs: 0, untilMs: 5 }, 'it ends once');
});

t.test('gauges: a number a second, nothing where nothing was told, ten minutes', async (t) => {
  const gauges = new GaugeColumns(signal<number | null>(null));
  gauges.set(5000, { elections: 1 });
  gauges.set(5900, { framesIn: 7 });
  gauges.set(8000, { elections: 2 });
  t.strictSame([...gauges.column('elections', 8000, 5)], [NaN, 1, NaN, NaN, 2]);
  t.strictSame([...gauges.column('framesIn', 8000, 4)], [7, NaN, NaN, NaN]);
  t.strictSame(gauges.names(), ['elections', 'framesIn']);
  t.equal(gauges.newestMs.value, 8000);
  gauges.set(5000 + GAUGE_SECONDS * 1000, { framesIn: 3 });
  t.ok(Number.isNaN(gauges.column('elections', 5000, 1)[0]), 'what is older than ten minutes is gone');
  t.ok(Number.isNaN(gauges.column('elections', 5000 + GAUGE_SECONDS * 1000, 1)[0]), 'and does not stand for now');
  gauges.set(5000, { elections: 9 });
  t.ok(Number.isNaN(gauges.column('elections', 5000 + GAUGE_SECONDS * 1000, 1)[0]), 'nor can it be set any more');
});
