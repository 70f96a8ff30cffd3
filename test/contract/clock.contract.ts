import type { Test } from 'tap';
import type { Clock, Timer } from '../../endpoint/ports/Clock.ts';

export interface ClockHarness {
  readonly clock: Clock;
  /** Lets at least this much of the clock's time pass, and whatever was due in it happen. */
  readonly pass: (ms: number) => Promise<void>;
}

/** What `Clock` promises, for every clock. */
export function clockContract(t: Test, name: string, make: () => ClockHarness): void {
  t.test(`${name}: time goes forward, and on as it is told`, async (t) => {
    const { clock, pass } = make();
    const before = clock.nowMs();
    const wallBefore = clock.wallMs();
    await pass(20);
    t.ok(clock.nowMs() - before >= 20);
    t.ok(clock.wallMs() - wallBefore >= 19.9);
  });

  t.test(`${name}: a timer calls once, never before its time and never within setTimer`, async (t) => {
    const { clock, pass } = make();
    const start = clock.nowMs();
    const delays = [-5, 0, 0.1, 0.5, 0.999, 1, 1.001, 1.4, 2.7, 5.999, 6, 13.37];
    const early: string[] = [];
    let calls = 0;
    let within = true;
    for (const delay of delays) {
      clock.setTimer(start + delay, () => {
        calls += 1;
        if (within) early.push(`${delay} ms: called within setTimer`);
        const nowMs = clock.nowMs();
        if (nowMs < start + delay) early.push(`${delay} ms: called ${start + delay - nowMs} ms too early`);
      });
    }
    within = false;
    await pass(60);
    t.same(early, []);
    t.equal(calls, delays.length);
    await pass(20);
    t.equal(calls, delays.length, 'each once');
  });

  t.test(`${name}: a stopped timer does not call; stopping again, or too late, does nothing`, async (t) => {
    const { clock, pass } = make();
    const calls: string[] = [];
    const stopped = clock.setTimer(clock.nowMs() + 5, () => calls.push('stopped'));
    const kept = clock.setTimer(clock.nowMs() + 5, () => calls.push('kept'));
    stopped.stop();
    stopped.stop();
    await pass(30);
    kept.stop();
    t.same(calls, ['kept']);
  });

  t.test(`${name}: a timer that another one stops when both are due does not call`, async (t) => {
    const { clock, pass } = make();
    const calls: string[] = [];
    const atMs = clock.nowMs() + 3;
    const timers: Timer[] = [];
    clock.setTimer(atMs, () => {
      calls.push('first');
      timers.forEach((timer) => timer.stop());
    });
    timers.push(clock.setTimer(atMs + 0.0001, () => calls.push('second')));
    await pass(30);
    t.same(calls, ['first']);
  });

  t.test(`${name}: a timer can set the next one`, async (t) => {
    const { clock, pass } = make();
    let calls = 0;
    const again = (): void => {
      calls += 1;
      if (calls < 5) clock.setTimer(clock.nowMs() + 1, again);
    };
    clock.setTimer(clock.nowMs() + 1, again);
    await pass(100);
    t.equal(calls, 5);
  });
}
