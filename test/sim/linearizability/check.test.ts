import fc from 'fast-check';
import t from 'tap';
import { checkLinearizability } from '../../../sim/linearizability/check.ts';
import { checkKeyValue } from '../../../sim/linearizability/checkKeyValue.ts';
import type { Operation } from '../../../sim/linearizability/History.ts';
import { KEY_VALUE_MODEL, type KeyValueOperation } from '../../../sim/linearizability/keyValueModel.ts';
import { REGISTER_MODEL, type RegisterInput, type RegisterOutput } from '../../../sim/linearizability/registerModel.ts';
import { seededRandom } from '../../../shared/random.ts';
import { testSeed } from '../../support/testSeed.ts';
import { linearizableHistory, mutated } from './arbitraryHistory.ts';
import { isLinearizable } from './bruteForce.ts';

type RegisterOperation = Operation<RegisterInput, RegisterOutput>;

const read = (value: number | null, calledAtMs: number, returnedAtMs: number): RegisterOperation => ({
  ...{ client: 'reader', input: { type: 'read' }, output: { type: 'read', value }, calledAtMs, returnedAtMs },
});
const write = (value: number, calledAtMs: number, returnedAtMs?: number): RegisterOperation => ({
  ...{ client: 'writer', input: { type: 'write', value }, calledAtMs, returnedAtMs },
  output: returnedAtMs === undefined ? undefined : { type: 'written' },
});

t.test('a read sees what was written before it, and of what is written meanwhile either', async (t) => {
  const during = [write(1, 0, 10), write(2, 20, 60)];
  const verdict = (...reads: RegisterOperation[]): string =>
    checkLinearizability(REGISTER_MODEL, [...during, ...reads]).type;
  t.equal(verdict(read(1, 30, 40)), 'linearizable');
  t.equal(verdict(read(2, 30, 40)), 'linearizable');
  t.equal(verdict(read(1, 30, 35), read(2, 40, 45)), 'linearizable');
  t.equal(verdict(read(2, 30, 35), read(1, 40, 45)), 'illegal', 'once seen, the new value stays');
  t.equal(verdict(read(2, 30, 42), read(1, 40, 45)), 'linearizable', 'unless the reads overlap');
  t.equal(verdict(read(null, 30, 40)), 'illegal');
  t.equal(verdict(read(1, 70, 80)), 'illegal', 'a lost write');
  t.equal(verdict(read(1, 60, 80)), 'linearizable', 'of the same time, neither is first');
});

t.test('an operation of unknown outcome may take effect at any time after its call, or never', async (t) => {
  const verdict = (...operations: RegisterOperation[]): string => checkLinearizability(REGISTER_MODEL, operations).type;
  const open = write(7, 20);
  t.equal(verdict(write(1, 0, 10), open, read(1, 1000, 1010)), 'linearizable', 'never');
  t.equal(verdict(write(1, 0, 10), open, read(1, 30, 40), read(7, 1000, 1010)), 'linearizable', 'late');
  t.equal(verdict(write(1, 0, 10), open, read(7, 30, 40), read(1, 50, 60)), 'illegal', 'but not back');
  t.equal(verdict(write(1, 0, 10), read(7, 12, 18), open), 'illegal', 'nor before it was asked for');
  const twice = [write(1, 0, 10), open, read(7, 30, 40), write(1, 50, 60), read(7, 70, 80)];
  t.equal(verdict(...twice), 'illegal', 'nor twice');
  t.equal(verdict(...twice, write(7, 45)), 'linearizable', 'unless it was asked for twice');
});

