import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { promisify } from 'node:util';
import { makeDirectory } from '../../peer/storage/directories.ts';

/** So that each is at another step when it meets the others. */
const aTurn = promisify(setImmediate);

t.test('makes what is missing, and tells the uppermost of it', async (t) => {
  const folder = t.testdir();
  t.equal(await makeDirectory(join(folder, 'a/b/c')), join(folder, 'a'));
  t.ok(statSync(join(folder, 'a/b/c')).isDirectory());
  t.equal(await makeDirectory(join(folder, 'a/b/c')), undefined);
  t.equal(await makeDirectory(join(folder, 'a/b/d')), join(folder, 'a/b/d'));
});

t.test('peers that start together below a directory that is missing all get theirs', async (t) => {
  const folder = t.testdir();
  for (let round = 1; round <= 200; round += 1) {
    const peers = [1, 2, 3, 4, 5].map(async (peer) => {
      for (let turn = 1; turn < peer; turn += 1) await aTurn();
      await makeDirectory(join(folder, `data${round}/p${peer}`));
    });
    await Promise.all(peers);
  }
  t.ok(statSync(join(folder, 'data200/p5')).isDirectory());
});

t.test('many that make the same directory all find it', async (t) => {
  const folder = t.testdir();
  for (let round = 1; round <= 100; round += 1) {
    await Promise.all([1, 2, 3].map(() => makeDirectory(join(folder, `data${round}/demo/p1`))));
  }
  t.ok(statSync(join(folder, 'data100/demo/p1')).isDirectory());
});

t.test('says what is in the way', async (t) => {
  const folder = t.testdir();
  mkdirSync(join(folder, 'a'));
  writeFileSync(join(folder, 'a/file'), '');
  await t.rejects(makeDirectory(join(folder, 'a/file')), { code: 'EEXIST' });
  await t.rejects(makeDirectory(join(folder, 'a/file/b')), { code: 'ENOTDIR' });
});

t.test('a file system that makes no directories is told as one', { skip: process.platform !== 'linux' }, async (t) => {
  await t.rejects(makeDirectory('/proc/whitewater/data'), { code: 'ENOENT' });
});
