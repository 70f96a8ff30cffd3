import { setTimeout as after } from 'node:timers/promises';
import { WhitewaterError, type ErrorCode } from '../shared/errors.ts';
import type { Random } from '../shared/random.ts';
import type { Call } from '../sim/History.ts';
import type { KeyValueInput, KeyValueOutput } from '../sim/linearizability/keyValueModel.ts';
import type { Connection } from './Connection.ts';
import type { KeyPool } from './KeyPool.ts';

export interface ClientWorld {
  readonly keys: KeyPool;
  readonly history: Call[];
  /** @param offence in one sentence: no fault excuses it */
  readonly onOffence: (offence: string) => void;
}

export interface TortureClientOptions {
  readonly name: string;
  readonly random: Random;
  /** Some ask only what HTTP can ask. */
  readonly isHttp: boolean;
  /** @param life from 1; each is a process of its own to the cluster */
  readonly connect: (life: number) => Connection;
}

/** Operations of one client under way at a time. */
const THREADS = 2;
/** Between the end of an operation and the next one, on average. */
const THINK_MS = 20;
/** So much longer after a failure: each operation of unknown outcome makes the history harder to judge. */
const DISCOURAGED = 4;
const TIMEOUT_MS = 1500;
/** A list of a whole round, which ties all its keys together at one revision. */
const LIST_LIMIT = 200;
/** What no fault of a network, a process or a disk excuses. */
const NEVER: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(['INTERNAL', 'INVARIANT_VIOLATED', 'USAGE', 'REQUEST_INVALID', 'COMMAND_REFUSED'] as const),
  ...(['COMMAND_TOO_LARGE', 'ANSWER_TOO_LARGE', 'CLIENT_CLOSED'] as const),
]);

/**
 * A client that asks for one thing after the other, on few keys, each value written once, and writes down what it was told. A crash ends
 * its connection: what was under way stays open, and a new life begins.
 */
export class TortureClient {
  readonly name: string;
  readonly #options: TortureClientOptions;
  readonly #world: ClientWorld;
  readonly #ending = new AbortController();
  readonly #threads: Promise<void>[] = [];
  /** What it last saw of each key, for `compareAndSet`. */
  readonly #revisions = new Map<string, number>();
  #connection: Connection;
  #life = 1;
  #values = 0;
  #answeredAtMs = 0;

  constructor(options: TortureClientOptions, world: ClientWorld) {
    this.name = options.name;
    this.#options = options;
    this.#world = world;
    this.#connection = options.connect(1);
    for (let thread = 1; thread <= THREADS; thread += 1) this.#threads.push(this.#run(thread));
  }

  /** When it last had an answer, on the clock of the history. */
  get answeredAtMs(): number {
    return this.#answeredAtMs;
  }

  crash(): void {
    this.#connection.crash();
    this.#life += 1;
    this.#connection = this.#options.connect(this.#life);
  }

  /** Begins nothing new; resolves when all that was asked has ended. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#threads);
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  async #run(thread: number): Promise<void> {
    const { random } = this.#options;
    const { signal } = this.#ending;
    let isDiscouraged = false;
    for (;;) {
      const thinkMs = -Math.log(1 - random()) * THINK_MS * (isDiscouraged ? DISCOURAGED : 1);
      await after(thinkMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      isDiscouraged = !(await this.#once(thread));
    }
  }

  /** @returns whether it was answered */
  async #once(thread: number): Promise<boolean> {
    const life = this.#life;
    const input = this.#draw();
    const call: Call = {
      ...{ client: `${this.name}.${life}.${thread}`, input, calledAtMs: performance.now() },
      ...{ output: undefined, returnedAtMs: undefined, isVoid: false },
    };
    this.#world.history.push(call);
    try {
      const output = await this.#connection.ask(input, { timeoutMs: TIMEOUT_MS });
      if (this.#life !== life) return this.#unanswered(call);
      call.returnedAtMs = performance.now();
      call.output = output;
      this.#answeredAtMs = call.returnedAtMs;
      this.#learn(input, output);
      return true;
    } catch (error) {
      // Those of a client that crashed nobody ever heard of.
      if (this.#life !== life) return this.#unanswered(call);
      const { definite } = this.#excused(error);
      call.isVoid = isRead(input) || definite || neverLeft(error);
      return this.#unanswered(call);
    }
  }

  #unanswered(call: Call): false {
    if (isRead(call.input)) call.isVoid = true;
    else if (!call.isVoid && 'key' in call.input) this.#world.keys.leaveOpen(call.input.key);
    return false;
  }

  #excused(error: unknown): { readonly definite: boolean } {
    if (!(error instanceof WhitewaterError)) {
      this.#world.onOffence(`${this.name} failed with no error of this system: ${String(error)}`);
      return { definite: false };
    }
    if (NEVER.has(error.code)) this.#world.onOffence(`${this.name} was told ${error.code}: ${error.message}`);
    return error;
  }

  #draw(): KeyValueInput {
    const { random, isHttp } = this.#options;
    const key = this.#world.keys.take(random);
    const kind = random();
    if (kind < 0.33) return isHttp ? { type: 'list', prefix: key, limit: 1 } : { type: 'get', key };
    if (kind < 0.35) return { type: 'list', prefix: this.#world.keys.prefix, limit: LIST_LIMIT };
    this.#values += 1;
    const value = `${this.name}.${this.#values};`;
    if (kind < 0.65) return { type: 'append', key, value };
    if (kind < 0.8) return { type: 'put', key, value };
    if (kind < 0.96) return { type: 'compareAndSet', key, value, expectedRevision: this.#revisions.get(key) ?? 0 };
    return { type: 'delete', key };
  }

  #learn(input: KeyValueInput, output: KeyValueOutput): void {
    if ('changed' in output) {
      if ('key' in input) this.#revisions.set(input.key, output.revision);
    } else if (output.type === 'list') {
      for (const { key, revision } of output.items) this.#revisions.set(key, revision);
    } else if ('key' in input) this.#revisions.set(input.key, output.item?.revision ?? 0);
  }
}

/** Nobody listened: of a request that may have arrived the client says that its outcome is unknown, and this run holds it to that. */
function neverLeft(error: unknown): boolean {
  return error instanceof WhitewaterError && error.code === 'RELAY_UNREACHABLE' && error.cause !== undefined;
}

function isRead({ type }: Call['input']): boolean {
  return type === 'get' || type === 'list';
}
