import { MemoryLevel } from 'memory-level';
import t from 'tap';
import { configurationOf } from '../../peer/raft/configuration.ts';
import type { StorageStep } from '../../peer/raft/effect.ts';
import { loadStore } from '../../peer/storage/loadStore.ts';
import { openMemoryStorage } from '../../peer/storage/openMemoryStorage.ts';
import { DamagedRecord, encodeRecord, entriesKey } from '../../peer/storage/records.ts';
import { clusterId, peerId } from '../../shared/ids.ts';

const OWNER = { cluster: clusterId('test'), id: peerId('p1'), voters: [peerId('p1'), peerId('p2')] };
const WHERE = 'the test store';

/** A store of three entries, each written apart. */
async function threeEntries(): Promise<{ database: MemoryLevel; write: (steps: StorageStep[]) => Promise<void> }> {
  const database = new MemoryLevel();
  const { storage } = await openMemoryStorage(OWNER, database);
  const write = (steps: StorageStep[]): Promise<void> =>
    new Promise((resolve, reject) =>
      storage.write(steps, (error) => (error === undefined ? resolve() : reject(error))),
    );
  await write([{ type: 'setHardState', hardState: { currentTerm: 2, votedFor: null } }]);
  for (const firstIndex of [1, 2, 3]) {
    await write([{ type: 'append', firstIndex, entries: [{ term: 1, type: 'noOp' }] }]);
  }
  return { database, write };
}

t.test('E46: a record that was overwritten and comes back is damage, though it fits those before it', async (t) => {
  const { database, write } = await threeEntries();
  const older = await database.get(entriesKey(3));
  t.ok(older);
  await write([
    { type: 'truncate', fromIndex: 3 },
    { type: 'append', firstIndex: 3, entries: [{ term: 2, type: 'command', command: 'newer' }] },
  ]);
  t.match(await loadStore(database, OWNER, WHERE), { entries: [{}, {}, { term: 2, command: 'newer' }] });
  await database.put(entriesKey(3), older ?? '');
  await t.rejects(loadStore(database, OWNER, WHERE), DamagedRecord);
});

t.test('E44: a snapshot that is not the one in force, or does not reach the log, is damage', async (t) => {
  const configuration = configurationOf(OWNER.voters);
  for (const index of [1, 3]) {
    const { database, write } = await threeEntries();
    const snapshot = { index: 2, term: 1, configuration };
    await write([{ type: 'useSnapshot', snapshot, baseIndex: 2, baseTerm: 1, replacesLog: false }]);
    t.match(await loadStore(database, OWNER, WHERE), { snapshot: { index: 2 }, entries: [{ term: 1 }] });
    await database.put('snapshot', encodeRecord<'snapshot'>('snapshot', { ...snapshot, index }).text);
    await t.rejects(loadStore(database, OWNER, WHERE), DamagedRecord, `of index ${index}`);
  }
});
