import type { Random } from '../../../shared/random.ts';
import type { LabCounts } from '../LabCluster.ts';
import type { LabColumns } from '../LabTester.ts';
import type { Clerk, KeyValueLabCluster } from './KeyValueLabCluster.ts';
import type { ClerkOperation } from './checkHistory.ts';

/** One printed line of lab 3. */
export interface KeyValueRow extends LabColumns {
  readonly number: string;
  readonly title: string;
  /** Of clerks, as far as the lab counts them. */
  readonly operations: number;
}

/** What the tests of lab 3 have in common: clerks whose operations are counted and written down, and the printed lines. */
export class KeyValueTester {
  readonly cluster: KeyValueLabCluster;
  readonly random: Random;
  /** Of all clerks, in the order in which they were called. */
  readonly history: ClerkOperation[] = [];
  readonly rows: KeyValueRow[] = [];
  #clerks = 0;
  #operations = 0;
  readonly #numbers = new Map<Clerk, number>();
  #begun: { number: string; title: string; startMs: number; before: LabCounts } | undefined;

  constructor(cluster: KeyValueLabCluster, random: Random) {
    this.cluster = cluster;
    this.random = random;
  }

  /** The lab's begin(): what is counted from here on is of this line. */
  async begin(number: string, title: string): Promise<void> {
    this.#operations = 0;
    this.#begun = { number, title, startMs: this.cluster.nowMs(), before: await this.cluster.counts() };
  }

  /** The lab's end(). */
  async end(): Promise<void> {
    if (this.#begun === undefined) throw new Error('end() without begin()');
    const { number, title, startMs, before } = this.#begun;
    const now = await this.cluster.counts();
    this.rows.push({
      ...{ number, title, peers: this.cluster.size, operations: this.#operations },
      seconds: (this.cluster.nowMs() - startMs) / 1000,
      rpcs: now.rpcs - before.rpcs,
      bytes: now.bytes - before.bytes,
      commits: now.commits - before.commits,
    });
  }

  /** The numbers of all servers. */
  servers(): number[] {
    return Array.from({ length: this.cluster.size }, (_, server) => server);
  }

  async makeClerk(servers: readonly number[] = this.servers()): Promise<Clerk> {
    const clerk = await this.cluster.makeClerk(servers);
    this.#numbers.set(clerk, this.#clerks);
    this.#clerks += 1;
    return clerk;
  }

  /** A whole number from 0 to below. */
  randomBelow(bound: number): number {
    return Math.floor(this.random() * bound);
  }

  get(clerk: Clerk, key: string): Promise<string> {
    return this.#recorded(clerk, { operation: 'get', key }, () => clerk.get(key));
  }

  async put(clerk: Clerk, key: string, value: string): Promise<void> {
    await this.#recorded(clerk, { operation: 'put', key, input: value }, () => clerk.put(key, value));
  }

  async append(clerk: Clerk, key: string, value: string): Promise<void> {
    await this.#recorded(clerk, { operation: 'append', key, input: value }, () => clerk.append(key, value));
  }

  /** Reads a key and holds it against what it must be. */
  async check(clerk: Clerk, key: string, value: string): Promise<void> {
    const got = await this.get(clerk, key);
    if (got !== value) throw new Error(`Get(${key}): expected:\n${value}\nreceived:\n${got}`);
  }

  async #recorded<Output>(
    clerk: Clerk,
    what: Pick<ClerkOperation, 'operation' | 'key' | 'input'>,
    operate: () => Promise<Output>,
  ): Promise<Output> {
    const record: ClerkOperation = {
      client: this.#numbers.get(clerk) ?? -1,
      ...what,
      calledAtMs: this.cluster.nowMs(),
    };
    this.history.push(record);
    const output = await operate();
    if (typeof output === 'string') record.output = output;
    record.returnedAtMs = this.cluster.nowMs();
    this.#operations += 1;
    return output;
  }
}
