import { Buffer } from 'node:buffer';
import type { StoredState } from '../../peer/ports/Storage.ts';

/**
 * The size of what a peer keeps for Raft, as the lab's persister counts it: without the snapshot itself. The lab counts the bytes of
 * a student's own encoding, which is gob for most; here it is the UTF-8 text of one JSON object of everything in the store's head,
 * its record of the snapshot in force (with the configuration) and its entries. Checksums and LevelDB's own bytes are not counted.
 */
export function stateBytes({
  hardState,
  base,
  snapshot,
  entries,
}: Pick<StoredState, 'hardState' | 'base' | 'snapshot' | 'entries'>): number {
  return Buffer.byteLength(JSON.stringify({ ...hardState, base, snapshot, entries }));
}
