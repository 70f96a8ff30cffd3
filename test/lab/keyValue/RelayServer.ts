import { join } from 'node:path';
import { SILENT_LOGGER } from '../../../endpoint/ports/Logger.ts';
import { openNodeWebSocket } from '../../../endpoint/transport/nodeWebSocket.ts';
import type { RelaySocket } from '../../../endpoint/transport/RelaySocket.ts';
import { KeyValueMachine } from '../../../peer/machine/keyValue/KeyValueMachine.ts';
import { Peer } from '../../../peer/Peer.ts';
import type { PeerStatus } from '../../../peer/Peer.ts';
import type { SnapshotStore } from '../../../peer/ports/SnapshotStore.ts';
import type { Storage, StoredState } from '../../../peer/ports/Storage.ts';
import type { ElectionPreset } from '../../../peer/raft/options.ts';
import { DiskSnapshotStore } from '../../../peer/snapshots/DiskSnapshotStore.ts';
import { openDiskStorage } from '../../../peer/storage/openDiskStorage.ts';
import type { PeerId } from '../../../shared/ids.ts';
import type { KeyValueAnswer, KeyValueCommand, KeyValueQuery, KeyValueResult } from '../../../shared/keyValue.ts';
import { afterStep } from '../../../sim/StoredImage.ts';
import { LAB_CLUSTER } from '../LabLife.ts';
import { stateBytes } from '../stateBytes.ts';

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

const NEVER = { snapshotEntries: Number.POSITIVE_INFINITY, snapshotBytes: Number.POSITIVE_INFINITY };

/** A server of lab 3: a whole peer with the shipped key-value machine, on disk, through any number of lives. */
export class RelayServer {
  readonly id: PeerId;
  readonly #options: RelayServerOptions;
  #lives = 0;
  #running: Running | undefined;
  #closed: Promise<void> = Promise.resolve();
  #stored: StoredState | undefined;

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
    return this.#stored === undefined ? 0 : stateBytes(this.#stored);
  }

  /** Of the one in force; 0 when there is none. */
  async snapshotBytes(): Promise<number> {
    const index = this.#stored?.snapshot?.index;
    return index === undefined ? 0 : ((await this.#running?.snapshots.sizeOf(index)) ?? 0);
  }

  async start(): Promise<void> {
    await this.#closed;
    const { id, voters, relay, directory, preset, seed, onFailed } = this.#options;
    this.#lives += 1;
    const owner = { cluster: LAB_CLUSTER, id, voters };
    const opened = await openDiskStorage({ ...owner, directory, logger: SILENT_LOGGER });
    this.#stored = opened.stored;
    const snapshots = await DiskSnapshotStore.open(join(directory, 'snapshots'));
    const sockets: RelaySocket[] = [];
    const peer = await Peer.start({
      ...{ ...owner, relay, election: preset, seed: `${seed}/${this.#lives}`, machine: new KeyValueMachine() },
      storage: { storage: this.#following(opened.storage), stored: opened.stored, snapshots },
      replication: this.#bounds(),
      openSocket: (url, options, handlers) => {
        const socket = openNodeWebSocket(url, options, handlers);
        sockets.push(socket);
        return socket;
      },
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

  #bounds() {
    const { stateBytes: bytes } = this.#options;
    if (bytes === undefined) return NEVER;
    // The lab's servers store their whole state anew whenever the log has grown so long, however large the state.
    return { snapshotBytes: bytes, snapshotEntries: Number.POSITIVE_INFINITY, snapshotShareMin: 0 };
  }

  #following(storage: Storage): Storage {
    return {
      kind: storage.kind,
      write: (steps, done) =>
        storage.write(steps, (error) => {
          if (error === undefined && this.#stored !== undefined) this.#stored = steps.reduce(afterStep, this.#stored);
          done(error);
        }),
      close: () => storage.close(),
    };
  }
}
