import { WhitewaterError } from '../../shared/errors.ts';
import type { ReplicatedMachine } from '../machine/ReplicatedMachine.ts';
import { DamagedSnapshot, type SnapshotStore } from '../ports/SnapshotStore.ts';

/**
 * Brings a machine to a stored snapshot.
 * @throws {WhitewaterError} `STORE_DAMAGED` when the snapshot is not there, or is not what was written
 * @throws whatever the machine throws at a snapshot that is what was written
 */
export async function restoreSnapshot(
  machine: ReplicatedMachine,
  snapshots: SnapshotStore,
  index: number,
): Promise<void> {
  try {
    await restoreAndLeave(machine, snapshots.read(index)[Symbol.asyncIterator]());
  } catch (error) {
    // The checksum comes last: a machine may have stumbled over a damaged record before that.
    const damage = error instanceof DamagedSnapshot ? error : await damageOf(snapshots, index);
    throw damage === undefined ? error : snapshotDamaged(damage, index);
  }
}

/** A machine that stumbles draws the records no further: a store then has to be told, to close the file that they come from. */
async function restoreAndLeave(machine: ReplicatedMachine, records: AsyncIterator<unknown, unknown>): Promise<void> {
  try {
    await machine.restore({ [Symbol.asyncIterator]: () => records });
  } finally {
    await records.return?.();
  }
}

async function damageOf(snapshots: SnapshotStore, index: number): Promise<DamagedSnapshot | undefined> {
  const records = snapshots.read(index)[Symbol.asyncIterator]();
  try {
    while ((await records.next()).done !== true);
    return undefined;
  } catch (error) {
    return error instanceof DamagedSnapshot ? error : undefined;
  }
}

function snapshotDamaged(damage: DamagedSnapshot, index: number): WhitewaterError {
  return new WhitewaterError(
    'STORE_DAMAGED',
    `${damage.message}, and the log before index ${index + 1} is in it. Take this peer out of the cluster, give it an ` +
      'empty directory and add it anew; never start it on an older copy',
    { cause: damage },
  );
}
