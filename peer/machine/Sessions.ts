import { SESSION_TIME_TO_LIVE_MS_MAX } from '../../shared/messages/ClientRequest.ts';
import type { SessionCommand } from './command.ts';
import { Outcomes } from './Outcomes.ts';
import { ownOutcome } from './ownOutcome.ts';

/** What came of a command. The same on every replica, and repeated word for word to a client that asks again. */
export type Outcome =
  | { readonly type: 'result'; readonly result: unknown }
  /** The state machine refused the command; the state is as it was. */
  | { readonly type: 'failed'; readonly message: string }
  /** The command took effect, but the state machine returned what is no JSON value. */
  | { readonly type: 'resultNotJson'; readonly message: string }
  /** The session was never opened, or was forgotten: whether an earlier copy of the request took effect cannot be told. */
  | { readonly type: 'sessionUnknown' }
  /** The client said before that it has this answer. */
  | { readonly type: 'alreadyAnswered' }
  /** Too many requests of one session are unanswered; not applied. */
  | { readonly type: 'tooManyUnanswered' };

/** What opening a session returns: which of those that had, or will have, this name the client's commands are for. */
export interface OpenedSession {
  readonly openedIndex: number;
}

interface Session {
  readonly openedIndex: number;
  readonly timeToLiveMs: number;
  lastUsedMs: number;
  answeredThrough: number;
  /** Answers that the client may still ask for, by sequence. */
  readonly outcomes: Outcomes;
  /** How many snapshots had begun when this object was made: an older one is in one that may still be drawn. */
  readonly generation: number;
}

/** These are part of the replicated state's rules: every replica must have the same. */
export const SESSIONS_MAX = 100_000;
export const UNANSWERED_MAX = 1_024;

/** One session, as a snapshot keeps it. */
export type SessionRecord = readonly [
  session: string,
  timeToLiveMs: number,
  lastUsedMs: number,
  answeredThrough: number,
  outcomes: readonly (readonly [number, Outcome])[],
  openedIndex: number,
];

/**
 * Who has asked what, so that a repeated request takes effect once (thesis, 6.3). Part of the replicated state.
 * A session is the entry that opened it, and its name only finds it: copies of requests may be delayed past its end, and a copy
 * of its opening opens another one, in which the copies of its commands must not take effect again.
 * Time is replicated time: sessions end by what the log says, never by a local clock.
 */
export class Sessions {
  /** The one that was used last stands last. */
  readonly #sessions = new Map<string, Session>();
  /** The last one in order, if it is still there. */
  #usedLast: string | undefined;
  #generation = 0;
  /** No session ends before this time: until then nobody has to be looked for. */
  #noneEndsBeforeMs = Number.POSITIVE_INFINITY;

  get count(): number {
    return this.#sessions.size;
  }

