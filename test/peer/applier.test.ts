import t from 'tap';
import { SystemClock } from '../../endpoint/clock/SystemClock.ts';
import { encodeCommand } from '../../peer/machine/command.ts';
import { ReplicatedMachine } from '../../peer/machine/ReplicatedMachine.ts';
import type { Outcome } from '../../peer/machine/Sessions.ts';
import type { ApplyContext, StateMachine } from '../../peer/ports/StateMachine.ts';
import { Applier } from '../../peer/replica/Applier.ts';
import { MemorySnapshotStore } from '../../peer/snapshots/MemorySnapshotStore.ts';
import type { Entry } from '../../shared/messages/Entry.ts';
import { VirtualClock } from '../../sim/VirtualClock.ts';
import { until } from '../support/until.ts';

const WITHIN_MS = 30_000;

/** Remembers the indexes that it was given; its state is their number. */
class Recorder implements StateMachine<unknown, unknown, unknown, unknown> {
  readonly given: number[] = [];
  onApply: (index: number) => void = () => undefined;
  count = 0;

  apply(_command: unknown, { index }: ApplyContext): unknown {
    this.given.push(index);
    this.count += 1;
    this.onApply(index);
    return index;
  }

  query(): unknown {
    return this.count;
  }

  snapshot(): Iterable<unknown> {
    return [this.count];
  }

  async restore(records: AsyncIterable<unknown>): Promise<void> {
    for await (const record of records) this.count = record as number;
  }
}

function commands(count: number): Entry[] {
  return Array.from({ length: count }, () => ({
    ...{ term: 1, type: 'command' },
    command: encodeCommand({ type: 'plain', timeMs: 0, command: 'x' }),
  }));
}

interface Told {
  readonly outcomes: [number, Outcome | undefined][];
  readonly applied: number[];
  readonly snapshots: number[];
  readonly failures: Error[];
}

function stage(appliedIndex = 0): { machine: Recorder; applier: Applier; snapshots: MemorySnapshotStore; told: Told } {
  const machine = new Recorder();
  const snapshots = new MemorySnapshotStore();
  const told: Told = { outcomes: [], applied: [], snapshots: [], failures: [] };
  const applier = new Applier(new ReplicatedMachine(machine), snapshots, new SystemClock(), appliedIndex, {
    onOutcome: (index, _term, outcome) => told.outcomes.push([index, outcome]),
    onApplied: (index) => told.applied.push(index),
    onRestored: (index) => told.applied.push(index),
    onSnapshotTaken: (index) => told.snapshots.push(index),
    onFailed: (error) => told.failures.push(error),
  });
  return { machine, applier, snapshots, told };
}

async function reaches(applier: Applier, index: number): Promise<void> {
  await until(() => applier.appliedIndex >= index, { withinMs: WITHIN_MS, what: `entry ${index} applied`, everyMs: 1 });
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);

/** As many turns of the event loop as it would have taken to go on. */
async function turnsOfOthers(): Promise<void> {
  let turns = 0;
  await until(() => (turns += 1) > 5, { withinMs: WITHIN_MS, what: 'some turns', everyMs: 1 });
}

/** Keeps the process busy, as a slow state machine does. */
function work(forMs: number): void {
  const endMs = performance.now() + forMs;
  while (performance.now() < endMs);
}

t.test('the rest of a slice comes before what is handed over meanwhile', async (t) => {
  const clock = new VirtualClock();
  const machine = new Recorder();
  let workedMs = 0;
  machine.onApply = () => (workedMs += 5);
  const failures: Error[] = [];
  const applied: number[] = [];
  const slow = {
    nowMs: () => clock.nowMs() + workedMs,
    wallMs: () => clock.wallMs(),
    soon: (callback: () => void) => clock.soon(callback),
    setTimer: (atMs: number, callback: () => void) => clock.setTimer(atMs, callback),
  };
  const applier = new Applier(new ReplicatedMachine(machine), new MemorySnapshotStore(), slow, 0, {
    onOutcome: () => undefined,
    onApplied: (index) => applied.push(index),
    onRestored: () => undefined,
    onSnapshotTaken: () => undefined,
    onFailed: (error) => failures.push(error),
  });
  applier.apply(1, commands(5));
  clock.runNext();
  t.same(machine.given, [1, 2], 'a slice');
  applier.apply(6, commands(2));
  while (clock.runNext());
  t.same(failures, []);
  t.same(machine.given, upTo(7));
  t.equal(applied.at(-1), 7);
});

t.test('D40: each index once and in order, however it is handed over; entries that overlap are left out', async (t) => {
  const { machine, applier, told } = stage();
  applier.apply(1, commands(3));
  applier.apply(2, commands(4));
  applier.apply(6, [{ term: 1, type: 'noOp' }]);
  applier.apply(7, commands(1));
  t.same(machine.given, [], 'not within the call');
  await reaches(applier, 7);
  t.same(machine.given, [1, 2, 3, 4, 5, 7]);
  t.same(
    told.outcomes.map(([index]) => index),
    upTo(7),
    'an entry that is no command is told of too',
  );
  t.same(told.applied.at(-1), 7);
  t.same(told.failures, []);
});

t.test('D40: a slow state machine keeps nobody from their turn', async (t) => {
  const { machine, applier } = stage();
  machine.onApply = () => work(1);
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  t.teardown(() => clearInterval(timer));
  applier.apply(1, commands(400));
  await reaches(applier, 400);
  t.ok(turns > 5, `${turns} turns of others in 400 ms of work`);
});

