import t from 'tap';
import type { Outbox } from '../../server/hub/Outbox.ts';
import { Turn } from '../../server/hub/Turn.ts';

const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

t.test('the clock is read anew until the turn is told to have begun, and after its end', async (t) => {
  let nowMs = 0;
  const turn = new Turn(() => (nowMs += 1));
  t.same([turn.nowMs(), turn.nowMs()], [1, 2], 'nobody sees an old time while no end is set');
  turn.begin();
  turn.begin();
  t.same([turn.nowMs(), turn.nowMs()], [3, 3], 'read once for all frames of the turn');
  await endOfTurn();
  t.same([turn.nowMs(), turn.nowMs()], [4, 5]);
});

t.test('what is to leave at the end of a turn leaves then, once, whoever began the turn', async (t) => {
  const turn = new Turn(() => 0);
  let flushes = 0;
  const outbox = { flush: () => (flushes += 1) } as unknown as Outbox;
  turn.flushAtEnd(outbox);
  t.equal(flushes, 0);
  await endOfTurn();
  t.equal(flushes, 1);
  turn.begin();
  turn.flushAtEnd(outbox);
  await endOfTurn();
  t.equal(flushes, 2);
  turn.begin();
  await endOfTurn();
  t.equal(flushes, 2, 'nothing of the turn before');
});
