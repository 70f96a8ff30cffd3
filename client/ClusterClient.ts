import { customRandom, nanoid, urlAlphabet } from 'nanoid';
import { SystemClock } from '../endpoint/clock/SystemClock.ts';
import type { Clock } from '../endpoint/ports/Clock.ts';
import type { Random } from '../shared/random.ts';
import { WhitewaterError } from '../shared/errors.ts';
import { peerId, type PeerId } from '../shared/ids.ts';
import {
  type MemberChange,
  type Operation,
  SESSION_TIME_TO_LIVE_MS_MAX,
  SESSION_TIME_TO_LIVE_MS_MIN,
} from '../shared/messages/ClientRequest.ts';
import type { ClusterTransport } from './ClusterTransport.ts';
import type { Request } from './Pending.ts';
import { Requests } from './Requests.ts';
import { SeenTransport } from './SeenTransport.ts';
import { sendable, timeoutOf, type Sendable } from './sendable.ts';
import { Session, WINDOW } from './Session.ts';
import { SessionCommand } from './SessionCommand.ts';
import { reasonOf, within, type Begin, type Limits } from './within.ts';

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
  /** How long peers remember this client's session when it is not used, 1 s to 30 days. Default 10 minutes. */
  readonly sessionTimeToLiveMs?: number;
  /** Names sessions and says how long to wait before a request is repeated: for runs that are to be the same again. Default: chance. */
  readonly random?: Random;
}

const TIMEOUT_MS = 10_000;
const SESSION_TIMEOUT_MS = 60_000;
const CHANGE_TIMEOUT_MS = 60_000;
const SESSION_TIME_TO_LIVE_MS = 600_000;
/** How long the end of a session is waited for. Peers forget it anyway. */
const CLOSE_MS_MAX = 500;

/**
 * A client of a cluster's state machine. Commands take effect exactly once, however often they have to be sent: each has a number
 * in a session that the peers remember with the state (thesis, 6.3). Every method ends with a value, or with a `WhitewaterError`
 * whose `definite` says whether what was asked for certainly did not happen.
 */
export class ClusterClient<Command = unknown, Result = unknown, Query = unknown, Answer = unknown> {
  readonly #transport: SeenTransport;
  readonly #requests: Requests;
  readonly #clock: Clock;
  readonly #timeToLiveMs: number;
  readonly #newId: () => string;
  #session: Promise<Session> | undefined;
  #current: Session | undefined;
  #closing: Promise<void> | undefined;

  constructor({ transport, clock = new SystemClock(), sessionTimeToLiveMs, random }: ClusterClientOptions) {
    this.#transport = new SeenTransport(transport);
    this.#clock = clock;
    this.#requests = new Requests(this.#transport, clock, random);
    this.#newId = random === undefined ? nanoid : idsFrom(random);
    this.#timeToLiveMs = timeToLiveOf(sessionTimeToLiveMs);
  }

