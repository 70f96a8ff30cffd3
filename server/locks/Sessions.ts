import { nanoid } from 'nanoid';

/** Browsers that are logged in, at most. The oldest is logged out when another comes. */
const SESSIONS_MAX = 1000;
export const SESSION_HOURS = 12;

/** Who gave the right token, by a random name that a browser keeps in a cookie: the token itself is kept nowhere. */
export class Sessions {
  readonly #endMsOf = new Map<string, number>();
  readonly #clock: () => number;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  start(): string {
    const oldest = this.#endMsOf.keys().next();
    if (this.#endMsOf.size >= SESSIONS_MAX && oldest.done !== true) this.#endMsOf.delete(oldest.value);
    const name = nanoid(32);
    this.#endMsOf.set(name, this.#clock() + SESSION_HOURS * 3_600_000);
    return name;
  }

  has(name: string): boolean {
    const endMs = this.#endMsOf.get(name);
    if (endMs === undefined) return false;
    if (endMs > this.#clock()) return true;
    this.#endMsOf.delete(name);
    return false;
  }

  end(name: string): void {
    this.#endMsOf.delete(name);
  }
}
