import { isErrorCode, WhitewaterError } from '../shared/errors.ts';
import type { ClusterSummary, ClusterView } from '../shared/http/ClusterView.ts';
import type { ErrorAnswer } from '../shared/http/ErrorAnswer.ts';
import type { LiveMessage } from '../shared/http/Live.ts';
import type { Partition } from '../shared/http/Partition.ts';
import { isClusterList, isClusterView, isPartitionAnswer, notRelay } from './answers.ts';
import { followLive, type WebSocketConstructor } from './followLive.ts';

export interface RelayClientOptions {
  /** Where the relay is: `http://127.0.0.1:7070`, or as peers name it, `ws://127.0.0.1:7070`. */
  readonly url: string;
  /** The relay's token, if it has one. */
  readonly token?: string;
  /** Needed for `live` only: the WebSocket of `ws` or of a browser. */
  readonly WebSocket?: WebSocketConstructor;
  /** How long one request may take. Default 10 s. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;

/**
 * Reads a relay and breaks its network, over HTTP.
 *
 * Every method rejects with a WhitewaterError: with the relay's own code when it refused, and with RELAY_UNREACHABLE
 * when none answered.
 */
export class RelayClient {
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #WebSocket: WebSocketConstructor | undefined;
  readonly #timeoutMs: number;

  /** @throws {WhitewaterError} USAGE when the address is not one */
  constructor({ url, token, WebSocket, timeoutMs = TIMEOUT_MS }: RelayClientOptions) {
    this.#url = parseUrl(url);
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    this.#WebSocket = WebSocket;
    this.#timeoutMs = timeoutMs;
  }

  /** Every cluster that the relay knows. */
  clusters(): Promise<ClusterSummary[]> {
    return this.#request('GET', 'api/clusters', isClusterList);
  }

  /** @throws {WhitewaterError} CLUSTER_UNKNOWN */
  cluster(cluster: string): Promise<ClusterView> {
    return this.#request('GET', pathOf(cluster), isClusterView);
  }

  /**
   * Endpoints of different groups do not hear each other; peers that no group names form one further group, and
   * clients that no group names reach everybody.
   * @returns the cluster afterwards
   * @throws {WhitewaterError} PARTITION_OVERLAPS, PEER_UNKNOWN, CLUSTER_UNKNOWN: nothing was changed
   */
  setPartition(cluster: string, groups: readonly (readonly string[])[]): Promise<ClusterView> {
    return this.#request('PUT', `${pathOf(cluster)}/partition`, isClusterView, { groups });
  }

  /** @throws {WhitewaterError} CLUSTER_UNKNOWN */
  async partition(cluster: string): Promise<Partition | null> {
    const path = `${pathOf(cluster)}/partition`;
    const answer = await this.#request<{ partition: Partition | null }>('GET', path, isPartitionAnswer);
    return answer.partition;
  }

  /** Ends the partition; those whom an operator refuses stay refused. */
  clearPartition(cluster: string): Promise<ClusterView> {
    return this.#request('DELETE', `${pathOf(cluster)}/partition`, isClusterView);
  }

  /** A network without faults: no partition, and nobody is refused. */
  heal(cluster: string): Promise<ClusterView> {
    return this.#request('POST', `${pathOf(cluster)}/heal`, isClusterView);
  }

  /**
   * Cuts a peer's socket; with `forMs`, the relay refuses its next ones for so long.
   * @throws {WhitewaterError} PEER_UNKNOWN, PEER_NOT_CONNECTED, CLUSTER_UNKNOWN
   */
  disconnect(cluster: string, peer: string, options: { forMs?: number } = {}): Promise<ClusterView> {
    const path = `${pathOf(cluster)}/peers/${encodeURIComponent(peer)}/disconnect`;
    return this.#request('POST', path, isClusterView, options);
  }

  /**
   * What happens in a cluster: a snapshot, then what changes. A later snapshot replaces everything before it: the relay
   * sends one when this end was too slow for a change. Ends when the relay closes the feed.
   * @param signal ends it from this side
   */
  live(cluster: string, signal?: AbortSignal): AsyncGenerator<LiveMessage, void, undefined> {
    if (this.#WebSocket === undefined) {
      throw new WhitewaterError('USAGE', 'live() needs a WebSocket: give its class to the constructor');
    }
    const url = this.#resolve(`${pathOf(cluster)}/live`);
    const socketUrl = new URL(url);
    socketUrl.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    // A socket that fails says little, or in a browser nothing, about why; a request says it in full.
    const whyNot = async (): Promise<unknown> => this.cluster(cluster);
    return followLive({
      ...{ WebSocket: this.#WebSocket, url: socketUrl.href, headers: this.#headers, whyNot },
      ...(signal === undefined ? {} : { signal }),
    });
  }

  #resolve(path: string): URL {
    return new URL(path, this.#url);
  }

  /** @param isAnswer whether a good answer is what a relay gives there */
  async #request<Answer>(
    method: string,
    path: string,
    isAnswer: (answer: unknown) => boolean,
    body?: unknown,
  ): Promise<Answer> {
    const url = this.#resolve(path);
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, {
        method,
        headers: body === undefined ? this.#headers : { ...this.#headers, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(this.#timeoutMs),
        redirect: 'error',
      });
      text = await response.text();
    } catch (cause) {
      const message = `no relay answers at ${this.#url.origin}: start one with "whitewater relay", or name another address`;
      throw new WhitewaterError('RELAY_UNREACHABLE', message, { cause });
    }
    const answer = parseJson(text);
    if (response.ok && isAnswer(answer)) return answer as Answer;
    throw toError(answer, response.status, this.#url.origin);
  }
}

function pathOf(cluster: string): string {
  return `api/clusters/${encodeURIComponent(cluster)}`;
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:', 'ws:', 'wss:'].includes(url.protocol)) {
    throw new WhitewaterError(
      'USAGE',
      `${JSON.stringify(text)} is not the address of a relay, such as http://127.0.0.1:7070`,
    );
  }
  const isEncrypted = url.protocol === 'https:' || url.protocol === 'wss:';
  return new URL(`${isEncrypted ? 'https' : 'http'}://${url.host}${url.pathname.replace(/\/*$/, '/')}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The relay's own error; or, when whatever answered is no relay of ours, that. */
function toError(answer: unknown, status: number, origin: string): WhitewaterError {
  const { code, message, details } = (answer ?? {}) as Partial<ErrorAnswer>;
  if (typeof code === 'string' && isErrorCode(code) && typeof message === 'string') {
    return new WhitewaterError(code, message, { details });
  }
  return notRelay(origin, `HTTP ${status}`);
}
