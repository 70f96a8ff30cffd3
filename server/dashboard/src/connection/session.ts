import type { ErrorAnswer } from '../../../../shared/http/ErrorAnswer.ts';

/** Whether the relay has a token, whether this browser may use it, and for what. */
export interface Session {
  readonly locked: boolean;
  readonly open: boolean;
  /** Null without a token that is taken; a relay without tokens gives everybody its highest. */
  readonly role: 'admin' | 'readOnly' | 'peer' | 'client' | null;
}

/**
 * What may be done from this browser.
 * - `asking`: the relay has not answered yet
 * - `notTold`: it could not be asked; looking only, until it can
 */
export type Rights = 'everything' | 'looking' | 'asking' | 'notTold';

/** @param hasFailed whether the relay was asked in vain. Nothing is allowed before it said so. */
export function rightsOf(session: Session | null, hasFailed: boolean): Rights {
  const role = session?.role ?? null;
  if (role === null) return hasFailed ? 'notTold' : 'asking';
  return role === 'admin' ? 'everything' : 'looking';
}

/** @throws {Error} when no relay answers, or not with a session */
export async function readSession(base: URL): Promise<Session> {
  const response = await fetch(new URL('api/session', base));
  if (!response.ok) throw new Error(`the relay answered ${response.status}`);
  return (await response.json()) as Session;
}

/**
 * Gives the token, for a cookie that only the browser can read.
 * @returns null, or the relay's refusal
 */
export async function logIn(base: URL, token: string): Promise<ErrorAnswer | null> {
  try {
    const response = await fetch(new URL('api/session', base), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    return response.ok ? null : ((await response.json()) as ErrorAnswer);
  } catch {
    return { code: 'RELAY_UNREACHABLE', message: 'the relay does not answer: is it still running?', definite: false };
  }
}
