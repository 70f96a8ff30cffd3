import { SystemClock } from '../endpoint/clock/SystemClock.ts';
import type { Clock } from '../endpoint/ports/Clock.ts';
import { WhitewaterError } from '../shared/errors.ts';
import type {
  KeyValueAnswer,
  KeyValueChange,
  KeyValueCommand,
  KeyValueItem,
  KeyValueQuery,
  KeyValueResult,
} from '../shared/keyValue.ts';
import type { ClusterClient, Patience, QueryOptions } from './ClusterClient.ts';

export type KeyValueCluster = ClusterClient<KeyValueCommand, KeyValueResult, KeyValueQuery, KeyValueAnswer>;

/**
 * What a key-value client needs of a cluster's client: that it takes these commands and queries. So does one whose types were left
 * open, as `connectCluster({ ... })` gives it; one of another machine's commands does not. Functions, not methods: only of those
 * does TypeScript hold the parameters to that.
 */
export interface KeyValueCarrier {
  readonly command: (command: KeyValueCommand, patience?: Patience) => Promise<unknown>;
  readonly query: (query: KeyValueQuery, options?: QueryOptions) => Promise<unknown>;
}

export interface ListOptions extends QueryOptions {
  /** 1 to 1,000, which is the default. */
  readonly limit?: number;
  /** Only keys behind this one. */
  readonly after?: string;
}

export interface KeyValueList {
  readonly items: readonly KeyValueItem[];
  /** There are more behind the last one. */
  readonly more: boolean;
  /** Of the store, when this was read. */
  readonly revision: number;
}

export interface WatchOptions {
  /** Changes after this revision; by default after now. */
  readonly afterRevision?: number;
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
}

const LIST_LIMIT = 1_000;
/** Between two questions for changes, when there were none. */
const WATCH_EVERY_MS = 100;

/** The replicated key-value store. All methods reject as those of `ClusterClient` do. */
export class KeyValueClient {
  readonly #cluster: KeyValueCarrier;
  readonly #clock: Clock;

  constructor(cluster: KeyValueCarrier, clock: Clock = new SystemClock()) {
    this.#cluster = cluster;
    this.#clock = clock;
  }

  /** @returns null when there is no such key */
  async get(key: string, options: QueryOptions = {}): Promise<KeyValueItem | null> {
    return answerOf(await this.#cluster.query({ type: 'get', key }, options), 'get').item;
  }

  /** @returns the key's revision afterwards */
  async put(key: string, value: string, patience: Patience = {}): Promise<number> {
    return (await this.#command({ type: 'put', key, value }, patience)).revision;
  }

  /** Adds to the end of the value; a missing key has an empty one. @returns the key's revision afterwards */
  async append(key: string, value: string, patience: Patience = {}): Promise<number> {
    return (await this.#command({ type: 'append', key, value }, patience)).revision;
  }

  /** @returns whether there was something to delete, and with `expectedRevision`, whether it was of that revision */
  async delete(key: string, options: Patience & { readonly expectedRevision?: number } = {}): Promise<boolean> {
    const { expectedRevision, ...patience } = options;
    const expected = expectedRevision === undefined ? {} : { expectedRevision };
    return (await this.#command({ type: 'delete', key, ...expected }, patience)).changed;
  }

  /**
   * Writes if the key's revision is `expectedRevision`; 0 means that there must be no such key.
   * @returns whether it was written, and the key's revision afterwards
   */
  compareAndSet(
    key: string,
    value: string,
    expectedRevision: number,
    patience: Patience = {},
  ): Promise<KeyValueResult> {
    return this.#command({ type: 'compareAndSet', key, value, expectedRevision }, patience);
  }

  /** The keys that begin with `prefix`, in order of UTF-16 code units. */
  async list(prefix = '', { limit = LIST_LIMIT, after, ...options }: ListOptions = {}): Promise<KeyValueList> {
    const query: KeyValueQuery = { type: 'list', prefix, limit, ...(after === undefined ? {} : { after }) };
    const { items, more, revision } = answerOf(await this.#cluster.query(query, options), 'list');
    return { items, more, revision };
  }

  /**
   * What changes under a prefix, each change once and in order.
   * @throws {WhitewaterError} `REVISION_FORGOTTEN` when it cannot tell all of them: list anew, and watch from that revision
   */
  async *watch(
    prefix = '',
    { afterRevision, signal }: WatchOptions = {},
  ): AsyncGenerator<KeyValueChange, void, undefined> {
    let revision = afterRevision ?? (await this.list(prefix, { limit: 1 })).revision;
    while (!isAborted(signal)) {
      const answer = await this.#changes(prefix, revision, signal);
      if (answer === undefined) return;
      if (answer.forgotten) throw forgotten(revision);
      for (const change of answer.changes) {
        yield change;
        if (isAborted(signal)) return;
      }
      revision = Math.max(revision, answer.throughRevision);
      if (answer.changes.length === 0) await this.#turn(signal);
    }
  }

  async #command(command: KeyValueCommand, patience: Patience): Promise<KeyValueResult> {
    return (await this.#cluster.command(command, patience)) as KeyValueResult;
  }

  /** @returns undefined when the signal ended it */
  async #changes(prefix: string, afterRevision: number, signal: AbortSignal | undefined) {
    const query: KeyValueQuery = { type: 'changes', prefix, afterRevision, limit: LIST_LIMIT };
    try {
      const answer = await this.#cluster.query(query, signal === undefined ? {} : { signal });
      return answerOf(answer, 'changes');
    } catch (error) {
      if (isAborted(signal)) return undefined;
      throw error;
    }
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.setTimer(this.#clock.nowMs() + WATCH_EVERY_MS, () => done());
      const done = (): void => {
        timer.stop();
        signal?.removeEventListener('abort', done);
        resolve();
      };
      signal?.addEventListener('abort', done, { once: true });
    });
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function answerOf<Type extends KeyValueAnswer['type']>(
  answer: unknown,
  type: Type,
): Extract<KeyValueAnswer, { type: Type }> {
  const { type: answered } = (answer ?? {}) as Partial<KeyValueAnswer>;
  if (answered === type) return answer as Extract<KeyValueAnswer, { type: Type }>;
  throw new WhitewaterError(
    'INTERNAL',
    `the cluster's state machine is not the key-value store: it answered ${answered ?? 'something else'}`,
  );
}

function forgotten(revision: number): WhitewaterError {
  return new WhitewaterError(
    'REVISION_FORGOTTEN',
    `the changes after revision ${revision} are not remembered any more: list the keys, and watch from that revision`,
  );
}
