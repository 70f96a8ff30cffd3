import fc from 'fast-check';
import t from 'tap';
import { KeyValueMachine } from '../../peer/machine/keyValue/KeyValueMachine.ts';
import {
  ANSWER_BYTES_MAX,
  VALUE_BYTES_MAX,
  type KeyValueCommand,
  type KeyValueItem,
  type KeyValueResult,
} from '../../shared/keyValue.ts';

const keys = fc.constantFrom('a', 'ab', 'abc', 'b', 'ä', '😀', 'z/1', 'z/2');
const values = fc.string({ maxLength: 6, unit: 'grapheme' });
const commands: fc.Arbitrary<KeyValueCommand> = fc.oneof(
  fc.record({ type: fc.constant('put' as const), key: keys, value: values }),
  fc.record({ type: fc.constant('append' as const), key: keys, value: values }),
  fc.record({ type: fc.constant('delete' as const), key: keys }),
  fc.record({ type: fc.constant('delete' as const), key: keys, expectedRevision: fc.nat(12) }),
  fc.record({ type: fc.constant('compareAndSet' as const), key: keys, value: values, expectedRevision: fc.nat(12) }),
);

/** The same store, written as plainly as it can be. */
class Model {
  items = new Map<string, KeyValueItem>();
  revision = 0;

  apply(command: KeyValueCommand): KeyValueResult {
    const { key } = command;
    const current = this.items.get(key);
    const expected = 'expectedRevision' in command ? command.expectedRevision : undefined;
    if (expected !== undefined && expected !== (current?.revision ?? 0)) {
      return { changed: false, revision: current?.revision ?? 0 };
    }
    if (command.type === 'delete') {
      if (current === undefined) return { changed: false, revision: 0 };
      this.revision += 1;
      this.items.delete(key);
      return { changed: true, revision: 0 };
    }
    this.revision += 1;
    const value = command.type === 'append' ? (current?.value ?? '') + command.value : command.value;
    const createdRevision = current?.createdRevision ?? this.revision;
    this.items.set(key, { key, value, revision: this.revision, createdRevision });
    return { changed: true, revision: this.revision };
  }

  list(prefix: string): KeyValueItem[] {
    const found = [...this.items.values()].filter(({ key }) => key.startsWith(prefix));
    return found.sort((a, b) => (a.key < b.key ? -1 : 1));
  }
}

function contentOf(machine: KeyValueMachine, prefix = ''): readonly KeyValueItem[] {
  const answer = machine.query({ type: 'list', prefix, limit: 1000 });
  return answer.type === 'list' ? answer.items : [];
}

async function copyOf(machine: KeyValueMachine): Promise<KeyValueMachine> {
  const records = JSON.parse(JSON.stringify([...machine.snapshot()])) as unknown[];
  const copy = new KeyValueMachine();
  copy.apply({ type: 'put', key: 'of before', value: '' });
  await copy.restore(
    (async function* (): AsyncGenerator {
      yield* records;
    })(),
  );
  return copy;
}

t.test('any commands: as the model says, and a copy from a snapshot goes on the same way', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(commands, { maxLength: 40 }),
      fc.array(commands, { maxLength: 10 }),
      async (some, more) => {
        const machine = new KeyValueMachine();
        const model = new Model();
        for (const command of some) t.same(machine.apply(command), model.apply(command));
        const copy = await copyOf(machine);
        for (const command of more) {
          const result = model.apply(command);
          t.same(machine.apply(command), result);
          t.same(copy.apply(command), result);
        }
        for (const prefix of ['', 'a', 'z/', 'none']) {
          t.same(contentOf(machine, prefix), model.list(prefix));
          t.same(contentOf(copy, prefix), model.list(prefix));
        }
        t.same([...copy.snapshot()], [...machine.snapshot()], 'equal states have equal snapshots');
      },
    ),
    { numRuns: 60 },
  );
});

t.test('commands applied while a snapshot is drawn do not show in it', async (t) => {
  const machine = new KeyValueMachine();
  for (let number = 0; number < 2000; number += 1) machine.apply({ type: 'put', key: `k${number}`, value: 'old' });
  const before = [...machine.snapshot()];
  const records = machine.snapshot()[Symbol.iterator]();
  const drawn: unknown[] = [];
  for (let number = 0; number < 2000; number += 1) {
    const next = records.next();
    if (next.done !== true) drawn.push(next.value);
    machine.apply({ type: 'put', key: `k${1999 - number}`, value: 'new' });
    machine.apply({ type: 'delete', key: `k${(number * 7) % 2000}` });
  }
  for (let next = records.next(); next.done !== true; next = records.next()) drawn.push(next.value);
  t.same(drawn, before);
});

t.test('get tells value, revisions, and the revision of the whole', async (t) => {
  const machine = new KeyValueMachine();
  machine.apply({ type: 'put', key: 'a', value: '1' });
  machine.apply({ type: 'put', key: 'b', value: '2' });
  machine.apply({ type: 'append', key: 'a', value: '!' });
  t.same(machine.query({ type: 'get', key: 'a' }), {
    ...{ type: 'get', revision: 3 },
    item: { key: 'a', value: '1!', revision: 3, createdRevision: 1 },
  });
  t.same(machine.query({ type: 'get', key: 'c' }), { type: 'get', item: null, revision: 3 });
});

