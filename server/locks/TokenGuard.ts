import type { IncomingHttpHeaders } from 'node:http';
import { WhitewaterError } from '../../shared/errors.ts';
import { sessionIn } from './cookie.ts';
import { Sessions } from './Sessions.ts';
import { Token } from './Token.ts';

/** Whether a request comes from somebody who has the token. Without a token, everybody has. */
export class TokenGuard {
  readonly #token: Token | undefined;
  readonly #sessions: Sessions;

  constructor(secret: string | undefined, clock: () => number) {
    this.#token = secret === undefined ? undefined : new Token(secret);
    this.#sessions = new Sessions(clock);
  }

  get isLocked(): boolean {
    return this.#token !== undefined;
  }

  /** By `Authorization: Bearer`, which programs send, or by the session cookie of a browser. */
  admits(headers: IncomingHttpHeaders): boolean {
    if (this.#token === undefined) return true;
    const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '');
    if (bearer !== null) return this.#token.equals(bearer[1] ?? '');
    const session = sessionIn(headers.cookie);
    return session !== undefined && this.#sessions.has(session);
  }

  /** @throws {WhitewaterError} TOKEN_WRONG */
  check(headers: IncomingHttpHeaders): void {
    if (this.admits(headers)) return;
    throw new WhitewaterError(
      'TOKEN_WRONG',
      'this relay is locked: give its token with --token-file or WHITEWATER_TOKEN, or in a request as "Authorization: Bearer TOKEN"',
    );
  }

  /**
   * @returns the name of a session
   * @throws {WhitewaterError} TOKEN_WRONG
   */
  logIn(secret: string): string {
    if (this.#token !== undefined && !this.#token.equals(secret)) {
      throw new WhitewaterError('TOKEN_WRONG', 'that is not the token of this relay');
    }
    return this.#sessions.start();
  }

  logOut(headers: IncomingHttpHeaders): void {
    const session = sessionIn(headers.cookie);
    if (session !== undefined) this.#sessions.end(session);
  }
}
