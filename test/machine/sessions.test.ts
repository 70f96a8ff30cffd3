import t from 'tap';
import { encodeCommand } from '../../peer/machine/command.ts';
import { resultOf } from '../../peer/machine/resultOf.ts';
import { ReplicatedMachine, type AnyMachine } from '../../peer/machine/ReplicatedMachine.ts';
import {
  SESSIONS_MAX,
  Sessions,
  UNANSWERED_MAX,
  type OpenedSession,
  type Outcome,
} from '../../peer/machine/Sessions.ts';

/** Counts what reaches it; a command "bad" is refused. */
class CountingMachine implements AnyMachine {
  applied: unknown[] = [];

  apply(command: unknown): number {
    if (command === 'bad') throw new RangeError('not that one');
    this.applied.push(command);
    return this.applied.length;
  }

  query(): unknown {
    return this.applied.length;
  }

  snapshot(): Iterable<unknown> {
    return [...this.applied];
  }

  async restore(records: AsyncIterable<unknown>): Promise<void> {
    this.applied = [];
    for await (const record of records) this.applied.push(record);
  }
}

class Stage {
  readonly inner: CountingMachine;
  readonly machine: ReplicatedMachine;
  /** By name: the index that opening it returned last. */
  readonly opened = new Map<string, number>();
  #index = 0;

  constructor(inner = new CountingMachine()) {
    this.inner = inner;
    this.machine = new ReplicatedMachine(inner);
  }

  open(session: string, timeMs: number, timeToLiveMs = 1000): Outcome {
    const outcome = this.#apply(encodeCommand({ type: 'open', timeMs, session, timeToLiveMs }));
    if (outcome.type === 'result') this.opened.set(session, (outcome.result as OpenedSession).openedIndex);
    return outcome;
  }

  close(session: string, timeMs = 0): Outcome {
    return this.#apply(encodeCommand({ type: 'close', timeMs, session }));
  }

  run(session: string, sequence: number, command: unknown, timeMs = 0, answeredThrough = 0): Outcome {
    const openedIndex = this.opened.get(session) ?? 0;
    return this.runIn(openedIndex, session, sequence, command, timeMs, answeredThrough);
  }

  runIn(
    openedIndex: number,
    session: string,
    sequence: number,
    command: unknown,
    timeMs = 0,
    answeredThrough = 0,
  ): Outcome {
    const numbers = { openedIndex, sequence, answeredThrough };
    return this.#apply(encodeCommand({ type: 'session', timeMs, session, ...numbers, command }));
  }

  plain(command: unknown, timeMs = 0): Outcome {
    return this.#apply(encodeCommand({ type: 'plain', timeMs, command }));
  }

  #apply(text: string): Outcome {
    this.#index += 1;
    return this.machine.apply(text, this.#index, 1);
  }
}

t.test('G53: a repeated request takes effect once, and has the first answer', async (t) => {
  const stage = new Stage();
  t.same(stage.open('a', 0), { type: 'result', result: { openedIndex: 1 } });
  t.same(stage.run('a', 1, 'x'), { type: 'result', result: 1 });
  t.same(stage.run('a', 2, 'y'), { type: 'result', result: 2 });
  t.same(stage.run('a', 1, 'x'), { type: 'result', result: 1 });
  t.same(stage.run('a', 2, 'y'), { type: 'result', result: 2 });
  t.same(stage.inner.applied, ['x', 'y']);
});

t.test('G53: an answer that the client may still ask for is kept, and no other', async (t) => {
  const stage = new Stage();
  stage.open('a', 0);
  for (const sequence of [1, 2, 3]) stage.run('a', sequence, `c${sequence}`);
  t.same(stage.run('a', 4, 'c4', 0, 1), { type: 'result', result: 4 });
  t.same(stage.run('a', 2, 'c2', 0, 1), { type: 'result', result: 2 }, 'the first that it does not have');
  t.same(stage.run('a', 1, 'c1', 0, 1), { type: 'alreadyAnswered' });
  t.same(stage.inner.applied, ['c1', 'c2', 'c3', 'c4']);
});

t.test('G53: what the state machine refuses is refused again, word for word', async (t) => {
  const stage = new Stage();
  stage.open('a', 0);
  t.same(stage.run('a', 1, 'bad'), { type: 'failed', message: 'not that one' });
  t.same(stage.run('a', 1, 'bad'), { type: 'failed', message: 'not that one' });
  t.same(stage.plain('bad'), { type: 'failed', message: 'not that one' });
  t.same(stage.inner.applied, []);
});

t.test('G53: the table is part of the snapshot: a copy answers a repeated request as the original would', async (t) => {
  const stage = new Stage();
  stage.open('a', 5);
  stage.run('a', 1, 'x', 6);
  stage.run('a', 2, 'y', 7, 1);
  const copy = new Stage();
  copy.open('other', 3);
  await copy.machine.restore(toAsync(JSON.parse(JSON.stringify([...stage.machine.snapshot()])) as unknown[]));
  t.equal(copy.machine.timeMs, 7);
  copy.opened.set('a', 1);
  t.same(copy.run('a', 2, 'y', 7), { type: 'result', result: 2 });
  t.same(copy.run('a', 1, 'x', 7), { type: 'alreadyAnswered' });
  t.same(copy.run('other', 1, 'z', 7), { type: 'sessionUnknown' }, 'what was there before is gone');
  t.same(copy.inner.applied, ['x', 'y']);
});

