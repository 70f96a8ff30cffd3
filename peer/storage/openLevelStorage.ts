import type { OpenedStorage } from '../ports/Storage.ts';
import { openedStorage } from './LevelStorage.ts';
import type { Database } from './Database.ts';
import { createStore, loadStore, type StoreOwner } from './loadStore.ts';

/**
 * A store in a database of your own, such as `browser-level`. It is opened if it is not, belongs to the store from then on,
 * and is closed with it. Without the witness that stands beside `openDiskStorage`'s database, a database that comes back older
 * than what it acknowledged is not noticed.
 *
 * @param kind `disk` if what is written there survives the process
 * @throws {DamagedRecord | WhitewaterError} as `loadStore` does
 */
export async function openLevelStorage(
  kind: 'disk' | 'memory',
  database: Database,
  owner: StoreOwner,
): Promise<OpenedStorage> {
  await database.open();
  const loaded = (await loadStore(database, owner, `this ${kind} store`)) ?? (await createStore(database, owner));
  return openedStorage(kind, database, loaded);
}
