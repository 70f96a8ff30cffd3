import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import {
  BODY_NESTING_MAX,
  decodeFrame,
  encodeFrame,
  encodeHead,
  HEAD_BYTES_MAX,
  sliceHead,
} from '../shared/envelope.ts';
import type { Frame } from '../shared/envelope.ts';
import { peerId } from '../shared/ids.ts';
import { anyFrame, anyJson } from './support/arbitraryFrame.ts';

const RUNS = { numRuns: 500 };

const frame: Frame = { type: 'RequestVote', from: peerId('p1'), to: peerId('p2'), id: 17, body: { term: 3 } };
const text = '{"type":"RequestVote","from":"p1","to":"p2","id":17,"body":{"term":3}}';

t.test('a frame is written with its routing keys first, in one order', (t) => {
  t.equal(encodeFrame(frame), text);
  t.equal(
    encodeHead(frame) + JSON.stringify(frame.body) + '}',
    text,
    'one body can be encoded once for many receivers',
  );
  t.end();
});

t.test('the routing keys are sliced without parsing', (t) => {
  t.same(sliceHead(text), { type: 'RequestVote', from: 'p1', to: 'p2', id: 17, bodyOffset: text.indexOf('{"term"') });
  t.same(sliceHead(text.slice(0, text.indexOf('{"term"'))), sliceHead(text), 'the body need not be there');
  t.same(decodeFrame(text), { ok: true, canonical: true, frame });
  t.end();
});

t.test('what is encoded is decoded, by slicing, to the same frame', (t) => {
  fc.assert(
    fc.property(anyFrame, (any) => {
      const encoded = encodeFrame(any);
      assert.deepEqual(decodeFrame(encoded), { ok: true, canonical: true, frame: any });
      assert.deepEqual(JSON.parse(encoded), any, 'and a plain JSON parser finds the same');
    }),
    RUNS,
  );
  t.pass('for 500 frames');
  t.end();
});

t.test('a relay that has read HEAD_BYTES_MAX bytes has read every head', (t) => {
  const longest = 'x'.repeat(64);
  const head = { type: longest, from: peerId(longest), to: peerId(longest), id: Number.MAX_SAFE_INTEGER };
  t.ok(encodeHead(head).length <= HEAD_BYTES_MAX);
  fc.assert(
    fc.property(anyFrame, (any) => {
      const encoded = encodeFrame(any);
      const bytes = Buffer.from(encoded);
      const head = sliceHead(bytes.subarray(0, HEAD_BYTES_MAX).toString('latin1'));
      assert.deepEqual(head, sliceHead(encoded));
      assert.equal(
        bytes.subarray(head?.bodyOffset, -1).toString(),
        JSON.stringify(any.body),
        'bodyOffset counts bytes too',
      );
    }),
    RUNS,
  );
  t.end();
});

t.test('keys in any order are legal, and lead back to the canonical frame', (t) => {
  let canonical = 0;
  const keys = ['type', 'from', 'to', 'id', 'body'] as const;
  for (const order of permutations(keys)) {
    const shuffled = JSON.stringify(Object.fromEntries(order.map((key) => [key, frame[key]])));
    const decoded = decodeFrame(shuffled);
    if (!decoded.ok) throw new Error(`${shuffled}: ${decoded.message}`);
    t.same(decoded.frame, frame);
    t.equal(encodeFrame(decoded.frame), text);
    t.equal(decoded.canonical, sliceHead(shuffled) !== undefined);
    if (decoded.canonical) canonical += 1;
  }
  t.equal(canonical, 1, 'of 120 orders one is sliced');
  const spaced = decodeFrame(JSON.stringify(frame, null, 2) + '\n');
  t.same(spaced, { ok: true, canonical: false, frame }, 'white space is legal, and takes the slow path');
  t.end();
});

