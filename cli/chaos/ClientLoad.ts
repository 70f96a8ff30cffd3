import { setTimeout as after } from 'node:timers/promises';
import { WhitewaterError } from '../../shared/errors.ts';
import type { Stage } from '../../client/scenario/Stage.ts';

/** What the clients asked for so far. */
export interface OperationCounts {
  acknowledged: number;
  /** It certainly did not happen. */
  failed: number;
  /** It may have happened. */
  unknown: number;
  reads: number;
}

const CLIENTS = 3;
const TIMEOUT_MS = 1500;
/** Between two operations of a client, so that a fast cluster does not make of its log a long one. */
const PAUSE_MS = 10;
/** A share of the operations reads: what the client wrote, and in turn what another one wrote. */
const READ_EVERY = 4;
/** What no fault of a network excuses. */
const NEVER = 'INTERNAL';

/** One value appended to a key. */
interface Append {
  readonly token: string;
  result: 'acknowledged' | 'failed' | 'unknown';
}

/** A key of one client's, which all of them read. */
interface Log {
  readonly key: string;
  readonly appends: Append[];
  /** The longest value that any read saw. */
  seen: string;
}

/**
 * Clients that append values of their own, each to a key of its own, one after the other, and read the keys of all. What was
 * acknowledged must be there exactly once and in the order of asking; what may have happened at most once; what certainly did
 * not, not at all. A read, whoever asks, must see all that was acknowledged before it began, and all that a read before it saw:
 * a value only grows, so what is seen once is the beginning of all that is seen later.
 */
export class ClientLoad {
  readonly counts: OperationCounts = { acknowledged: 0, failed: 0, unknown: 0, reads: 0 };
  readonly #stage: Stage;
  readonly #logs: readonly Log[];
  readonly #ending = new AbortController();
  readonly #running: Promise<void>[] = [];
  #offence: string | undefined;

  /** @param round part of the keys, so that no value grows without bound */
  constructor(stage: Stage, round: number) {
    this.#stage = stage;
    this.#logs = Array.from({ length: CLIENTS }, (_, at) => ({
      ...{ key: `chaos/${round}/client${at + 1}`, appends: [], seen: '' },
    }));
    for (const [at, log] of this.#logs.entries()) this.#running.push(this.#run(log, at));
  }

  /** The first read that did not see what it had to. */
  get offence(): string | undefined {
    return this.#offence;
  }

  /** Resolves when no request is under way any more. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#running);
  }

  /** Reads every key. @returns what is wrong, if something is */
  async check(): Promise<string | undefined> {
    const { client, cluster } = this.#stage;
    for (const { key, appends, seen } of this.#logs) {
      const value = (await client.get(cluster, key, { timeoutMs: 10_000 }))?.value ?? '';
      const offence = growthOffence(key, seen, value) ?? offenceIn(key, value, appends);
      if (offence !== undefined) return offence;
    }
    return undefined;
  }

  /** Reads every key from every replica. @returns where one differs from what is true; it may only lag */
  async difference(): Promise<string | undefined> {
    const { client, cluster, peers } = this.#stage;
    for (const { key } of this.#logs) {
      const value = (await client.get(cluster, key, { timeoutMs: 10_000 }))?.value;
      for (const id of peers) {
        const replica = (await client.get(cluster, key, { at: id, consistency: 'stale' }))?.value;
        if (replica !== value) return `${id} has another value of ${key} than the leader`;
      }
    }
    return undefined;
  }

  async #run(own: Log, client: number): Promise<void> {
    for (let at = 1; !this.#ending.signal.aborted && this.#offence === undefined; at += 1) {
      if (at % READ_EVERY === 0) await this.#read(this.#logs[(client + at / READ_EVERY) % CLIENTS] ?? own);
      else await this.#append(own, `${at};`);
      await after(PAUSE_MS);
    }
  }

  async #append({ key, appends }: Log, token: string): Promise<void> {
    const append: Append = { token, result: 'unknown' };
    appends.push(append);
    try {
      await this.#stage.client.append(this.#stage.cluster, key, token, { timeoutMs: TIMEOUT_MS });
      append.result = 'acknowledged';
    } catch (error) {
      append.result = this.#excused(error).definite ? 'failed' : 'unknown';
    }
    this.counts[append.result] += 1;
  }

  async #read(log: Log): Promise<void> {
    const { key, appends, seen } = log;
    const before = appends.filter(({ result }) => result === 'acknowledged');
    try {
      const item = await this.#stage.client.get(this.#stage.cluster, key, { timeoutMs: TIMEOUT_MS });
      this.counts.reads += 1;
      const value = item?.value ?? '';
      const tokens = new Set(tokensOf(value));
      const missed = before.find(({ token }) => !tokens.has(token));
      if (missed !== undefined)
        this.#offence ??= `a linearizable read of ${key} did not see ${missed.token}, acknowledged before it`;
      this.#offence ??= growthOffence(key, seen, value);
      // Reads that overlap may end in either order, but of one history.
      const [short, long] = value.length < log.seen.length ? [value, log.seen] : [log.seen, value];
      this.#offence ??= growthOffence(key, short, long);
      log.seen = long;
    } catch (error) {
      this.#excused(error);
    }
  }

  /** What a client may be told under faults. */
  #excused(error: unknown): WhitewaterError {
    if (!(error instanceof WhitewaterError)) throw error;
    if (error.code === NEVER) this.#offence ??= `a client was answered with ${NEVER}: ${error.message}`;
    return error;
  }
}

/** @returns what is wrong if a value that grows was first the one and is now the other */
function growthOffence(key: string, before: string, now: string): string | undefined {
  if (now.startsWith(before)) return undefined;
  const tokens = tokensOf(now);
  const at = tokensOf(before).findIndex((token, place) => tokens[place] !== token);
  return `a read of ${key} saw ${tokensOf(before)[at] ?? before} in a place where a later one did not`;
}

/** Values have their own end, so that two of them are never taken for a third. */
function tokensOf(value: string): string[] {
  return value.match(/[^;]*;/g) ?? [];
}

/** @returns what is wrong with a key's value after these appends, if something is */
export function offenceIn(key: string, value: string, appends: readonly Append[]): string | undefined {
  const tokens = tokensOf(value);
  const places = new Map<string, number>();
  for (const [at, token] of tokens.entries()) {
    if (places.has(token)) return `${key} has ${token} twice`;
    places.set(token, at);
  }
  let last = -1;
  for (const { token, result } of appends) {
    const place = places.get(token);
    places.delete(token);
    if (result === 'failed' && place !== undefined) return `${key} has ${token}, which certainly had not happened`;
    if (result !== 'acknowledged') continue;
    if (place === undefined) return `${key} lacks ${token}, which was acknowledged`;
    if (place < last) return `${key} has ${token} before what was acknowledged earlier`;
    last = place;
  }
  const [stranger] = places.keys();
  return stranger === undefined ? undefined : `${key} has ${stranger}, which nobody wrote`;
}