t.test('list goes on behind the last key, and says whether there is more', async (t) => {
  const machine = new KeyValueMachine();
  for (const key of ['x/1', 'x/2', 'x/3', 'y']) machine.apply({ type: 'put', key, value: '' });
  const first = machine.query({ type: 'list', prefix: 'x/', limit: 2 });
  t.match(first, { items: [{ key: 'x/1' }, { key: 'x/2' }], more: true });
  const second = machine.query({ type: 'list', prefix: 'x/', limit: 2, after: 'x/2' });
  t.match(second, { items: [{ key: 'x/3' }], more: false });
});

t.test('changes: in order, by prefix, in pieces, and never with a gap that is not told', async (t) => {
  const machine = new KeyValueMachine();
  machine.apply({ type: 'put', key: 'a/1', value: 'x' });
  machine.apply({ type: 'put', key: 'b', value: 'y' });
  machine.apply({ type: 'delete', key: 'a/1' });
  machine.apply({ type: 'put', key: 'a/2', value: 'z' });
  const query = { type: 'changes', prefix: 'a/', limit: 2 } as const;
  t.same(machine.query({ ...query, afterRevision: 0 }), {
    ...{ type: 'changes', throughRevision: 3, forgotten: false, revision: 4 },
    changes: [
      { revision: 1, key: 'a/1', value: 'x' },
      { revision: 3, key: 'a/1', value: null },
    ],
  });
  t.match(machine.query({ ...query, afterRevision: 3 }), { changes: [{ revision: 4 }], throughRevision: 4 });
  t.match(machine.query({ ...query, afterRevision: 9 }), { changes: [], throughRevision: 9, forgotten: false });
  const copy = await copyOf(machine);
  t.match(copy.query({ ...query, afterRevision: 3 }), { changes: [], forgotten: true, throughRevision: 4 });
  for (let number = 0; number < 10_001; number += 1) machine.apply({ type: 'put', key: 'many', value: '' });
  t.match(machine.query({ ...query, afterRevision: 4 }), { forgotten: true });
  t.match(machine.query({ ...query, afterRevision: 5 }), { forgotten: false });
});

t.test('what is no command or query is refused, and changes nothing', async (t) => {
  const machine = new KeyValueMachine();
  const bad = [
    null,
    {},
    { type: 'put', key: '', value: '' },
    { type: 'put', key: 'a' },
    { type: 'put', key: 'a', value: 1 },
    { type: 'put', key: 'a', value: '', extra: 1 },
    { type: 'put', key: 'x'.repeat(1025), value: '' },
    { type: 'put', key: 'a', value: 'x'.repeat(VALUE_BYTES_MAX + 1) },
    { type: 'compareAndSet', key: 'a', value: '', expectedRevision: -1 },
  ];
  for (const command of bad) t.throws(() => machine.apply(command as KeyValueCommand), TypeError);
  machine.apply({ type: 'put', key: 'a', value: 'x'.repeat(VALUE_BYTES_MAX - 2) });
  t.throws(() => machine.apply({ type: 'append', key: 'a', value: 'x' }), RangeError);
  t.throws(() => machine.query({ type: 'list', prefix: '', limit: 0 }), TypeError);
  t.match(machine.query({ type: 'get', key: 'a' }), { revision: 1 });
});

t.test('values are bounded by their bytes as JSON, and answers by theirs, so that each fits a frame', async (t) => {
  const machine = new KeyValueMachine();
  const third = Math.floor((VALUE_BYTES_MAX - 2) / 3);
  machine.apply({ type: 'put', key: 'a', value: '語'.repeat(third) });
  t.throws(() => machine.apply({ type: 'put', key: 'b', value: '語'.repeat(third + 1) }), RangeError);
  t.throws(() => machine.apply({ type: 'put', key: 'b', value: '\u0001'.repeat(third) }), RangeError);
  for (const key of ['c', 'd', 'e']) machine.apply({ type: 'put', key, value: 'x'.repeat(VALUE_BYTES_MAX / 2) });
  const bytesOf = (answer: unknown): number => Buffer.byteLength(JSON.stringify(answer));
  const seen: string[] = [];
  for (let more = true, after = ''; more;) {
    const answer = machine.query({ type: 'list', prefix: '', limit: 1_000, after });
    if (answer.type !== 'list') throw new Error('no list');
    t.ok(bytesOf(answer) <= ANSWER_BYTES_MAX);
    seen.push(...answer.items.map(({ key }) => key));
    after = seen.at(-1) ?? '';
    more = answer.more;
  }
  t.same(seen, ['a', 'c', 'd', 'e']);
  const changed: string[] = [];
  for (let through = 0, revision = 1; through < revision;) {
    const answer = machine.query({ type: 'changes', prefix: '', afterRevision: through, limit: 1_000 });
    if (answer.type !== 'changes') throw new Error('no changes');
    t.ok(bytesOf(answer) <= ANSWER_BYTES_MAX);
    changed.push(...answer.changes.map(({ key }) => key));
    ({ throughRevision: through, revision } = answer);
  }
  t.same(changed, ['a', 'c', 'd', 'e']);
});

t.test('a key with half a character is refused: a list could not go on behind it', async (t) => {
  const machine = new KeyValueMachine();
  for (const key of ['a\ud800', '\udc00', '\ud800x'])
    t.throws(() => machine.apply({ type: 'put', key, value: '' }), /lone surrogate/);
  t.match(machine.apply({ type: 'put', key: 'a\u{1F600}\ue000', value: '\ud800' }), { changed: true });
});
