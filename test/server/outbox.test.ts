import { randomBytes } from 'node:crypto';
import type { Writable } from 'node:stream';
import t from 'tap';
import * as ws from 'ws';
import { BufferBudget } from '../../server/hub/BufferBudget.ts';
import { Outbox } from '../../server/hub/Outbox.ts';
import { PAGE_BYTES, PagePool } from '../../server/hub/PagePool.ts';
import { Turn } from '../../server/hub/Turn.ts';
import { seededRandom } from '../../shared/random.ts';

/** What `ws` reads frames with; its types do not have it. */
const { Receiver } = ws as unknown as { Receiver: new (options: { isServer: boolean }) => Writable };

/** A socket that takes a write when the test says so, and keeps a copy of the bytes as they are at that moment. */
class Sink {
  readonly taken: Buffer[] = [];
  readonly pending: { bytes: Uint8Array; done: (error?: Error) => void }[] = [];

  write(bytes: Uint8Array, done: (error?: Error) => void): boolean {
    this.pending.push({ bytes, done });
    return true;
  }

  take(): void {
    const next = this.pending.shift();
    if (next === undefined) throw new Error('nothing is being written');
    this.taken.push(Buffer.from(next.bytes));
    next.done();
  }

  fail(): void {
    this.pending.shift()?.done(new Error('the connection is gone'));
  }

  takeAll(): void {
    while (this.pending.length > 0) this.take();
  }

  /** The messages in what was taken, as the WebSocket library reads them. */
  messages(): Promise<string[]> {
    const messages: string[] = [];
    const receiver = new Receiver({ isServer: false });
    receiver.on('message', (data: Buffer) => messages.push(data.toString()));
    return new Promise((resolve, reject) => {
      receiver.on('error', reject);
      receiver.end(Buffer.concat(this.taken), () => resolve(messages));
    });
  }
}

const turnEnded = () => new Promise<void>((resolve) => setImmediate(resolve));
const text = (length: number) => randomBytes(length).toString('hex').slice(0, length);

const plenty = () => new BufferBudget(1 << 30, 1);

function outbox(bytesMax = 1 << 24) {
  const sink = new Sink();
  const turn = new Turn(() => performance.now());
  return { sink, box: new Outbox(sink, { turn, pages: new PagePool(), budget: plenty(), bytesMax }) };
}

t.test('when it closes, it tells how many frames of endpoints waited', async (t) => {
  const { sink, box } = outbox();
  for (const bytes of [10, 100, 300, 65_400, 65_600, 300_000, 20]) {
    box.offer(Buffer.alloc(bytes), true);
    box.offer(Buffer.alloc(bytes), false);
  }
  t.equal(sink.pending.length, 1, 'the first frame is being written, and is not forgotten');
  t.equal(box.close(), 6);
  t.equal(box.close(), 0);
});

t.test(
  'what it wrote before does not count when it closes, in whatever order frames were offered and taken',
  async (t) => {
    const random = seededRandom(7);
    for (let run = 0; run < 200; run += 1) {
      const { sink, box } = outbox();
      let forwarded = 0;
      for (let step = 0; step < 40; step += 1) {
        const chance = random();
        if (chance < 0.25 && sink.pending.length > 0) sink.take();
        else if (chance < 0.35) await turnEnded();
        else {
          const isForwarded = random() < 0.7;
          box.offer(Buffer.alloc(random() < 0.1 ? 40_000 : 20, isForwarded ? 'f' : 'r'), isForwarded);
          if (isForwarded) forwarded += 1;
        }
      }
      const unsent = box.close();
      sink.takeAll();
      const sent = (await sink.messages()).filter((message) => message.startsWith('f')).length;
      t.equal(sent + unsent, forwarded);
    }
  },
);

