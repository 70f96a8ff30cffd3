import type { KeyValueCluster } from '../../client/KeyValueClient.ts';
import { WhitewaterError, type ErrorCode } from '../../shared/errors.ts';
import { LIST_LIMIT_MAX, type KeyValueAnswer } from '../../shared/keyValue.ts';
import { ChangeWindow, type TellableChanges } from './ChangeWindow.ts';
import { Turns } from './Turns.ts';

/** Between two questions for changes, when there were none. */
const ASK_EVERY_MS = 100;
/** Between two questions when changes come: those of a moment are told together. */
const ASK_AGAIN_MS = 20;
const TIMEOUT_MS = 10_000;
/** Watches of one cluster that may ask for themselves at a time, because they begin, or lie behind. */
const OWN_QUESTIONS_MAX = 4;

/** What a watch outlives: a cluster without a leader has one again some day. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['TIMED_OUT', 'NO_PEER', 'OVERLOADED', 'NOT_LEADER']);

export type Changes = Extract<KeyValueAnswer, { type: 'changes' }>;

/** How long a watch waits, and who may end it. */
export interface WatchPatience {
  readonly signal: AbortSignal;
  readonly withinMs: number;
}

/**
 * Follows what changes in one cluster for all who watch it: one question at a time, and only while somebody waits for its answer.
 * It keeps the newest answers in a window, in which every watch has a place of its own; one that reads slowly holds nobody up
 * and costs nothing. Who is not in the window any more, or not yet, asks for itself until it has caught up, a few at a time.
 */
export class ChangeFollower {
  readonly #client: KeyValueCluster;
  readonly #ownQuestions = new Turns(OWN_QUESTIONS_MAX);
  readonly #waiting = new Set<(error: WhitewaterError | undefined) => void>();
  #watches = 0;
  #window: ChangeWindow | undefined;
  #isFollowing = false;

  constructor(client: KeyValueCluster) {
    this.#client = client;
  }

