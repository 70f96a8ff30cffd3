import fc from 'fast-check';
import t from 'tap';
import type { Bound } from '../../../sim/linearizability/Bound.ts';
import { checkLinearizability, type Verdict } from '../../../sim/linearizability/check.ts';
import type { Operation } from '../../../sim/linearizability/History.ts';
import { KEY_VALUE_MODEL, type KeyValueOperation } from '../../../sim/linearizability/keyValueModel.ts';
import type { Model } from '../../../sim/linearizability/Model.ts';
import { STRING_MODEL, type StringInput, type StringOutput } from '../../../sim/linearizability/stringModel.ts';
import { seededRandom } from '../../../shared/random.ts';
import { testSeed } from '../../support/testSeed.ts';
import { isLinearizable } from './bruteForce.ts';

type StringOperation = Operation<StringInput, StringOutput>;

const CLIENTS = 5;
const APPENDS = 10;
const READ_AT_MS = 10_000;

const tokenOf = (client: number, number: number): string => `x ${client} ${number} y`;

/** What five clients of K5 append, each one after the other, in an order drawn for all of them. */
function tokensInOrder(random: () => number): string[] {
  const left = Array.from({ length: CLIENTS }, (_, client) =>
    Array.from({ length: APPENDS }, (_, at) => tokenOf(client, at)),
  );
  const tokens: string[] = [];
  while (tokens.length < CLIENTS * APPENDS) {
    const token = left[Math.floor(random() * CLIENTS)]?.shift();
    if (token !== undefined) tokens.push(token);
  }
  return tokens;
}

/**
 * K5: a put, fifty appends to the same key, and one read at the end.
 * @param read the text that is read, made from what was appended in this order
 * @param areSlow each client asks for the next before the last has returned, so that every append overlaps every other
 */
function oneKey(seed: string, read: (tokens: readonly string[]) => string, areSlow = false): StringOperation[] {
  const tokens = tokensInOrder(seededRandom(seed));
  const done: StringOutput = { type: 'done' };
  const appends = tokens.map((value, at): StringOperation => {
    const calledAtMs = areSlow ? 10 : 10 + at * 10;
    const returnedAtMs = areSlow ? READ_AT_MS - 1 : calledAtMs + 45;
    return {
      ...{ client: value.split(' ')[1] ?? '', input: { type: 'append', key: 'k', value }, output: done },
      ...{ calledAtMs, returnedAtMs },
    };
  });
  const last = { calledAtMs: READ_AT_MS, returnedAtMs: READ_AT_MS + 1 };
  return [
    { client: 'a', input: { type: 'put', key: 'k', value: '' }, output: done, calledAtMs: 0, returnedAtMs: 1 },
    ...appends,
    { client: 'a', input: { type: 'get', key: 'k' }, output: { type: 'got', value: read(tokens) }, ...last },
  ];
}

const all = (tokens: readonly string[]): string => tokens.join('');
const without = (tokens: readonly string[]): string => tokens.toSpliced(30, 1).join('');
const doubled = (tokens: readonly string[]): string => tokens.toSpliced(30, 0, tokens[30] ?? '').join('');

/** Fails when the work is more than any order tried to its end would take. */
function judge(operations: readonly StringOperation[], bound?: Bound): Verdict {
  const verdict = checkLinearizability(STRING_MODEL, operations, bound);
  if (bound === undefined && verdict.steps > 2_000) throw new Error(`it took ${verdict.steps} steps`);
  return verdict;
}

t.test('K5: fifty appends at the same time to one key, read once, take one try', async (t) => {
  for (const areSlow of [false, true]) {
    const startedMs = performance.now();
    t.equal(judge(oneKey('k5', all, areSlow)).type, 'linearizable');
    t.comment(`${(performance.now() - startedMs).toFixed(1)} ms`);
    t.equal(judge(oneKey('k5', all, areSlow).slice(0, -1)).type, 'linearizable', 'unread, any order will do');
  }
});

t.test('K5: an append that is lost, or there twice, or in the wrong place, is found and told', async (t) => {
  for (const areSlow of [false, true]) {
    for (const read of [without, doubled]) {
      const verdict = judge(oneKey('k5', read, areSlow));
      t.equal(verdict.type, 'illegal');
      if (verdict.type !== 'illegal') continue;
      const token = tokensInOrder(seededRandom('k5'))[30] ?? '';
      t.match(
        verdict.explanation,
        /Up to this return there is an order .*\n {2}10000 \.\. 10001 ms {2}a: get k -> "x /,
      );
      if (read === without) t.match(verdict.explanation, new RegExp(`leads nowhere:\n(?:.*\n)*.*append k "${token}"`));
      else t.match(verdict.explanation, new RegExp(`append k "${token}" -> done\nIt leads to: .*${token}"`));
    }
  }
  const backwards = (tokens: readonly string[]): string => tokens.toReversed().join('');
  t.equal(judge(oneKey('k5', backwards)).type, 'illegal', 'in an order that the clients did not ask in');
});