t.test('what it says of small histories is what trying all orders says', async (t) => {
  const seed = testSeed(t);
  let illegal = 0;
  fc.assert(
    fc.property(fc.integer(), (run) => {
      const random = seededRandom(`${seed}/${run}`);
      const options = { operations: 7, clients: 3, keys: 1, openRate: 0.25 };
      const history = mutated(linearizableHistory(options, random), random);
      const [part] = KEY_VALUE_MODEL.partition(history);
      const expected = part === undefined || isLinearizable(KEY_VALUE_MODEL, part.operations);
      const verdict = checkLinearizability(KEY_VALUE_MODEL, history);
      if (!expected) illegal += 1;
      return verdict.type === (expected ? 'linearizable' : 'illegal');
    }),
    { numRuns: 3000 },
  );
  t.comment(`${illegal} of 3000 were illegal`);
  t.ok(illegal > 500 && illegal < 2900, 'there are many of both kinds');
});

t.test('registers with many values and many open operations: the same', async (t) => {
  const seed = testSeed(t);
  let illegal = 0;
  fc.assert(
    fc.property(fc.integer(), (run) => {
      const history = arbitraryRegisterHistory(seededRandom(`${seed}/${run}`));
      const expected = isLinearizable(REGISTER_MODEL, history);
      if (!expected) illegal += 1;
      return checkLinearizability(REGISTER_MODEL, history).type === (expected ? 'linearizable' : 'illegal');
    }),
    { numRuns: 3000 },
  );
  t.comment(`${illegal} of 3000 were illegal`);
  t.ok(illegal > 300 && illegal < 2700, 'there are many of both kinds');
});

/** Anything at any time, with any answer. */
function arbitraryRegisterHistory(random: () => number): RegisterOperation[] {
  const draw = (below: number): number => Math.floor(random() * below);
  return Array.from({ length: 6 }, (_, at) => {
    const [kind, calledAtMs, isOpen] = [draw(3), draw(12), random() < 0.35];
    const input: RegisterInput =
      kind === 0
        ? { type: 'read' }
        : kind === 1
          ? { type: 'write', value: draw(2) }
          : { type: 'compareAndSet', expected: draw(2), value: draw(2) };
    const outputs: RegisterOutput[] = [
      { type: 'read', value: draw(3) === 0 ? null : draw(2) },
      { type: 'written' },
      { type: 'compared', changed: draw(2) === 0 },
    ];
    const told = isOpen
      ? { output: undefined, returnedAtMs: undefined }
      : { output: outputs[kind], returnedAtMs: calledAtMs + draw(8) };
    return { client: `c${at}`, input, calledAtMs, ...told };
  });
}

t.test(
  'histories made by really taking effect in the machine are accepted, with open operations and lists',
  async (t) => {
    const seed = testSeed(t);
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(0, 0.02, 0.1), (run, openRate) => {
        const options = { operations: 300, clients: 6, keys: 3, openRate };
        const verdict = checkKeyValue(linearizableHistory(options, seededRandom(`${seed}/${run}`)));
        if (verdict.type === 'illegal') throw new Error(verdict.explanation);
        return verdict.type === 'linearizable';
      }),
      { numRuns: 60 },
    );
  },
);

t.test('a mutated answer in a long history is mostly found', async (t) => {
  const seed = testSeed(t);
  const options = { operations: 400, clients: 6, keys: 3, openRate: 0.02 };
  let found = 0;
  for (let run = 0; run < 100; run += 1) {
    const random = seededRandom(`${seed}/${run}`);
    if (checkKeyValue(mutated(linearizableHistory(options, random), random)).type === 'illegal') found += 1;
  }
  t.comment(`${found} of 100`);
  // A call that is moved a little, or an answer that is exchanged for the same, is no fault.
  t.ok(found >= 50);
});

t.test('ten thousand operations of ten clients on ten keys are two tenths of a second of work', async (t) => {
  for (const openRate of [0, 0.01]) {
    const history = linearizableHistory({ operations: 10_000, clients: 10, keys: 10, openRate }, seededRandom(1));
    const startedMs = performance.now();
    const verdict = checkKeyValue(history);
    const tookMs = performance.now() - startedMs;
    t.comment(`${(100 * openRate).toFixed(0)} % open: ${tookMs.toFixed(0)} ms, ${verdict.steps} steps`);
    t.equal(verdict.type, 'linearizable');
    t.ok(verdict.steps < 100_000, 'the work, which no load on the machine changes');
  }
});

