import { WebSocket } from 'ws';
import { ClusterClient } from '../client/ClusterClient.ts';
import type { KeyValueCluster } from '../client/KeyValueClient.ts';
import { RelayClient } from '../client/RelayClient.ts';
import { SystemClock } from '../endpoint/clock/SystemClock.ts';
import { openNodeWebSocket } from '../endpoint/transport/nodeWebSocket.ts';
import type { RelaySocket } from '../endpoint/transport/RelaySocket.ts';
import { RelayTransport } from '../endpoint/transport/RelayTransport.ts';
import { WhitewaterError } from '../shared/errors.ts';
import { clusterId, peerId } from '../shared/ids.ts';
import type { KeyValueCommand, KeyValueQuery } from '../shared/keyValue.ts';
import type { KeyValueInput, KeyValueOutput } from '../sim/linearizability/keyValueModel.ts';

export interface Patience {
  readonly timeoutMs: number;
}

/** A client's way to the store, which may end at any moment without a word. */
export interface Connection {
  readonly id: string;
  /** @throws {WhitewaterError} */
  ask(input: KeyValueInput, patience: Patience): Promise<KeyValueOutput>;
  /** Nothing more leaves or arrives, and nobody is told. */
  crash(): void;
  close(): Promise<void>;
}

/** The library's own client over a WebSocket. */
export class SocketConnection implements Connection {
  readonly id: string;
  readonly cluster: KeyValueCluster;
  readonly #transport: RelayTransport;
  readonly #sockets = new Set<RelaySocket>();

  constructor(url: string, cluster: string, id: string) {
    this.id = id;
    const clock = new SystemClock();
    this.#transport = new RelayTransport({
      ...{ kind: 'client', cluster: clusterId(cluster), id: peerId(id), relays: [url], clock, random: Math.random },
      openSocket: (address, options, handlers) => {
        const socket: RelaySocket = openNodeWebSocket(address, options, {
          ...handlers,
          onClosed: (end) => {
            this.#sockets.delete(socket);
            handlers.onClosed(end);
          },
        });
        this.#sockets.add(socket);
        return socket;
      },
    });
    this.cluster = new ClusterClient({ transport: this.#transport, clock });
  }

  ask(input: KeyValueInput, patience: Patience): Promise<KeyValueOutput> {
    return isQuery(input)
      ? (this.cluster.query(input, patience) as Promise<KeyValueOutput>)
      : this.cluster.command(input, patience);
  }

  crash(): void {
    for (const socket of this.#sockets) socket.terminate();
    void this.#transport.stop();
  }

  close(): Promise<void> {
    return this.cluster.close();
  }
}

/** The relay's routes, which use a client of the relay's own. */
export class HttpConnection implements Connection {
  readonly id: string;
  readonly #relay: RelayClient;
  readonly #cluster: string;

  constructor(url: string, cluster: string, id: string) {
    this.id = id;
    this.#cluster = cluster;
    this.#relay = new RelayClient({ url, WebSocket });
  }

  async ask(input: KeyValueInput, wait: Patience): Promise<KeyValueOutput> {
    switch (input.type) {
      case 'get':
        throw new Error('a get does not tell the revision of the store: ask for a list of one key');
      case 'list': {
        const { prefix, limit } = input;
        const { items, more, revision } = await this.#relay.list(this.#cluster, prefix, { limit, ...wait });
        return { type: 'list', items, more, revision };
      }
      default:
        return this.#write(input, wait);
    }
  }

  // Its requests end by themselves, and their answers are not heeded.
  crash(): void {
    return;
  }

  async close(): Promise<void> {
    return;
  }

  async #write(command: KeyValueCommand, wait: Patience): Promise<KeyValueOutput> {
    const cluster = this.#cluster;
    try {
      switch (command.type) {
        case 'put':
          return changed(await this.#relay.put(cluster, command.key, command.value, wait));
        case 'append':
          return changed(await this.#relay.append(cluster, command.key, command.value, wait));
        case 'compareAndSet': {
          const { key, value, expectedRevision } = command;
          return changed(await this.#relay.put(cluster, key, value, { expectedRevision, ...wait }));
        }
        case 'delete':
          return changed(await this.#relay.delete(cluster, command.key, wait));
      }
    } catch (error) {
      const refused = refusalOf(error);
      if (refused !== undefined) return refused;
      throw error;
    }
  }
}

function isQuery(input: KeyValueInput): input is Extract<KeyValueInput, KeyValueQuery> {
  return input.type === 'get' || input.type === 'list';
}

function changed({ revision }: { readonly revision: number }): KeyValueOutput {
  return { changed: true, revision };
}

/** What the store answered, told as an error. */
function refusalOf(error: unknown): KeyValueOutput | undefined {
  if (!(error instanceof WhitewaterError)) return undefined;
  if (error.code === 'KEY_UNKNOWN') return { changed: false, revision: 0 };
  const { revision } = (error.details ?? {}) as { readonly revision?: unknown };
  if (error.code !== 'REVISION_DIFFERS' || typeof revision !== 'number') return undefined;
  return { changed: false, revision };
}
