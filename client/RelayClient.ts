import { WhitewaterError } from '../shared/errors.ts';
import type { ClusterSummary, ClusterView } from '../shared/http/ClusterView.ts';
import type { ListAnswer, MembersAnswer, WriteAnswer } from '../shared/http/KeyValueAnswers.ts';
import type { FrameText } from '../shared/http/Frames.ts';
import type { LiveMessage, SampledMessage } from '../shared/http/Live.ts';
import type { Partition } from '../shared/http/Partition.ts';
import type { SafetyView } from '../shared/http/Safety.ts';
import type { KeyValueChange, KeyValueItem } from '../shared/keyValue.ts';
import {
  isClusterList,
  isClusterView,
  isFrameText,
  isItem,
  isList,
  isLiveMessage,
  isMembers,
  isPartitionAnswer,
  isSafetyView,
  isSampledMessage,
  isWrite,
} from './answers.ts';
import { followChanges, type RelayWatchOptions } from './followChanges.ts';
import { followLive, type WebSocketConstructor } from './followLive.ts';
import { keyPathOf, pathOf, queryOf, readQueryOf, type Wait, type ReadOptions } from './keyPaths.ts';
import { type ChangeOptions, changeQuery, NetworkClient } from './NetworkClient.ts';
import { ProcessClient } from './ProcessClient.ts';
import { RelayHttp } from './RelayHttp.ts';

export interface RelayClientOptions {
  /** Where the relay is: `http://127.0.0.1:7070`, or as peers name it, `ws://127.0.0.1:7070`. */
  readonly url: string;
  /** The relay's token, if it has one. */
  readonly token?: string;
  /** Needed for `live` only: the WebSocket of `ws` or of a browser. */
  readonly WebSocket?: WebSocketConstructor;
  /** How long one request may take. Default 10 s. */
  readonly timeoutMs?: number;
  /** Default: the runtime's own. Another one may trust other certificates, for example. */
  readonly fetch?: typeof fetch;
}

const TIMEOUT_MS = 10_000;
/** A new voter catches up first. */
const CHANGE_TIMEOUT_MS = 60_000;

/**
 * Reads a relay and breaks its network, over HTTP.
 *
 * Every method rejects with a WhitewaterError: with the relay's own code when it refused, and with RELAY_UNREACHABLE
 * when none answered.
 */
export class RelayClient {
  readonly #http: RelayHttp;
  readonly #WebSocket: WebSocketConstructor | undefined;

  /** @throws {WhitewaterError} USAGE when the address is not one */
  constructor({ url, token, WebSocket, timeoutMs = TIMEOUT_MS, fetch }: RelayClientOptions) {
    const further = { ...(token === undefined ? {} : { token }), ...(fetch === undefined ? {} : { fetch }) };
    this.#http = new RelayHttp({ url, timeoutMs, ...further });
    this.#WebSocket = WebSocket;
  }

  /** Every cluster that the relay knows. */
  clusters(): Promise<ClusterSummary[]> {
    return this.#http.request('GET', 'api/clusters', isClusterList);
  }

  /** @throws {WhitewaterError} CLUSTER_UNKNOWN */
  cluster(cluster: string): Promise<ClusterView> {
    return this.#http.request('GET', pathOf(cluster), isClusterView);
  }

  /**
   * Endpoints of different groups do not hear each other; peers that no group names form one further group, and
   * clients that no group names reach everybody.
   * @returns the cluster afterwards
   * @throws {WhitewaterError} PARTITION_OVERLAPS, PEER_UNKNOWN, CLUSTER_UNKNOWN: nothing was changed
   */
  setPartition(
    cluster: string,
    groups: readonly (readonly string[])[],
    options: ChangeOptions = {},
  ): Promise<ClusterView> {
    return this.network(cluster).setPartition({ groups }, options);
  }

  /** @throws {WhitewaterError} CLUSTER_UNKNOWN */
  async partition(cluster: string): Promise<Partition | null> {
    const path = `${pathOf(cluster)}/partition`;
    const answer = await this.#http.request<{ partition: Partition | null }>('GET', path, isPartitionAnswer);
    return answer.partition;
  }

  /** Ends the partition; those whom an operator refuses stay refused. */
  clearPartition(cluster: string, options: ChangeOptions = {}): Promise<ClusterView> {
    return this.network(cluster).clearPartition(options);
  }

