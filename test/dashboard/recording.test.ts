import { gzipSync } from 'node:zlib';
import { signal } from '@preact/signals';
import t from 'tap';
import { checkMessage } from '../../server/dashboard/src/model/history/checkMessage.ts';
import { FeedHistory, RECORDING_BOUNDS } from '../../server/dashboard/src/model/history/FeedHistory.ts';
import { GaugeColumns } from '../../server/dashboard/src/model/history/GaugeColumns.ts';
import type { Extent } from '../../server/dashboard/src/model/history/History.ts';
import { KeptMarks } from '../../server/dashboard/src/model/history/KeptMarks.ts';
import {
  base64InFile,
  type OpenLimits,
  openRecording,
} from '../../server/dashboard/src/model/history/openRecording.ts';
import { recordingName, writeRecording } from '../../server/dashboard/src/model/history/recording.ts';
import { FILE_BYTES_MAX, type RecordingFacts } from '../../server/dashboard/src/model/history/recordingFormat.ts';
import { clusterId, peerId } from '../../shared/ids.ts';
import { FEED_FROM_MS, recordedFeed } from './support/feeds.ts';
import { deltaOf, snapshotOf, viewOf } from './support/views.ts';

const demo = clusterId('demo');
/** With everything in it that could end an element early. */
const PAGE = {
  version: '1.2.3',
  script: 'const a = "</script><!--"; /* <script type="application/x-whitewater-recording" id="recording">zzzz */',
  style: 'a::after { content: "</style>"; }',
  nonce: 'abc123',
};

function emptyHistory(): FeedHistory {
  const marks = new KeptMarks(signal(0));
  const gauges = new GaugeColumns(signal<number | null>(null));
  return new FeedHistory({ extent: signal<Extent | null>(null), marks, gauges, bounds: RECORDING_BOUNDS });
}

async function saved(seconds = 34): Promise<{ readonly history: FeedHistory; readonly file: Blob }> {
  const history = emptyHistory();
  for (const { message, receivedAtMs } of recordedFeed({ seconds })) history.add(message, receivedAtMs);
  await history.settled();
  return { history, file: await writeRecording(history, { cluster: demo, savedAtMs: 1_700_000_100_000 }, PAGE) };
}

async function opened(file: Blob, limits?: OpenLimits): Promise<{ history: FeedHistory; facts: RecordingFacts }> {
  const history = emptyHistory();
  return { history, facts: await openRecording(base64InFile(file), history, limits) };
}

/** A recording with these lines, as anybody could write one. */
function fileOf(lines: readonly unknown[]): Blob {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  return fileOfBase64(gzipSync(text).toString('base64'));
}

function fileOfBase64(base64: string): Blob {
  return new Blob(['<html>', '<script type="application/x-whitewater-recording" id="recording">', base64, '</script>']);
}

const HEADER = {
  ...{ whitewater: 'recording', format: 1, version: '1', cluster: 'demo' },
  ...{ fromMs: 0, untilMs: 1, savedAtMs: 2, statement: 'of a test' },
};

t.test('what was saved is read back the same', async (t) => {
  const { history, file } = await saved();
  const { history: again, facts } = await opened(file);
  t.strictSame(again.extent.value, history.extent.value);
  t.match(facts, { version: '1.2.3', cluster: 'demo', fromMs: FEED_FROM_MS, savedAtMs: 1_700_000_100_000 });
  const untilMs = history.extent.value?.untilMs ?? 0;
  for (let atMs = FEED_FROM_MS; atMs <= untilMs; atMs += 1730) {
    t.strictSame(await again.pictureAt(atMs), await history.pictureAt(atMs));
  }
  const frames = await history.framesIn(FEED_FROM_MS + 4000, FEED_FROM_MS + 5000);
  t.ok(frames.frames.length > 50);
  t.strictSame(await again.framesIn(FEED_FROM_MS + 4000, FEED_FROM_MS + 5000), frames);
  t.ok(file.size < 200_000, `${file.size} bytes`);
});

t.test('blanks at the ends of lines, as of an editor, change nothing', async (t) => {
  const messages = recordedFeed({ seconds: 8 });
  const lines = [HEADER, ...messages.map(({ message, receivedAtMs }) => [receivedAtMs, message])];
  const { history } = await opened(fileOf(lines));
  const { history: edited } = await opened(fileOf(lines.map((line) => `${JSON.stringify(line)} \r`)));
  t.strictSame(edited.extent.value, history.extent.value);
  for (const atMs of [FEED_FROM_MS, FEED_FROM_MS + 3000, FEED_FROM_MS + 7000]) {
    t.strictSame(await edited.pictureAt(atMs), await history.pictureAt(atMs));
  }
});

