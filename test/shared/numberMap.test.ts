import fc from 'fast-check';
import t from 'tap';
import { NumberMap } from '../../shared/NumberMap.ts';

type Step = ['set', number, number] | ['delete', number] | ['clear'];

t.test('any steps: as a Map of the same numbers', async (t) => {
  const key = fc.oneof(fc.nat(20), fc.integer({ min: 250, max: 270 }), fc.maxSafeNat());
  const step = fc.oneof(
    { weight: 20, arbitrary: fc.tuple(fc.constant('set' as const), key, fc.nat()) },
    { weight: 20, arbitrary: fc.tuple(fc.constant('delete' as const), key) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('clear' as const)) },
  );
  const property = fc.property(fc.array(step, { maxLength: 200 }), (steps: Step[]) => {
    const map = new NumberMap<number>();
    const model = new Map<number, number>();
    for (const [what, at = 0, value = 0] of steps) {
      if (what === 'set') {
        map.set(at, value);
        model.set(at, value);
      } else if (what === 'delete') {
        t.equal(map.delete(at), model.get(at));
        model.delete(at);
      } else {
        map.clear();
        model.clear();
      }
      t.equal(map.size, model.size);
      t.equal(map.get(at), model.get(at));
      t.equal(map.has(at), model.has(at));
    }
    const inOrder = (entries: [number, number][]) => entries.sort(([a], [b]) => a - b);
    t.same(inOrder(map.entries()), inOrder([...model]));
    t.same([...map.values()].sort(), [...model.values()].sort());
  });
  t.doesNotThrow(() => fc.assert(property, { numRuns: 200 }));
});

t.test('numbers that were given out in order are told in order', async (t) => {
  const map = new NumberMap<string>();
  for (let key = 0; key < 1000; key += 1) map.set(key, `value ${key}`);
  for (let key = 0; key < 1000; key += 3) map.delete(key);
  const keys = map.entries().map(([key]) => key);
  t.same(
    keys,
    [...keys].sort((a, b) => a - b),
  );
  t.equal(keys.length, 666);
});
