import { ClusterClient } from '../client/ClusterClient.ts';
import type { Clock } from '../endpoint/ports/Clock.ts';
import { WhitewaterError } from '../shared/errors.ts';
import type { PeerId } from '../shared/ids.ts';
import type { KeyValueAnswer, KeyValueCommand, KeyValueQuery, KeyValueResult } from '../shared/keyValue.ts';
import type { Random } from '../shared/random.ts';
import type { Call } from './History.ts';
import type { Read } from './judgeReads.ts';
import { SettlingClock } from './SettlingClock.ts';
import { SimulatedProcess } from './SimulatedProcess.ts';
import type { SimulatedRelay } from './SimulatedRelay.ts';
import type { VirtualClock } from './VirtualClock.ts';
import type { WorkloadOptions } from './Workload.ts';

export interface ClientWorld {
  readonly clock: VirtualClock;
  readonly relay: SimulatedRelay;
  readonly history: Call[];
  readonly staleReads: Read[];
  note(what: string): void;
  /** Something that must not happen did, where to throw it would not be heard. */
  fail(error: unknown): void;
}

export interface SimulatedClientOptions extends WorkloadOptions {
  readonly id: PeerId;
  readonly random: Random;
  /** Whom reads may be asked of by their names. */
  readonly peers: readonly PeerId[];
}

/** So much longer a client waits after a failure: each operation of unknown outcome makes its history harder to judge. */
const DISCOURAGED = 4;

/** The share of reads that are asked of one peer by its name, and how long it is waited for: it may be down. */
const READ_AT_RATE = 0.35;
const READ_AT_MS_MAX = 700;
/** The share of operations that are asked of whoever answers, as it is there. */
const STALE_RATE = 0.08;
/** And of reads that want all keys at once. */
const LIST_RATE = 0.15;

type Cluster = ClusterClient<KeyValueCommand, KeyValueResult, KeyValueQuery, KeyValueAnswer>;

/** The real client in a simulated process, which asks for one thing after the other. A crash ends its process, and a new one begins. */
export class SimulatedClient {
  readonly id: PeerId;
  readonly #options: SimulatedClientOptions;
  readonly #world: ClientWorld;
  #life = 0;
  #process: SimulatedProcess | undefined;
  #cluster: Cluster | undefined;
  #values = 0;
  /** What it last saw of each key, for `compareAndSet`. */
  readonly #revisions = new Map<string, number>();
  #isOver = false;
  /** Its last operation failed. */
  #isDiscouraged = false;
  underWay = 0;

  constructor(options: SimulatedClientOptions, world: ClientWorld) {
    this.id = options.id;
    this.#options = options;
    this.#world = world;
  }

  /** The client itself, for whatever else is to be asked of the cluster. */
  get cluster(): Cluster | undefined {
    return this.#cluster;
  }

