import { setTimeout as after } from 'node:timers/promises';
import { WhitewaterError } from '../../shared/errors.ts';
import type { Stage } from '../scenario/Stage.ts';

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
/** A share of the operations reads back what the client wrote. */
const READ_EVERY = 5;

/** One value appended to a key. */
interface Append {
  readonly token: string;
  result: 'acknowledged' | 'failed' | 'unknown';
}

/**
 * Clients that append values of their own, each to a key of its own, one after the other. What was acknowledged must be there
 * exactly once and in the order of asking; what may have happened at most once; what certainly did not, not at all. A read must
 * see all that was acknowledged before it began.
 */
export class ClientLoad {
  readonly counts: OperationCounts = { acknowledged: 0, failed: 0, unknown: 0, reads: 0 };
  readonly #stage: Stage;
  readonly #appends = new Map<string, Append[]>();
  readonly #ending = new AbortController();
  readonly #running: Promise<void>[] = [];
  #offence: string | undefined;

  /** @param round part of the keys, so that no value grows without bound */
  constructor(stage: Stage, round: number) {
    this.#stage = stage;
    for (let at = 1; at <= CLIENTS; at += 1) {
      const key = `chaos/${round}/client${at}`;
      this.#appends.set(key, []);
      this.#running.push(this.#run(key));
    }
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
    for (const [key, appends] of this.#appends) {
      const value = (await client.get(cluster, key, { timeoutMs: 10_000 }))?.value ?? '';
      const offence = offenceIn(key, value, appends);
      if (offence !== undefined) return offence;
    }
    return undefined;
  }

  /** Reads every key from every replica. @returns where one differs from what is true; it may only lag */
  async difference(): Promise<string | undefined> {
    const { client, cluster, peers } = this.#stage;
    for (const key of this.#appends.keys()) {
      const value = (await client.get(cluster, key, { timeoutMs: 10_000 }))?.value;
      for (const id of peers) {
        const replica = (await client.get(cluster, key, { at: id, consistency: 'stale' }))?.value;
        if (replica !== value) return `${id} has another value of ${key} than the leader`;
      }
    }
    return undefined;
  }

  async #run(key: string): Promise<void> {
    const appends = this.#appends.get(key) ?? [];
    for (let at = 1; !this.#ending.signal.aborted && this.#offence === undefined; at += 1) {
      if (at % READ_EVERY === 0) await this.#read(key, appends);
      else await this.#append(key, `${at};`, appends);
      await after(PAUSE_MS);
    }
  }

  async #append(key: string, token: string, appends: Append[]): Promise<void> {
    const append: Append = { token, result: 'unknown' };
    appends.push(append);
    try {
      await this.#stage.client.append(this.#stage.cluster, key, token, { timeoutMs: TIMEOUT_MS });
      append.result = 'acknowledged';
    } catch (error) {
      if (!(error instanceof WhitewaterError)) throw error;
      append.result = error.definite ? 'failed' : 'unknown';
    }
    this.counts[append.result] += 1;
  }

  async #read(key: string, appends: readonly Append[]): Promise<void> {
    const before = appends.filter(({ result }) => result === 'acknowledged');
    try {
      const item = await this.#stage.client.get(this.#stage.cluster, key, { timeoutMs: TIMEOUT_MS });
      this.counts.reads += 1;
      const tokens = new Set(tokensOf(item?.value ?? ''));
      const missed = before.find(({ token }) => !tokens.has(token));
      if (missed !== undefined)
        this.#offence ??= `a linearizable read of ${key} did not see ${missed.token}, acknowledged before it`;
    } catch (error) {
      if (!(error instanceof WhitewaterError)) throw error;
    }
  }
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
