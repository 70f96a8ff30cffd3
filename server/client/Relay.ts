import { WebSocket } from 'ws';
import { Network } from '../../client/Network.ts';
import { RelayClient } from '../../client/RelayClient.ts';
import { listenRelay, type ListeningRelay } from '../listen.ts';
import type { RelayOptions } from '../options.ts';

/**
 * A relay, for tests of whatever talks through one: started in this process, or one that runs elsewhere.
 *
 *     const relay = await Relay.start();
 *     const network = relay.network('demo');
 *     await network.partition([['p1'], ['p2', 'p3']]);
 */
export class Relay {
  /** Where it answers, such as `http://127.0.0.1:35353`. */
  readonly url: string;
  /** All that it can do besides: clusters, the key-value store, members. */
  readonly client: RelayClient;
  readonly #listening: ListeningRelay | undefined;

  /**
   * Starts a relay in this process, on any port that is free unless told which.
   * @throws {WhitewaterError} USAGE, TOKEN_REQUIRED, PORT_IN_USE, ADDRESS_UNAVAILABLE
   */
  static async start(options: RelayOptions = {}): Promise<Relay> {
    const listening = await listenRelay({ port: 0, ...options });
    return new Relay(listening.url, options.token, listening);
  }

  /**
   * A relay that runs already. Nothing is asked of it yet.
   * @param url `http://127.0.0.1:7070`
   * @throws {WhitewaterError} USAGE when that is no address
   */
  static connect(url: string, { token }: { readonly token?: string } = {}): Relay {
    return new Relay(url, token, undefined);
  }

  private constructor(url: string, token: string | undefined, listening: ListeningRelay | undefined) {
    this.url = url;
    this.#listening = listening;
    this.client = new RelayClient({ url, WebSocket, ...(token === undefined ? {} : { token }) });
  }

  /** The WebSocket address at which an endpoint of a cluster connects. */
  endpointUrl(cluster: string, id: string): string {
    const query = new URLSearchParams({ cluster, id });
    return `${this.url.replace(/^http/, 'ws').replace(/\/$/, '')}/peer?${query.toString()}`;
  }

  /** The network of one cluster, which need not have an endpoint yet. */
  network(cluster: string): Network {
    return new Network(this.client, cluster);
  }

  /** Stops a relay that `start` started; does nothing to another. */
  async close(): Promise<void> {
    await this.#listening?.close();
  }
}
