import type { RelayApp } from '../http/RelayApp.ts';
import { sessionCookie } from '../locks/cookie.ts';
import type { TokenGuard } from '../locks/TokenGuard.ts';
import { answers } from './answers.ts';
import { Type } from '../../shared/schema.ts';

const Session = Type.Object({
  /** Whether this relay has a token at all. */
  locked: Type.Boolean(),
  /** Whether whoever asks may use it. */
  open: Type.Boolean(),
});

const Credentials = Type.Object(
  { token: Type.String({ minLength: 1, maxLength: 1024, description: 'The token of the relay' }) },
  { additionalProperties: false },
);

/** How the page gets in: a browser cannot send a token with a WebSocket, but it sends a cookie. */
export function sessionRoutes(app: RelayApp, tokens: TokenGuard): void {
  const open = { isOpen: true };
  app.get(
    '/api/session',
    { config: open, schema: answers('Whether a token is needed, and was given', Session) },
    async ({ headers }) => ({ locked: tokens.isLocked, open: tokens.admits(headers) }),
  );
  app.post(
    '/api/session',
    { config: open, schema: { body: Credentials, ...answers('Logs a browser in, by a cookie', Session) } },
    async ({ body, protocol }, reply) => {
      const session = tokens.logIn(body.token);
      reply.header('set-cookie', sessionCookie(session, protocol === 'https'));
      return { locked: tokens.isLocked, open: true };
    },
  );
  app.delete(
    '/api/session',
    { config: open, schema: answers('Logs a browser out', Session) },
    async ({ headers, protocol }, reply) => {
      tokens.logOut(headers);
      reply.header('set-cookie', sessionCookie(undefined, protocol === 'https'));
      return { locked: tokens.isLocked, open: !tokens.isLocked };
    },
  );
}
