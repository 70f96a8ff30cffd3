import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { DamagedSnapshot } from '../../peer/ports/SnapshotStore.ts';
import { DiskSnapshotStore } from '../../peer/snapshots/DiskSnapshotStore.ts';
import { MemorySnapshotStore } from '../../peer/snapshots/MemorySnapshotStore.ts';
import { drawn, snapshotStoreContract } from '../contract/snapshotStore.contract.ts';

function newDirectory(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'whitewater-snapshots-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

t.test('memory', async (t) => {
  snapshotStoreContract(t, { open: async () => ({ store: new MemorySnapshotStore() }) });
});

t.test('disk', async (t) => {
  snapshotStoreContract(t, {
    open: async (t) => {
      const directory = newDirectory(t);
      const store = await DiskSnapshotStore.open(directory);
      t.teardown(() => store.close());
      return { store, reopen: () => DiskSnapshotStore.open(directory) };
    },
  });
});

t.test('E: every cut and every flipped byte of a small snapshot is found', async (t) => {
  const directory = newDirectory(t);
  const store = await DiskSnapshotStore.open(directory);
  await store.write(7, [{ format: 1 }, ['a', 'b'], ['c', 'ü']]);
  const [name = ''] = readdirSync(directory);
  const whole = readFileSync(join(directory, name));
  let found = 0;
  const read = async (bytes: Buffer): Promise<boolean> => {
    writeFileSync(join(directory, name), bytes);
    try {
      await drawn(store.read(7));
      return true;
    } catch (error) {
      if (!(error instanceof DamagedSnapshot)) throw error;
      found += 1;
      return false;
    }
  };
  for (let at = 0; at < whole.length; at += 1) {
    if (await read(whole.subarray(0, at))) t.fail(`cut at ${at} was not found`);
    const flipped = Buffer.from(whole);
    flipped[at] = (flipped[at] ?? 0) ^ 4;
    if (await read(flipped)) t.fail(`a flip at ${at} was not found`);
  }
  t.equal(found, 2 * whole.length);
  t.equal(await read(whole), true);
});