t.test('commands applied while a snapshot is drawn do not show in it', async (t) => {
  const stage = new Stage();
  stage.open('a', 0);
  stage.run('a', 1, 'x');
  const records = stage.machine.snapshot()[Symbol.iterator]();
  const drawn = [records.next().value as unknown];
  stage.run('a', 2, 'y', 900);
  for (let next = records.next(); next.done !== true; next = records.next()) drawn.push(next.value);
  t.match(drawn[0], { format: 1, timeMs: 0, sessions: 1 });
  t.same((drawn[1] as unknown[])[4], [[1, { type: 'result', result: 1 }]]);
});

t.test(
  'sessions that are used, renewed, opened or ended while a snapshot is drawn stand in it as they were',
  async (t) => {
    const stage = new Stage();
    for (const name of ['a', 'b', 'c']) stage.open(name, 0, 1000);
    stage.run('a', 1, 'x');
    stage.run('b', 1, 'x');
    const before = JSON.stringify([...stage.machine.snapshot()]);
    const snapshots = [stage.machine.snapshot(), stage.machine.snapshot()];
    stage.run('a', 2, 'y', 600, 1);
    stage.run('a', 3, 'y', 700);
    stage.open('b', 800, 1000);
    stage.open('d', 1500, 1000);
    for (const records of snapshots) t.equal(JSON.stringify([...records]), before, 'as of the moment of its beginning');
    t.same(stage.run('a', 2, 'y', 1500), { type: 'result', result: 3 }, 'and none of it was lost by copying');
    t.same(stage.run('a', 1, 'x', 1500), { type: 'alreadyAnswered' });
    t.same(stage.run('c', 1, 'x', 1500), { type: 'sessionUnknown' });
  },
);

t.test('sessions end by the time in the log, and unused ones only', async (t) => {
  const stage = new Stage();
  stage.open('a', 0, 1000);
  stage.open('b', 0, 1000);
  t.same(stage.run('a', 1, 'x', 900).type, 'result');
  t.same(stage.run('a', 2, 'x', 1900).type, 'result', 'used 1000 ms ago');
  t.same(stage.run('b', 1, 'x', 1901), { type: 'sessionUnknown' });
  t.same(stage.run('a', 3, 'x', 100).type, 'result', 'time in the log that goes back counts as no time');
  t.equal(stage.machine.timeMs, 1901);
  t.same(stage.run('a', 4, 'x', 2902), { type: 'sessionUnknown' });
});

t.test('opening a session again renews it, and keeps its answers', async (t) => {
  const stage = new Stage();
  stage.open('a', 0, 1000);
  stage.run('a', 1, 'x', 10);
  stage.open('a', 1000, 1000);
  t.same(stage.run('a', 1, 'x', 1900), { type: 'result', result: 1 });
});

t.test('G53: what is delayed past the end of a session does not take effect in one of its name', async (t) => {
  for (const [how, end, timeMs] of [
    ['closed', (stage: Stage) => stage.close('a'), 0],
    ['expired', (stage: Stage) => stage.plain('time passes', 1_001), 1_001],
  ] as const) {
    const stage = new Stage();
    stage.open('a', 0, 1_000);
    t.same(stage.run('a', 1, 'x').type, 'result');
    const first = stage.opened.get('a') ?? 0;
    end(stage);
    const before = [...stage.inner.applied];
    // Copies of the frames that opened it, and of its command, arrive only now.
    t.not((stage.open('a', timeMs, 1_000) as { result: OpenedSession }).result.openedIndex, first, how);
    t.same(stage.runIn(first, 'a', 1, 'x', timeMs), { type: 'sessionUnknown' });
    t.same(stage.inner.applied, before, 'not a second time');
    t.same(stage.run('a', 1, 'y', timeMs).type, 'result', 'and the other one was not harmed');
  }
});

t.test('G53: opening it again while it is open, also behind a snapshot, returns the same identity', async (t) => {
  const stage = new Stage();
  stage.plain('before');
  t.same(stage.open('a', 0, 1_000), { type: 'result', result: { openedIndex: 2 } });
  t.same(stage.open('a', 10, 1_000), { type: 'result', result: { openedIndex: 2 } });
  const copy = new Stage();
  await copy.machine.restore(toAsync(JSON.parse(JSON.stringify([...stage.machine.snapshot()])) as unknown[]));
  t.same(copy.open('a', 20, 1_000), { type: 'result', result: { openedIndex: 2 } });
  t.same(copy.run('a', 1, 'x', 20).type, 'result');
});

