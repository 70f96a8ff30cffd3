import { WhitewaterError } from '../shared/errors.ts';

/** How long the relay is to wait for the cluster, in milliseconds: 1 to 60,000. */
export interface Wait {
  readonly timeoutMs?: number;
}

export interface ReadOptions extends Wait {
  /** `stale`: as one peer sees it, which may be long behind. Default: linearizable. */
  readonly consistency?: 'linearizable' | 'stale';
  /** Which peer is to answer. */
  readonly at?: string;
}

/** How much longer than the relay itself this end waits: for the way there and back. */
const MARGIN_MS = 5_000;
/** How long the relay waits for a cluster, unless told otherwise. */
const WAIT_MS = 10_000;

/** @returns how long this end waits for the relay's answer */
export function answerTimeoutMs({ timeoutMs = WAIT_MS }: Wait): number {
  return timeoutMs + MARGIN_MS;
}

export function pathOf(cluster: string): string {
  return `api/clusters/${encodeURIComponent(cluster)}`;
}

/** @throws {WhitewaterError} REQUEST_INVALID for what cannot stand in a URL */
export function keyPathOf(cluster: string, key: string): string {
  if (key === '') throw new WhitewaterError('REQUEST_INVALID', 'the key is empty: give at least one character');
  // Whoever reads a URL takes these for steps, however they are written.
  if (key === '.' || key === '..' || /\p{Surrogate}/u.test(key)) {
    const message = `${JSON.stringify(key)} cannot stand in a URL as a key: give one that is neither "." nor "..", in good Unicode`;
    throw new WhitewaterError('REQUEST_INVALID', message);
  }
  return `${pathOf(cluster)}/kv/${encodeURIComponent(key)}`;
}

export function readQueryOf({ consistency, at, timeoutMs }: ReadOptions) {
  return { read: consistency, at, timeoutMs };
}

/** Without what is undefined; empty if all is. */
export function queryOf(fields: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) query.set(name, String(value));
  return query.size === 0 ? '' : `?${query.toString()}`;
}
