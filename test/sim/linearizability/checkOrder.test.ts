import fc from 'fast-check';
import t from 'tap';
import { checkLinearizability } from '../../../sim/linearizability/check.ts';
import { checkOrder } from '../../../sim/linearizability/checkOrder.ts';
import { KEY_VALUE_MODEL, type KeyValueOperation } from '../../../sim/linearizability/keyValueModel.ts';
import { seededRandom } from '../../../shared/random.ts';
import { testSeed } from '../../support/testSeed.ts';
import { executedHistory, mutated } from './arbitraryHistory.ts';

const put = (value: string, calledAtMs: number, returnedAtMs: number, revision: number): KeyValueOperation => ({
  ...{ client: 'c', input: { type: 'put', key: 'k', value }, output: { changed: true, revision } },
  ...{ calledAtMs, returnedAtMs },
});

t.test('an order must respect what had returned before another call', async (t) => {
  const check = (...ordered: KeyValueOperation[]): string | undefined => checkOrder(KEY_VALUE_MODEL, ordered);
  t.equal(check(put('a', 0, 10, 1), put('b', 10, 20, 2)), undefined);
  t.equal(check(put('a', 5, 10, 1), put('b', 0, 7, 2)), undefined, 'they overlap');
  t.equal(
    check(put('a', 11, 20, 1), put('b', 0, 10, 2)),
    '0 .. 10 ms  c: put k "b" -> changed, revision 2, and yet behind 11 .. 20 ms  c: put k "a" -> changed, revision 1',
  );
  t.match(check(put('a', 0, 10, 2), put('b', 10, 20, 1)), /revision 1, where there was "a" of revision 2/);
});

t.test('an order that is accepted makes a history linearizable', async (t) => {
  const seed = testSeed(t);
  let refused = 0;
  fc.assert(
    fc.property(fc.integer(), (run) => {
      const random = seededRandom(`${seed}/${run}`);
      const options = { operations: 12, clients: 3, keys: 2, openRate: 0 };
      const ordered = mutated(executedHistory(options, random).inOrder, random);
      if (checkOrder(KEY_VALUE_MODEL, ordered) === undefined) {
        return checkLinearizability(KEY_VALUE_MODEL, ordered).type === 'linearizable';
      }
      refused += 1;
      return true;
    }),
    { numRuns: 3000 },
  );
  t.comment(`${refused} of 3000 were refused`);
  t.ok(refused > 500 && refused < 2900, 'there are many of both kinds');
});
