import type { Clock } from '../../endpoint/ports/Clock.ts';
import type { Transport } from '../../endpoint/ports/Transport.ts';
import { Driver, type DriverOptions } from '../../peer/Driver.ts';
import type { StoredState, Storage } from '../../peer/ports/Storage.ts';
import { type ElectionPreset, ELECTION_PRESETS } from '../../peer/raft/options.ts';
import { Raft } from '../../peer/raft/Raft.ts';
import { clusterId, type PeerId } from '../../shared/ids.ts';
import { isRequestType } from '../../shared/protocol.ts';
import { seededRandom } from '../../shared/random.ts';
import type { Trace } from '../../shared/trace.ts';
import type { ElectionLedger } from '../support/ElectionLedger.ts';
import type { AppliedLedger } from './AppliedLedger.ts';
import { LabApplication, type SnapshotShelf } from './LabApplication.ts';
import type { PeerState } from './LabCluster.ts';
import type { Proposed } from './LogCluster.ts';

/** The lab's SnapShotInterval. */
const SNAPSHOT_ENTRIES = 10;

/** Everything behind a snapshot leaves the log, as the lab's Snapshot() asks; or there are none. */
const SNAPSHOTS = { snapshotEntries: SNAPSHOT_ENTRIES, snapshotShareMin: 0, trailingEntries: 0 };
const NO_SNAPSHOTS = { snapshotEntries: Number.POSITIVE_INFINITY, snapshotBytes: Number.POSITIVE_INFINITY };

export const LAB_CLUSTER = clusterId('lab');

export interface LabLifeOptions {
  /** Its number in the lab. */
  readonly peer: number;
  readonly id: PeerId;
  readonly preset: ElectionPreset;
  readonly takesSnapshots: boolean;
  /** Names the random choices of this life. */
  readonly seed: string;
  readonly stored: StoredState;
  readonly storage: Storage;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly shelf: SnapshotShelf;
  /** Does something soon, not within this call. */
  readonly later: (work: () => void) => void;
  readonly applied: AppliedLedger;
  readonly elections: ElectionLedger;
  readonly trace?: Trace;
  readonly onConnected: (connected: boolean) => void;
  readonly onFailed: (error: Error) => void;
  /** What the driver is given in the core's place, for whoever wants to see each step. */
  readonly watch?: (raft: Raft) => DriverOptions['raft'];
}

/** One life of a peer of the lab, from its start to a crash: the real core and the real driver, with the lab's service on top. */
export class LabLife {
  readonly #raft: Raft;
  readonly #driver: Driver;
  readonly #application: LabApplication;
  readonly #clock: Clock;
  #requestsReceived = 0;

  constructor(options: LabLifeOptions) {
    const { peer, id, preset, takesSnapshots, seed, stored, storage, clock, trace, onConnected, onFailed } = options;
    this.#clock = clock;
    this.#application = new LabApplication({
      ...{ peer, ledger: options.applied, shelf: options.shelf, snapshot: stored.snapshot, later: options.later },
    });
    this.#raft = new Raft(
      {
        ...ELECTION_PRESETS[preset],
        ...(takesSnapshots ? SNAPSHOTS : NO_SNAPSHOTS),
        ...{ id, random: seededRandom(seed), wantsDetails: () => trace?.wants('replication') === true },
      },
      stored,
    );
    const raft = options.watch?.(this.#raft) ?? this.#raft;
    const transport = this.#observed(options.transport, id, options.elections);
    this.#driver = new Driver(
      {
        ...{ cluster: LAB_CLUSTER, id, raft, storage, transport, clock, application: this.#application },
        ...(trace === undefined ? {} : { trace }),
      },
      { onEvent: () => undefined, onConnected, onFailed },
    );
  }

  /** That reached this peer. */
  get requestsReceived(): number {
    return this.#requestsReceived;
  }

  start(): void {
    this.#driver.start();
  }

  /** At once. */
  stop(): void {
    this.#driver.stop();
  }

  propose(command: string): Proposed | undefined {
    return this.#application.propose(command);
  }

  /** The lab's GetState(): what the core knows, durable or not. */
  state(): PeerState {
    const { term, role } = this.#raft.status(this.#clock.nowMs());
    return { term, isLeader: role === 'leader' };
  }

  /** What leaves is held against Election Safety, and requests that arrive are counted. */
  #observed(transport: Transport, from: PeerId, elections: ElectionLedger): Transport {
    return {
      start: (handlers) =>
        transport.start({
          ...handlers,
          onMessage: (sender, id, message) => {
            if (isRequestType(message.type)) this.#requestsReceived += 1;
            handlers.onMessage(sender, id, message);
          },
          onConnected: (connected) => handlers.onConnected(connected),
          onFailed: (error) => handlers.onFailed(error),
        }),
      send: (to, id, message) => {
        elections.readFrame({ ...message, from, to, id });
        return transport.send(to, id, message);
      },
      sendStatus: (status) => {
        elections.readStatus(from, status);
        return transport.sendStatus(status);
      },
      stop: () => transport.stop(),
    };
  }
}
