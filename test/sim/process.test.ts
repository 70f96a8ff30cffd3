import t from 'tap';
import { SimulatedProcess } from '../../sim/SimulatedProcess.ts';
import { VirtualClock } from '../../sim/VirtualClock.ts';

function stage(): {
  clock: VirtualClock;
  process: SimulatedProcess;
  told: string[];
  tell: (what: string) => () => void;
} {
  const clock = new VirtualClock();
  const process = new SimulatedProcess(clock);
  const told: string[] = [];
  return { clock, process, told, tell: (what) => () => void told.push(`${what} ${clock.nowMs()}`) };
}

t.test('what comes while a process works waits for its turn: input first, then the timers that are due', async (t) => {
  const { clock, process, told, tell } = stage();
  process.setTimer(3, tell('timer'));
  process.work(5);
  t.equal(process.nowMs(), 5, 'its own clock shows how far it has come');
  clock.setArrival(2, () => process.takeIn(tell('message')));
  clock.setArrival(4, () => process.takeIn(tell('another')));
  process.giveOut(tell('sent'));
  clock.advanceTo(4.5);
  t.same(told, []);
  clock.advanceTo(20);
  t.same(told, ['message 5', 'another 5', 'sent 5', 'timer 5'], 'as soon as it is done');
  t.equal(process.nowMs(), 20);
});

t.test('work that an input makes holds up those behind it, and nothing overtakes', async (t) => {
  const { clock, process, told, tell } = stage();
  process.work(5);
  clock.setArrival(1, () =>
    process.takeIn(() => {
      tell('first')();
      process.work(10);
    }),
  );
  clock.setArrival(2, () => process.takeIn(tell('second')));
  clock.setArrival(15, () => process.takeIn(tell('third')));
  clock.advanceTo(30);
  t.same(told, ['first 5', 'second 15', 'third 15']);
});

t.test(
  'a process that is stopped within its work goes on with what waits; one that is killed gives out nothing',
  async (t) => {
    const { clock, process, told, tell } = stage();
    process.work(5);
    process.takeIn(tell('message'));
    process.giveOut(tell('sent'));
    clock.advanceTo(2);
    process.pause();
    clock.advanceTo(10);
    t.equal(process.nowMs(), 13, 'its clock goes on, its work does not');
    process.resume();
    t.same(told, [], 'three milliseconds of work are left');
    clock.advanceTo(20);
    t.same(told, ['message 13', 'sent 13']);
    process.work(5);
    process.giveOut(tell('never'));
    process.takeIn(tell('nobody'));
    process.kill();
    clock.advanceTo(30);
    t.same(told, ['message 13', 'sent 13']);
  },
);

t.test('a clock that changes its rate goes on from what it shows, and timers fire by it', async (t) => {
  const { clock, process, told, tell } = stage();
  process.setTimer(10, tell('slower'));
  process.setTimer(14, tell('faster'));
  clock.advanceTo(4);
  process.setRate(0.5);
  t.equal(process.nowMs(), 4);
  clock.advanceTo(16);
  t.equal(process.nowMs(), 10);
  t.same(told, ['slower 16']);
  process.setRate(2);
  clock.advanceTo(20);
  t.same(told, ['slower 16', 'faster 18']);
  process.work(5);
  const shownMs = process.nowMs();
  process.setRate(0.5);
  t.equal(process.nowMs(), shownMs, 'what it has shown in the midst of its work stays');
});
