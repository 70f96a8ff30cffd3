import t from 'tap';
import { TimeSlices } from '../../peer/replica/TimeSlices.ts';
import { until } from '../support/until.ts';

const WITHIN_MS = 30_000;

/** Keeps the process busy, as a query does. */
function work(forMs: number): void {
  const endMs = performance.now() + forMs;
  while (performance.now() < endMs);
}

/** Counts the turns that others have, until `stop`. */
function others(): { turns: number; stop: () => void } {
  const seen = { turns: 0, stop: () => clearInterval(timer) };
  const timer = setInterval(() => (seen.turns += 1), 0);
  return seen;
}

t.test('queries are answered in slices of about 8 ms, in order, and others have their turn between them', async (t) => {
  const slices = new TimeSlices();
  const seen = others();
  t.teardown(seen.stop);
  const answered: number[] = [];
  const turnsAt: number[] = [];
  const query = async (number: number): Promise<void> => {
    await slices.turn();
    work(1);
    answered.push(number);
    turnsAt.push(seen.turns);
  };
  await Promise.all(Array.from({ length: 100 }, (_, number) => query(number)));
  t.same(
    answered,
    Array.from({ length: 100 }, (_, number) => number),
  );
  const inOneTurn = new Map<number, number>();
  for (const turns of turnsAt) inOneTurn.set(turns, (inOneTurn.get(turns) ?? 0) + 1);
  // The timer of others may be due a slice later than that of the slices.
  t.ok(Math.max(...inOneTurn.values()) <= 20, `at most ${Math.max(...inOneTurn.values())} ms of work without others`);
  t.ok(seen.turns >= 5, `${seen.turns} turns of others in 100 ms of work`);
});

t.test('short ones are answered at once, many of them in one turn', async (t) => {
  const slices = new TimeSlices();
  t.equal(slices.turn(), undefined, 'nothing to wait for');
  work(10);
  const seen = others();
  t.teardown(seen.stop);
  const waited = Array.from({ length: 1_000 }, async () => slices.turn());
  await Promise.all(waited);
  t.ok(seen.turns < 500, `${seen.turns} turns of others meanwhile: not one for each`);
});

t.test('who comes later does not overtake who waits', async (t) => {
  const slices = new TimeSlices();
  t.equal(slices.turn(), undefined);
  work(10);
  const order: string[] = [];
  const first = slices.turn()?.then(() => {
    order.push('first');
    // A new slice has begun, and there is time left in it.
    return slices.turn()?.then(() => order.push('third'));
  });
  const second = slices.turn()?.then(() => order.push('second'));
  await Promise.all([first, second]);
  t.same(order, ['first', 'second', 'third']);
});

t.test('after a rest the next one need not wait', async (t) => {
  const slices = new TimeSlices();
  t.equal(slices.turn(), undefined);
  work(10);
  await slices.turn();
  let isFree = false;
  await until(
    () => {
      // Only a slice in which nobody waited ends the rest.
      isFree ||= slices.turn() === undefined;
      return isFree;
    },
    { withinMs: WITHIN_MS, what: 'a turn at once' },
  );
});
