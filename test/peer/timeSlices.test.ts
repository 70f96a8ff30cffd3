import t from 'tap';
import { SystemClock } from '../../endpoint/clock/SystemClock.ts';
import { TimeSlices } from '../../peer/replica/TimeSlices.ts';
import { until } from '../support/until.ts';

const WITHIN_MS = 30_000;

const WAITS = { isOver: false, reject: () => undefined };

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

/** Adds work that is done in its turn. */
function turn(slices: TimeSlices, run: () => void, wait = WAITS): Promise<void> {
  return new Promise((resolve) => {
    slices.add({
      wait,
      run: () => {
        run();
        resolve();
      },
    });
  });
}

t.test('queries are answered in slices of about 8 ms, in order, and others have their turn between them', async (t) => {
  const slices = new TimeSlices(new SystemClock());
  const seen = others();
  t.teardown(seen.stop);
  const answered: number[] = [];
  const turnsAt: number[] = [];
  const query = (number: number): Promise<void> =>
    turn(slices, () => {
      work(1);
      answered.push(number);
      turnsAt.push(seen.turns);
    });
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

t.test('the first ones are done at once; who comes later does not overtake who waits', async (t) => {
  const slices = new TimeSlices(new SystemClock());
  const order: string[] = [];
  const done = turn(slices, () => {
    order.push('at once');
    work(10);
  });
  t.same(order, ['at once']);
  const second = turn(slices, () => order.push('second'));
  const third = turn(slices, () => order.push('third'));
  t.same(order, ['at once']);
  await Promise.all([done, second, third]);
  t.same(order, ['at once', 'second', 'third']);
});

t.test('work for which nobody waits any more is not done', async (t) => {
  const slices = new TimeSlices(new SystemClock());
  slices.add({ wait: WAITS, run: () => work(10) });
  const wait = { ...WAITS };
  let isDone = false;
  slices.add({ wait, run: () => (isDone = true) });
  t.equal(slices.count, 1);
  wait.isOver = true;
  await turn(slices, () => undefined);
  t.equal(isDone, false);
  t.equal(slices.count, 0);
});

t.test('after a rest the next one need not wait; after stop nothing is done', async (t) => {
  const slices = new TimeSlices(new SystemClock());
  slices.add({ wait: WAITS, run: () => work(10) });
  await turn(slices, () => undefined);
  let isFree = false;
  const probe = (): boolean => {
    slices.add({ wait: WAITS, run: () => (isFree = true) });
    return isFree;
  };
  await until(probe, { withinMs: WITHIN_MS, what: 'a turn at once' });
  slices.add({ wait: WAITS, run: () => work(10) });
  let isDone = false;
  const told: string[] = [];
  const wait = { isOver: false, reject: ({ message }: Error) => void told.push(message) };
  slices.add({ wait, run: () => (isDone = true) });
  slices.add({ wait: { ...wait, isOver: true }, run: () => (isDone = true) });
  slices.stop(() => new Error('stopped'));
  t.same(told, ['stopped']);
  const sinceMs = performance.now();
  await until(() => performance.now() > sinceMs + 30, { withinMs: WITHIN_MS, what: 'three times a slice' });
  t.equal(isDone, false);
});
