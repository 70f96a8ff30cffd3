import t from 'tap';
import { offenceIn } from '../../cli/chaos/ClientLoad.ts';
import { drawRound } from '../../cli/chaos/drawUpsets.ts';
import { UPSET_KINDS } from '../../cli/chaos/Upset.ts';
import { SafetyLedger } from '../../shared/safety/SafetyLedger.ts';

const STATUS = { role: 'follower', term: 1, votedFor: null, commitIndex: 0, pid: 1 } as const;

t.test('the ledger tells each offence against safety, and nothing else', async (t) => {
  const ledger = new SafetyLedger();
  t.equal(ledger.read('a', { ...STATUS, role: 'leader', commitIndex: 5 }), undefined);
  t.equal(ledger.read('b', { ...STATUS, role: 'leader', term: 2 }), undefined, 'of another term');
  t.equal(ledger.elections, 2);
  t.match(ledger.read('c', { ...STATUS, role: 'leader', term: 2 }), /two leaders in term 2: b and c/);
  t.match(ledger.read('a', { ...STATUS, commitIndex: 4 }), /commit index of a went back from 5 to 4/);
  t.equal(ledger.read('a', { ...STATUS, commitIndex: 0, pid: 2 }), undefined, 'a new life begins anew');
  t.match(ledger.read('b', STATUS), /the term of b went back from 2 to 1/);
  t.equal(ledger.read('d', { ...STATUS, votedFor: 'a' as never }), undefined);
  t.match(ledger.read('d', { ...STATUS, votedFor: 'b' as never }), /d voted for a and for b in term 1/);
  t.match(ledger.read('d', STATUS), /d forgot its vote for a in term 1/);
  t.equal(ledger.read('d', { ...STATUS, term: 2 }), undefined);
});

t.test('acknowledged appends are there once and in order, unknown ones at most once, failed ones not', async (t) => {
  const appends = [
    { token: '1;', result: 'acknowledged' },
    { token: '2;', result: 'unknown' },
    { token: '3;', result: 'failed' },
    { token: '11;', result: 'acknowledged' },
  ] as const;
  const wrong = (value: string): string | undefined => offenceIn('k', value, appends);
  for (const good of ['1;11;', '1;2;11;', '1;11;2;']) t.equal(wrong(good), undefined, good);
  t.match(wrong('1;'), /lacks 11;, which was acknowledged/);
  t.match(wrong('11;1;'), /has 11; before/);
  t.match(wrong('1;11;1;'), /has 1; twice/);
  t.match(wrong('1;2;11;2;'), /has 2; twice/);
  t.match(wrong('1;3;11;'), /3;, which certainly had not happened/);
  t.match(wrong('1;11;9;'), /9;, which nobody wrote/);
});

t.test('the faults of a round come from the seed alone, and of every kind', async (t) => {
  const peers = ['p1', 'p2', 'p3'];
  const drawn = (seed: string, round: number, mayKill = true): unknown => {
    const { stormMs, upsets } = drawRound(seed, round, peers, mayKill);
    return { stormMs, upsets: upsets.map(({ atMs, upset }) => [atMs, upset.kind, upset.text]) };
  };
  t.same(drawn('7', 1), drawn('7', 1));
  t.notSame(drawn('7', 1), drawn('7', 2));
  t.notSame(drawn('7', 1), drawn('8', 1));
  const kinds = new Set<string>();
  const foreign = new Set<string>();
  for (let round = 1; round <= 30; round += 1) {
    for (const { upset } of drawRound('x', round, peers, true).upsets) kinds.add(upset.kind);
    for (const { upset } of drawRound('x', round, peers, false).upsets) foreign.add(upset.kind);
  }
  t.same([...kinds].sort(), [...UPSET_KINDS].sort());
  const ofProcesses: ReadonlySet<string> = new Set(['kill', 'pause']);
  const harmless = UPSET_KINDS.filter((kind) => !ofProcesses.has(kind));
  t.same([...foreign].sort(), harmless.sort(), 'processes of others are left alone');
});
