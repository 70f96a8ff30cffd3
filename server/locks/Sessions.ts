import { nanoid } from 'nanoid';
import type { Grant } from './access.ts';

/** Browsers that are logged in, at most. The oldest is logged out when another comes. */
const SESSIONS_MAX = 1000;
export const SESSION_HOURS = 12;

/** Who gave a good token, by a random name that a browser keeps in a cookie: the token itself is kept nowhere. */
export class Sessions {
  readonly #sessions = new Map<string, { readonly endMs: number; readonly grant: Grant }>();
  readonly #clock: () => number;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  start(grant: Grant): string {
    const oldest = this.#sessions.keys().next();
    if (this.#sessions.size >= SESSIONS_MAX && oldest.done !== true) this.#sessions.delete(oldest.value);
    const name = nanoid(32);
    this.#sessions.set(name, { endMs: this.#clock() + SESSION_HOURS * 3_600_000, grant });
    return name;
  }

  /** What the token allowed that was given at its start; undefined for a session that is not, or not any more. */
  grantOf(name: string): Grant | undefined {
    const session = this.#sessions.get(name);
    if (session === undefined) return undefined;
    if (session.endMs > this.#clock()) return session.grant;
    this.#sessions.delete(name);
    return undefined;
  }

  end(name: string): void {
    this.#sessions.delete(name);
  }
}
