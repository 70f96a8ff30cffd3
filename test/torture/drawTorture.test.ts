import t from 'tap';
import { drawTorture, OWN_KINDS } from '../../torture/drawTorture.ts';
import { KeyPool } from '../../torture/KeyPool.ts';
import { readOptions } from '../../torture/options.ts';
import { Voters } from '../../torture/Voters.ts';

const PEERS = ['p1', 'p2', 'p3', 'p4', 'p5'];
const told = (seed: string, round: number, peers = PEERS): string[] =>
  drawTorture(seed, round, peers, 4).torments.map(({ atMs, kind, text }) => `${atMs} ${kind} ${text}`);

t.test('what is drawn depends on the seed and the round, and not on what happened', async (t) => {
  t.same(told('a', 3), told('a', 3));
  t.notSame(told('a', 3), told('a', 4));
  t.notSame(told('a', 3), told('b', 3));
  const replaced = told('a', 3, ['p1', 'p7', 'p3', 'p4', 'p5']).map((line) => line.replaceAll('p7', 'p2'));
  t.same(replaced, told('a', 3), 'where a peer was replaced, its successor suffers what it would have');
});

t.test('six rounds have every kind of fault, each at its time', async (t) => {
  const torments = [1, 2, 3, 4, 5, 6].flatMap((round) => drawTorture('kinds', round, PEERS, 4).torments);
  const kinds = new Set(torments.map(({ kind }) => kind));
  for (const kind of [...OWN_KINDS, 'partition', 'rule', 'kill', 'pause']) t.ok(kinds.has(kind), kind);
  for (let round = 1; round <= 6; round += 1) {
    const times = drawTorture('kinds', round, PEERS, 4).torments.map(({ atMs }) => atMs);
    t.same(
      times,
      [...times].sort((one, other) => one - other),
      'in order',
    );
  }
});

t.test('never both a damaged store and a change of members in one round: a majority keeps its disks', async (t) => {
  for (let round = 1; round <= 60; round += 1) {
    const kinds = new Set(drawTorture('majority', round, PEERS, 4).torments.map(({ kind }) => kind));
    t.notOk(kinds.has('damage') && kinds.has('member'), `round ${round}`);
  }
});

t.test('a key is left when its history is long, or much of it open', async (t) => {
  const pool = new KeyPool(1);
  const first = pool.take(() => 0);
  for (let open = 1; open <= 6; open += 1) pool.leaveOpen(first);
  const second = pool.take(() => 0);
  t.not(second, first, 'six writes of unknown outcome');
  for (let call = 2; call <= 150; call += 1)
    t.equal(
      pool.take(() => 0),
      second,
    );
  t.not(
    pool.take(() => 0),
    second,
    '150 calls',
  );
  for (const key of pool.keys)
    for (const other of pool.keys) t.equal(other.startsWith(key), other === key, 'none is the beginning of another');
});

t.test('a peer is replaced by one of a name that nobody had', async (t) => {
  const voters = new Voters(3);
  t.equal(voters.spare, 'p4');
  t.equal(voters.replace('p2'), 'p5');
  t.equal(voters.replace('p5'), 'p6');
  t.same(voters.ids, ['p1', 'p6', 'p3']);
  t.throws(() => voters.replace('p2'));
});

t.test('options: what is legal is said', async (t) => {
  t.match(readOptions(['--minutes', '0.5', '--seed', 's']), { seed: 's', durationMs: 30_000, peers: 5, keep: false });
  t.not(readOptions([]).seed, readOptions([]).seed, 'a seed is drawn where none is given');
  for (const args of [
    ['--minutes', '0'],
    ['--peers', '2'],
    ['--peers', '3.5'],
    ['--clients', ''],
    ['--nonsense'],
    ['--preset', 'slow'],
    ['word'],
  ])
    t.throws(() => readOptions(args), { code: 'USAGE' }, args.join(' '));
});
