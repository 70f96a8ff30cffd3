import { WhitewaterError } from '../../shared/errors.ts';
import type { PeerId } from '../../shared/ids.ts';
import { NoMachine } from '../machine/NoMachine.ts';
import { ReplicatedMachine, type AnyMachine } from '../machine/ReplicatedMachine.ts';
import type { Clock } from '../../endpoint/ports/Clock.ts';
import type { Logger } from '../../endpoint/ports/Logger.ts';
import type { OpenedStorage } from '../ports/Storage.ts';
import { MemorySnapshotStore } from '../snapshots/MemorySnapshotStore.ts';
import { Replica } from './Replica.ts';
import { restoreSnapshot } from './restoreSnapshot.ts';

/**
 * Brings a state machine to where the store's snapshot is.
 * @throws {WhitewaterError} `USAGE` when the store has no place for snapshots, `STORE_DAMAGED` when the snapshot that the log
 *   begins behind is not there, or is not what was written
 */
export async function openReplica(
  machine: AnyMachine | undefined,
  { snapshots, stored }: OpenedStorage,
  leader: () => PeerId | null,
  clock: Clock,
  logger: Logger,
  snapshotPieceBytes?: number,
): Promise<Replica> {
  if (snapshots === undefined && machine !== undefined) {
    throw new WhitewaterError('USAGE', 'a state machine needs a place for its snapshots: give a store that has one');
  }
  const places = snapshots ?? new MemorySnapshotStore();
  const replicated = new ReplicatedMachine(machine ?? new NoMachine());
  const { snapshot } = stored;
  if (snapshot !== null) {
    await restoreSnapshot(replicated, places, snapshot.index);
    await places.forgetOlder(snapshot.index);
  }
  return new Replica({ machine: replicated, snapshots: places, snapshot, leader, clock, logger, snapshotPieceBytes });
}

/** The core is told how large the last snapshot is: by that it judges whether the log is long. */
export async function withSnapshotBytes(opened: OpenedStorage): Promise<OpenedStorage> {
  const { stored, snapshots } = opened;
  if (stored.snapshot === null || snapshots === undefined) return opened;
  return { ...opened, stored: { ...stored, snapshotBytes: await snapshots.sizeOf(stored.snapshot.index) } };
}