  start(): void {
    const { id, random, threads, sessionTimeToLiveMs } = this.#options;
    this.#life += 1;
    const process = new SimulatedProcess(this.#world.clock);
    this.#process = process;
    this.underWay = 0;
    const clock = new SettlingClock(process, this.#world.clock);
    const transport = this.#world.relay.transport({ id, process, isClient: true, tellsStatuses: true });
    const timeToLive = sessionTimeToLiveMs === undefined ? {} : { sessionTimeToLiveMs };
    this.#cluster = new ClusterClient({ transport, clock, random, ...timeToLive });
    for (let thread = 0; thread < threads; thread += 1) this.#later(process, clock);
  }

  /** One write of its own, whatever else it does. */
  async write(): Promise<void> {
    const put = (): Promise<void> => {
      const input = { type: 'put', key: 'last', value: this.#nextValue() } as const;
      return this.#recorded(input, () => this.#connected.command(input));
    };
    try {
      await put();
    } catch (error) {
      // Peers whose times of day are apart end short sessions early, and the next command begins a new one.
      if (!(error instanceof WhitewaterError && error.code === 'SESSION_EXPIRED')) throw error;
      await put();
    }
  }

  /** What it waits for it will never hear of. */
  crash(): void {
    this.#process?.kill();
    this.#world.relay.detach(this.id);
  }

  end(): void {
    this.#isOver = true;
  }

  #later(process: SimulatedProcess, clock: Clock): void {
    const thinkMs = this.#options.thinkMs * (this.#isDiscouraged ? DISCOURAGED : 1);
    const waitMs = -Math.log(1 - this.#options.random()) * thinkMs;
    clock.setTimer(clock.nowMs() + waitMs, () => {
      if (this.#isOver) return;
      this.#one().then(
        () => {
          if (!process.isKilled) this.#later(process, clock);
        },
        (error: unknown) => this.#world.fail(error),
      );
    });
  }

  /** Reads every key once more, so that what was written last is seen by somebody. */
  async readAll(): Promise<void> {
    for (let key = 1; key <= this.#options.keys; key += 1) await this.#once({ type: 'get', key: `k${key}` });
  }

  #one(): Promise<void> {
    const { random, peers } = this.#options;
    if (random() < STALE_RATE) return this.#readStale();
    const input = this.#draw();
    // A read at a peer by its name reaches leaders that are cut off from the others, and followers.
    const at = isQuery(input) && random() < READ_AT_RATE ? peers[Math.floor(random() * peers.length)] : undefined;
    return this.#once(input, at);
  }

  async #once(input: KeyValueCommand | KeyValueQuery, at?: PeerId): Promise<void> {
    try {
      await this.#recorded(input, () => this.#ask(input, at));
      this.#isDiscouraged = false;
    } catch (error) {
      if (!(error instanceof WhitewaterError)) throw error;
      this.#isDiscouraged = true;
    }
  }

  /** @throws {WhitewaterError} when it failed, or its outcome is unknown */
  async #recorded(
    input: KeyValueCommand | KeyValueQuery,
    ask: () => Promise<KeyValueResult | KeyValueAnswer>,
  ): Promise<void> {
    const { id } = this.#options;
    const call: Call = {
      client: `${id}.${this.#life}`,
      input,
      calledAtMs: this.#world.clock.nowMs(),
      output: undefined,
      returnedAtMs: undefined,
      isVoid: false,
    };
    const number = this.#world.history.push(call);
    this.#world.note(`${call.client} asks ${number}: ${JSON.stringify(input)}`);
    this.underWay += 1;
    try {
      call.output = await ask();
      call.returnedAtMs = this.#world.clock.nowMs();
      this.#world.note(`${call.client} is told ${number}: ${JSON.stringify(call.output)}`);
      this.#learn(input, call.output as KeyValueResult | KeyValueAnswer);
    } catch (error) {
      if (error instanceof WhitewaterError) {
        call.isVoid = error.definite || isQuery(input);
        this.#world.note(`${call.client} gives up ${number}: ${error.code}`);
      }
      throw error;
    } finally {
      this.underWay -= 1;
    }
  }

  get #connected(): Cluster {
    if (this.#cluster === undefined) throw new TypeError('the client has not been started');
    return this.#cluster;
  }

  #ask(input: KeyValueCommand | KeyValueQuery, at: PeerId | undefined): Promise<KeyValueResult | KeyValueAnswer> {
    const cluster = this.#connected;
    const { timeoutMs } = this.#options;
    if (!isQuery(input)) return cluster.command(input, { timeoutMs });
    if (at === undefined) return cluster.query(input, { timeoutMs });
    return cluster.query(input, { timeoutMs: Math.min(timeoutMs, READ_AT_MS_MAX), at });
  }

  /** What comes of it is judged apart: it may be old. */
  async #readStale(): Promise<void> {
    const { random, keys } = this.#options;
    const which = Math.floor(random() * 3);
    const queries: readonly KeyValueQuery[] = [
      { type: 'get', key: `k${1 + Math.floor(random() * keys)}` },
      { type: 'list', prefix: 'k', limit: 1 + Math.floor(random() * 5) },
      { type: 'changes', prefix: 'k', afterRevision: Math.floor(random() * 40), limit: 1 + Math.floor(random() * 20) },
    ];
    const query = queries[which];
    if (query === undefined || this.#cluster === undefined) return;
    this.underWay += 1;
    try {
      const answer = await this.#cluster.query(query, { timeoutMs: READ_AT_MS_MAX, consistency: 'stale' });
      this.#world.staleReads.push({ query, answer });
    } catch (error) {
      if (!(error instanceof WhitewaterError)) throw error;
    } finally {
      this.underWay -= 1;
    }
  }

  #draw(): KeyValueCommand | KeyValueQuery {
    const { random, keys } = this.#options;
    const key = `k${1 + Math.floor(random() * keys)}`;
    const kind = random();
    if (kind < 0.35 * LIST_RATE) return { type: 'list', prefix: 'k', limit: 100 };
    if (kind < 0.35) return { type: 'get', key };
    const value = this.#nextValue();
    if (kind < 0.65) return { type: 'append', key, value };
    if (kind < 0.8) return { type: 'put', key, value };
    if (kind < 0.95) {
      return { type: 'compareAndSet', key, value, expectedRevision: this.#revisions.get(key) ?? 0 };
    }
    return { type: 'delete', key };
  }

  /** No value is written by two commands. */
  #nextValue(): string {
    this.#values += 1;
    return `${this.id}.${this.#values};`;
  }

  #learn(input: KeyValueCommand | KeyValueQuery, output: KeyValueResult | KeyValueAnswer | null): void {
    // An answer of another shape is for the judge.
    if (typeof output !== 'object' || output === null) return;
    if ('changed' in output && 'key' in input) this.#revisions.set(input.key, output.revision);
    else if ('type' in output && output.type === 'get' && 'key' in input) {
      this.#revisions.set(input.key, output.item?.revision ?? 0);
    }
  }
}

function isQuery(input: KeyValueCommand | KeyValueQuery): input is KeyValueQuery {
  return input.type === 'get' || input.type === 'list' || input.type === 'changes';
}