t.test('D40: a slow state machine keeps nobody from their turn, however little is handed over at a time', async (t) => {
  const { machine, applier } = stage();
  machine.onApply = () => work(1);
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  t.teardown(() => clearInterval(timer));
  for (let index = 1; index <= 400; index += 1) applier.apply(index, commands(1));
  await reaches(applier, 400);
  t.ok(turns > 5, `${turns} turns of others in 400 ms of work`);
});

t.test('D40: what is left when others have their turn comes before what was handed over later', async (t) => {
  const { machine, applier, told } = stage();
  // Longer than a slice: there is something left after each entry.
  machine.onApply = () => work(10);
  applier.apply(1, commands(3));
  applier.apply(4, commands(2));
  applier.takeSnapshot();
  await until(() => told.snapshots.length + told.failures.length > 0, { withinMs: WITHIN_MS, what: 'a snapshot' });
  t.same(told.failures, []);
  t.same(machine.given, upTo(5));
  t.same(told.snapshots, [5]);
});

t.test('D40: a gap stops it, and nothing more is applied', async (t) => {
  const { machine, applier, told } = stage();
  applier.apply(1, commands(2));
  applier.apply(4, commands(2));
  await until(() => told.failures.length > 0, { withinMs: WITHIN_MS, what: 'a failure' });
  t.match(told.failures[0], { message: /entry 4 was to be applied after 2/ });
  applier.apply(3, commands(1));
  await new Promise((resolve) => setImmediate(resolve));
  t.same(machine.given, [1, 2]);
});

t.test('D41: what a state machine hands over while it is given an entry waits for its end', async (t) => {
  const { machine, applier, told } = stage();
  let depth = 0;
  machine.onApply = (index) => {
    t.equal((depth += 1), 1, 'one at a time');
    if (index <= 3) applier.apply(index + 1, commands(1));
    if (index === 2) applier.takeSnapshot();
    depth -= 1;
  };
  applier.apply(1, commands(1));
  await reaches(applier, 4);
  t.same(machine.given, upTo(4));
  await until(() => told.snapshots.length > 0, { withinMs: WITHIN_MS, what: 'a snapshot' });
  t.same(told.failures, []);
});

t.test('D42: after a snapshot nothing that it holds is applied, and what was waiting is dropped', async (t) => {
  const { machine, applier, snapshots, told } = stage();
  await snapshots.write(10, [{ format: 1, timeMs: 0, sessions: 0 }, 10]);
  await snapshots.write(5, [{ format: 1, timeMs: 0, sessions: 0 }, 5]);
  applier.apply(1, commands(3));
  applier.restore(10);
  applier.apply(11, commands(2));
  await reaches(applier, 12);
  t.same(machine.given, [11, 12], 'what came before the snapshot is in it');
  t.equal(machine.count, 12);
  applier.restore(5);
  applier.apply(13, commands(1));
  await reaches(applier, 13);
  t.same(machine.given, [11, 12, 13]);
  t.equal(machine.count, 13, 'an older one takes nothing back');
  t.same(
    told.applied,
    told.applied.toSorted((one, other) => one - other),
    'lastApplied never falls',
  );
});

t.test('D42: a snapshot interrupts a long list of entries that it holds', async (t) => {
  const { machine, applier, snapshots } = stage();
  await snapshots.write(5000, [{ format: 1, timeMs: 0, sessions: 0 }, 5000]);
  machine.onApply = () => work(1);
  applier.apply(1, commands(4000));
  await reaches(applier, 20);
  applier.restore(5000);
  await reaches(applier, 5000);
  t.ok(machine.given.length < 1000, `${machine.given.length} of 4000 entries`);
  t.equal(machine.count, 5000);
});

t.test('F51: a snapshot is of the index that the machine is at; one that was dropped is told of', async (t) => {
  const { applier, snapshots, told } = stage();
  applier.apply(1, commands(3));
  applier.takeSnapshot();
  applier.apply(4, commands(2));
  await reaches(applier, 5);
  await until(() => told.snapshots.length > 0, { withinMs: WITHIN_MS, what: 'a snapshot' });
  t.same(told.snapshots, [3]);
  const records = [];
  for await (const record of snapshots.read(3)) records.push(record);
  t.equal(records.at(-1), 3, 'without what was applied later');
  await snapshots.write(9, [{ format: 1, timeMs: 0, sessions: 0 }, 9]);
  applier.takeSnapshot();
  applier.restore(9);
  await reaches(applier, 9);
  t.same(told.snapshots, [3, 0], 'it will not come: another may be asked for');
});

t.test('H58: once stopped it gives the machine nothing more and tells nobody', async (t) => {
  const { machine, applier, told } = stage();
  machine.onApply = (index) => {
    work(1);
    if (index === 40) applier.stop();
  };
  applier.apply(1, commands(2000));
  await until(() => machine.given.includes(40), { withinMs: WITHIN_MS, what: 'entry 40' });
  await turnsOfOthers();
  const { length } = machine.given;
  applier.apply(2001, commands(1));
  await turnsOfOthers();
  t.equal(machine.given.length, length);
  t.ok(length < 200, `it stopped at ${length}`);
  t.same(told.failures, []);
});
