import { WhitewaterError } from '../../shared/errors.ts';
import type { DamagedSnapshot } from '../ports/SnapshotStore.ts';

/** What a user is told when the snapshot that the log begins behind is not there, or is not what was written. */
export function snapshotDamaged(error: DamagedSnapshot, index: number): WhitewaterError {
  return new WhitewaterError(
    'STORE_DAMAGED',
    `${error.message}, and the log before index ${index + 1} is in it. Take this peer out of the cluster, give it an ` +
      'empty directory and add it anew; never start it on an older copy',
    { cause: error },
  );
}
