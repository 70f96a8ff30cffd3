import fc from 'fast-check';
import t from 'tap';
import { fateOf, NO_FAULTS, withPartition } from '../../server/faults/fate.ts';
import { compilePartition, doubledIn, separates } from '../../server/faults/partition.ts';
import type { Partition } from '../../shared/http/Partition.ts';
import { peerId } from '../../shared/ids.ts';

const partitionOf = (...groups: string[][]): Partition => ({ groups: groups.map((group) => group.map(peerId)) });
const frame = (from: string, to: string) => ({ type: 'AppendEntries', from, to });

t.test('without faults every frame is delivered', async (t) => {
  t.same(fateOf(frame('p1', 'p2'), NO_FAULTS), { type: 'delivered' });
});

t.test('a partition drops what crosses it, in both directions, and says that it was the partition', async (t) => {
  const faults = withPartition(NO_FAULTS, compilePartition(partitionOf(['p1', 'p2'], ['p3'])));
  for (const [from, to] of [
    ['p1', 'p3'],
    ['p3', 'p1'],
    ['p2', 'p3'],
    ['p3', 'p2'],
  ] as const) {
    t.same(fateOf(frame(from, to), faults), { type: 'dropped', cause: 'partition' }, `${from} to ${to}`);
  }
  for (const [from, to] of [
    ['p1', 'p2'],
    ['p2', 'p1'],
    ['p3', 'p3'],
  ] as const) {
    t.same(fateOf(frame(from, to), faults), { type: 'delivered' }, `${from} to ${to}`);
  }
});

t.test('a client that no group names reaches everybody, one that is named does not', async (t) => {
  const faults = withPartition(NO_FAULTS, compilePartition(partitionOf(['p1'], ['p2', 'x'])));
  const fate = (from: string, to: string, ...clients: string[]) => fateOf(frame(from, to), faults, clients).type;
  t.equal(fate('y', 'p1', 'y'), 'delivered');
  t.equal(fate('p2', 'y', 'y'), 'delivered');
  t.equal(fate('y', 'p3', 'y'), 'delivered');
  t.equal(fate('x', 'p2', 'x'), 'delivered');
  t.equal(fate('x', 'p1', 'x'), 'dropped');
  t.equal(fate('p3', 'x', 'x'), 'dropped');
  t.equal(fate('y', 'p1'), 'dropped', 'a peer of the same name is in the group of those that are left');
});

t.test('endpoints that no group names form one further group together', async (t) => {
  const faults = withPartition(NO_FAULTS, compilePartition(partitionOf(['p1'])));
  t.equal(fateOf(frame('p2', 'p3'), faults).type, 'delivered');
  t.equal(fateOf(frame('p2', 'p1'), faults).type, 'dropped');
  t.equal(fateOf(frame('p1', 'nobody-yet'), faults).type, 'dropped');
});

t.test('healing is the next epoch, without a partition', async (t) => {
  const cut = withPartition(NO_FAULTS, compilePartition(partitionOf(['p1'])));
  const healed = withPartition(cut, undefined);
  t.equal(cut.epoch, 1);
  t.equal(healed.epoch, 2);
  t.equal(fateOf(frame('p1', 'p2'), healed).type, 'delivered');
  t.equal(NO_FAULTS.epoch, 0, 'what was in force before is not touched');
});

t.test('doubled names are found, each once', async (t) => {
  t.same(doubledIn(partitionOf(['p1', 'p2'], ['p3'])), []);
  t.same(doubledIn(partitionOf(['p1', 'p2'], ['p2', 'p1'], ['p2'])), ['p2', 'p1']);
  t.same(doubledIn(partitionOf(['p1', 'p1'])), ['p1']);
});

// Among the names are those that an object, as against a Map, would find in itself.
const ids = fc.constantFrom('p1', 'p2', 'p3', 'p4', 'p10', 'constructor', '__proto__', 'toString', 'hasOwnProperty');
const partitions = fc.uniqueArray(ids, { minLength: 1 }).chain((named) =>
  fc.array(fc.nat({ max: 3 }), { minLength: named.length, maxLength: named.length }).map((groupOf) => {
    const groups: string[][] = [[], [], [], []];
    named.forEach((id, index) => groups[groupOf[index] ?? 0]?.push(id));
    return partitionOf(...groups.filter((group) => group.length > 0));
  }),
);

t.test('any partition: it separates exactly those whom its text puts apart', async (t) => {
  const groupIn = ({ groups }: Partition, id: string) => groups.find((group) => group.some((member) => member === id));
  fc.assert(
    fc.property(partitions, ids, ids, (partition, one, other) => {
      const expected = groupIn(partition, one) !== groupIn(partition, other);
      return separates(compilePartition(partition), one, other) === expected;
    }),
  );
  t.pass('held for all that were tried');
});

t.test('any partition: being together is an equivalence, and nobody is cut off from itself', async (t) => {
  fc.assert(
    fc.property(partitions, ids, ids, ids, (source, a, b, c) => {
      const together = (one: string, other: string) => !separates(compilePartition(source), one, other);
      return (
        together(a, a) && together(a, b) === together(b, a) && (!(together(a, b) && together(b, c)) || together(a, c))
      );
    }),
  );
  t.pass('held for all that were tried');
});

t.test('any partition without doubled names has none found', async (t) => {
  fc.assert(fc.property(partitions, (source) => doubledIn(source).length === 0));
  t.pass('held for all that were tried');
});
