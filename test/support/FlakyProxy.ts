import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Random } from '../../shared/random.ts';

/** Both halves of one connection through the proxy. */
interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
}

/**
 * - `reset`: both ends see the connection break
 * - `end`: both ends see it close in good order, in the middle of whatever it carried
 * - `freeze`: neither end sees anything; no byte passes any more, as behind a pulled cable
 */
export type Mischief = 'reset' | 'end' | 'freeze';
const MISCHIEFS: readonly Mischief[] = ['reset', 'end', 'freeze'];

/** Stands between endpoints and a relay on 127.0.0.1, and breaks connections on command. Knows bytes only. */
export class FlakyProxy {
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  readonly #frozen = new Set<Pair>();
  readonly #random: Random;
  readonly #targetPort: number;
  /** How often each mischief was done. */
  readonly done: Record<Mischief, number> = { reset: 0, end: 0, freeze: 0 };
  accepted = 0;

  static async listen(targetPort: number, random: Random): Promise<FlakyProxy> {
    const proxy = new FlakyProxy(targetPort, random);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  private constructor(targetPort: number, random: Random) {
    this.#targetPort = targetPort;
    this.#random = random;
    this.#server = createServer((client) => this.#accept(client));
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
    return address.port;
  }

  /** Connections that carry bytes. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** Breaks one connection, chosen at random, in a way chosen at random. @returns what it did, if there was a connection */
  breakOne(): Mischief | undefined {
    const pair = pick([...this.#pairs], this.#random);
    const mischief = pick(MISCHIEFS, this.#random);
    if (pair === undefined || mischief === undefined) return undefined;
    this.done[mischief] += 1;
    if (mischief === 'freeze') this.#freeze(pair);
    else if (mischief === 'reset') this.#forget(pair, (socket) => socket.resetAndDestroy());
    else this.#forget(pair, (socket) => socket.destroySoon());
    return mischief;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const pair of [...this.#pairs, ...this.#frozen]) {
      pair.client.destroy();
      pair.upstream.destroy();
    }
    await closed;
  }

  #accept(client: Socket): void {
    this.accepted += 1;
    const upstream = connect(this.#targetPort, '127.0.0.1');
    const pair = { client, upstream };
    this.#pairs.add(pair);
    client.setNoDelay(true);
    upstream.setNoDelay(true);
    client.pipe(upstream);
    upstream.pipe(client);
    for (const socket of [client, upstream]) {
      socket.on('error', () => undefined);
      socket.once('close', () => this.#forget(pair, (other) => other.destroySoon()));
    }
  }

  /** The kernel goes on acknowledging until its buffers are full, and nobody reads them. */
  #freeze(pair: Pair): void {
    this.#pairs.delete(pair);
    this.#frozen.add(pair);
    pair.client.unpipe(pair.upstream).pause();
    pair.upstream.unpipe(pair.client).pause();
  }

  #forget(pair: Pair, end: (socket: Socket) => void): void {
    if (!this.#pairs.delete(pair)) return;
    end(pair.client);
    end(pair.upstream);
  }
}

function pick<Value>(values: readonly Value[], random: Random): Value | undefined {
  return values[Math.floor(random() * values.length)];
}