t.test('when a write fails nothing more is written, and all that has not left is told as lost', async (t) => {
  const { sink, box } = outbox();
  for (let count = 0; count < 3; count += 1) box.offer(Buffer.alloc(PAGE_BYTES - 100), true);
  sink.take();
  sink.fail();
  t.equal(sink.pending.length, 0);
  t.ok(box.offer(Buffer.alloc(10), true), 'until the end is known what comes is kept');
  await turnEnded();
  t.equal(sink.pending.length, 0);
  t.equal(box.close(), 3, 'the failed write, what waited behind it, and what came since');
  t.equal(box.waitingBytes, 0);
});

t.test('one that finishes when its socket is gone has nothing more to wait for', async (t) => {
  const { sink, box } = outbox();
  for (let count = 0; count < 3; count += 1) box.offer(Buffer.alloc(PAGE_BYTES - 100), true);
  let isEmpty = false;
  box.finish(() => (isEmpty = true));
  t.notOk(isEmpty);
  sink.fail();
  t.ok(isEmpty);
  t.equal(box.close(), 3);
});

t.test('a frame that comes alone leaves at once', async (t) => {
  const { sink, box } = outbox();
  for (let count = 1; count <= 5; count += 1) {
    box.offer(Buffer.from(`{"n":${count}}`), true);
    t.equal(sink.pending.length, 1, 'without waiting for the end of the turn');
    sink.take();
    await turnEnded();
  }
  t.equal((await sink.messages()).length, 5);
});

t.test('all that one turn brings leaves in one write, in order, once there is more than one', async (t) => {
  const { sink, box } = outbox();
  const sent = Array.from({ length: 100 }, (_, index) => `{"n":${index}}`);
  for (const each of sent.slice(0, 50)) t.ok(box.offer(Buffer.from(each), true));
  t.equal(sink.pending.length, 1, 'the first');
  sink.take();
  t.equal(sink.pending.length, 0, 'the others wait for the end of the turn');
  await turnEnded();
  t.equal(sink.pending.length, 1);
  sink.take();
  for (const each of sent.slice(50)) t.ok(box.offer(Buffer.from(each), true));
  t.equal(sink.pending.length, 0, 'and the first of the next turn too');
  await turnEnded();
  t.equal(sink.pending.length, 1);
  sink.take();
  t.same(await sink.messages(), sent);
  t.equal(box.waitingBytes, 0);
});

t.test('every length has a good header', async (t) => {
  const { sink, box } = outbox();
  const lengths = [0, 1, 125, 126, 127, 65_535, 65_536, 1_048_576, PAGE_BYTES - 10, PAGE_BYTES - 9, PAGE_BYTES];
  const sent = lengths.map(text);
  for (const each of sent) t.ok(box.offer(Buffer.from(each), true));
  await turnEnded();
  sink.takeAll();
  t.same(await sink.messages(), sent);
});

t.test('a full page does not wait for the end of the turn', async (t) => {
  const { sink, box } = outbox();
  const frame = Buffer.alloc(1000, 'x');
  for (let count = 0; count < 3; count += 1) box.offer(frame, true);
  sink.take();
  await turnEnded();
  sink.take();
  for (let bytes = 0; bytes <= PAGE_BYTES; bytes += 1000) box.offer(frame, true);
  t.equal(sink.pending.length, 1);
  t.ok((sink.pending[0]?.bytes.length ?? 0) > PAGE_BYTES - 1010);
});

t.test('one write is under way at a time; what comes meanwhile follows it', async (t) => {
  const { sink, box } = outbox();
  const sent: string[] = [];
  for (let round = 0; round < 20; round += 1) {
    sent.push(text(300 + round));
    box.offer(Buffer.from(sent.at(-1) ?? ''), true);
    await turnEnded();
    t.equal(sink.pending.length, 1);
  }
  t.equal(box.isWriting, true);
  sink.take();
  t.equal(sink.pending.length, 1, 'the rest in one write');
  sink.takeAll();
  t.same(await sink.messages(), sent);
  t.equal(box.isWriting, false);
  t.equal(box.writesDone, 2);
});

