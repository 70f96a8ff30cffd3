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

t.test('the faults in force before the oldest line are not forgotten', async (t) => {
  const journal = journalOf(20_000);
  const faults = (epoch: number) => ({
    ...{ epoch, seed: 's', profile: { name: 'reliable' }, partition: null, rules: {}, text: 'x'.repeat(100) },
  });
  journal.event('faults', faults(1));
  journal.event('faults', faults(2));
  for (let count = 0; count < 200; count += 1)
    journal.event('connection', { event: 'disconnected', id: 'p1', reason: 'y'.repeat(100) });
  const [first, second] = linesOf(journal);
  t.match(first, { kind: 'faults', epoch: 2, seq: 2 });
  t.match(second, { kind: 'connection' });
  t.match(linesOf(journal, 2)[0], { kind: 'connection' }, 'but not to somebody who goes on from a line');
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
