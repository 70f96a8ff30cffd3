import { join } from 'node:path';
import { SystemClock } from '../../endpoint/clock/SystemClock.ts';
import { SILENT_LOGGER } from '../../endpoint/ports/Logger.ts';
import type { RelaySocket } from '../../endpoint/transport/RelaySocket.ts';
import { RelayTransport } from '../../endpoint/transport/RelayTransport.ts';
import type { Storage } from '../../peer/ports/Storage.ts';
import type { ElectionPreset } from '../../peer/raft/options.ts';
import { openDiskStorage } from '../../peer/storage/openDiskStorage.ts';
import type { PeerId } from '../../shared/ids.ts';
import { seededRandom } from '../../shared/random.ts';
import type { Trace } from '../../shared/trace.ts';
import type { ElectionLedger } from '../support/ElectionLedger.ts';
import { within } from '../support/within.ts';
import type { AppliedLedger } from './AppliedLedger.ts';
import { FileShelf } from './FileShelf.ts';
import { AccountedStore } from './AccountedStore.ts';
import { rememberingSockets } from './rememberingSockets.ts';
import { LAB_CLUSTER, LabLife } from './LabLife.ts';

export interface RelayMemberOptions {
  /** Its number in the lab. */
  readonly peer: number;
  readonly id: PeerId;
  readonly voters: readonly PeerId[];
  readonly relay: string;
  /** A directory of its own, which outlives each of its lives. */
  readonly directory: string;
  readonly preset: ElectionPreset;
  readonly takesSnapshots: boolean;
  readonly seed: string;
  readonly applied: AppliedLedger;
  readonly elections: ElectionLedger;
  readonly trace: Trace;
  readonly onFailed: (error: Error) => void;
}

interface Running {
  readonly life: LabLife;
  readonly storage: Storage;
  readonly transport: RelayTransport;
  /** The newest is the last. */
  readonly sockets: readonly RelaySocket[];
}

const CONNECTED_WITHIN_MS = 20_000;

/** A peer of the lab over a real socket and a real store, through any number of lives. */
export class RelayMember {
  readonly id: PeerId;
  readonly #options: RelayMemberOptions;
  readonly #shelf: FileShelf;
  readonly #clock = new SystemClock();
  #lives = 0;
  #running: Running | undefined;
  /** What the life before left behind is closed: its store cannot be opened sooner. */
  #closed: Promise<void> = Promise.resolve();
  #store: AccountedStore | undefined;

  constructor(options: RelayMemberOptions) {
    this.id = options.id;
    this.#options = options;
    this.#shelf = new FileShelf(join(options.directory, 'snapshots'), options.onFailed);
  }

  /** While it is up. */
  get life(): LabLife | undefined {
    return this.#running?.life;
  }

  /** Of what was last acknowledged by its store, in this life or the one before. */
  get stateBytes(): number {
    return this.#store?.stateBytes ?? 0;
  }

  /** Settles when it is connected to the relay, as the network of the lab is there from the beginning. */
  async start(): Promise<void> {
    await this.#closed;
    const { peer, id, voters, relay, directory, trace, seed, onFailed } = this.#options;
    this.#lives += 1;
    const owner = { cluster: LAB_CLUSTER, id, voters };
    const opened = await openDiskStorage({ ...owner, directory: join(directory, 'store'), logger: SILENT_LOGGER });
    const store = new AccountedStore(opened);
    this.#store = store;
    const lifeSeed = `${seed}/${id}/${this.#lives}`;
    const sockets: RelaySocket[] = [];
    const transport = new RelayTransport({
      ...{ cluster: LAB_CLUSTER, id, relays: [relay], clock: this.#clock, trace },
      openSocket: rememberingSockets(sockets),
      random: seededRandom(lifeSeed, 'waits'),
    });
    await within(
      (onConnected) => {
        const { preset, takesSnapshots, applied, elections } = this.#options;
        const life = new LabLife({
          ...{ peer, id, preset, takesSnapshots, applied, elections, trace, onFailed, transport },
          ...{ clock: this.#clock, shelf: this.#shelf, stored: opened.stored, seed: lifeSeed },
          storage: store.storage,
          later: (work) => void setImmediate(work),
          onConnected: (connected) => {
            if (connected) onConnected();
          },
        });
        this.#running = { life, transport, sockets, storage: opened.storage };
        life.start();
      },
      { withinMs: CONNECTED_WITHIN_MS, what: `${id} is connected` },
    );
  }

  /** At once: the socket is torn, and what its store does is done. What is under way in the store comes to its end. */
  crash(): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    const { life, transport, storage, sockets } = running;
    life.stop();
    for (const socket of sockets) socket.terminate();
    this.#closed = Promise.all([transport.stop(), storage.close()]).then(() => undefined);
  }

  /** Waits until nothing of it is left. */
  async stop(): Promise<void> {
    this.crash();
    await this.#closed;
  }
}
