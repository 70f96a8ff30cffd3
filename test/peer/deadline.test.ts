import t from 'tap';
import { Deadline } from '../../peer/Deadline.ts';
import { VirtualClock } from '../../sim/VirtualClock.ts';

class CountingClock extends VirtualClock {
  timers = 0;
  override setTimer(...given: Parameters<VirtualClock['setTimer']>): ReturnType<VirtualClock['setTimer']> {
    this.timers += 1;
    return super.setTimer(...given);
  }
}

function stage(): { clock: CountingClock; deadline: Deadline; reached: number[] } {
  const clock = new CountingClock();
  const reached: number[] = [];
  return { clock, reached, deadline: new Deadline(clock, (nowMs) => reached.push(nowMs)) };
}

t.test('it is reached once, at its time', async (t) => {
  const { clock, deadline, reached } = stage();
  deadline.set(100);
  clock.advanceTo(99);
  t.same(reached, []);
  clock.advanceTo(500);
  t.same(reached, [100]);
});

t.test('put off a thousand times it is reached at the last of them, with few timers', async (t) => {
  const { clock, deadline, reached } = stage();
  for (let nowMs = 0; nowMs < 1000; nowMs += 1) {
    clock.advanceTo(nowMs);
    deadline.set(nowMs + 300);
  }
  clock.advanceTo(5000);
  t.same(reached, [1299]);
  t.ok(clock.timers < 10, `${clock.timers} timers`);
});

t.test('an earlier one counts; never means never; after stop nothing comes', async (t) => {
  const { clock, deadline, reached } = stage();
  deadline.set(1000);
  deadline.set(50);
  clock.advanceTo(2000);
  t.same(reached, [50], 'and not the one before as well');
  deadline.set(2100);
  deadline.set(Number.POSITIVE_INFINITY);
  clock.advanceTo(3000);
  t.same(reached, [50]);
  deadline.set(3100);
  deadline.stop();
  clock.advanceTo(4000);
  t.same(reached, [50]);
  deadline.set(4100);
  clock.advanceTo(5000);
  t.same(reached, [50, 4100]);
});
