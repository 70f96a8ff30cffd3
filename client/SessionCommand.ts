import type { Operation } from '../shared/messages/ClientRequest.ts';
import type { Request } from './Pending.ts';
import type { Sendable } from './sendable.ts';
import type { Session } from './Session.ts';

/** How a command in a session ended. */
export interface SessionCommandEnd {
  resolve(value: unknown): void;
  /** The session has been told already. */
  reject(error: Error): void;
}

/** A command that has its number in a session. One object of one shape, for a client may have very many of them. */
export class SessionCommand implements Request {
  readonly characters: number;
  readonly timeoutMs: number;
  readonly to = undefined;
  readonly hasEffect = true;
  readonly #command: unknown;
  readonly #session: Session;
  readonly #sequence: number;
  readonly #end: SessionCommandEnd;

  /** @param sequence that the session gave */
  constructor(
    { value, characters }: Sendable<unknown>,
    timeoutMs: number,
    session: Session,
    sequence: number,
    end: SessionCommandEnd,
  ) {
    this.characters = characters;
    this.timeoutMs = timeoutMs;
    this.#command = value;
    this.#session = session;
    this.#sequence = sequence;
    this.#end = end;
  }

  operation(): Operation {
    return { type: 'command', command: this.#command, session: this.#session.fields(this.#sequence) };
  }

  resolve(value: unknown): void {
    this.#session.answered(this.#sequence);
    this.#end.resolve(value);
  }

  reject(error: Error): void {
    this.#session.answered(this.#sequence);
    this.#end.reject(error);
  }
}
