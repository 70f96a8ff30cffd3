import fc from 'fast-check';
import t from 'tap';
import { compilePartition, cutsLink, doubledIn } from '../../server/faults/partition.ts';
import type { Partition } from '../../shared/http/Partition.ts';
import { peerId } from '../../shared/ids.ts';

const partitionOf = (...groups: string[][]): Partition => ({ groups: groups.map((group) => group.map(peerId)) });
const peer = (id: string) => ({ id, isClient: false, role: undefined });
const separates = (partition: Partition, one: string, other: string): boolean =>
  cutsLink(compilePartition(partition), peer(one), peer(other));

t.test('a client that no group names reaches everybody, one that is named does not', async (t) => {
  const partition = compilePartition(partitionOf(['p1'], ['p2', 'x']));
  const client = (id: string) => ({ ...peer(id), isClient: true });
  t.notOk(cutsLink(partition, client('y'), peer('p1')));
  t.notOk(cutsLink(partition, peer('p2'), client('y')));
  t.notOk(cutsLink(partition, client('x'), peer('p2')));
  t.ok(cutsLink(partition, client('x'), peer('p1')));
  t.ok(cutsLink(partition, peer('p3'), client('x')));
  t.ok(cutsLink(partition, peer('y'), peer('p1')), 'a peer of the same name is in the group of those that are left');
});

t.test('endpoints that no group names form one further group together', async (t) => {
  const partition = partitionOf(['p1']);
  t.notOk(separates(partition, 'p2', 'p3'));
  t.ok(separates(partition, 'p2', 'p1'));
});

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
      return separates(partition, one, other) === expected;
    }),
  );
  t.pass('held for all that were tried');
});

t.test('any partition: being together is an equivalence, and nobody is cut off from itself', async (t) => {
  fc.assert(
    fc.property(partitions, ids, ids, ids, (source, a, b, c) => {
      const together = (one: string, other: string) => !separates(source, one, other);
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
