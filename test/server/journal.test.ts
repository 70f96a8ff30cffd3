import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import t from 'tap';
import { CHUNK_NOTES } from '../../server/journal/FrameChunk.ts';
import { Journal } from '../../server/journal/Journal.ts';
import { JOURNAL_KINDS, JournalLine, type JournalKind } from '../../shared/http/Journal.ts';
import { conforming } from './support/conforming.ts';

const ALL: ReadonlySet<JournalKind> = new Set(JOURNAL_KINDS);
const FRAME = { type: 'AppendEntries', from: 'p1', to: 'p2', id: 17, bytes: 220, number: 3, epoch: 1 };

function journalOf(bytesMax: number): Journal {
  let nowMs = 1_790_000_000_000.5;
  return new Journal(bytesMax, () => (nowMs += 1));
}

function linesOf(journal: Journal, after = 0, kinds = ALL): JournalLine[] {
  return [...journal.lines(after, kinds)].map(({ text }) => conforming(JournalLine, JSON.parse(text)));
}

const seqsOf = (journal: Journal, after = 0, kinds = ALL): number[] =>
  [...journal.lines(after, kinds)].map(({ seq }) => seq);

t.test('every kind of line comes back as it was written, in one order', async (t) => {
  const journal = journalOf(1e6);
  journal.frame(FRAME, 'delivered', undefined);
  journal.event('connection', { event: 'connected', id: 'p1', reason: 'from 127.0.0.1' });
  journal.frame({ ...FRAME, id: 2 ** 53 - 1, number: 2 ** 40 }, 'dropped', 'loss', 'mute:drop');
  journal.frame(FRAME, 'planned', undefined, 'slow:delay,twice:duplicate', [12.25, -1]);
  journal.frame(FRAME, 'planned', undefined, '', 0);
  journal.arrival(FRAME, undefined, 12.5);
  journal.arrival(FRAME, 'partition', 3);
  const timed = linesOf(journal);
  t.same(
    timed.map((line) => line.timeMs),
    timed.map((_, at) => 1_790_000_000_001.5 + at),
  );
  const lines = timed.map(({ timeMs: _timeMs, ...line }) => line);
  t.same(lines, [
    { kind: 'frame', seq: 1, ...FRAME, fate: 'delivered' },
    { kind: 'connection', seq: 2, event: 'connected', id: 'p1', reason: 'from 127.0.0.1' },
    {
      kind: 'frame',
      seq: 3,
      ...FRAME,
      id: 2 ** 53 - 1,
      number: 2 ** 40,
      fate: 'dropped',
      cause: 'loss',
      strikes: ['mute:drop'],
    },
    {
      kind: 'frame',
      seq: 4,
      ...FRAME,
      fate: 'planned',
      strikes: ['slow:delay', 'twice:duplicate'],
      delaysMs: [12.25, null],
    },
    { kind: 'frame', seq: 5, ...FRAME, fate: 'planned', delaysMs: [0] },
    { kind: 'arrival', seq: 6, ...FRAME, fate: 'delivered', waitedMs: 12.5 },
    { kind: 'arrival', seq: 7, ...FRAME, fate: 'dropped', cause: 'partition', waitedMs: 3 },
  ]);
  t.same(seqsOf(journal, 4), [5, 6, 7]);
  t.same(seqsOf(journal, 0, new Set(['arrival'])), [6, 7]);
  t.same(seqsOf(journal, 2, new Set(['connection'])), []);
});

t.test('it is bounded: the oldest are forgotten and counted, the newest stay', async (t) => {
  const journal = journalOf(2e6);
  const frames = CHUNK_NOTES * 12;
  for (let number = 1; number <= frames; number += 1) {
    journal.frame({ ...FRAME, number }, 'delivered', undefined);
    if (number % 8 === 0) journal.event('status', { id: 'p1', status: { filler: 'x'.repeat(1000) } });
  }
  t.ok(journal.bytes <= 2e6);
  const seqs = [...journal.lines(0, ALL)].map(({ seq }) => seq);
  t.equal(seqs.length + journal.forgotten, journal.newestSeq);
  t.equal(seqs.at(-1), journal.newestSeq);
  t.ok(seqs.every((seq, at) => at === 0 || seq > (seqs[at - 1] ?? 0)));
  journal.bytesMax = 0;
  t.ok(journal.bytes < 400_000, 'a smaller share takes effect at once');
  t.ok([...journal.lines(0, ALL)].length > 0, 'and leaves the newest frames');
});