  /**
   * Changes the state, exactly once.
   * @throws {WhitewaterError} definite: `USAGE`, `COMMAND_REFUSED`, `COMMAND_TOO_LARGE`, `TIMED_OUT`, `NO_PEER`, `OVERLOADED`, `CLIENT_CLOSED`;
   *   else `OUTCOME_UNKNOWN`, `SESSION_EXPIRED`, `ANSWER_TOO_LARGE`, `INTERNAL`
   */
  command(command: Command, { timeoutMs = TIMEOUT_MS, signal }: Patience = {}): Promise<Result> {
    return new Promise((resolve, reject) => {
      const sent = sendable(command);
      const boundedMs = timeoutOf(timeoutMs);
      const endMs = this.#clock.nowMs() + boundedMs;
      const later = (): void => void this.#commandLater(sent, endMs, signal).then(resolve, reject);
      const session = this.#closing === undefined && signal === undefined ? this.#current : undefined;
      const sequence = session?.take();
      if (session === undefined || sequence === undefined) return later();
      // Mostly the session is open already and has room: then the command begins within this call, and costs one promise.
      const end = {
        resolve: resolve as (value: unknown) => void,
        reject: (error: Error): void => {
          this.#failedIn(session, error);
          if (this.#mayBeginAnew(error, endMs)) later();
          else reject(error);
        },
      };
      this.#requests.add(new SessionCommand(sent, boundedMs, session, sequence, end));
    });
  }

  /** Waits for a session and for room in it. */
  async #commandLater(sent: Sendable<Command>, endMs: number, signal: AbortSignal | undefined): Promise<Result> {
    const remaining = (): Patience => ({
      timeoutMs: Math.max(1, Math.round(endMs - this.#clock.nowMs())),
      ...(signal === undefined ? {} : { signal }),
    });
    for (;;) {
      if (this.#closing !== undefined) throw closed();
      const session = this.#current ?? (await this.#sessionWithin(remaining()));
      const sequence = session.take() ?? (await this.#numberWithin(session, remaining()));
      if (sequence === undefined) continue;
      try {
        return (await this.#commandIn(session, sequence, sent, remaining())) as Result;
      } catch (error) {
        if (!this.#mayBeginAnew(error, endMs)) throw error;
      }
    }
  }

  /** Whether a copy was refused by its own entry, and all others certainly did not happen: a new session may do it. */
  #mayBeginAnew(error: unknown, endMs: number): boolean {
    return isOnlyCopyOfExpired(error) && this.#clock.nowMs() < endMs;
  }

  /**
   * Reads the state, and changes nothing: whatever it ends with, and whatever that says by `definite`, nothing happened.
   * @throws {WhitewaterError} `COMMAND_REFUSED`, `COMMAND_TOO_LARGE`, `ANSWER_TOO_LARGE`, `TIMED_OUT`, `NO_PEER`, `OVERLOADED`,
   *   `CLIENT_CLOSED`, `INTERNAL`
   */
  async query(query: Query, { consistency = 'linearizable', at, ...patience }: QueryOptions = {}): Promise<Answer> {
    const { value, characters } = sendable(query);
    const operation: Operation = { type: 'query', query: value, consistency };
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
    const { characters } = sendable(change);
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
      session.end();
      const operation: Operation = { type: 'closeSession', session: session.id };
      await this.#ask(() => operation, { timeoutMs: CLOSE_MS_MAX, hasEffect: false }).catch(() => undefined);
    }
    this.#requests.end(closed());
    await this.#transport.stop();
  }

  #openSession(): Promise<Session> {
    this.#session ??= this.#newSession().catch((error: unknown) => {
      this.#session = undefined;
      throw error;
    });
    // Whoever waits for it hears of a failure, and perhaps nobody does any more.
    this.#session.catch(() => undefined);
    return this.#session;
  }

  async #newSession(): Promise<Session> {
    const id = this.#newId();
    const operation: Operation = { type: 'openSession', session: id, timeToLiveMs: this.#timeToLiveMs };
    // To open it twice opens it once. Several commands may wait for it, each as long as it likes.
    const opened = await this.#ask(() => operation, { timeoutMs: SESSION_TIMEOUT_MS, hasEffect: false });
    const session = new Session(id, openedIndexOf(opened));
    this.#current = session;
    return session;
  }

  #sessionWithin(patience: Patience): Promise<Session> {
    const session = this.#openSession();
    const begin: Begin<Session> = (resolve, reject) => {
      session.then(resolve, reject);
      return () => undefined;
    };
    return this.#waitIn(begin, patience, (timeoutMs) => noSession(timeoutMs, this.#transport.missing));
  }

