import { nanoid } from 'nanoid';
import { SystemClock } from '../endpoint/clock/SystemClock.ts';
import type { Clock } from '../endpoint/ports/Clock.ts';
import { WhitewaterError } from '../shared/errors.ts';
import { peerId, type PeerId } from '../shared/ids.ts';
import type { MemberChange, Operation } from '../shared/messages/ClientRequest.ts';
import type { ClusterTransport } from './ClusterTransport.ts';
import { Requests, type Request } from './Requests.ts';
import { Session } from './Session.ts';

/** How long one request may take, and who may end the wait. */
export interface Patience {
  /** Default 10 s; for changes of members 60 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface QueryOptions extends Patience {
  /**
   * - `linearizable`, the default: as of some moment between call and return
   * - `stale`: as one peer sees it, which may be long behind
   */
  readonly consistency?: 'linearizable' | 'stale';
  /** Which peer is to answer: the leader by default, for a stale query anyone. */
  readonly at?: string;
}

export interface ClusterClientOptions {
  readonly transport: ClusterTransport;
  /** Default: the system's clock. */
  readonly clock?: Clock;
  /** How long peers remember this client's session when it is not used. Default 10 minutes. */
  readonly sessionTimeToLiveMs?: number;
}

const TIMEOUT_MS = 10_000;
const SESSION_TIMEOUT_MS = 60_000;
const CHANGE_TIMEOUT_MS = 60_000;
const SESSION_TIME_TO_LIVE_MS = 600_000;
/** How long the end of a session is waited for. Peers forget it anyway. */
const CLOSE_MS_MAX = 500;
/** As it stands in a frame; a peer takes a little less. */
const REQUEST_BYTES_MAX = 1_000_000;

/**
 * A client of a cluster's state machine. Commands take effect exactly once, however often they have to be sent: each has a number
 * in a session that the peers remember with the state (thesis, 6.3). Every method ends with a value, or with a `WhitewaterError`
 * whose `definite` says whether what was asked for certainly did not happen.
 */
export class ClusterClient<Command = unknown, Result = unknown, Query = unknown, Answer = unknown> {
  readonly #transport: ClusterTransport;
  readonly #requests: Requests;
  readonly #clock: Clock;
  readonly #timeToLiveMs: number;
  #session: Promise<Session> | undefined;
  #current: Session | undefined;
  /** Commands that wait because too many of the session are not answered. */
  readonly #waiting: (() => void)[] = [];
  #closing: Promise<void> | undefined;

  constructor({ transport, clock = new SystemClock(), sessionTimeToLiveMs }: ClusterClientOptions) {
    this.#transport = transport;
    this.#clock = clock;
    this.#requests = new Requests(transport, clock);
    this.#timeToLiveMs = sessionTimeToLiveMs ?? SESSION_TIME_TO_LIVE_MS;
  }