t.test(
  'K5 with appends of unknown outcome: each is there at most once, and those that are not read did not happen',
  async (t) => {
    const open = (operations: readonly StringOperation[]): StringOperation[] =>
      operations.map((one, at) => (at % 4 === 1 ? { ...one, output: undefined, returnedAtMs: undefined } : one));
    const history = (read: (tokens: readonly string[]) => string): StringOperation[] => open(oneKey('k5', read));
    t.equal(judge(history(all)).type, 'linearizable');
    // Number 28 is one of those whose outcome is unknown, number 30 is none.
    t.equal(judge(history((tokens) => tokens.toSpliced(28, 1).join(''))).type, 'linearizable');
    t.equal(judge(history(without)).type, 'illegal');
    t.equal(judge(history((tokens) => tokens.toSpliced(28, 0, tokens[28] ?? '').join(''))).type, 'illegal');
  },
);

t.test('K5 with the shipped store, its revisions not told', async (t) => {
  const shipped = (read: (tokens: readonly string[]) => string): KeyValueOperation[] =>
    oneKey('k5', read, true).map(({ input, output, ...rest }) => {
      if (input.type !== 'get') return { ...rest, input, output: undefined };
      const value = output?.type === 'got' ? output.value : '';
      const item = { key: 'k', value, revision: 51, createdRevision: 1 };
      return { ...rest, input, output: { type: 'get', item, revision: 51 } };
    });
  t.equal(checkLinearizability(KEY_VALUE_MODEL, shipped(all)).type, 'linearizable');
  t.equal(checkLinearizability(KEY_VALUE_MODEL, shipped(without)).type, 'illegal');
  t.equal(checkLinearizability(KEY_VALUE_MODEL, shipped(doubled)).type, 'illegal');
});

t.test('a search that has more to remember than it may comes to no verdict, and to no end of memory', async (t) => {
  const { growingText, ...blind } = STRING_MODEL;
  t.ok(growingText);
  const model: Model<string, StringInput, StringOutput> = blind;
  const history = oneKey('k5', without, true);
  const verdict = checkLinearizability(model, history, { stepsMax: 1e9, bytesMax: 2 ** 24 });
  t.equal(verdict.type, 'unknown');
  t.comment(`${verdict.steps} steps`);
  t.ok(verdict.steps < 100_000);
  t.equal(judge(history, { stepsMax: 1e9, bytesMax: 2 ** 24 }).type, 'illegal', 'what looks ahead needs less');
});

t.test(
  'with a look ahead the verdict is that of the definition: texts that begin alike, puts, open operations',
  async (t) => {
    const seed = testSeed(t);
    let illegal = 0;
    fc.assert(
      fc.property(fc.integer(), (run) => {
        const history = arbitraryHistory(seededRandom(`${seed}/${run}`));
        const [part] = STRING_MODEL.partition(history);
        const expected = part === undefined || isLinearizable(STRING_MODEL, part.operations);
        if (!expected) illegal += 1;
        return checkLinearizability(STRING_MODEL, history).type === (expected ? 'linearizable' : 'illegal');
      }),
      { numRuns: 4000 },
    );
    t.comment(`${illegal} of 4000 were illegal`);
    t.ok(illegal > 500 && illegal < 3500, 'there are many of both kinds');
  },
);

/** What is read was the text at some moment, most of the time; operations take long, so that nearly all overlap. */
function arbitraryHistory(random: () => number): StringOperation[] {
  const draw = (below: number): number => Math.floor(random() * below);
  const moments = Array.from({ length: 7 }, () => draw(20)).sort((one, other) => one - other);
  let text = '';
  return moments.map((atMs, at): StringOperation => {
    const value = ['a', 'b', 'aa', ''][draw(4)] ?? '';
    const kind = draw(10);
    const input: StringInput =
      kind < 4
        ? { type: 'append', key: 'k', value }
        : kind < 6
          ? { type: 'put', key: 'k', value }
          : { type: 'get', key: 'k' };
    const isOpen = input.type !== 'get' && draw(4) === 0;
    const takesEffect = !isOpen || draw(2) === 0;
    if (takesEffect && input.type === 'append') text += value;
    if (takesEffect && input.type === 'put') text = value;
    const isWrong = draw(12) === 0;
    const output: StringOutput =
      input.type === 'get' ? { type: 'got', value: isWrong ? `${text}a` : text } : { type: 'done' };
    const told = isOpen ? { output: undefined, returnedAtMs: undefined } : { output, returnedAtMs: atMs + draw(6) };
    return { client: `c${at}`, input, calledAtMs: atMs - draw(6), ...told };
  });
}
