import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as after } from 'node:timers/promises';
import t from 'tap';
import { SystemClock } from '../../endpoint/clock/SystemClock.ts';
import { VirtualClock } from '../../sim/VirtualClock.ts';
import { clockContract } from '../contract/clock.contract.ts';

clockContract(t, 'SystemClock', () => ({ clock: new SystemClock(), pass: passSystemTime }));

clockContract(t, 'VirtualClock', () => {
  const clock = new VirtualClock(1000);
  return { clock, pass: async (ms) => clock.advance(ms) };
});

/** Until the clock says so, and one turn more for what the last timers put off. */
async function passSystemTime(ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (performance.now() < end) await after(1);
  await after(5);
}

t.test('SystemClock: 2,000 fractional timers, none too early', async (t) => {
  const clock = new SystemClock();
  let early = 0;
  let calls = 0;
  const count = 2000;
  await new Promise<void>((resolve) => {
    for (let at = 0; at < count; at += 1) {
      const atMs = clock.nowMs() + ((at * 0.0371) % 40);
      clock.setTimer(atMs, () => {
        if (clock.nowMs() < atMs) early += 1;
        calls += 1;
        if (calls === count) resolve();
      });
    }
  });
  t.equal(early, 0);
});

t.test('SystemClock: a timer beyond what setTimeout can hold does not call at once', async (t) => {
  const clock = new SystemClock();
  let called = false;
  const timer = clock.setTimer(clock.nowMs() + 2 ** 32, () => {
    called = true;
  });
  const never = clock.setTimer(Number.POSITIVE_INFINITY, () => {
    called = true;
  });
  await passSystemTime(20);
  timer.stop();
  never.stop();
  t.notOk(called);
});

t.test('SystemClock: a late timer lets input through first that had arrived by then', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = createConnection((server.address() as AddressInfo).port, '127.0.0.1');
  const [[served]] = (await Promise.all([once(server, 'connection'), once(client, 'connect')])) as [[Socket], unknown];
  t.teardown(() => {
    client.destroy();
    served.destroy();
    server.close();
  });
  const order: string[] = [];
  const clock = new SystemClock();
  served.on('data', () => order.push('input'));
  // A plain timer of the same time shows that the runtime alone would have run it first.
  const plain = new Promise<void>((resolve) => {
    setTimeout(() => {
      order.push('plain timer');
      resolve();
    }, 20);
  });
  const ours = new Promise<void>((resolve) => {
    clock.setTimer(clock.nowMs() + 15, () => {
      order.push('timer');
      resolve();
    });
  });
  // The input reaches the kernel while the event loop is blocked well past both times.
  client.write('heartbeat');
  const end = performance.now() + 80;
  while (performance.now() < end);
  await Promise.all([plain, ours]);
  t.same(order, ['plain timer', 'input', 'timer']);
});

t.test('VirtualClock: by time, then arrivals before timers, then as asked for', async (t) => {
  const clock = new VirtualClock();
  const order: string[] = [];
  clock.setTimer(10, () => order.push('timer 10, first'));
  clock.setTimer(10, () => order.push('timer 10, second'));
  clock.setArrival(10, () => order.push('arrival 10'));
  clock.setTimer(5, () => {
    order.push('timer 5');
    clock.setTimer(1, () => order.push('overdue, set at 5'));
    clock.setArrival(5, () => order.push('arrival 5, set at 5'));
  });
  clock.advanceTo(9.5);
  t.same(order, ['timer 5', 'arrival 5, set at 5', 'overdue, set at 5']);
  t.equal(clock.nowMs(), 9.5);
  t.equal(clock.nextAtMs(), 10);
  clock.advanceTo(10);
  t.same(order.slice(3), ['arrival 10', 'timer 10, first', 'timer 10, second']);
  t.equal(clock.nextAtMs(), undefined);
  t.notOk(clock.runNext());
});

t.test('VirtualClock: thousands of timers in any order come sorted', async (t) => {
  const clock = new VirtualClock();
  const seen: number[] = [];
  let value = 1;
  for (let at = 0; at < 5000; at += 1) {
    value = (value * 48271) % 2147483647;
    const atMs = value % 1000;
    const timer = clock.setTimer(atMs, () => seen.push(atMs));
    if (at % 3 === 0) timer.stop();
  }
  clock.advance(1000);
  t.equal(seen.length, 5000 - Math.ceil(5000 / 3));
  t.same(
    seen,
    [...seen].sort((a, b) => a - b),
  );
});