  /** @returns undefined when the session is over */
  #numberWithin(session: Session, patience: Patience): Promise<number | undefined> {
    return this.#waitIn<number | undefined>((resolve) => session.wait(resolve), patience, noRoom);
  }

  /** Waits, where the request takes one of the places of those that may wait. */
  async #waitIn<Value>(
    begin: Begin<Value>,
    { timeoutMs = TIMEOUT_MS, signal }: Patience,
    late: Limits['late'],
  ): Promise<Value> {
    const leave = this.#requests.takePlace();
    return within(begin, { clock: this.#clock, timeoutMs, signal, late }).finally(leave);
  }

  async #commandIn(
    session: Session,
    sequence: number,
    { value: command, characters }: Sendable<Command>,
    { timeoutMs = TIMEOUT_MS, signal }: Patience,
  ): Promise<unknown> {
    const operation = (): Operation => ({ type: 'command', command, session: session.fields(sequence) });
    try {
      const value = await this.#ask(operation, { timeoutMs, hasEffect: true, characters, ...(signal && { signal }) });
      session.answered(sequence);
      return value;
    } catch (error) {
      session.answered(sequence);
      this.#failedIn(session, error);
      throw error;
    }
  }

  #failedIn(session: Session, error: unknown): void {
    if (!isExpired(error) || this.#current !== session) return;
    this.#session = this.#current = undefined;
    session.end();
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
    const boundedMs = timeoutOf(timeoutMs);
    if (signal?.aborted === true) return Promise.reject(reasonOf(signal));
    return new Promise((resolve, reject) => {
      if (signal === undefined) {
        this.#requests.add({ operation, characters, to, hasEffect, timeoutMs: boundedMs, resolve, reject });
        return;
      }
      const onAbort = (): void => {
        const mayHaveHappened = pending === undefined ? undefined : this.#requests.forget(pending);
        if (mayHaveHappened === undefined) return;
        reject(mayHaveHappened && hasEffect ? undecided() : reasonOf(signal));
      };
      const done = (): void => signal.removeEventListener('abort', onAbort);
      const request: Request = {
        ...{ operation, characters, to, hasEffect, timeoutMs: boundedMs },
        resolve: (value) => {
          done();
          resolve(value);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      };
      const pending = this.#requests.add(request);
      // What was refused at once leaves nothing behind on a signal that may live as long as the program.
      if (pending !== undefined) signal.addEventListener('abort', onAbort, { once: true });
    });
  }
}

/** As many characters as `nanoid` has. */
function idsFrom(random: Random): () => string {
  return customRandom(urlAlphabet, 21, (count) => Uint8Array.from({ length: count }, () => Math.floor(random() * 256)));
}

/** @throws {WhitewaterError} `USAGE` */
function timeToLiveOf(timeToLiveMs = SESSION_TIME_TO_LIVE_MS): number {
  const [min, max] = [SESSION_TIME_TO_LIVE_MS_MIN, SESSION_TIME_TO_LIVE_MS_MAX];
  if (Number.isInteger(timeToLiveMs) && timeToLiveMs >= min && timeToLiveMs <= max) return timeToLiveMs;
  throw new WhitewaterError(
    'USAGE',
    `sessionTimeToLiveMs is ${timeToLiveMs}: give a whole number of milliseconds from ${min} to ${max}`,
  );
}

/** @param missing why no peer could be asked */
function noSession(timeoutMs: number, missing: string | undefined): WhitewaterError {
  const late = `no session could be opened within ${timeoutMs} ms`;
  if (missing !== undefined) return new WhitewaterError('NO_PEER', `${late}: ${missing}`);
  return new WhitewaterError('TIMED_OUT', `${late}: is there a leader?`);
}

function noRoom(timeoutMs: number): WhitewaterError {
  return new WhitewaterError(
    'TIMED_OUT',
    `it was not sent within ${timeoutMs} ms, for ${WINDOW} commands of this client wait for their answers: is there a leader?`,
  );
}

function closed(): WhitewaterError {
  return new WhitewaterError('CLIENT_CLOSED', 'this client was closed');
}

/** @throws {WhitewaterError} `INTERNAL`, when a peer answered what opening a session does not */
function openedIndexOf(value: unknown): number {
  const { openedIndex } = (value ?? {}) as { openedIndex?: unknown };
  if (typeof openedIndex === 'number') return openedIndex;
  throw new WhitewaterError('INTERNAL', 'the session was opened, but not by a peer of this version of Whitewater');
}

function isExpired(error: unknown): error is WhitewaterError {
  return error instanceof WhitewaterError && error.code === 'SESSION_EXPIRED';
}

function isOnlyCopyOfExpired(error: unknown): boolean {
  return isExpired(error) && (error.details as { otherCopies?: unknown } | undefined)?.otherCopies === 0;
}

function undecided(): WhitewaterError {
  return new WhitewaterError('OUTCOME_UNKNOWN', 'the wait was ended: whether it took effect, or will, cannot be told');
}
