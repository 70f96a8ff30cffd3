import { SESSION_HOURS } from './Sessions.ts';

export const SESSION_COOKIE = 'whitewater_session';

/** The session that a request's Cookie header names. */
export function sessionIn(header: string | undefined): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === SESSION_COOKIE) return value;
  }
  return undefined;
}

/**
 * Out of reach of scripts, and never sent along by pages of other sites.
 * @param session undefined takes the cookie away
 */
export function sessionCookie(session: string | undefined, isEncrypted: boolean): string {
  const life = session === undefined ? 0 : SESSION_HOURS * 3600;
  const secure = isEncrypted ? '; Secure' : '';
  return `${SESSION_COOKIE}=${session ?? ''}; Path=/; Max-Age=${life}; HttpOnly; SameSite=Strict${secure}`;
}
