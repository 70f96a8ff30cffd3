import type { Clock } from '../endpoint/ports/Clock.ts';
import type { Logger } from '../endpoint/ports/Logger.ts';
import type { Transport } from '../endpoint/ports/Transport.ts';
import type { ClusterId, PeerId } from '../shared/ids.ts';
import type { Trace } from '../shared/trace.ts';
import { Driver, type DriverHandlers, type DriverOptions } from './Driver.ts';
import type { AnyMachine } from './machine/ReplicatedMachine.ts';
import type { OpenedStorage } from './ports/Storage.ts';
import type { RaftOptions } from './raft/options.ts';
import { Raft } from './raft/Raft.ts';
import { openReplica, withSnapshotBytes } from './replica/openReplica.ts';
import { Operations } from './replica/Operations.ts';
import type { Replica } from './replica/Replica.ts';

export interface PeerSurroundings {
  readonly cluster: ClusterId;
  readonly id: PeerId;
  /** Which process of the peer this is: no other one has the same, and the transport says it in `Hello`. */
  readonly instance: string;
  readonly raft: Omit<RaftOptions, 'id'>;
  readonly opened: OpenedStorage;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly machine?: AnyMachine | undefined;
  readonly trace?: Trace | undefined;
  readonly pid?: number | undefined;
  /** Of a snapshot in one message, at the most; what suits every relay by default. */
  readonly snapshotPieceBytes?: number | undefined;
  /** What the driver is given in the core's place, for whoever wants to see each step. */
  readonly watch?: (raft: Raft) => DriverOptions['raft'];
}

export interface PeerParts {
  /** Not started. */
  readonly driver: Driver;
  readonly replica: Replica;
  readonly operations: Operations;
}

/**
 * Puts a peer together, over whatever store, network and clock: the core, its driver, and what is replicated.
 * @throws {WhitewaterError} as `openReplica` does
 */
export async function assemblePeer(surroundings: PeerSurroundings, handlers: DriverHandlers): Promise<PeerParts> {
  const { cluster, id, instance, raft, opened, transport, clock, logger, machine, trace, pid, watch } = surroundings;
  const leader = (): PeerId | null => driver.leader();
  const replica = await openReplica(machine, opened, leader, clock, logger, surroundings.snapshotPieceBytes);
  const { stored, storage } = await withSnapshotBytes(opened);
  const core = new Raft({ ...raft, id }, stored);
  const driver: Driver = new Driver(
    {
      ...{ cluster, id, raft: watch?.(core) ?? core, storage, transport, clock, application: replica },
      ...(trace === undefined ? {} : { trace }),
      ...(pid === undefined ? {} : { pid }),
    },
    handlers,
  );
  const operations = new Operations(replica, clock, () => driver.status(), machine !== undefined);
  replica.serve({
    ...{ id, instance },
    carry: (operation, timeoutMs, settle) => operations.carry(operation, { timeoutMs }, settle),
  });
  return { driver, replica, operations };
}