t.test('more peers than a relay serves are refused, at once or one after the other', async (t) => {
  const peers = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => viewOf(peerId(`p${from + index}`), null));
  const { history } = await opened(fileOf([HEADER, [0, snapshotOf(peers(0, 256))]]));
  t.equal((await history.pictureAt(1_700_000_000_000))?.peers.length, 256);
  await t.rejects(opened(fileOf([HEADER, [0, snapshotOf(peers(0, 257))]])), /damaged or cut off \(line 2\)/);
  const growing = [HEADER, [0, snapshotOf(peers(0, 200))], [1, deltaOf({ peers: peers(200, 57) })]];
  await t.rejects(opened(fileOf(growing)), /more than 256 peers and clients at once/);
});

t.test('what the console was told, which no feed tells, is in the recording', async (t) => {
  const { history } = await saved(3);
  const mark = { atMs: FEED_FROM_MS + 1000, untilMs: FEED_FROM_MS + 1200, lane: 'clients', peer: null } as const;
  const told = {
    ...mark,
    kind: 'put',
    text: 'put colour: unknown: OUTCOME_UNKNOWN',
    tone: 'bad',
    isAsked: true,
  } as const;
  history.marks.add(told);
  history.marks.add({ ...told, text: 'x'.repeat(10_000) });
  const file = await writeRecording(history, { cluster: demo, savedAtMs: 1 }, PAGE);
  const { history: again } = await opened(file);
  const asked = again.marks.in(-Infinity, Infinity).filter(({ isAsked }) => isAsked === true);
  t.strictSame(asked, [told, { ...told, text: 'x'.repeat(2000) }]);
});

t.test('a recording that begins in the midst of a feed begins with the picture of then', async (t) => {
  const history = new FeedHistory({
    extent: signal<Extent | null>(null),
    marks: new KeptMarks(signal(0)),
    gauges: new GaugeColumns(signal<number | null>(null)),
  });
  const [first] = recordedFeed({ seconds: 1 });
  if (first === undefined) throw new Error('no feed');
  history.add(first.message, first.receivedAtMs);
  for (let second = 1; second < 700; second += 1) {
    history.add(
      { ...deltaOf({ term: second }), timeMs: FEED_FROM_MS + second * 1000 },
      first.receivedAtMs + second * 1000,
    );
  }
  await history.settled();
  const { history: again } = await opened(await writeRecording(history, { cluster: demo, savedAtMs: 1 }, PAGE));
  const atMs = (history.extent.value?.fromMs ?? 0) + 5000;
  const [was, is] = [await history.pictureAt(atMs), await again.pictureAt(atMs)];
  t.equal(is?.term, was?.term);
  t.strictSame(
    is?.peers.map(({ view, heardAtMs }) => [view.id, view.status, heardAtMs]),
    was?.peers.map(({ view, heardAtMs }) => [view.id, view.status, heardAtMs]),
    'ages are counted on to where it begins',
  );
});

