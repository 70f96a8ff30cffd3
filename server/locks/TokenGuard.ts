import type { IncomingHttpHeaders } from 'node:http';
import { WhitewaterError } from '../../shared/errors.ts';
import { allows, EVERYTHING, rolesFor, type Access, type Grant } from './access.ts';
import { sessionIn } from './cookie.ts';
import { Sessions } from './Sessions.ts';
import { TokenRing } from './TokenRing.ts';
import { readTokens, type Tokens } from './tokens.ts';

/** Who a request comes from, and what that may do. Without a token, everybody may do everything. */
export class TokenGuard {
  readonly #ring: TokenRing<Grant>;
  readonly #sessions: Sessions;

  /**
   * @param token of somebody who may do everything
   * @throws {WhitewaterError} USAGE
   */
  constructor({ token, tokens }: { token?: string; tokens?: Tokens }, clock: () => number) {
    this.#ring = new TokenRing([
      ...(tokens === undefined ? [] : readTokens(tokens)).map(({ secret, role, cluster }) => ({
        ...{ secret, value: { role, cluster } },
      })),
      // The last one that fits counts.
      ...(token === undefined ? [] : [{ secret: token, value: EVERYTHING }]),
    ]);
    this.#sessions = new Sessions(clock);
  }

  get isLocked(): boolean {
    return !this.#ring.isEmpty;
  }

  /**
   * By `Authorization: Bearer`, which programs send, or by the session cookie of a browser. A query is not looked at: it
   * stands in logs and histories.
   * @returns undefined for whoever has no good token
   */
  grantOf(headers: IncomingHttpHeaders): Grant | undefined {
    if (!this.isLocked) return EVERYTHING;
    const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '');
    if (bearer !== null) return this.#ring.find(bearer[1] ?? '');
    const session = sessionIn(headers.cookie);
    return session === undefined ? undefined : this.#sessions.grantOf(session);
  }

  /**
   * @throws {WhitewaterError} TOKEN_WRONG without a good token; ACCESS_DENIED with one that may not do this
   */
  check(grant: Grant | undefined, { access, cluster, hasToken }: Asked): void {
    if (access === 'open') return;
    if (grant === undefined) {
      const what = hasToken ? 'the token that was given is none of this relay' : 'this relay is locked';
      const how =
        'give its token with --token-file or WHITEWATER_TOKEN, or in a request as "Authorization: Bearer TOKEN"';
      throw new WhitewaterError('TOKEN_WRONG', `${what}: ${how}`);
    }
    if (!allows(grant, access, cluster)) throw denied(grant, access, cluster);
  }

  /**
   * @returns the name of a session
   * @throws {WhitewaterError} TOKEN_WRONG
   */
  logIn(secret: string): { readonly session: string; readonly grant: Grant } {
    const grant = this.isLocked ? this.#ring.find(secret) : EVERYTHING;
    if (grant === undefined) throw new WhitewaterError('TOKEN_WRONG', 'that is not a token of this relay');
    return { session: this.#sessions.start(grant), grant };
  }

  logOut(headers: IncomingHttpHeaders): void {
    const session = sessionIn(headers.cookie);
    if (session !== undefined) this.#sessions.end(session);
  }
}

/** What a request is for. */
export interface Asked {
  readonly access: Access;
  /** The cluster that it is about, if it is about one. */
  readonly cluster: string | undefined;
  /** Whether it came with a token at all, for the message. */
  readonly hasToken: boolean;
}

function denied(grant: Grant, access: Access, cluster: string | undefined): WhitewaterError {
  const has = grant.cluster === undefined ? `a ${grant.role} token` : `a ${grant.role} token of ${grant.cluster}`;
  const where =
    cluster === undefined ? 'for the relay as a whole' : `of the cluster ${cluster.slice(0, 64)}, or of all`;
  const message = `this needs a token with the role ${rolesFor(access).join(' or ')}, ${where}; what came is ${has}`;
  const details = { roles: rolesFor(access), role: grant.role, cluster: grant.cluster ?? null };
  return new WhitewaterError('ACCESS_DENIED', message, { details });
}