  /**
   * Changes the state, exactly once.
   * @throws {WhitewaterError} definite: `COMMAND_REFUSED`, `COMMAND_TOO_LARGE`, `TIMED_OUT`, `NO_PEER`, `OVERLOADED`, `CLIENT_CLOSED`;
   *   else `OUTCOME_UNKNOWN`, `SESSION_EXPIRED`, `ANSWER_TOO_LARGE`, `INTERNAL`
   */
  async command(command: Command, { timeoutMs = TIMEOUT_MS, signal }: Patience = {}): Promise<Result> {
    const characters = charactersOf(command);
    const endMs = this.#clock.nowMs() + timeoutMs;
    const remaining = (): Patience => ({
      timeoutMs: Math.max(1, Math.round(endMs - this.#clock.nowMs())),
      ...(signal === undefined ? {} : { signal }),
    });
    for (;;) {
      // Mostly it is open already, and the command begins within this call.
      const session = this.#current ?? (await within(this.#openSession(), remaining(), this.#clock));
      try {
        return (await this.#commandIn(session, command, characters, remaining())) as Result;
      } catch (error) {
        // The only copy was refused by its own entry: nothing happened, and a new session may do it.
        if (!isFirstCopyOfExpired(error) || this.#clock.nowMs() >= endMs) throw error;
      }
    }
  }

  /** Reads the state. @throws {WhitewaterError} as `command` does, always definite */
  async query(query: Query, { consistency = 'linearizable', at, ...patience }: QueryOptions = {}): Promise<Answer> {
    const characters = charactersOf(query);
    const operation: Operation = { type: 'query', query, consistency };
    const to = at === undefined ? (consistency === 'stale' ? 'anyone' : undefined) : peerId(at);
    return (await this.#ask(() => operation, {
      ...patience,
      ...{ hasEffect: false, characters },
      ...(to === undefined ? {} : { to }),
    })) as Answer;
  }

  /**
   * Changes who belongs to the cluster, by joint consensus. Members that are not named stay what they are; new voters learn until
   * they have caught up.
   * @throws {WhitewaterError} `MEMBERSHIP_REFUSED`, and as `command` does
   */
  async changeMembers(
    { voters = [], learners = [], removed = [] }: { readonly [Kind in keyof MemberChange]?: readonly string[] },
    { timeoutMs = CHANGE_TIMEOUT_MS, signal }: Patience = {},
  ): Promise<void> {
    const change = { voters: voters.map(peerId), learners: learners.map(peerId), removed: removed.map(peerId) };
    const operation: Operation = { type: 'changeMembers', change };
    const characters = charactersOf(change);
    await this.#ask(() => operation, { timeoutMs, ...(signal && { signal }), hasEffect: true, characters });
  }

  /** Hands leadership to another voter. @throws {WhitewaterError} `MEMBERSHIP_REFUSED`, and as `command` does */
  async transferLeadership(to: string, patience: Patience = {}): Promise<void> {
    const operation: Operation = { type: 'transferLeadership', to: peerId(to) };
    await this.#ask(() => operation, { ...patience, hasEffect: true });
  }

  /** Ends the session and the connection. What still waits ends with an error. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const session = this.#current;
    if (session !== undefined) {
      const operation: Operation = { type: 'closeSession', session: session.id };
      await this.#ask(() => operation, { timeoutMs: CLOSE_MS_MAX, hasEffect: false }).catch(() => undefined);
    }
    this.#requests.end(new WhitewaterError('CLIENT_CLOSED', 'this client was closed'));
    for (const go of this.#waiting.splice(0)) go();
    await this.#transport.stop();
  }

  #openSession(): Promise<Session> {
    this.#session ??= this.#newSession().catch((error: unknown) => {
      this.#session = undefined;
      throw error;
    });
    return this.#session;
  }

  async #newSession(): Promise<Session> {
    const session = new Session(nanoid());
    const operation: Operation = { type: 'openSession', session: session.id, timeToLiveMs: this.#timeToLiveMs };
    // To open it twice opens it once. Several commands may wait for it, each as long as it likes.
    await this.#ask(() => operation, { timeoutMs: SESSION_TIMEOUT_MS, hasEffect: false });
    this.#current = session;
    return session;
  }

  async #commandIn(
    session: Session,
    command: Command,
    characters: number,
    { timeoutMs = TIMEOUT_MS, signal }: Patience,
  ): Promise<unknown> {
    while (!session.isOpen && this.#closing === undefined) await new Promise<void>((go) => this.#waiting.push(go));
    const sequence = session.next();
    const operation = (): Operation => ({ type: 'command', command, session: session.fields(sequence) });
    try {
      return await this.#ask(operation, { timeoutMs, hasEffect: true, characters, ...(signal && { signal }) });
    } catch (error) {
      if (isExpired(error) && this.#current === session) this.#session = this.#current = undefined;
      throw error;
    } finally {
      session.answered(sequence);
      while (session.isOpen && this.#waiting.length > 0) this.#waiting.shift()?.();
    }
  }

  #ask(
    operation: () => Operation,
    {
      timeoutMs = TIMEOUT_MS,
      signal,
      hasEffect,
      to,
      characters = 0,
    }: Patience & { hasEffect: boolean; to?: PeerId | 'anyone'; characters?: number },
  ): Promise<unknown> {
    if (signal?.aborted === true) return Promise.reject(reasonOf(signal));
    return new Promise((resolve, reject) => {
      if (signal === undefined) {
        this.#requests.add({ operation, characters, to, hasEffect, timeoutMs, resolve, reject });
        return;
      }
      const onAbort = (): void => {
        const mayHaveHappened = this.#requests.forget(request);
        if (mayHaveHappened === undefined) return;
        reject(mayHaveHappened && hasEffect ? undecided() : reasonOf(signal));
      };
      const done = (): void => signal.removeEventListener('abort', onAbort);
      const request: Request = {
        ...{ operation, characters, to, hasEffect, timeoutMs },
        resolve: (value) => {
          done();
          resolve(value);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#requests.add(request);
    });
  }
}

/** Waits for what others wait for too, no longer than its own patience. */
function within<Value>(
  promise: Promise<Value>,
  { timeoutMs = TIMEOUT_MS, signal }: Patience,
  clock: Clock,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => end(() => reject(reasonOf(signal)));
    const timer = clock.setTimer(clock.nowMs() + timeoutMs, () => end(() => reject(noSession(timeoutMs))));
    const end = (settle: () => void): void => {
      timer.stop();
      signal?.removeEventListener('abort', onAbort);
      settle();
    };
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
    promise.then(
      (value) => end(() => resolve(value)),
      (error: unknown) => end(() => reject(error instanceof Error ? error : new Error(String(error)))),
    );
  });
}

function noSession(timeoutMs: number): WhitewaterError {
  return new WhitewaterError('TIMED_OUT', `no session could be opened within ${timeoutMs} ms: is there a leader?`);
}

function isExpired(error: unknown): error is WhitewaterError {
  return error instanceof WhitewaterError && error.code === 'SESSION_EXPIRED';
}

function isFirstCopyOfExpired(error: unknown): boolean {
  return isExpired(error) && (error.details as { copiesSent?: unknown } | undefined)?.copiesSent === 1;
}

const encoder = new TextEncoder();

/** @returns how many it has as JSON. @throws {WhitewaterError} `COMMAND_TOO_LARGE` */
function charactersOf(value: unknown): number {
  const text = JSON.stringify(value ?? null);
  if (text.length * 3 <= REQUEST_BYTES_MAX || encoder.encode(text).length <= REQUEST_BYTES_MAX) return text.length;
  throw new WhitewaterError(
    'COMMAND_TOO_LARGE',
    `as JSON that has more than ${REQUEST_BYTES_MAX} bytes: send less at a time`,
  );
}

function reasonOf(signal: AbortSignal | undefined): Error {
  return signal?.reason instanceof Error ? signal.reason : new Error('the wait was ended');
}

function undecided(): WhitewaterError {
  return new WhitewaterError('OUTCOME_UNKNOWN', 'the wait was ended: whether it took effect, or will, cannot be told');
}
