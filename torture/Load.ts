import { seededRandom } from '../shared/random.ts';
import type { Call } from '../sim/History.ts';
import { HttpConnection, SocketConnection, type Connection } from './Connection.ts';
import { KeyPool } from './KeyPool.ts';
import { TortureClient } from './TortureClient.ts';

export interface LoadOptions {
  readonly url: string;
  readonly cluster: string;
  readonly seed: string;
  readonly round: number;
  readonly clients: number;
  readonly httpClients: number;
  readonly onOffence: (offence: string) => void;
}

/** How operations ended. */
export interface Counts {
  answered: number;
  /** It certainly did not happen, or was a read. */
  failed: number;
  /** It may have happened. */
  unknown: number;
}

/** The clients of one round, their keys, and what they were told. */
export class Load {
  readonly history: Call[] = [];
  readonly keys: KeyPool;
  readonly clients: readonly TortureClient[];

  constructor({ url, cluster, seed, round, clients, httpClients, onOffence }: LoadOptions) {
    this.keys = new KeyPool(round);
    const world = { keys: this.keys, history: this.history, onOffence };
    const client = (name: string, isHttp: boolean, connect: (life: number) => Connection): TortureClient => {
      const random = seededRandom(seed, `torture/${round}/${name}`);
      return new TortureClient({ name: `${name}.${round}`, random, isHttp, connect }, world);
    };
    this.clients = [
      ...Array.from({ length: clients }, (_, at) =>
        // Under the same id in each life: what was meant for the life before must not be taken.
        client(`c${at + 1}`, false, () => new SocketConnection(url, cluster, `c${at + 1}`)),
      ),
      ...Array.from({ length: httpClients }, (_, at) =>
        client(`h${at + 1}`, true, (life) => new HttpConnection(url, cluster, `h${at + 1}.${life}`)),
      ),
    ];
  }

  /** Those who have had no answer since then. */
  unansweredSince(timeMs: number): string[] {
    return this.clients.filter(({ answeredAtMs }) => answeredAtMs < timeMs).map(({ name }) => name);
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.stop()));
    await Promise.all(this.clients.map((client) => client.close()));
  }

  get counts(): Counts {
    const counts: Counts = { answered: 0, failed: 0, unknown: 0 };
    for (const { output, isVoid } of this.history)
      counts[isVoid ? 'failed' : output === undefined ? 'unknown' : 'answered'] += 1;
    return counts;
  }
}