t.test('the faults by which the oldest frame was judged are not forgotten, and come first', async (t) => {
  const journal = journalOf(20_000);
  const change = (epoch: number): number =>
    journal.event('faults', {
      ...{ epoch, seed: 's', profile: { name: 'reliable' }, partition: null, rules: {}, text: 'x'.repeat(100) },
    });
  change(1);
  journal.frame({ ...FRAME, epoch: 1 }, 'delivered', undefined);
  for (let count = 0; count < 300; count += 1) {
    journal.event('connection', { event: 'disconnected', id: 'p1', reason: 'y'.repeat(100) });
  }
  t.match(linesOf(journal)[0], { kind: 'faults', epoch: 1 }, 'connections push no change out');
  for (let epoch = 2; epoch <= 30; epoch += 1) change(epoch);
  journal.frame({ ...FRAME, epoch: 30 }, 'delivered', undefined);
  const lines = linesOf(journal);
  const [first] = lines;
  t.equal(first?.kind, 'faults', 'the oldest line is a change');
  const epochs = lines.flatMap((line) => (line.kind === 'faults' ? [line.epoch] : []));
  t.ok(epochs.length < 30);
  t.same(
    epochs,
    Array.from({ length: epochs.length }, (_, at) => 31 - epochs.length + at),
  );
  t.notOk(
    lines.some((line) => line.kind === 'frame' && line.epoch === 1),
    'what was judged by forgotten faults is not told',
  );
  const seqs = seqsOf(journal);
  t.ok(seqs.every((seq, at) => at === 0 || seq > (seqs[at - 1] ?? 0)));
  t.same(seqsOf(journal, seqs[0]), seqs.slice(1), 'who goes on from there gets the rest');
});

t.test('words count: many different strikes do not break the bound', async (t) => {
  const journal = journalOf(4e6);
  for (let number = 1; number <= 20_000; number += 1) {
    const strikes = Array.from({ length: 20 }, (_, rule) => `rule${(number * 7919) % (rule + 13)}:delay`).join(',');
    journal.frame({ ...FRAME, number }, 'planned', undefined, `${strikes},n${number}:drop`, [1, 2, 3]);
  }
  t.ok(journal.bytes <= 4e6);
  const lines = seqsOf(journal).length;
  t.ok(lines < 20_000 && lines > 500, `${lines} lines are left`);
  t.equal(lines + journal.forgotten, 20_000);
});

t.test('whoever reads while more is written gets all that was there when it began, in order', async (t) => {
  const written = fc.array(fc.boolean(), { maxLength: 40 });
  fc.assert(
    fc.property(written, written, (before, meanwhile) => {
      const journal = journalOf(1e6);
      const write = (isFrame: boolean): void => {
        if (isFrame) journal.frame(FRAME, 'delivered', undefined);
        else journal.event('connection', { event: 'connected', id: 'p1' });
      };
      before.forEach(write);
      const lines = journal.lines(0, ALL);
      const read: number[] = [];
      for (let at = 0; at < before.length; at += 1) {
        const isFrame = meanwhile[at];
        if (isFrame !== undefined) write(isFrame);
        const next = lines.next();
        if (next.done !== true) read.push(next.value.seq);
      }
      return read.length === before.length && read.every((seq, at) => seq === at + 1);
    }),
  );
  t.pass('held for all that were tried');
});

t.test('lines that are forgotten leave memory at once, however few and large they are', async (t) => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heap = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const bytesMax = 16e6;
  const journal = journalOf(bytesMax);
  const before = heap();
  for (let epoch = 1; epoch <= 200; epoch += 1) {
    // As many samples of delays as two rules may have.
    journal.event('faults', { epoch, rules: `${epoch}`.padEnd(1_000_000, 'x') });
    journal.event('connection', { event: 'disconnected', id: 'p1', reason: `${epoch}`.padEnd(500_000, 'y') });
  }
  const grown = heap() - before;
  t.ok(journal.bytes <= bytesMax, `${journal.bytes} bytes, as it reckons`);
  t.ok(grown < bytesMax * 1.25, `${Math.round(grown / 1e6)} MB of memory for ${bytesMax / 1e6}`);
  t.equal(seqsOf(journal).at(-1), journal.newestSeq, 'the newest are there');
});

t.test(
  'letters that take two bytes each are reckoned so, and what stays of forgotten faults is reckoned too',
  async (t) => {
    const plain = journalOf(1e6);
    plain.event('connection', { event: 'connected', id: 'p1', reason: 'x'.repeat(10_000) });
    const wide = journalOf(1e6);
    wide.event('connection', { event: 'connected', id: 'p1', reason: '\u754c'.repeat(10_000) });
    t.ok(wide.bytes > plain.bytes + 10_000, `${plain.bytes} and ${wide.bytes} bytes`);
    const small = journalOf(80_000);
    small.event('faults', { epoch: 1, text: 'x'.repeat(50_000) });
    t.same(seqsOf(small), [1], 'it is told still');
    t.ok(small.bytes > 50_000, `${small.bytes} bytes`);
  },
);
