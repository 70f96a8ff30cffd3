import { MemoryLevel } from 'memory-level';
import type { OpenedStorage } from '../ports/Storage.ts';
import type { StoreOwner } from './loadStore.ts';
import { openLevelStorage } from './openLevelStorage.ts';

/**
 * A store that dies with the process. A peer that keeps its vote here must not come back under its old id: it could vote twice
 * in one term.
 *
 * @param database one that outlives a simulated crash, for tests; a new one by default
 * @throws {DamagedRecord | WhitewaterError} as `loadStore` does, when the given database holds something
 */
export function openMemoryStorage(
  owner: StoreOwner,
  database: MemoryLevel = new MemoryLevel(),
): Promise<OpenedStorage> {
  return openLevelStorage('memory', database, owner);
}