t.test('the file is a page that fetches nothing, and nothing of its content is markup', async (t) => {
  const { file } = await saved(3);
  const html = await file.text();
  t.match(html, /<meta http-equiv="content-security-policy" content="default-src 'none'; script-src 'nonce-abc123'/);
  t.equal(html.match(/<script\b/g)?.length, 3, 'the recording, the page, and what the page itself says of it');
  t.equal(html.match(/<\/script>/g)?.length, 2, 'the script ends where it should');
  t.equal(html.match(/<\/style>/g)?.length, 1);
  t.notMatch(html, '<!--');
  t.equal(recordingName(demo, Date.UTC(2024, 4, 1, 12, 34, 56)), 'demo-2024-05-01-12-34-56.whitewater.html');
  const hostile = emptyHistory();
  const events = [{ timeMs: 1, kind: 'refused' as const, peer: null, text: '</script><script>alert(1)</script>' }];
  hostile.add({ ...snapshotOf([]), events }, 0);
  const evil = await (await writeRecording(hostile, { cluster: demo, savedAtMs: 1 }, PAGE)).text();
  t.notMatch(evil, 'alert(1)');
});

t.test('nothing to save', async (t) => {
  await t.rejects(writeRecording(emptyHistory(), { cluster: demo, savedAtMs: 1 }, PAGE), /no message has come/);
});

t.test('what is no recording, broken, cut, too large or newer is refused in a sentence', async (t) => {
  const { file } = await saved(12);
  const text = await file.text();
  const snapshot = [0, snapshotOf([])];
  const begins = text.indexOf('id="recording">') + 20;
  const damagedText = `${text.slice(0, begins + 3000)}AAAAAAAA${text.slice(begins + 3008)}`;
  const huge = { size: FILE_BYTES_MAX + 1 } as Blob;
  const cases: readonly [string, Blob, RegExp, OpenLimits?][] = [
    ['another file', new Blob(['hello']), /no recording of Whitewater/],
    ['an empty file', new Blob([]), /no recording of Whitewater/],
    ['cut in its midst', new Blob([text.slice(0, begins + 5000)]), /cut off/],
    ['an altered byte', new Blob([damagedText]), /damaged or cut off/],
    ['no base64', fileOfBase64('%%%%'), /damaged or cut off/],
    ['no gzip', fileOfBase64(Buffer.from('hello there').toString('base64')), /damaged or cut off/],
    ['a gzip that ends early', fileOfBase64(gzipSync('x'.repeat(99)).subarray(0, 20).toString('base64')), /damaged/],
    ['no lines', fileOf([]), /empty/],
    ['no header', fileOf([snapshot]), /line 1/],
    ['a newer format', fileOf([{ ...HEADER, format: 2 }, snapshot]), /format 2, and this page reads format 1/],
    ['a cluster that is no name', fileOf([{ ...HEADER, cluster: '<b>' }, snapshot]), /line 1/],
    ['an answer that is none', fileOf([{ ...HEADER, asked: [{ text: 'yes' }] }, snapshot]), /line 1/],
    ['no picture', fileOf([HEADER]), /no picture/],
    ['deltas only', fileOf([HEADER, [0, deltaOf()]]), /no picture/],
    ['no JSON', fileOf([HEADER, snapshot, '[1,']), /line 3/],
    ['no message', fileOf([HEADER, snapshot, [0, { type: 'shell' }]]), /line 3/],
    ['a time that is none', fileOf([HEADER, ['now', snapshotOf([])]]), /line 2/],
    ['more than a message', fileOf([HEADER, [0, snapshotOf([]), 1]]), /line 2/],
    ['too many lines', fileOf([HEADER, snapshot, snapshot]), /more than 2 lines/, { linesMax: 2, textLengthMax: 1e9 }],
    ['too much text', fileOf([HEADER, snapshot]), /MiB of text/, { linesMax: 9, textLengthMax: 100 }],
    ['a bomb', fileOfBase64(gzipSync(Buffer.alloc(40_000_000)).toString('base64')), /a line that does not end/],
    ['a file that is too large', huge, /a recording has 64 at the most/],
  ];
  for (const [name, bad, message, limits] of cases) {
    await t.rejects(opened(bad, limits), { name: 'RecordingRefused', message }, name);
  }
});

t.test('messages are held against their shape, with numbers and lengths bounded', async (t) => {
  for (const { message } of recordedFeed({ seconds: 9 })) t.equal(checkMessage(message), message);
  const view = recordedFeed()[0]?.message;
  if (view?.type !== 'snapshot') throw new Error('a feed begins with a snapshot');
  const [peer] = view.cluster.peers;
  const withPeer = (changes: object): unknown => ({
    ...view,
    cluster: { ...view.cluster, peers: [{ ...peer, ...changes }] },
  });
  const bad: readonly unknown[] = [
    ...[null, 1, 'snapshot', [], {}, { type: 'snapshot' }, { type: 'constructor' }, { type: '__proto__' }],
    { ...view, timeMs: Infinity },
    { ...view, timeMs: '1' },
    { ...view, events: [{ timeMs: 1, kind: 'exploded', peer: null, text: '' }] },
    { ...view, events: [{ timeMs: 1, kind: 'healed', peer: null, text: 'x'.repeat(2001) }] },
    { ...view, events: Array.from({ length: 2001 }, () => ({ timeMs: 1, kind: 'healed', peer: null, text: '' })) },
    withPeer({ id: 'a b' }),
    withPeer({ id: 'x'.repeat(65) }),
    withPeer({ term: -1 }),
    withPeer({ term: 1.5 }),
    withPeer({ role: 'king' }),
    withPeer({ status: { ...peer?.status, terms: Array.from({ length: 33 }, () => ({ term: 1, firstIndex: 1 })) } }),
    withPeer({ status: { ...peer?.status, voters: 'p1' } }),
    deltaOf({ links: [{ from: 'p1', to: 'p2', delivered: 1 }] as never }),
  ];
  for (const message of bad) t.equal(checkMessage(message), null, JSON.stringify(message)?.slice(0, 60));
});
