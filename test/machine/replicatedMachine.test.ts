import fc from 'fast-check';
import t from 'tap';
import { encodeCommand } from '../../peer/machine/command.ts';
import { ownOutcome } from '../../peer/machine/ownOutcome.ts';
import { ReplicatedMachine, type AnyMachine } from '../../peer/machine/ReplicatedMachine.ts';

const plain = (command: unknown) => encodeCommand({ type: 'plain', timeMs: 1, command });

/** Its snapshot is a generator, which runs when it is drawn. */
class Counter implements AnyMachine {
  total = 0;
  apply(add: unknown): number {
    return (this.total += add as number);
  }
  query(): number {
    return this.total;
  }
  *snapshot(): Iterable<unknown> {
    yield this.total;
  }
  async restore(records: AsyncIterable<unknown>): Promise<void> {
    for await (const total of records) this.total = total as number;
  }
}

t.test('D: a snapshot is the state as of the call, also of a machine whose snapshot is a generator', async (t) => {
  const machine = new ReplicatedMachine(new Counter());
  machine.apply(plain(1), 1, 1);
  const records = machine.snapshot();
  machine.apply(plain(10), 2, 1);
  t.equal([...records].at(-1), 1);
});

t.test('a machine that promises copies is drawn later, a few at a time', async (t) => {
  let drawn = 0;
  class Copying extends Counter {
    readonly snapshotIsCopy = true;
    override *snapshot(): Iterable<unknown> {
      drawn += 1;
      yield this.total;
    }
  }
  const records = new ReplicatedMachine(new Copying()).snapshot();
  t.equal(drawn, 0);
  t.equal([...records].length, 2);
  t.equal(drawn, 1);
});

t.test('results that are no JSON, and whatever is thrown, are failures that can be told', async (t) => {
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  const results: [what: string, apply: () => unknown][] = [
    ['a BigInt', () => 1n],
    ['a BigInt within', () => ({ n: 1n })],
    ['a cycle', () => cyclic],
    ['a promise', () => Promise.reject(new Error('late'))],
    ['a toJSON that throws', () => ({ toJSON: () => JSON.parse('{') as unknown })],
  ];
  const thrown: [what: string, value: unknown][] = [
    ['null', null],
    ['an object without a prototype', Object.create(null)],
    ['an error', new Error('no')],
  ];
  const throws = thrown.map(([what, value]): [string, () => unknown] => [
    `throws ${what}`,
    () => {
      throw value;
    },
  ]);
  const cases = [
    ...results.map((one) => [...one, 'resultNotJson'] as const),
    ...throws.map((one) => [...one, 'failed'] as const),
  ];
  for (const [what, apply, expected] of cases) {
    class Odd extends Counter {
      override apply(): number {
        return apply() as number;
      }
    }
    const outcome = new ReplicatedMachine(new Odd()).apply(plain(1), 1, 1);
    t.equal(outcome.type, expected, what);
    t.doesNotThrow(() => JSON.stringify(outcome), what);
  }
});

t.test('a result is kept as it was, whatever the machine does with its own object later', async (t) => {
  const own = { n: 0 };
  class Sharing extends Counter {
    override apply(): number {
      own.n += 1;
      return own as unknown as number;
    }
  }
  const machine = new ReplicatedMachine(new Sharing());
  const open = encodeCommand({ type: 'open', timeMs: 1, session: 's', timeToLiveMs: 1_000 });
  machine.apply(open, 1, 1);
  const first = machine.apply(plain(1), 2, 1);
  machine.apply(plain(1), 3, 1);
  t.same(first, { type: 'result', result: { n: 1 } });
});

t.test('whatever a machine returns, its result is what JSON makes of it, and another object', async (t) => {
  const values = fc.oneof(
    fc.anything({ withNullPrototype: true, withSparseArray: true, withTypedArray: true, withDate: true }),
    fc.dictionary(
      fc.string(),
      fc.oneof(fc.double(), fc.string(), fc.boolean(), fc.constant(null), fc.constant(undefined), fc.constant(-0)),
    ),
    fc.constant({ shown: 1, [Symbol('hidden')]: 2 }),
  );
  const property = fc.property(values, (value) => {
    const outcome = ownOutcome({ type: 'result', result: value });
    if (outcome.type !== 'result') throw new Error(outcome.type);
    const text = JSON.stringify(value) as string | undefined;
    t.strictSame(outcome.result, text === undefined ? null : JSON.parse(text));
    t.equal(Object.is(outcome.result, -0), false);
    if (typeof value === 'object' && value !== null) t.not(outcome.result, value);
  });
  t.doesNotThrow(() => fc.assert(property, { numRuns: 500 }));
});

t.test(
  'a command of another version stops the peer: to pass over it would be another state than that of the others',
  async (t) => {
    const machine = new ReplicatedMachine(new Counter());
    for (const text of ['["z",1,2]', '{}', 'nothing', '["s",1]']) {
      t.throws(
        () => machine.apply(text, 12, 1),
        { code: 'STORE_UNREADABLE', message: /entry 12 .*use the version/ },
        text,
      );
    }
  },
);