/** Returns its state itself, which later commands change; and what JSON does not carry. */
class RevealingMachine extends CountingMachine {
  override apply(command: unknown): never {
    if (command === 'nothing') return undefined as never;
    if (command === 'not a number') return Number.NaN as never;
    this.applied.push(command);
    return (command === 'large' ? 1n : this.applied) as never;
  }
}

t.test(
  'a result stays as it was, though the state machine returned its state: every replica repeats the same',
  async (t) => {
    const stage = new Stage(new RevealingMachine());
    stage.open('a', 0);
    const first = stage.run('a', 1, 'x');
    const plain = stage.plain('y');
    stage.run('a', 2, 'z');
    t.same(first, { type: 'result', result: ['x'] });
    t.same(plain, { type: 'result', result: ['x', 'y'] });
    t.same(stage.run('a', 1, 'x'), { type: 'result', result: ['x'] });
    const nothing = { type: 'result', result: null };
    t.same([stage.run('a', 3, 'nothing'), stage.run('a', 4, 'not a number')], [nothing, nothing]);
    const large = stage.run('a', 5, 'large');
    t.equal(large.type, 'resultNotJson');
    t.throws(() => resultOf(large), { code: 'INTERNAL', definite: false });
    const copy = new Stage();
    await copy.machine.restore(toAsync(JSON.parse(JSON.stringify([...stage.machine.snapshot()])) as unknown[]));
    for (const sequence of [1, 2, 3, 4, 5]) {
      t.same(copy.runIn(1, 'a', sequence, 'again'), stage.run('a', sequence, 'again'), `${sequence}, from a snapshot`);
    }
  },
);

t.test('bounds: unanswered requests of one session, and sessions', async (t) => {
  const stage = new Stage();
  stage.open('a', 0);
  for (let sequence = 1; sequence <= UNANSWERED_MAX; sequence += 1) stage.run('a', sequence, 'x');
  t.same(stage.run('a', UNANSWERED_MAX + 1, 'x'), { type: 'tooManyUnanswered' });
  t.equal(stage.inner.applied.length, UNANSWERED_MAX);
  t.same(stage.run('a', UNANSWERED_MAX + 1, 'x', 0, 5).type, 'result', 'some answers were let go');

  const sessions = new Sessions();
  for (let number = 0; number < SESSIONS_MAX; number += 1) sessions.open(`s${number}`, 1000, number, 0);
  sessions.open('s0', 1000, SESSIONS_MAX, 500);
  t.same(sessions.open('one more', 1000, SESSIONS_MAX, 1000).type, 'result', 'nobody is locked out');
  t.equal(sessions.count, SESSIONS_MAX);
  const names = [...sessions.records().records].map(([name]) => name);
  t.same(
    names.filter((name) => ['s0', 's1', 's2', 'one more'].includes(name)),
    ['s2', 's0', 'one more'],
    's1 had been unused longest',
  );
  t.same(sessions.open('two more', 1000, SESSIONS_MAX, 1501).type, 'result');
  t.equal(sessions.count, 2, 'the unused ones have ended');
});

t.test('a snapshot that is none is refused', async (t) => {
  const stage = new Stage();
  await t.rejects(stage.machine.restore(toAsync([])), { message: /not of this version/ });
  await t.rejects(stage.machine.restore(toAsync([{ format: 2 }])), { message: /not of this version/ });
  await t.rejects(stage.machine.restore(toAsync([{ format: 1, timeMs: 0, sessions: 3 }, ['a', 1, 1, 0, []]])), {
    message: /ends within/,
  });
});

async function* toAsync(records: readonly unknown[]): AsyncGenerator {
  yield* records;
}

t.test('the session that was used last stands last, here and after a snapshot', async (t) => {
  const apply = { type: 'result', result: null } as const;
  const use = (sessions: Sessions, name: string, openedIndex: number, sequence: number): void =>
    void sessions.run({ session: name, openedIndex, sequence, answeredThrough: sequence - 1 }, 1, () => apply);
  const namesOf = (sessions: Sessions): string[] => [...sessions.records().records].map(([name]) => name);
  const sessions = new Sessions();
  for (const [at, name] of ['a', 'b', 'c'].entries()) sessions.open(name, 1_000, at + 1, 1);
  use(sessions, 'a', 1, 1);
  t.same(namesOf(sessions), ['b', 'c', 'a']);
  sessions.open('d', 1_000, 4, 1);
  use(sessions, 'a', 1, 2);
  t.same(namesOf(sessions), ['b', 'c', 'd', 'a'], 'another one was opened meanwhile');
  const copy = new Sessions();
  for (const record of sessions.records().records) copy.restore(record);
  for (const each of [sessions, copy]) {
    use(each, 'a', 1, 3);
    sessions.close('nobody');
    use(each, 'b', 2, 1);
    each.close('b');
    use(each, 'd', 4, 1);
  }
  t.same(namesOf(sessions), ['c', 'a', 'd']);
  t.same(namesOf(copy), namesOf(sessions));
});
