import fc from 'fast-check';
import t from 'tap';
import { ExpectedStream } from '../../bench/support/ExpectedStream.ts';
import { serverFrame } from '../../bench/support/webSocketClient.ts';

const PAYLOADS = ['{"id":1}', '{"id":2}', '{"id":3}'];
const FRAMES = PAYLOADS.map((payload) => serverFrame(Buffer.from(payload)));
const RING = Buffer.concat(FRAMES);
const FRAME_BYTES = RING.length / FRAMES.length;
const PING = Buffer.from([0x89, 2, 0x68, 0x69]);

function newStream() {
  const pings: string[] = [];
  const stream = new ExpectedStream(RING, FRAME_BYTES, (payload) => pings.push(payload.toString()));
  return { stream, pings };
}

/** The frame of that number, counted from 0, of a ring that goes on for ever. */
function frame(index: number): Buffer {
  return FRAMES[index % FRAMES.length] ?? Buffer.alloc(0);
}

t.test('counts whole frames, however the bytes are cut into chunks, and answers the pings between them', (t) => {
  const items = fc.array(fc.constantFrom('frame', 'ping'), { maxLength: 40 });
  const cuts = fc.infiniteStream(fc.integer({ min: 1, max: 3 * FRAME_BYTES }));
  const property = fc.property(items, cuts, (kinds, lengths) => {
    const { stream, pings } = newStream();
    let frames = 0;
    const bytes = Buffer.concat(kinds.map((kind) => (kind === 'ping' ? PING : frame(frames++))));
    for (let offset = 0; offset < bytes.length;) {
      const end = Math.min(bytes.length, offset + (lengths.next().value as number));
      stream.read(bytes.subarray(offset, end));
      offset = end;
    }
    return (
      stream.frames === frames && pings.every((payload) => payload === 'hi') && pings.length === kinds.length - frames
    );
  });
  t.doesNotThrow(() => fc.assert(property));
  t.end();
});

t.test('notices every fault of a forwarder', (t) => {
  const faults = {
    'a lost frame': [frame(0), frame(2)],
    'a doubled frame': [frame(0), frame(0)],
    'frames in another order': [frame(1), frame(0)],
    'a frame cut short': [frame(0).subarray(0, -1), frame(1)],
    'a changed byte': [serverFrame(Buffer.from('{"id":7}'))],
    'a ping within a frame': [frame(0).subarray(0, 5), PING],
    'a close frame': [Buffer.from([0x88, 2, 0x03, 0xe8])],
  };
  for (const [what, chunks] of Object.entries(faults)) {
    t.throws(() => newStream().stream.read(Buffer.concat(chunks)), `${what}, in one chunk`);
    const { stream } = newStream();
    t.throws(() => chunks.forEach((chunk) => stream.read(chunk)), `${what}, in several`);
  }
  t.end();
});

t.test('a frame that has not come whole is not counted', (t) => {
  const { stream } = newStream();
  stream.read(frame(0).subarray(0, -1));
  t.equal(stream.frames, 0);
  stream.read(frame(0).subarray(-1));
  t.equal(stream.frames, 1);
  t.end();
});
