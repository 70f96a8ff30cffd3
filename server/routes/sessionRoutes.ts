import type { RelayApp } from '../http/RelayApp.ts';
import { sessionCookie } from '../locks/cookie.ts';
import type { TokenGuard } from '../locks/TokenGuard.ts';
import { answers } from './answers.ts';
import { Type, type Static } from '../../shared/schema.ts';
import { ClusterId } from '../../shared/ids.ts';
import type { Grant } from '../locks/access.ts';

const Session = Type.Object({
  /** Whether this relay has a token at all. */
  locked: Type.Boolean(),
  /** Whether whoever asks may use it. */
  open: Type.Boolean(),
  /** What whoever asks may do: all, or only look, or what the peers or the clients of a cluster do. */
  role: Type.Union([
    ...([Type.Literal('admin'), Type.Literal('readOnly'), Type.Literal('peer'), Type.Literal('client')] as const),
    Type.Null(),
  ]),
  /** In which cluster; null: in all, or nowhere. */
  cluster: Type.Union([ClusterId, Type.Null()]),
});

type Session = Static<typeof Session>;

const Credentials = Type.Object(
  { token: Type.String({ minLength: 1, maxLength: 1024, description: 'A token of the relay' }) },
  { additionalProperties: false },
);

/** How the page gets in: a browser cannot send a token with a WebSocket, but it sends a cookie. */
export function sessionRoutes(app: RelayApp, tokens: TokenGuard): void {
  const sessionOf = (grant: Grant | undefined): Session => ({
    ...{ locked: tokens.isLocked, open: grant !== undefined },
    ...{ role: grant?.role ?? null, cluster: grant?.cluster ?? null },
  });
  const open = { access: 'open' } as const;
  app.get(
    '/api/session',
    { config: open, schema: answers('Whether a token is needed, and was given', Session) },
    async ({ grant }) => sessionOf(grant),
  );
  app.post(
    '/api/session',
    { config: open, schema: { body: Credentials, ...answers('Logs a browser in, by a cookie', Session) } },
    async ({ body, protocol }, reply) => {
      const { session, grant } = tokens.logIn(body.token);
      reply.header('set-cookie', sessionCookie(session, protocol === 'https'));
      return sessionOf(grant);
    },
  );
  app.delete(
    '/api/session',
    { config: open, schema: answers('Logs a browser out', Session) },
    async ({ headers, protocol }, reply) => {
      tokens.logOut(headers);
      reply.header('set-cookie', sessionCookie(undefined, protocol === 'https'));
      return sessionOf(tokens.grantOf({}));
    },
  );
}
