import { WhitewaterError } from '../../shared/errors.ts';
import type { Expiration, Expirations } from './Expirations.ts';
import type { Settle } from './Waiters.ts';

/** How long somebody waits for an answer, and who may end the wait. */
export interface Patience {
  /** Default 10 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

const TIMEOUT_MS = 10_000;

/** Who looks after the wait. */
export interface Waiting {
  readonly expirations: Expirations;
  /** Nobody waits for this request any more. @returns whether it may still take effect */
  readonly forget: (requestId: number) => boolean;
}

/** Somebody's wait for the answer to a request, which ends by itself. One object, since a leader has one for each command. */
export class Wait<Value> implements Settle<Value>, Expiration {
  /** Of the request that is waited for. */
  requestId = 0;
  readonly atMs: number;
  isOver = false;
  readonly #waiting: Waiting;
  readonly #settle: Settle<Value>;
  readonly #timeoutMs: number;
  readonly #signal: AbortSignal | undefined;
  #onAbort: (() => void) | undefined;

  /** @param signal not aborted yet */
  constructor(waiting: Waiting, { timeoutMs = TIMEOUT_MS, signal }: Patience, settle: Settle<Value>) {
    this.#waiting = waiting;
    this.#settle = settle;
    this.#timeoutMs = timeoutMs;
    this.#signal = signal;
    this.atMs = waiting.expirations.timeAfter(timeoutMs);
    waiting.expirations.add(this);
    if (signal === undefined) return;
    this.#onAbort = (): void => {
      this.#end();
      this.#settle.reject(waiting.forget(this.requestId) ? undecided('the wait was ended') : reasonOf(signal));
    };
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  resolve(value: Value): void {
    this.#end();
    this.#settle.resolve(value);
  }

  reject(error: Error): void {
    this.#end();
    this.#settle.reject(error);
  }

  expire(): void {
    this.#end();
    const late = `there is no answer after ${this.#timeoutMs} ms`;
    const mayHappen = this.#waiting.forget(this.requestId);
    this.#settle.reject(mayHappen ? undecided(late) : new WhitewaterError('TIMED_OUT', late));
  }

  #end(): void {
    this.#waiting.expirations.callOff(this);
    if (this.#onAbort !== undefined) this.#signal?.removeEventListener('abort', this.#onAbort);
  }
}

export function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('the wait was ended');
}

function undecided(why: string): WhitewaterError {
  return new WhitewaterError('OUTCOME_UNKNOWN', `${why}: whether the command takes effect cannot be told`);
}
