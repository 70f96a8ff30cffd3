import t from 'tap';
import { noFaults } from '../../server/faults/Faults.ts';
import { judge } from '../../server/faults/judge.ts';
import { LinkFaults } from '../../server/faults/LinkFaults.ts';
import type { Partition } from '../../shared/http/Partition.ts';
import { change, client, EVERYBODY, faultsOf, fatesOf, link, peer, rulesOf, sketch } from './stage.ts';

const partition = (source: object): Partition => source as Partition;

t.test('groups, cuts and clients, at the frame', async (t) => {
  const faults = change(noFaults('x'), {
    partition: partition({ groups: [['p1', 'p2', 'named']], cuts: [['p1', 'p2']] }),
  });
  const fate = (from: LinkFaults['from'], to: LinkFaults['to']): string => {
    const on = new LinkFaults(from, to);
    const { type } = judge(on, 'PreVote', 1, faults, 0);
    t.equal(on.isCut(faults, 0), type === 'dropped');
    return type;
  };
  t.equal(fate(peer('p1'), peer('p2')), 'dropped', 'a cut within the group');
  t.equal(fate(peer('p2'), peer('p1')), 'delivered', 'one way');
  t.equal(fate(peer('p1'), peer('p3')), 'dropped');
  t.equal(fate(peer('p3'), peer('p4')), 'delivered', 'those whom no group names are together');
  t.equal(fate(client('c'), peer('p1')), 'delivered');
  t.equal(fate(peer('p3'), client('c')), 'delivered');
  t.equal(fate(client('named'), peer('p1')), 'delivered');
  t.equal(fate(client('named'), peer('p3')), 'dropped');
});

t.test('absences: nothing to or from who is absent, to the millisecond', async (t) => {
  const source = partition({ groups: [], absences: [{ id: 'p2', fromMs: 3, untilMs: 6 }] });
  const faults = change(noFaults('x'), { partition: source }, 100);
  t.equal(sketch(fatesOf(link('p1', 'p2'), faults, 10, 'PreVote', 100)), '...xxx....');
  t.equal(sketch(fatesOf(link('p2', 'p1'), faults, 10, 'PreVote', 100)), '...xxx....');
  t.equal(sketch(fatesOf(link('p1', 'p3'), faults, 10, 'PreVote', 100)), '..........');
  t.equal(faults.partition?.endsAtMs, 106);
  t.equal(change(faults, { partition: partition({ groups: [['p1']] }) }).partition?.endsAtMs, undefined);
});

t.test('absences of others do not touch a client that is not named', async (t) => {
  const source = partition({ groups: [], absences: ['p2', 'named'].map((id) => ({ id, fromMs: 0, untilMs: 9 })) });
  const faults = change(noFaults('x'), { partition: source });
  const ways = (one: LinkFaults['from'], other: LinkFaults['from']): string =>
    [new LinkFaults(one, other), new LinkFaults(other, one)]
      .map((on) => `${sketch(fatesOf(on, faults, 1))}${on.wasAbsent(faults, 0, 5) ? ' was lost' : ''}`)
      .join(', ');
  t.equal(ways(client('c'), peer('p2')), '., .');
  t.equal(ways(client('named'), peer('p3')), 'x was lost, x was lost');
  t.equal(ways(client('named'), client('c')), '., .');
  t.equal(ways(peer('p2'), peer('p3')), 'x was lost, x was lost');
});

t.test('what becomes of frames on their way is settled when the partition is put in force', async (t) => {
  const groups = partition({ groups: [['p1']] });
  const lab = { name: 'labrpc-unreliable' };
  const before = change(noFaults('x'), { partition: groups });
  t.equal(before.partition?.inFlight, 'cut');
  t.equal(change(before, { profile: lab }).partition?.inFlight, 'cut');
  const after = change(before, { profile: lab, partition: groups });
  t.equal(after.partition?.inFlight, 'delivered', 'that of the profile that comes with it');
  t.equal(change(after, { profile: { name: 'reliable' } }).partition?.inFlight, 'delivered');
  const said = partition({ groups: [['p1']], inFlight: 'cut' });
  t.equal(change(after, { partition: said }).partition?.inFlight, 'cut');
});

t.test('a client that turns out to be a voter is treated as one at once', async (t) => {
  const p9 = { id: 'p9', isClient: true, role: undefined };
  const rules = rulesOf({ peers: { from: 'p2', to: 'peer', drop: 1 } });
  const faults = change(noFaults('x'), { rules, partition: partition({ groups: [['p1']] }) });
  const [from, cut] = [new LinkFaults(p9, peer('p1')), new LinkFaults(peer('p1'), p9)];
  const struck = new LinkFaults(peer('p2'), p9);
  const seen = (): string => [from, cut, struck].map((on) => sketch(fatesOf(on, faults, 1))).join('');
  t.equal(seen(), '...');
  p9.isClient = false;
  t.ok(cut.isCut(faults, 0));
  t.equal(seen(), 'xxx');
  t.equal(struck.frames, 2, 'and its frames are counted on');
});

t.test('a partition drops without asking the rules, and the frame keeps its number', async (t) => {
  const faults = change(faultsOf({ it: { ...EVERYBODY, drop: 1 } }), { partition: partition({ groups: [['p1']] }) });
  const on = link();
  t.same(judge(on, 'PreVote', 1, faults, 0), { type: 'dropped', cause: 'partition', strikes: [] });
  t.equal(faults.rules[0]?.matched, 0);
  t.equal(on.frames, 1);
  const healed = change(faults, { partition: null });
  t.match(judge(on, 'PreVote', 1, healed, 0), { cause: 'loss' });
});

t.test('a partition that makes no sense is refused whole', async (t) => {
  const before = change(noFaults('x'), { partition: partition({ groups: [['p1']] }) });
  const wrong: [source: object, expected: { code: string; message: RegExp }][] = [
    [{ groups: [['p1', 'p2'], ['p2']] }, { code: 'PARTITION_OVERLAPS', message: /p2 may stand in one group only/ }],
    [
      { groups: [], cuts: [['p1', 'p1']] },
      { code: 'REQUEST_INVALID', message: /\/partition\/cuts\/0 cuts p1 from itself/ },
    ],
    [
      { groups: [], absences: [{ id: 'p1', fromMs: 5, untilMs: 5 }] },
      { code: 'REQUEST_INVALID', message: /\/partition\/absences\/0 ends/ },
    ],
  ];
  for (const [source, expected] of wrong) {
    t.throws(() => change(before, { partition: partition(source), rules: rulesOf({}) }), expected);
  }
  t.equal(judge(link(), 'PreVote', 1, before, 0).type, 'dropped', 'what was in force stays in force');
});