t.test('the bound makes the verdict unknown, by steps or by a clock', async (t) => {
  const history = linearizableHistory({ operations: 4000, clients: 10, keys: 2, openRate: 0 }, seededRandom(2));
  t.equal(checkKeyValue(history, { stepsMax: 3000 }).type, 'unknown');
  let questions = 0;
  const isOver = (): boolean => (questions += 1) > 2;
  const verdict = checkKeyValue(history, { stepsMax: 1e9, isOver });
  t.equal(verdict.type, 'unknown');
  t.equal(verdict.type === 'unknown' && verdict.part.startsWith('key '), true);
  t.equal(questions, 3);
});

t.test('a history whose times make no sense is refused', async (t) => {
  t.throws(() => checkLinearizability(REGISTER_MODEL, [read(1, 20, 10)]), /called at 20 ms returned at 10 ms/);
  t.throws(() => checkLinearizability(REGISTER_MODEL, [{ ...read(1, 20, 30), returnedAtMs: undefined }]), RangeError);
});

const item = (value: string, revision: number, createdRevision = revision) => ({
  key: 'k',
  value,
  revision,
  createdRevision,
});

t.test('the explanation names the key, the order as far as there is one, and what cannot follow', async (t) => {
  const history: KeyValueOperation[] = [
    {
      client: 'a',
      input: { type: 'put', key: 'k', value: 'old' },
      output: { changed: true, revision: 1 },
      calledAtMs: 0,
      returnedAtMs: 5,
    },
    {
      client: 'a',
      input: { type: 'put', key: 'k', value: 'new' },
      output: { changed: true, revision: 2 },
      calledAtMs: 10,
      returnedAtMs: 15,
    },
    {
      client: 'b',
      input: { type: 'get', key: 'k' },
      output: { type: 'get', item: item('old', 1), revision: 2 },
      calledAtMs: 20,
      returnedAtMs: 25,
    },
    {
      client: 'b',
      input: { type: 'get', key: 'k' },
      output: { type: 'get', item: item('new', 2, 1), revision: 2 },
      calledAtMs: 30,
      returnedAtMs: 35,
    },
  ];
  const verdict = checkKeyValue(history);
  t.equal(verdict.type === 'illegal' && verdict.part, 'key "k"');
  t.equal(
    verdict.type === 'illegal' && verdict.explanation,
    [
      'key "k" is not linearizable.',
      'Up to this return there is an order that explains what the clients saw, with it there is none:',
      '  20 .. 25 ms  b: get k -> "old" of revision 1, the store at revision 2',
      'The longest order found has 1 operations:',
      '  0 .. 5 ms  a: put k "old" -> changed, revision 1',
      'It leads to: "old" of revision 1, the store at revision 1 or later',
      'What may come next, and leads nowhere:',
      '  10 .. 15 ms  a: put k "new" -> changed, revision 2',
    ].join('\n'),
  );
});

t.test('revisions tie the keys to each other', async (t) => {
  const put = (key: string, revision: number, calledAtMs: number): KeyValueOperation => ({
    ...{ client: 'a', input: { type: 'put', key, value: '' }, output: { changed: true, revision } },
    ...{ calledAtMs, returnedAtMs: calledAtMs + 5 },
  });
  t.equal(checkKeyValue([put('k', 1, 0), put('l', 2, 10)]).type, 'linearizable');
  const back = checkKeyValue([put('k', 2, 0), put('l', 1, 10)]);
  t.match(back.type === 'illegal' ? back.explanation : '', /The store went back.*\n.*put k.*\n.*put l/);
  const twins = checkKeyValue([put('k', 1, 0), put('l', 1, 3)]);
  t.match(twins.type === 'illegal' ? twins.explanation : '', /Two changes have the same revision/);
});
