import t from 'tap';
import { cutsLink, compilePartition, isAbsent } from '../../server/faults/partition.ts';
import { partitionOf, type ShapeContext } from '../../server/faults/shapes.ts';
import type { Partition, PartitionRequest } from '../../shared/http/Partition.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { client, peer } from './stage.ts';

const peersOf = (count: number): string[] => Array.from({ length: count }, (_, at) => `p${at + 1}`);

function shaped(shape: string, count: number, given: Partial<ShapeContext> = {}): Partition {
  return partitionOf({ shape }, { peers: peersOf(count), leader: 'p1', seed: 'seed', epoch: 1, ...given });
}

/** For each peer whom it hears, itself among them. */
function heardBy(partition: Partition, count: number): Map<string, string[]> {
  const compiled = compilePartition(partition);
  const peers = peersOf(count);
  return new Map(
    peers.map((to) => [to, peers.filter((from) => from === to || !cutsLink(compiled, peer(from), peer(to)))]),
  );
}

function errorOf(act: () => unknown): WhitewaterError {
  try {
    act();
  } catch (error) {
    if (error instanceof WhitewaterError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

const SHAPES_MIN: Readonly<Record<string, number>> = {
  halves: 2,
  'majority-minority': 3,
  'isolate-leader': 2,
  'isolate:p1': 2,
  ring: 3,
  bridge: 3,
  'bridge:p1': 3,
  'one-way': 2,
  'one-way:p1': 2,
  swizzle: 2,
};

t.test('every shape, for 1 to 9 peers: it names itself, or says that there are too few', async (t) => {
  for (const [shape, peersMin] of Object.entries(SHAPES_MIN)) {
    for (let count = 1; count <= 9; count += 1) {
      if (count < peersMin) {
        const { code, message } = errorOf(() => shaped(shape, count));
        t.equal(code, 'PARTITION_SHAPE_UNFIT');
        t.match(message, new RegExp(`needs ${peersMin} peers, and ${count} are known; nothing was changed`));
        continue;
      }
      const partition = shaped(shape, count);
      t.equal(partition.shape, shape);
      const someone = compilePartition(partition);
      const peers = peersOf(count);
      const cut = peers.some((from) => peers.some((to) => from !== to && cutsLink(someone, peer(from), peer(to))));
      t.equal(cut, shape !== 'swizzle', `${shape} with ${count} cuts something`);
      for (const id of peers) {
        t.notOk(
          cutsLink(someone, client('c'), peer(id)) || cutsLink(someone, peer(id), client('c')),
          'clients reach all',
        );
      }
    }
  }
});

t.test('halves', async (t) => {
  t.same(shaped('halves', 5).groups, [
    ['p1', 'p2'],
    ['p3', 'p4', 'p5'],
  ]);
  t.same(shaped('halves', 2).groups, [['p1'], ['p2']]);
});

t.test('majority-minority: the leader in the largest minority that there is', async (t) => {
  for (let count = 3; count <= 9; count += 1) {
    const [majority = [], minority = []] = shaped('majority-minority', count, { leader: 'p3' }).groups;
    t.ok(majority.length > count / 2, `${majority.length} of ${count}`);
    t.equal(minority.length, Math.floor((count - 1) / 2));
    t.ok(minority.some((id) => id === 'p3'));
    t.equal(new Set([...majority, ...minority]).size, count);
  }
  const drawn = new Set(
    Array.from({ length: 30 }, (_, epoch) => shaped('majority-minority', 5, { leader: null, epoch }).groups[1]?.join()),
  );
  t.ok(drawn.size > 4, `without a leader it is drawn: ${drawn.size} of 10 in 30 epochs`);
});

t.test('isolate and isolate-leader: one alone, the others together', async (t) => {
  for (const shape of ['isolate:p2', 'isolate-leader']) {
    const heard = heardBy(shaped(shape, 5, { leader: 'p2' }), 5);
    t.same(heard.get('p2'), ['p2']);
    t.same(heard.get('p4'), ['p1', 'p3', 'p4', 'p5']);
  }
});

t.test('ring: each sees a majority, no two the same, and who sees is seen', async (t) => {
  for (let count = 3; count <= 9; count += 1) {
    const heard = heardBy(shaped('ring', count), count);
    const seen = new Set<string>();
    for (const [id, others] of heard) {
      t.ok(others.length > count / 2, `${id} of ${count} sees ${others.join(' ')}`);
      for (const other of others) t.ok(heard.get(other)?.includes(id), `${other} sees ${id}`);
      seen.add(others.join());
    }
    t.equal(seen.size, count, `of ${count}, no two see the same`);
  }
  t.same(heardBy(shaped('ring', 5), 5).get('p1'), ['p1', 'p2', 'p5']);
  t.same(heardBy(shaped('ring', 3), 3).get('p2'), ['p1', 'p2', 'p3'], 'with three, one sees all');
});

t.test('bridge: two halves, and one that sees both', async (t) => {
  for (let count = 3; count <= 9; count += 1) {
    for (const [shape, between] of [
      ['bridge', `p${Math.floor(count / 2) + 1}`],
      ['bridge:p1', 'p1'],
    ] as const) {
      const heard = heardBy(shaped(shape, count), count);
      t.equal(heard.get(between)?.length, count);
      const others = [...heard].filter(([id]) => id !== between);
      const sides = new Set(others.map(([, ids]) => ids.filter((id) => id !== between).join()));
      t.equal(sides.size, 2, `${shape} of ${count}: ${[...sides].join(' | ')}`);
      const sizes = [...sides].map((side) => side.split(',').length);
      t.ok(Math.abs((sizes[0] ?? 0) - (sizes[1] ?? 0)) <= 1);
    }
  }
});

t.test('one-way: it is heard, and hears nobody', async (t) => {
  for (let count = 2; count <= 9; count += 1) {
    for (const [shape, deaf] of [
      ['one-way', 'p1'],
      ['one-way:p2', 'p2'],
    ] as const) {
      const heard = heardBy(shaped(shape, count), count);
      t.same(heard.get(deaf), [deaf]);
      for (const [id, others] of heard) if (id !== deaf) t.equal(others.length, count);
    }
  }
  t.ok(shaped('one-way', 5, { leader: null }).cuts?.length === 4, 'without a leader it is drawn');
});

t.test('swizzle: lost one by one, back one by one in another order, then healed', async (t) => {
  for (let count = 2; count <= 9; count += 1) {
    for (let epoch = 0; epoch < 20; epoch += 1) {
      const request: PartitionRequest = { shape: 'swizzle', stepMs: 100 };
      const context = { peers: peersOf(count), leader: null, seed: 's', epoch };
      const partition = partitionOf(request, context);
      t.same(partitionOf(request, context), partition, 'the same seed and epoch give the same');
      const absences = partition.absences ?? [];
      t.ok(absences.length >= 2 && absences.length <= count);
      const lost = [...absences].sort((a, b) => a.fromMs - b.fromMs).map(({ id }) => id);
      const back = [...absences].sort((a, b) => a.untilMs - b.untilMs).map(({ id }) => id);
      t.not(lost.join(), back.join(), 'another order');
      t.same([...lost].sort(), [...back].sort());
      const sinceMs = 5000;
      const compiled = compilePartition(partition, sinceMs);
      const absentAt = (ms: number) => peersOf(count).filter((id) => isAbsent(compiled, id, sinceMs + ms)).length;
      const steps = Array.from({ length: 2 * lost.length + 1 }, (_, at) => absentAt(at * 100));
      const expected = steps.map((_, at) => Math.max(0, Math.min(at + 1, 2 * lost.length - 1 - at)));
      t.same(steps, expected, `${steps.join(' ')} absent, step by step`);
      t.equal(compiled.endsAtMs, sinceMs + (2 * lost.length - 1) * 100);
    }
  }
});

t.test('what is no shape is refused, with those that there are', async (t) => {
  const wrong: [shape: string, code: string, message: RegExp][] = [
    [
      'halfs',
      'PARTITION_SHAPE_UNKNOWN',
      /no partition of the shape "halfs" \(did you mean halves\?\); there are halves, majority-minority/,
    ],
    ['isolate', 'PARTITION_SHAPE_UNKNOWN', /isolate:ID/],
    ['halves:p1', 'PARTITION_SHAPE_UNKNOWN', /"halves:p1"/],
    ['constructor', 'PARTITION_SHAPE_UNKNOWN', /there are/],
    ['isolate:p9', 'PEER_UNKNOWN', /isolate:p9 names p9.*known are p1, p2, p3/],
    ['bridge:', 'PEER_UNKNOWN', /known are/],
  ];
  for (const [shape, code, message] of wrong)
    t.match(
      errorOf(() => shaped(shape, 3)),
      { code, message },
      shape,
    );
  const leaderless = errorOf(() => shaped('isolate-leader', 3, { leader: null }));
  t.match(leaderless, { code: 'PARTITION_SHAPE_UNFIT', message: /needs a leader/, httpStatus: 409 });
});

t.test('groups and cuts are taken as they are, and what becomes of frames on their way', async (t) => {
  const context = { peers: ['p1'], leader: null, seed: '', epoch: 0 };
  const request = { cuts: [['p1', 'p2']], inFlight: 'delivered' } as unknown as PartitionRequest;
  t.same(partitionOf(request, context), { groups: [], cuts: [['p1', 'p2']], inFlight: 'delivered' });
});
