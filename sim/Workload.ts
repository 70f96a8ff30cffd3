import { peerId, type PeerId } from '../shared/ids.ts';
import { seededRandom, type Random } from '../shared/random.ts';
import type { Call } from './History.ts';
import type { Read } from './judgeReads.ts';
import { SimulatedClient, type ClientWorld } from './SimulatedClient.ts';

export interface WorkloadOptions {
  readonly clients: number;
  /** How many operations of one client may be under way at a time. */
  readonly threads: number;
  readonly keys: number;
  /** Between the answer to an operation and the next one, on average. */
  readonly thinkMs: number;
  /** How long an operation is waited for. */
  readonly timeoutMs: number;
  readonly sessionTimeToLiveMs?: number;
}

export interface OperationCounts {
  readonly answered: number;
  readonly unknown: number;
  readonly failed: number;
}

/** Clients that write and read a few keys, and the history of all they were told. */
export class Workload {
  readonly history: Call[] = [];
  /** What single peers said of what they held. */
  readonly staleReads: Read[] = [];
  readonly clients: readonly SimulatedClient[];

  constructor(
    options: WorkloadOptions,
    world: Omit<ClientWorld, 'history' | 'staleReads'> & {
      readonly options: { readonly seed: string | number; readonly peers: number };
    },
  ) {
    const { seed } = world.options;
    const peers = Array.from({ length: world.options.peers }, (_, at) => peerId(`p${at + 1}`));
    this.clients = Array.from({ length: options.clients }, (_, at) => {
      const id: PeerId = peerId(`c${at + 1}`);
      const random: Random = seededRandom(seed, `${id}/workload`);
      const { clock, relay } = world;
      return new SimulatedClient(
        { ...options, id, random, peers },
        {
          clock,
          relay,
          history: this.history,
          staleReads: this.staleReads,
          note: (what) => world.note(what),
          fail: (error) => world.fail(error),
        },
      );
    });
  }

  start(): void {
    for (const client of this.clients) client.start();
  }

  /** No further operation begins. */
  end(): void {
    for (const client of this.clients) client.end();
  }

  get isAtRest(): boolean {
    return this.clients.every(({ underWay }) => underWay === 0);
  }

  /** How operations ended: nothing was told of the unknown ones, and the failed ones certainly did not happen. */
  get counts(): OperationCounts {
    const answered = this.history.filter(({ returnedAtMs }) => returnedAtMs !== undefined).length;
    const failed = this.history.filter(({ isVoid }) => isVoid).length;
    return { answered, failed, unknown: this.history.length - answered - failed };
  }
}
