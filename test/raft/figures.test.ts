import t from 'tap';
import { entriesOf } from '../support/raftMessages.ts';
import { Wire } from '../support/Wire.ts';

/** Figure 7: the logs of the followers that a new leader of term 8 may find. */
const FIGURE_7 = {
  leader: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6],
  a: [1, 1, 1, 4, 4, 5, 5, 6, 6],
  b: [1, 1, 1, 4],
  c: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
  d: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
  e: [1, 1, 1, 4, 4, 4, 4],
  f: [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
} as const;

t.test('B26: Figure 7: the leader brings each of the six logs to its own', async (t) => {
  const names = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7'];
  const logs = Object.values(FIGURE_7).map((terms) => entriesOf(...terms));
  const wire = new Wire(names, (name) => ({ entries: logs[names.indexOf(name)] ?? [], term: 7, peers: 7 }));
  wire.elect('p1');
  t.equal(wire.peer('p1').term, 8);
  wire.peer('p1').propose(1);
  wire.deliverAll();
  const terms = wire.peer('p1').logAsked.map(({ term }) => term);
  t.same(terms, [...FIGURE_7.leader, 8]);
  for (const name of names) {
    t.same(
      wire.peer(name).stored.entries.map(({ term }) => term),
      terms,
      name,
    );
  }
  t.equal(wire.peer('p1').status.commitIndex, 11);
});

t.test('B32: Figure 8: an entry of term 2 on a majority is lost in (d), and safe in (e)', async (t) => {
  const names = ['p1', 'p2', 'p3', 'p4', 'p5'];
  // (b): S1 has replicated index 2 of term 2 to S2; S5 has another entry of term 3 there.
  const logs: Record<string, number[]> = { p1: [1, 2], p2: [1, 2], p3: [1], p4: [1], p5: [1, 3] };
  const begin = (): Wire => {
    const wire = new Wire(names, (name) => ({ log: logs[name] ?? [], term: 3, peers: 5 }));
    // (c): S1 leads term 4 and brings index 2 to S3.
    wire.elect('p1', ['p2', 'p3', 'p4']);
    wire.deliverAll(['p1', 'p2', 'p3']);
    wire.peer('p1').reachDeadline();
    wire.deliverAll(['p1', 'p2', 'p3']);
    t.same(
      wire.peer('p3').stored.entries.map(({ term }) => term),
      [1, 2],
    );
    t.equal(wire.peer('p1').status.commitIndex, 0, 'on a majority, and not committed');
    return wire;
  };
  const lost = begin();
  lost.drop();
  lost.elect('p5', ['p2', 'p3', 'p4']);
  lost.peer('p5').propose(1);
  lost.peer('p5').reachDeadline();
  lost.deliverAll();
  for (const name of names)
    t.same(
      lost
        .peer(name)
        .stored.entries.map(({ term }) => term)
        .slice(0, 2),
      [1, 3],
      `(d): ${name}`,
    );
  const safe = begin();
  safe.peer('p1').propose(1);
  safe.deliverAll(['p1', 'p2', 'p3']);
  t.equal(safe.peer('p1').status.commitIndex, 3, '(e): an entry of term 4 on a majority commits both');
  safe.drop();
  safe.peer('p5').reachDeadlinesWhile('follower');
  safe.deliverAll(['p5', 'p2', 'p3', 'p4']);
  t.not(safe.peer('p5').role, 'leader', 'S5 cannot be elected');
});
