import fc from 'fast-check';
import t from 'tap';
import type { Call } from '../../../sim/History.ts';
import { checkKeyValue } from '../../../sim/linearizability/checkKeyValue.ts';
import { checkOrder } from '../../../sim/linearizability/checkOrder.ts';
import { KEY_VALUE_MODEL, type KeyValueOperation } from '../../../sim/linearizability/keyValueModel.ts';
import { judgeHistory } from '../../../sim/judgeHistory.ts';
import { executedEntries, logOrder, type ExecutedEntry } from '../../../sim/logOrder.ts';
import { encodeCommand } from '../../../peer/machine/command.ts';
import { seededRandom } from '../../../shared/random.ts';
import { testSeed } from '../../support/testSeed.ts';
import { executedHistory, mutated } from './arbitraryHistory.ts';

const asCall = (operation: KeyValueOperation): Call => ({ ...operation, isVoid: false });

function isProved(operations: readonly KeyValueOperation[], executed: readonly ExecutedEntry[]): boolean {
  const order = logOrder(operations.map(asCall), executed);
  return order !== undefined && checkOrder(KEY_VALUE_MODEL, order as readonly KeyValueOperation[]);
}

t.test('what the log holds proves a history that came about by it, whatever nobody was told', async (t) => {
  const seed = testSeed(t);
  fc.assert(
    fc.property(fc.integer(), fc.constantFrom(0, 0.1, 0.5), (run, openRate) => {
      const options = { operations: 200, clients: 6, keys: 3, openRate, areValuesUnique: true };
      const { operations, executed } = executedHistory(options, seededRandom(`${seed}/${run}`));
      return isProved(operations, executed);
    }),
    { numRuns: 100 },
  );
});

t.test('what is proved by the log is linearizable, and what is not so is not proved', async (t) => {
  const seed = testSeed(t);
  let refused = 0;
  fc.assert(
    fc.property(fc.integer(), (run) => {
      const random = seededRandom(`${seed}/${run}`);
      const options = { operations: 12, clients: 3, keys: 2, openRate: 0.2, areValuesUnique: true };
      const { operations, executed } = executedHistory(options, random);
      const history = mutated(operations, random);
      if (!isProved(history, executed)) {
        refused += 1;
        return true;
      }
      return checkKeyValue(history).type === 'linearizable';
    }),
    { numRuns: 3000 },
  );
  t.comment(`${refused} of 3000 were not proved`);
  t.ok(refused > 500 && refused < 2900, 'there are many of both kinds');
});

t.test('an order must respect what had returned before another call', async (t) => {
  const put = (value: string, calledAtMs: number, returnedAtMs: number, revision: number): KeyValueOperation => ({
    ...{ client: 'c', input: { type: 'put', key: 'k', value }, output: { changed: true, revision } },
    ...{ calledAtMs, returnedAtMs },
  });
  t.ok(checkOrder(KEY_VALUE_MODEL, [put('a', 0, 10, 1), put('b', 10, 20, 2)]));
  t.ok(checkOrder(KEY_VALUE_MODEL, [put('a', 5, 10, 1), put('b', 0, 7, 2)]), 'they overlap');
  t.notOk(checkOrder(KEY_VALUE_MODEL, [put('a', 11, 20, 1), put('b', 0, 10, 2)]));
  t.notOk(checkOrder(KEY_VALUE_MODEL, [put('a', 0, 10, 2), put('b', 10, 20, 1)]), 'the revision goes back');
});

t.test('a change that nobody asked for, and an answer that nothing in the log is behind', async (t) => {
  const command = { type: 'put', key: 'k', value: 'a' } as const;
  const call: Call = {
    ...{ client: 'c', input: command, output: { changed: true, revision: 1 }, calledAtMs: 0, returnedAtMs: 10 },
    isVoid: false,
  };
  const entry = { command, atMs: 5 };
  t.same(logOrder([call], [entry]), [call]);
  t.equal(logOrder([], [entry]), undefined, 'nobody asked');
  t.equal(logOrder([call], []), undefined, 'told too early');
  t.equal(logOrder([call], [entry, entry]), undefined, 'executed twice');
  const read: Call = {
    ...{ client: 'c', input: { type: 'get', key: 'k' }, output: { type: 'get', item: null, revision: 2 } },
    ...{ calledAtMs: 0, returnedAtMs: 10, isVoid: false },
  };
  t.equal(logOrder([call, read], [entry]), undefined, 'a revision that never was');
  const lost: Call = { ...read, calledAtMs: 20, returnedAtMs: 30, output: { type: 'get', item: null, revision: 0 } };
  t.equal(judgeHistory([call, lost], [entry]).type, 'illegal');
  t.equal(judgeHistory([call, { ...lost, calledAtMs: 9 }], [entry]).type, 'linearizable', 'they overlap');
});

t.test('of the committed entries only those that replicas executed', async (t) => {
  const request = {
    type: 'session',
    timeMs: 0,
    session: 's',
    openedIndex: 1,
    sequence: 1,
    answeredThrough: 0,
  } as const;
  const command = { type: 'put', key: 'k', value: 'a' };
  const entry = { type: 'command', term: 1, command: encodeCommand({ ...request, command }) } as const;
  const committed = [1, 2].map((atMs) => ({ entry, inTerm: 1, atMs }));
  t.same(
    executedEntries(committed, (index) => index === 2),
    [{ command, atMs: 2 }],
  );
});