t.test('a key that stands twice never has two meanings', (t) => {
  const head = '{"type":"A","from":"p1","to":"p2","id":1,"body":{}';
  const malformed = [',"from":"p3"}', ',"fr\\u006fm":"p3"}', ',"to":"p3"}', ',"body":{"term":9}}', '}\n'];
  const notJson = ['},{}}', `}${head}}`, '}}', ',"from":"p3"', ''];
  for (const tail of [...malformed, ...notJson]) {
    t.ok(sliceHead(head + tail), 'its head looks canonical');
    const code = malformed.includes(tail) ? 'FRAME_MALFORMED' : 'FRAME_NOT_JSON';
    t.match(decodeFrame(head + tail), { ok: false, code }, head + tail);
  }
  // In another order the parser takes the last one; the relay judges that very value and writes it down anew.
  const unordered = decodeFrame('{"type":"A","body":{},"from":"p1","to":"p2","id":1,"from":"p3"}');
  if (!unordered.ok) throw new Error(unordered.message);
  t.equal(unordered.canonical, false);
  t.equal(unordered.frame.from, 'p3');
  t.equal(encodeFrame(unordered.frame), '{"type":"A","from":"p3","to":"p2","id":1,"body":{}}');
  t.end();
});

t.test('names and numbers out of bounds are refused', (t) => {
  const long = 'p'.repeat(65);
  const wrong: Record<string, unknown>[] = [
    { from: long },
    { to: long },
    { type: 'T'.repeat(65) },
    { from: '' },
    { from: 'p 1' },
    { from: 'pä' },
    { from: 'p１' },
    { from: '@p1' },
    { from: '@relay2' },
    { to: '.p1' },
    { from: 7 },
    { from: null },
    { type: '1A' },
    { type: 'A-B' },
    { type: null },
    { id: -1 },
    { id: 1.5 },
    { id: '17' },
    { id: null },
    { id: 2 ** 53 },
    { body: undefined },
    { ttl: 3 },
    JSON.parse('{"__proto__":{}}') as Record<string, unknown>,
  ];
  for (const change of wrong) {
    const changed = JSON.stringify({ ...frame, ...change });
    t.match(decodeFrame(changed), { ok: false, code: 'FRAME_MALFORMED' }, changed.slice(0, 120));
    const reversed = JSON.stringify(Object.fromEntries(Object.entries({ ...frame, ...change }).reverse()));
    t.match(decodeFrame(reversed), { ok: false, code: 'FRAME_MALFORMED' }, reversed.slice(0, 120));
  }
  for (const notAnObject of ['[]', '7', 'null', '"frame"', 'true']) {
    t.match(decodeFrame(notAnObject), { ok: false, code: 'FRAME_MALFORMED' }, notAnObject);
  }
  for (const notJson of ['', '{', '}', 'hello', '{"type":"A"', text + ' x', text + '}', text.replace('17', '017')]) {
    t.match(decodeFrame(notJson), { ok: false, code: 'FRAME_NOT_JSON' }, notJson);
  }
  t.end();
});