  /** The faults of a cluster: rules, partitions in all shapes, profiles, the journal. */
  network(cluster: string): NetworkClient {
    return new NetworkClient(this.#http, cluster);
  }

  /** A network without faults: no partition, no rule, and nobody is refused. */
  heal(cluster: string, options: ChangeOptions = {}): Promise<ClusterView> {
    return this.#http.request('POST', `${pathOf(cluster)}/heal${changeQuery(options)}`, isClusterView);
  }

  /**
   * Cuts a peer's socket; with `forMs`, the relay refuses its next ones for so long.
   * @throws {WhitewaterError} PEER_UNKNOWN, PEER_NOT_CONNECTED, CLUSTER_UNKNOWN
   */
  disconnect(cluster: string, peer: string, options: { forMs?: number } = {}): Promise<ClusterView> {
    const path = `${pathOf(cluster)}/peers/${encodeURIComponent(peer)}/disconnect`;
    return this.#http.request('POST', path, isClusterView, { body: options });
  }

  /**
   * What happens in a cluster: a snapshot, then what changes. A later snapshot replaces everything before it: the relay
   * sends one when this end was too slow for a change. Ends when the relay closes the feed.
   * @param signal ends it from this side
   */
  live(cluster: string, signal?: AbortSignal): AsyncGenerator<LiveMessage, void, undefined> {
    return this.#follow(cluster, '', isLiveMessage, signal);
  }

  /**
   * As `live`, and with frames: behind each snapshot and each change, some of what the relay judged and what waits. A relay
   * that does not know of frames sends none.
   */
  liveWithFrames(cluster: string, signal?: AbortSignal): AsyncGenerator<SampledMessage, void, undefined> {
    return this.#follow(cluster, queryOf({ frames: 'sampled' }), isSampledMessage, signal);
  }

  #follow<Message>(
    cluster: string,
    query: string,
    isMessage: (message: unknown) => boolean,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Message, void, undefined> {
    if (this.#WebSocket === undefined) {
      throw new WhitewaterError('USAGE', 'live() needs a WebSocket: give its class to the constructor');
    }
    const url = this.#http.resolve(`${pathOf(cluster)}/live${query}`);
    const socketUrl = new URL(url);
    socketUrl.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    // A socket that fails says little, or in a browser nothing, about why; a request says it in full.
    const whyNot = async (): Promise<unknown> => this.cluster(cluster);
    return followLive<Message>({
      ...{ WebSocket: this.#WebSocket, url: socketUrl.href, headers: this.#http.headers, isMessage, whyNot },
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /**
   * A frame as it came, by the number that the journal and the feed's frames give it.
   * @returns null when the relay does not keep it, or not any more: it keeps the newest, while somebody looks on
   * @throws {WhitewaterError} CLUSTER_UNKNOWN
   */
  async frame(cluster: string, seq: number): Promise<FrameText | null> {
    try {
      return await this.#http.request<FrameText>('GET', `${pathOf(cluster)}/frames/${seq}`, isFrameText);
    } catch (error) {
      if (error instanceof WhitewaterError && error.code === 'FRAME_FORGOTTEN') return null;
      throw error;
    }
  }

  /**
   * Asks a peer to take its election timer for run out. Whether it then stands, and is elected, Raft decides.
   * @throws {WhitewaterError} PEER_UNKNOWN, PEER_NOT_CONNECTED, CLUSTER_UNKNOWN
   */
  timeOut(cluster: string, peer: string): Promise<ClusterView> {
    const path = `${pathOf(cluster)}/peers/${encodeURIComponent(peer)}/timeout`;
    return this.#http.request('POST', path, isClusterView);
  }

  /** The processes of the peers: what becomes of them, and of their settings. */
  processes(cluster: string): ProcessClient {
    return new ProcessClient(this.#http, cluster);
  }

  /** What the peers told, held against Raft's promises. @throws {WhitewaterError} CLUSTER_UNKNOWN */
  safety(cluster: string): Promise<SafetyView> {
    return this.#http.request('GET', `${pathOf(cluster)}/safety`, isSafetyView);
  }

  /** Forgets what was judged, and begins anew. @throws {WhitewaterError} CLUSTER_UNKNOWN */
  judgeAnew(cluster: string): Promise<SafetyView> {
    return this.#http.request('DELETE', `${pathOf(cluster)}/safety`, isSafetyView);
  }

  /**
   * The value of a key, by way of the relay's own client; as with all that follows, `timeoutMs` is how long the relay waits for the
   * cluster (default 10 s).
   * @returns null when there is no such key
   * @throws {WhitewaterError} TIMED_OUT, NO_PEER, OVERLOADED, CLUSTER_UNKNOWN; with `at`, PEER_UNKNOWN and PEER_NOT_CONNECTED
   */
  async get(cluster: string, key: string, options: ReadOptions = {}): Promise<KeyValueItem | null> {
    const path = `${keyPathOf(cluster, key)}${queryOf(readQueryOf(options))}`;
    try {
      return await this.#http.request('GET', path, isItem, { wait: options });
    } catch (error) {
      if (error instanceof WhitewaterError && error.code === 'KEY_UNKNOWN') return null;
      throw error;
    }
  }

  /** Keys with a prefix, in order. @throws {WhitewaterError} as `get`, and ANSWER_TOO_LARGE: ask for fewer at a time */
  list(
    cluster: string,
    prefix = '',
    options: ReadOptions & { readonly limit?: number; readonly after?: string } = {},
  ): Promise<ListAnswer> {
    const { limit, after } = options;
    const query = queryOf({ prefix, limit, after, ...readQueryOf(options) });
    return this.#http.request('GET', `${pathOf(cluster)}/kv${query}`, isList, { wait: options });
  }

  /**
   * Writes a value; with `expectedRevision`, only if the key has that revision (0: it is not there).
   * @throws {WhitewaterError} as `get`, REVISION_DIFFERS, COMMAND_TOO_LARGE, COMMAND_REFUSED; not definite: OUTCOME_UNKNOWN,
   *   SESSION_EXPIRED
   */
  put(
    cluster: string,
    key: string,
    value: string,
    { expectedRevision, ...wait }: Wait & { readonly expectedRevision?: number } = {},
  ): Promise<WriteAnswer> {
    const body = { value, ...(expectedRevision === undefined ? {} : { expectedRevision }) };
    const path = `${keyPathOf(cluster, key)}${queryOf({ ...wait })}`;
    return this.#http.request('PUT', path, isWrite, { body, wait, hasEffect: true });
  }

  /** Adds to the end of a value; a missing key has an empty one. @throws {WhitewaterError} as `put` */
  append(cluster: string, key: string, value: string, wait: Wait = {}): Promise<WriteAnswer> {
    const path = `${keyPathOf(cluster, key)}/append${queryOf({ ...wait })}`;
    return this.#http.request('POST', path, isWrite, { body: { value }, wait, hasEffect: true });
  }

  /** @throws {WhitewaterError} as `put`, and KEY_UNKNOWN when there is nothing to delete */
  delete(
    cluster: string,
    key: string,
    { expectedRevision, ...wait }: Wait & { readonly expectedRevision?: number } = {},
  ): Promise<WriteAnswer> {
    const path = `${keyPathOf(cluster, key)}${queryOf({ expectedRevision, ...wait })}`;
    return this.#http.request('DELETE', path, isWrite, { wait, hasEffect: true });
  }

  /**
   * What changes under a prefix, each change once and in order; by default from now on. Ends when the signal says so, or the relay;
   * one that goes on after the last revision that came misses nothing.
   * @throws {WhitewaterError} REVISION_FORGOTTEN when not all can be told: list anew, and watch from that revision
   */
  watch(
    cluster: string,
    prefix = '',
    { afterRevision, ...options }: RelayWatchOptions = {},
  ): AsyncGenerator<KeyValueChange, void, undefined> {
    const url = this.#http.resolve(`${pathOf(cluster)}/kv-watch${queryOf({ prefix, afterRevision })}`);
    return followChanges(this.#http, url, options);
  }

  members(cluster: string): Promise<MembersAnswer> {
    return this.#http.request('GET', `${pathOf(cluster)}/members`, isMembers);
  }

  /**
   * Makes a peer a voter, once it has caught up, or a learner. The default for `timeoutMs` is 60 s.
   * @returns the cluster, when the change is complete
   * @throws {WhitewaterError} MEMBERSHIP_REFUSED, TIMED_OUT, NO_PEER; not definite: OUTCOME_UNKNOWN
   */
  setMember(
    cluster: string,
    peer: string,
    role: 'voter' | 'learner',
    wait: Wait = { timeoutMs: CHANGE_TIMEOUT_MS },
  ): Promise<ClusterView> {
    const path = `${memberPathOf(cluster, peer)}${queryOf({ ...wait })}`;
    return this.#http.request('PUT', path, isClusterView, { body: { role }, wait, hasEffect: true });
  }

  /** Removes a peer from the cluster. @throws {WhitewaterError} as `setMember`; MEMBERSHIP_REFUSED for one that is no member */
  removeMember(cluster: string, peer: string, wait: Wait = { timeoutMs: CHANGE_TIMEOUT_MS }): Promise<ClusterView> {
    const path = `${memberPathOf(cluster, peer)}${queryOf({ ...wait })}`;
    return this.#http.request('DELETE', path, isClusterView, { wait, hasEffect: true });
  }

  /** Hands leadership to another voter. @throws {WhitewaterError} as `setMember`, and PEER_NOT_CONNECTED */
  transferLeadership(cluster: string, to: string, wait: Wait = {}): Promise<ClusterView> {
    const path = `${pathOf(cluster)}/transfer${queryOf({ ...wait })}`;
    return this.#http.request('POST', path, isClusterView, { body: { to }, wait, hasEffect: true });
  }
}

function memberPathOf(cluster: string, peer: string): string {
  return `${pathOf(cluster)}/members/${encodeURIComponent(peer)}`;
}
