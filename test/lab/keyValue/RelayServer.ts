import { join } from 'node:path';
import { SILENT_LOGGER } from '../../../endpoint/ports/Logger.ts';
import type { RelaySocket } from '../../../endpoint/transport/RelaySocket.ts';
import { KeyValueMachine } from '../../../peer/machine/keyValue/KeyValueMachine.ts';
import { Peer } from '../../../peer/Peer.ts';
import type { PeerStatus } from '../../../peer/Peer.ts';
import type { SnapshotStore } from '../../../peer/ports/SnapshotStore.ts';
import type { ElectionPreset } from '../../../peer/raft/options.ts';
import { DiskSnapshotStore } from '../../../peer/snapshots/DiskSnapshotStore.ts';
import { openDiskStorage } from '../../../peer/storage/openDiskStorage.ts';
import type { PeerId } from '../../../shared/ids.ts';
import type { KeyValueAnswer, KeyValueCommand, KeyValueQuery, KeyValueResult } from '../../../shared/keyValue.ts';
import { AccountedStore } from '../AccountedStore.ts';
import { rememberingSockets } from '../rememberingSockets.ts';
import { LAB_CLUSTER } from '../LabLife.ts';
import { snapshotBounds } from './serverOptions.ts';

export interface RelayServerOptions {
  readonly id: PeerId;
  readonly voters: readonly PeerId[];
  readonly relay: string;
  /** A directory of its own, which outlives each of its lives. */
  readonly directory: string;
  readonly preset: ElectionPreset;
  /** Take a snapshot when the log has so many bytes; undefined: never. */
  readonly stateBytes: number | undefined;
  readonly seed: string;
  readonly onFailed: (error: unknown) => void;
}

interface Running {
  readonly peer: Peer<KeyValueCommand, KeyValueResult, KeyValueQuery, KeyValueAnswer>;
  readonly snapshots: SnapshotStore;
  readonly sockets: readonly RelaySocket[];
}

/** A server of lab 3: a whole peer with the shipped key-value machine, on disk, through any number of lives. */
export class RelayServer {
  readonly id: PeerId;
  readonly #options: RelayServerOptions;
  #lives = 0;
  #running: Running | undefined;
  #closed: Promise<void> = Promise.resolve();
  #store: AccountedStore | undefined;

  constructor(options: RelayServerOptions) {
    this.id = options.id;
    this.#options = options;
  }

  get isConnected(): boolean {
    return this.#running?.peer.status().connected === true;
  }

  /** While it is up. */
  status(): PeerStatus | undefined {
    return this.#running?.peer.status();
  }

  /** Of what was last acknowledged by its store. */
  get stateBytes(): number {
    return this.#store?.stateBytes ?? 0;
  }

  /** Of the one in force; 0 when there is none. */
  async snapshotBytes(): Promise<number> {
    const index = this.#store?.stored.snapshot?.index;
    return index === undefined ? 0 : ((await this.#running?.snapshots.sizeOf(index)) ?? 0);
  }

  async start(): Promise<void> {
    await this.#closed;
    const { id, voters, relay, directory, preset, seed, onFailed } = this.#options;
    this.#lives += 1;
    const owner = { cluster: LAB_CLUSTER, id, voters };
    const opened = await openDiskStorage({ ...owner, directory, logger: SILENT_LOGGER });
    const store = new AccountedStore(opened);
    this.#store = store;
    const snapshots = await DiskSnapshotStore.open(join(directory, 'snapshots'));
    const sockets: RelaySocket[] = [];
    const peer = await Peer.start({
      ...{ ...owner, relay, election: preset, seed: `${seed}/${this.#lives}`, machine: new KeyValueMachine() },
      storage: { storage: store.storage, stored: opened.stored, snapshots },
      replication: snapshotBounds(this.#options.stateBytes),
      openSocket: rememberingSockets(sockets),
    });
    peer.stopped.catch(onFailed);
    this.#running = { peer, snapshots, sockets };
  }

  /** At once: the socket is torn, and what its store does is done. */
  crash(): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    for (const socket of running.sockets) socket.terminate();
    this.#closed = running.peer.stop();
  }

  /** Waits until nothing of it is left. */
  async stop(): Promise<void> {
    this.crash();
    await this.#closed;
  }
}