t.test('beyond its bound it takes nothing, and takes again when there is room', async (t) => {
  const { sink, box } = outbox(100_000);
  const frame = Buffer.alloc(1000, 'x');
  let accepted = 0;
  while (box.offer(frame, true)) accepted += 1;
  t.ok(accepted >= 98 && accepted < 100, `${accepted} frames of 1004 bytes`);
  t.ok(box.waitingBytes <= 100_000);
  await turnEnded();
  sink.takeAll();
  t.equal((await sink.messages()).length, accepted, 'what it took leaves whole');
  t.equal(box.waitingBytes, 0);
  t.ok(box.offer(frame, true));
});

t.test('what the caller does with its bytes afterwards does not matter', async (t) => {
  const { sink, box } = outbox();
  const bytes = Buffer.from('{"a":1}');
  box.offer(bytes, true);
  bytes.fill(0);
  await turnEnded();
  sink.takeAll();
  t.same(await sink.messages(), ['{"a":1}']);
});

t.test('pages are shared by outboxes only when nothing of them is on its way', async (t) => {
  const turn = new Turn(() => performance.now());
  const pages = new PagePool();
  const sinks = Array.from({ length: 8 }, () => new Sink());
  const boxes = sinks.map((sink) => new Outbox(sink, { turn, pages, budget: plenty(), bytesMax: 1 << 20 }));
  const sent = boxes.map((): string[] => []);
  // Random interleaving of offers, turns and completed writes; each receiver must get its own frames in order.
  for (let step = 0; step < 4000; step += 1) {
    const which = Math.floor(Math.random() * boxes.length);
    const frame = `${which}:${step}:${text(Math.floor(Math.random() ** 8 * 60_000))}`;
    if (boxes[which]?.offer(Buffer.from(frame), true) === true) sent[which]?.push(frame);
    if (step % 7 === 0) await turnEnded();
    const sink = sinks[Math.floor(Math.random() * sinks.length)];
    while (sink !== undefined && sink.pending.length > 0) sink.take();
  }
  await turnEnded();
  for (const [which, sink] of sinks.entries()) {
    sink.takeAll();
    t.same(await sink.messages(), sent[which], `receiver ${which}`);
  }
});

t.test('closed, it forgets what waits and takes nothing more', async (t) => {
  const { sink, box } = outbox();
  box.offer(Buffer.from('first'), true);
  await turnEnded();
  box.offer(Buffer.from('second'), true);
  box.close();
  t.notOk(box.offer(Buffer.from('third'), true));
  await turnEnded();
  sink.takeAll();
  t.same(await sink.messages(), ['first']);
  t.equal(box.waitingBytes, 0);
});

t.test(
  'all outboxes together have a bound; each keeps its share, and what leaves or is forgotten is given back',
  async (t) => {
    const [turn, pages, budget] = [new Turn(() => performance.now()), new PagePool(), new BufferBudget(80_000, 4)];
    const boxes = [new Sink(), new Sink(), new Sink(), new Sink()].map((sink) => {
      return { sink, box: new Outbox(sink, { turn, pages, budget, bytesMax: 1 << 20 }) };
    });
    const fill = (box: Outbox): void => {
      while (box.offer(Buffer.alloc(990), true));
    };
    for (const { box } of boxes) fill(box);
    t.ok((boxes[0]?.box.waitingBytes ?? 0) > 38_000, 'the first one took all that was to be had');
    for (const { box } of boxes.slice(1)) t.ok(box.waitingBytes > 8900 && box.waitingBytes <= 10_000, 'its share');
    t.equal(
      boxes.reduce((total, { box }) => total + box.waitingBytes, 0),
      budget.waitingBytes,
    );
    t.ok(budget.waitingBytes <= 80_000);
    boxes[0]?.box.close();
    boxes[0]?.sink.takeAll();
    t.ok(budget.waitingBytes <= 30_000, 'what was forgotten is free');
    t.ok(boxes[1]?.box.offer(Buffer.alloc(9000), true), 'for others');
    for (const { sink } of boxes) {
      sink.takeAll();
      await turnEnded();
      sink.takeAll();
    }
    t.equal(budget.waitingBytes, 0);
  },
);
