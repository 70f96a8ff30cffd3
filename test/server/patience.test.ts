import { EventEmitter } from 'node:events';
import type { FastifyReply } from 'fastify';
import t from 'tap';
import { untilClosed, whenClosed } from '../../server/routes/patience.ts';

const replyOver = (raw: EventEmitter): FastifyReply => ({ raw }) as unknown as FastifyReply;

t.test('a caller that hung up before its request was handled is noticed too', async (t) => {
  for (const state of [{ destroyed: true }, { closed: true }]) {
    const gone = replyOver(Object.assign(new EventEmitter(), state));
    let calls = 0;
    whenClosed(gone, () => (calls += 1));
    t.equal(calls, 1);
    t.equal(untilClosed(gone).aborted, true);
  }
});

t.test('one that hangs up later is noticed then, once', async (t) => {
  const raw = new EventEmitter();
  let calls = 0;
  whenClosed(replyOver(raw), () => (calls += 1));
  const signal = untilClosed(replyOver(raw));
  t.same([calls, signal.aborted], [0, false]);
  raw.emit('close');
  raw.emit('close');
  t.same([calls, signal.aborted], [1, true]);
});
