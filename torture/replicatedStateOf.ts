import { createHash } from 'node:crypto';
import { SILENT_LOGGER } from '../endpoint/ports/Logger.ts';
import { KeyValueMachine } from '../peer/machine/keyValue/KeyValueMachine.ts';
import { ReplicatedMachine } from '../peer/machine/ReplicatedMachine.ts';
import { restoreSnapshot } from '../peer/replica/restoreSnapshot.ts';
import { DiskSnapshotStore } from '../peer/snapshots/DiskSnapshotStore.ts';
import { openDiskStorage } from '../peer/storage/openDiskStorage.ts';
import { clusterId, peerId } from '../shared/ids.ts';

/**
 * All that a stopped peer's data directory says is replicated: the snapshot in force, and the log behind it, applied to its end.
 * @returns the digest of the state's snapshot, sessions and all, with the index that it is of
 */
export async function replicatedStateOf(directory: string, cluster: string, id: string): Promise<string> {
  const owner = { cluster: clusterId(cluster), id: peerId(id), voters: undefined };
  const { storage, stored } = await openDiskStorage({ ...owner, directory, logger: SILENT_LOGGER });
  const snapshots = await DiskSnapshotStore.open(`${directory}/snapshots`);
  try {
    const machine = new ReplicatedMachine(new KeyValueMachine());
    const { snapshot, base, entries } = stored;
    if (snapshot !== null) await restoreSnapshot(machine, snapshots, snapshot.index);
    const appliedIndex = snapshot?.index ?? 0;
    for (const [at, entry] of entries.entries()) {
      const index = base.index + at + 1;
      if (index > appliedIndex && entry.type === 'command') machine.apply(entry.command, index, entry.term);
    }
    const hash = createHash('sha256');
    for (const record of machine.snapshot()) hash.update(`${JSON.stringify(record)}\n`);
    return `index ${base.index + entries.length}: ${hash.digest('hex')}`;
  } finally {
    await snapshots.close();
    await storage.close();
  }
}