  /**
   * Takes a watch in, until the function that it gives back is called.
   * @param revision one that the store has reached
   */
  join(prefix: string, revision: number): () => void {
    this.#watches += 1;
    const window = this.#window;
    if (window === undefined) this.#window = new ChangeWindow(prefix, revision);
    else if (!prefix.startsWith(window.prefix)) {
      // It never becomes longer again while somebody watches: otherwise comers and goers could make every answer useless.
      this.#window = new ChangeWindow(commonPrefix(prefix, window.prefix), window.throughRevision);
    }
    return () => {
      this.#watches -= 1;
      if (this.#watches === 0) this.#window = undefined;
    };
  }

  /** @returns undefined when the window does not hold all of them */
  changesAfter(revision: number, prefix: string): TellableChanges | undefined {
    return this.#window?.after(revision, prefix);
  }

  /**
   * Waits until the window has gone on, the signal says that it is enough, or for `withinMs`.
   * @returns why there will be no more changes
   */
  next({ signal, withinMs }: WatchPatience): Promise<WhitewaterError | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const end = (error: WhitewaterError | undefined): void => {
        this.#waiting.delete(end);
        clearTimeout(timer);
        signal.removeEventListener('abort', givenUp);
        resolve(error);
      };
      const givenUp = (): void => end(undefined);
      const timer = setTimeout(givenUp, withinMs);
      signal.addEventListener('abort', givenUp, { once: true });
      this.#waiting.add(end);
      if (this.#isFollowing) return;
      this.#isFollowing = true;
      void this.#follow();
    });
  }

  /** Where a watch begins that was told no revision: now. @throws {WhitewaterError} as `ClusterClient.query` does */
  async newestRevision(prefix: string, patience: WatchPatience): Promise<number> {
    // Changes after the last revision that there can be: the shortest answer that tells the store's own.
    const query = { type: 'changes', prefix, afterRevision: Number.MAX_SAFE_INTEGER, limit: 1 } as const;
    const answer = await this.#inTurn(patience, (timeoutMs) =>
      this.#client.query(query, { timeoutMs, signal: patience.signal }),
    );
    return answer.revision;
  }

  /**
   * Asks for one watch alone.
   * @throws {WhitewaterError} as `ClusterClient.query` does
   */
  ask(prefix: string, afterRevision: number, patience: WatchPatience): Promise<Changes> {
    return this.#inTurn(patience, (timeoutMs) => this.#changes(prefix, afterRevision, timeoutMs, patience.signal));
  }

  async #follow(): Promise<void> {
    while (this.#waiting.size > 0) {
      const window = this.#window;
      if (window === undefined) break;
      const answer = await this.#answer(window);
      // A watch came meanwhile for which this does not tell enough.
      if (window !== this.#window) continue;
      if (answer === undefined) {
        await pause(ASK_EVERY_MS);
      } else if (answer instanceof WhitewaterError) {
        this.#wake(answer);
      } else {
        this.#take(window, answer);
        const isMore = answer.throughRevision < answer.revision;
        await pause(isMore ? 0 : answer.changes.length > 0 ? ASK_AGAIN_MS : ASK_EVERY_MS);
      }
    }
    this.#isFollowing = false;
  }

  #take(window: ChangeWindow, { changes, throughRevision, forgotten, revision }: Changes): void {
    const { throughRevision: before, prefix } = window;
    // Each watch finds out by itself whether it missed something. Revisions that fall are another store's.
    if (forgotten || revision < before) this.#window = new ChangeWindow(prefix, revision);
    else window.add(changes, throughRevision);
    if (this.#window?.throughRevision !== before) this.#wake(undefined);
  }

  #wake(error: WhitewaterError | undefined): void {
    for (const end of [...this.#waiting]) end(error);
  }

  /** @returns undefined when there is no answer now; an error when there will be none */
  async #answer({ prefix, throughRevision }: ChangeWindow): Promise<Changes | WhitewaterError | undefined> {
    try {
      return await this.#changes(prefix, throughRevision, TIMEOUT_MS);
    } catch (error) {
      return isPassing(error) ? undefined : asWhitewater(error);
    }
  }

  /** As many as an answer can hold. */
  async #changes(prefix: string, afterRevision: number, timeoutMs: number, signal?: AbortSignal): Promise<Changes> {
    const endMs = performance.now() + timeoutMs;
    for (let limit = LIST_LIMIT_MAX; ; limit = Math.ceil(limit / 4)) {
      try {
        const query = { type: 'changes', prefix, afterRevision, limit } as const;
        const remainingMs = Math.max(1, Math.round(endMs - performance.now()));
        const answer = await this.#client.query(query, {
          timeoutMs: remainingMs,
          ...(signal === undefined ? {} : { signal }),
        });
        if (answer.type === 'changes') return answer;
        throw new WhitewaterError('INTERNAL', 'the answer is of another kind');
      } catch (error) {
        const isTooLarge = error instanceof WhitewaterError && error.code === 'ANSWER_TOO_LARGE';
        if (!isTooLarge || limit === 1) throw error;
      }
    }
  }

  async #inTurn<Value>(
    { signal, withinMs }: WatchPatience,
    work: (timeoutMs: number) => Promise<Value>,
  ): Promise<Value> {
    const endMs = performance.now() + withinMs;
    if (!(await this.#ownQuestions.take(signal, withinMs))) {
      if (signal.aborted && signal.reason instanceof Error) throw signal.reason;
      throw new WhitewaterError(
        'TIMED_OUT',
        `${OWN_QUESTIONS_MAX} other watches ask this cluster, and it was not this one's turn within ${withinMs} ms: try again`,
      );
    }
    try {
      return await work(Math.max(1, Math.round(endMs - performance.now())));
    } finally {
      this.#ownQuestions.give();
    }
  }
}

const followers = new WeakMap<KeyValueCluster, ChangeFollower>();

/** The one that all watches share who have this client: a gateway has one client a cluster. */
export function followerOf(client: KeyValueCluster): ChangeFollower {
  let follower = followers.get(client);
  if (follower === undefined) followers.set(client, (follower = new ChangeFollower(client)));
  return follower;
}

/** Whether the same question may be answered some time later. */
export function isPassing(error: unknown): boolean {
  return error instanceof WhitewaterError && PASSING.has(error.code);
}

function asWhitewater(error: unknown): WhitewaterError {
  if (error instanceof WhitewaterError) return error;
  return new WhitewaterError('INTERNAL', error instanceof Error ? error.message : String(error), { cause: error });
}

function commonPrefix(one: string, other: string): string {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return one.slice(0, length);
}

function pause(forMs: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, forMs));
}