  /** Opening an open session again renews it; it stays the one that it is. @param index of the entry that opens it */
  open(name: string, timeToLiveMs: number, index: number, nowMs: number): Outcome {
    this.#forgetUnused(nowMs);
    const known = this.#sessions.get(name);
    if (known !== undefined) {
      this.#use(name, known).lastUsedMs = nowMs;
      return opened(known);
    }
    // Else whoever opens many would lock everybody else out, for as long as they may live.
    if (this.#sessions.size >= SESSIONS_MAX) this.#forgetLeastRecentlyUsed();
    const boundedMs = Math.min(timeToLiveMs, SESSION_TIME_TO_LIVE_MS_MAX);
    const made = { openedIndex: index, timeToLiveMs: boundedMs, lastUsedMs: nowMs, answeredThrough: 0 };
    return opened(this.#put(name, { ...made, outcomes: new Outcomes() }));
  }

  /** Whether it was open makes no difference: afterwards it is not. */
  close(name: string): Outcome {
    this.#sessions.delete(name);
    return { type: 'result', result: null };
  }

  /** @param apply called exactly when this request takes effect, now and for the first time */
  run(
    {
      session: name,
      openedIndex,
      sequence,
      answeredThrough,
    }: Pick<SessionCommand, 'session' | 'openedIndex' | 'sequence' | 'answeredThrough'>,
    nowMs: number,
    apply: () => Outcome,
  ): Outcome {
    const found = this.#sessions.get(name);
    if (found !== undefined && isExpired(found, nowMs)) this.#sessions.delete(name);
    else if (found?.openedIndex === openedIndex)
      return runIn(this.#use(name, found), { sequence, answeredThrough }, nowMs, apply);
    return { type: 'sessionUnknown' };
  }

  /** All sessions as of now, however late they are drawn: one that changes meanwhile is copied first. */
  records(): { readonly count: number; readonly records: Iterable<SessionRecord> } {
    this.#generation += 1;
    const sessions = [...this.#sessions];
    return { count: sessions.length, records: recordsOf(sessions) };
  }

  clear(): void {
    this.#sessions.clear();
    this.#usedLast = undefined;
    this.#noneEndsBeforeMs = Number.POSITIVE_INFINITY;
  }

  restore([name, timeToLiveMs, lastUsedMs, answeredThrough, outcomes, openedIndex]: SessionRecord): void {
    this.#put(name, { openedIndex, timeToLiveMs, lastUsedMs, answeredThrough, outcomes: new Outcomes(outcomes) });
  }

  #put(name: string, session: Omit<Session, 'generation'>): Session {
    const { openedIndex, timeToLiveMs, lastUsedMs, answeredThrough, outcomes } = session;
    const made = { openedIndex, timeToLiveMs, lastUsedMs, answeredThrough, outcomes, generation: this.#generation };
    this.#sessions.set(name, made);
    this.#usedLast = name;
    this.#noneEndsBeforeMs = Math.min(this.#noneEndsBeforeMs, endOf(made));
    return made;
  }

  /** The session, for whoever uses it: now the last one in order. */
  #use(name: string, session: Session): Session {
    // One client sends many commands at a time, and to move what is in its place costs as much as the rest.
    if (name !== this.#usedLast) {
      this.#sessions.delete(name);
      this.#sessions.set(name, session);
      this.#usedLast = name;
    }
    return this.#own(name, session);
  }

  #forgetLeastRecentlyUsed(): void {
    for (const name of this.#sessions.keys()) {
      this.#sessions.delete(name);
      return;
    }
  }

  /** The session, for whoever changes it: another object if a snapshot may still draw this one. */
  #own(name: string, session: Session): Session {
    if (session.generation === this.#generation) return session;
    return this.#put(name, { ...session, outcomes: new Outcomes(session.outcomes.records()) });
  }

  #forgetUnused(nowMs: number): void {
    if (nowMs <= this.#noneEndsBeforeMs) return;
    this.#noneEndsBeforeMs = Number.POSITIVE_INFINITY;
    for (const [name, session] of this.#sessions) {
      if (isExpired(session, nowMs)) this.#sessions.delete(name);
      else this.#noneEndsBeforeMs = Math.min(this.#noneEndsBeforeMs, endOf(session));
    }
  }
}

function* recordsOf(sessions: readonly (readonly [string, Session])[]): Generator<SessionRecord> {
  for (const [name, { openedIndex, timeToLiveMs, lastUsedMs, answeredThrough, outcomes }] of sessions) {
    yield [name, timeToLiveMs, lastUsedMs, answeredThrough, outcomes.records(), openedIndex];
  }
}

function opened({ openedIndex }: Session): Outcome {
  return { type: 'result', result: { openedIndex } satisfies OpenedSession };
}

function runIn(
  session: Session,
  { sequence, answeredThrough }: Pick<SessionCommand, 'sequence' | 'answeredThrough'>,
  nowMs: number,
  apply: () => Outcome,
): Outcome {
  session.lastUsedMs = nowMs;
  forgetAnswered(session, answeredThrough);
  const known = session.outcomes.get(sequence);
  if (known !== undefined) return known;
  if (sequence <= session.answeredThrough) return { type: 'alreadyAnswered' };
  if (session.outcomes.size >= UNANSWERED_MAX) return { type: 'tooManyUnanswered' };
  const outcome = ownOutcome(apply());
  session.outcomes.add(sequence, outcome);
  return outcome;
}

/** It is forgotten after this, if it is not used before. */
function endOf({ lastUsedMs, timeToLiveMs }: Session): number {
  return lastUsedMs + timeToLiveMs;
}

function isExpired(session: Session, nowMs: number): boolean {
  return nowMs > endOf(session);
}

function forgetAnswered(session: Session, answeredThrough: number): void {
  if (answeredThrough <= session.answeredThrough) return;
  session.answeredThrough = answeredThrough;
  session.outcomes.forgetThrough(answeredThrough);
}