t.test('every whole number up to 2^53 - 1 is an id, and none beyond', (t) => {
  for (const id of [0, 1, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    t.equal(sliceHead(encodeFrame({ ...frame, id }))?.id, id);
  }
  for (const id of ['9007199254740992', '9007199254740993', '9999999999999999', '12345678901234567']) {
    const large = text.replace('17', id);
    t.equal(sliceHead(large), undefined);
    t.match(decodeFrame(large), { ok: false, code: 'FRAME_MALFORMED' }, id);
  }
  t.end();
});

t.test('a body may hold any text', (t) => {
  const body = { 'name…': 'Zürich 東京 🌊 \u2028 \ud800 "quoted" \\ }', '"from"': '"from":"p3"' };
  const encoded = encodeFrame({ ...frame, body });
  t.same(decodeFrame(encoded), { ok: true, canonical: true, frame: { ...frame, body } });
  t.same(decodeFrame(Buffer.from(encoded).toString()), { ok: true, canonical: true, frame: { ...frame, body } });
  t.end();
});

t.test('what stands in strings does not count as nesting', (t) => {
  const frame = (text: string, depth: number): string => {
    const body = `{"text":${JSON.stringify(text)},"deep":${'['.repeat(depth)}${']'.repeat(depth)},"more":"[\\\\"}`;
    return `{"type":"X","from":"a","to":"b","id":1,"body":${body}}`;
  };
  for (const text of [
    '['.repeat(2_000),
    '\\'.repeat(1_999),
    '"['.repeat(1_000),
    '\\"{'.repeat(1_000),
    `${'['.repeat(2_000)}\\`,
  ]) {
    t.ok(decodeFrame(frame(text, BODY_NESTING_MAX - 1)).ok, text.slice(0, 4));
    t.match(decodeFrame(frame(text, BODY_NESTING_MAX)), { ok: false, code: 'FRAME_MALFORMED' }, text.slice(0, 4));
  }
  t.end();
});

t.test('a body nests as deep as can be written again, and no deeper', (t) => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  const canonical = (body: string) => text.replace('{"term":3}', body);
  const unordered = (body: string) => `{"body":${body},"type":"A","from":"p1","to":"p2","id":1}`;
  for (const write of [canonical, unordered]) {
    const deepest = decodeFrame(write(nested(BODY_NESTING_MAX)));
    if (!deepest.ok) throw new Error(deepest.message);
    t.ok(encodeFrame(deepest.frame).includes(nested(BODY_NESTING_MAX)));
    const deeper = write(nested(BODY_NESTING_MAX + 1));
    t.match(decodeFrame(deeper), { ok: false, code: 'FRAME_MALFORMED', message: /512 deep/ });
    t.match(decodeFrame(write(nested(400_000))), { ok: false, code: 'FRAME_MALFORMED' });
    const endless = decodeFrame(write('['.repeat(400_000)));
    t.match(
      endless,
      { ok: false, code: 'FRAME_MALFORMED' },
      'seen before the parser, which would say that it is no JSON',
    );
    const flat = write(JSON.stringify(Array.from({ length: 2000 }, () => ['[{"\\'.repeat(9), {}])));
    t.equal(decodeFrame(flat).ok, true, 'brackets side by side, or within strings, are not nested');
  }
  t.end();
});

t.test('a frame that was cut off is refused, wherever it was cut', (t) => {
  const bodies = [{ a: { b: [] } }, 12, 'a}', null, [[{}]], '}', { text: '東京' }];
  for (const body of bodies) {
    const bytes = Buffer.from(encodeFrame({ ...frame, body }));
    for (let length = 0; length < bytes.length; length += 1) {
      const cut = bytes.subarray(0, length).toString();
      if (decodeFrame(cut).ok) throw new Error(`accepted ${cut}`);
    }
  }
  t.pass('at every byte of several frames');
  fc.assert(
    fc.property(anyFrame, fc.nat(), (any, at) => {
      const encoded = encodeFrame(any);
      assert.equal(decodeFrame(encoded.slice(0, at % encoded.length)).ok, false);
    }),
    RUNS,
  );
  t.end();
});

t.test('decoding never throws, and never contradicts slicing', (t) => {
  const damaged = fc
    .tuple(
      anyFrame,
      fc.nat(),
      fc.nat({ max: 20 }),
      fc.oneof(fc.string(), fc.constantFrom('"', '}', ',', '"from":"p3"')),
    )
    .map(([any, at, removed, inserted]) => {
      const encoded = encodeFrame(any);
      const start = at % encoded.length;
      return encoded.slice(0, start) + inserted + encoded.slice(start + removed);
    });
  const loose = fc
    .record(
      { type: anyJson, from: anyJson, to: anyJson, id: anyJson, body: anyJson, more: anyJson },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value));
  let accepted = 0;
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), loose, damaged), (any) => {
      const head = sliceHead(any);
      const decoded = decodeFrame(any);
      if (!decoded.ok) return;
      accepted += 1;
      assert.equal(decoded.canonical, head !== undefined);
      const { type, from, to, id } = decoded.frame;
      if (head !== undefined) assert.deepEqual(head, { type, from, to, id, bodyOffset: head.bodyOffset });
      assert.deepEqual(JSON.parse(any), decoded.frame, 'what was accepted means the same to a plain parser');
      // 1e999 is read as Infinity and written as null, -0 as 0: that is JSON's matter, not the envelope's.
      const frame = JSON.parse(JSON.stringify(decoded.frame)) as Frame;
      assert.deepEqual(decodeFrame(encodeFrame(decoded.frame)), { ok: true, canonical: true, frame });
    }),
    { numRuns: 5000 },
  );
  t.ok(accepted > 0, `accepted ${accepted} of the damaged frames`);
  t.end();
});

function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item) => permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]));
}
