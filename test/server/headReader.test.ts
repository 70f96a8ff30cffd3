import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { HeadReader } from '../../server/hub/HeadReader.ts';
import { encodeFrame, HEAD_BYTES_MAX, sliceHead } from '../../shared/envelope.ts';
import { anyFrame } from '../support/arbitraryFrame.ts';

const FROM_P1 = '{"type":"AppendEntries","from":"p1","to":"p2","id":';

/** What the reader must say of a frame: what the envelope says. */
function keysOf(bytes: Buffer) {
  const head = sliceHead(bytes.toString('latin1', 0, HEAD_BYTES_MAX));
  if (head === undefined) return undefined;
  const { type, from, to, id } = head;
  return { type, from, to, id };
}

/** Throws when the reader says something else than the envelope. */
function compare(reader: HeadReader, bytes: Buffer): void {
  const keys = reader.read(bytes);
  const said = keys === undefined ? undefined : { type: keys.type, from: keys.from, to: keys.to, id: keys.id };
  deepStrictEqual(said, keysOf(bytes));
}

/** A reader that has seen a frame like this one, so that it recognises its head. */
function readerThatKnows(text: string): HeadReader {
  const reader = new HeadReader();
  reader.read(Buffer.from(text));
  return reader;
}

t.test('reads what sliceHead reads, from heads that it knows and from new ones', (t) => {
  const heads = fc.uniqueArray(anyFrame, { minLength: 1, maxLength: 5, selector: (frame) => encodeFrame(frame) });
  const steps = fc.array(fc.record({ which: fc.nat(), id: fc.maxSafeNat() }), { maxLength: 30 });
  const property = fc.property(heads, steps, (frames, choices) => {
    const reader = new HeadReader();
    for (const { which, id } of choices) {
      const frame = frames[which % frames.length];
      if (frame === undefined) continue;
      const bytes = Buffer.from(encodeFrame({ ...frame, id }));
      compare(reader, bytes);
    }
  });
  t.doesNotThrow(() => fc.assert(property));
  t.end();
});

t.test('a known head with one byte changed, cut short or longer is judged as sliceHead judges it', (t) => {
  const change = fc.record({ at: fc.nat(), byte: fc.constantFrom(...Buffer.from('0123456789",:{}apx@ \u00e9')) });
  const property = fc.property(anyFrame, change, fc.nat(), (frame, { at, byte }, cut) => {
    const good = encodeFrame(frame);
    const reader = readerThatKnows(good);
    const changed = Buffer.from(good);
    changed[at % Math.min(changed.length, HEAD_BYTES_MAX)] = byte;
    compare(reader, changed);
    const short = Buffer.from(good).subarray(0, cut % good.length);
    compare(reader, short);
    const inserted = Buffer.concat([short, Buffer.from([byte]), Buffer.from(good).subarray(short.length)]);
    compare(reader, inserted);
  });
  t.doesNotThrow(() => fc.assert(property, { numRuns: 1000 }));
  t.end();
});

t.test('what stands behind a known head is checked every time', (t) => {
  const good = `${FROM_P1}17,"body":{}}`;
  const cases = {
    'a second from': `${FROM_P1}17,"from":"p9","body":{}}`,
    'an id with a leading zero': `${FROM_P1}017,"body":{}}`,
    'an id beyond 2^53 - 1': `${FROM_P1}9007199254740992,"body":{}}`,
    'an id of 17 digits': `${FROM_P1}10000000000000000,"body":{}}`,
    'a negative id': `${FROM_P1}-1,"body":{}}`,
    'a fraction': `${FROM_P1}1.5,"body":{}}`,
    'no id': `${FROM_P1},"body":{}}`,
    'nothing at all': FROM_P1,
    'no body': `${FROM_P1}17}`,
    'a space': `${FROM_P1}17 ,"body":{}}`,
  };
  const reader = readerThatKnows(good);
  for (const [what, text] of Object.entries(cases)) {
    t.equal(sliceHead(text), undefined, `the envelope refuses ${what}`);
    t.equal(reader.read(Buffer.from(text)), undefined, `so does the reader: ${what}`);
  }
  for (const id of [0, 9, 10, Number.MAX_SAFE_INTEGER]) {
    t.equal(reader.read(Buffer.from(`${FROM_P1}${id},"body":{}}`))?.id, id);
  }
  t.end();
});

t.test('receivers whose names begin alike, and more of them than are remembered', (t) => {
  const reader = new HeadReader();
  const receivers = Array.from({ length: 200 }, (_, index) => `p${index + 1}`);
  for (const id of [1, 2, 3]) {
    const frames = receivers.map((to) => Buffer.from(`{"type":"Ask","from":"p1","to":"${to}","id":${id},"body":1}`));
    t.strictSame(
      frames.map((frame) => reader.read(frame)?.to),
      receivers,
    );
  }
  t.end();
});

t.test('remembers a copy: the buffer of a frame may be used again', (t) => {
  const bytes = Buffer.from(`${FROM_P1}17,"body":{}}`);
  const reader = new HeadReader();
  reader.read(bytes);
  const other = `{"type":"AppendEntries","from":"p1","to":"p3","id":17,"body":{}}`;
  bytes.write(other);
  t.equal(reader.read(bytes)?.to, 'p3');
  t.equal(reader.read(Buffer.from(`${FROM_P1}18,"body":{}}`))?.to, 'p2');
  t.end();
});
