import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { rememberFounders } from '../../cli/up/founders.ts';
import { peerId } from '../../shared/ids.ts';

const THREE = ['p1', 'p2', 'p3'].map(peerId);
const FIVE = ['p1', 'p2', 'p3', 'p4', 'p5'].map(peerId);

t.test('a cluster is begun with one list of peers, in any order', async (t) => {
  const directory = join(t.testdir(), 'data/demo');
  await rememberFounders(directory, THREE);
  mkdirSync(join(directory, 'p1'));
  await rememberFounders(directory, [...THREE].reverse());
  await t.rejects(rememberFounders(directory, FIVE), {
    code: 'MEMBERSHIP_DIFFERS',
    message:
      /demo was begun with the peers p1, p2, p3, not with p1, p2, p3, p4, p5: start it with --peers p1,p2,p3, and/,
    details: { found: THREE, given: FIVE },
  });
  await rememberFounders(directory, THREE);
  t.same(readdirSync(directory).sort(), ['@founders.json', 'p1']);
});

t.test('a run that came to nothing binds nobody', async (t) => {
  const directory = t.testdir();
  await rememberFounders(directory, FIVE);
  await rememberFounders(directory, THREE);
  t.same(JSON.parse(readFileSync(join(directory, '@founders.json'), 'utf8')), { peers: THREE });
});

t.test('what cannot be read is written anew, and each peer looks after itself', async (t) => {
  for (const text of ['', '{', 'null', '{"peers":[]}', '{"peers":["../p1"]}', '{"peers":7}']) {
    const directory = t.testdir({ p1: {}, '@founders.json': text });
    await rememberFounders(directory, THREE);
    t.same(JSON.parse(readFileSync(join(directory, '@founders.json'), 'utf8')), { peers: THREE });
  }
});

t.test('a directory that cannot be used is told', async (t) => {
  const path = join(t.testdir({ file: '' }), 'file', 'demo');
  await t.rejects(rememberFounders(path, THREE), { code: 'STORE_UNREADABLE', message: /name another with --data$/ });
  t.notOk(existsSync(path));
  const taken = t.testdir({ '@founders.json': {} });
  writeFileSync(join(taken, '@founders.json', 'x'), '');
  await t.rejects(rememberFounders(taken, THREE), { code: 'STORE_UNREADABLE' });
});
