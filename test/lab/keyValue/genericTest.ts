import type { Clerk } from './KeyValueLabCluster.ts';
import type { KeyValueTester } from './KeyValueTester.ts';

/** What the lab calls electionTimeout, a unit of sleep. */
const ELECTION_MS = 1000;
const ITERATIONS = 3;
const LOAD_MS = 5000;

export interface GenericOptions {
  readonly clients: number;
  readonly crashes: boolean;
  readonly partitions: boolean;
  /** Clients share their keys, and put now and then: only a check of the whole history can judge. */
  readonly randomKeys: boolean;
  /** The lab's maxraftstate; undefined: no snapshots. */
  readonly stateBytes: number | undefined;
}

/** Whether clients and the partitioner are to end. */
interface Stop {
  isAsked: boolean;
}

/** The lab's GenericTest: clients append and read for five seconds, three times, whatever happens to the servers. */
export async function genericTest(tester: KeyValueTester, options: GenericOptions): Promise<void> {
  const { cluster } = tester;
  const clerk = await tester.makeClerk();
  for (let iteration = 0; iteration < ITERATIONS; iteration += 1) {
    const stop: Stop = { isAsked: false };
    const clients = Array.from({ length: options.clients }, (_, client) =>
      heard(runClient(tester, client, options, stop)),
    );
    let partitioner: Promise<void> = Promise.resolve();
    if (options.partitions) {
      await cluster.sleep(ELECTION_MS);
      partitioner = heard(partitionAnew(tester, stop));
    }
    await cluster.sleep(LOAD_MS);
    stop.isAsked = true;
    await partitioner;
    if (options.partitions) {
      await cluster.connectAll();
      await cluster.sleep(ELECTION_MS);
    }
    if (options.crashes) {
      await cluster.crashAll();
      await cluster.sleep(ELECTION_MS);
      await cluster.restartAll();
      await cluster.connectAll();
    }
    for (const [client, appended] of clients.entries()) {
      const count = await appended;
      const value = await tester.get(clerk, String(client));
      if (!options.randomKeys) checkAppends(client, value, count);
    }
    await checkSizes(tester, options.stateBytes);
  }
}

/** Every append of a client is there, once, in order: the lab's checkClntAppends. */
export function checkAppends(client: number, value: string, count: number): void {
  let last = -1;
  for (let number = 0; number < count; number += 1) {
    const wanted = tokenOf(client, number);
    const at = value.indexOf(wanted);
    if (at < 0) throw new Error(`${client} missing element ${wanted} in Append result ${value}`);
    if (value.lastIndexOf(wanted) !== at) throw new Error(`duplicate element ${wanted} in Append result`);
    if (at <= last) throw new Error(`wrong order for element ${wanted} in Append result`);
    last = at;
  }
}

export function tokenOf(client: number, number: number): string {
  return `x ${client} ${number} y`;
}

/** One client. @returns how many of its appends (with random keys: and puts) there were */
async function runClient(
  tester: KeyValueTester,
  client: number,
  { randomKeys, clients }: GenericOptions,
  stop: Stop,
): Promise<number> {
  const clerk = await tester.makeClerk();
  const key = (): string => String(randomKeys ? tester.randomBelow(clients) : client);
  let [count, expected] = [0, ''];
  if (!randomKeys) await tester.put(clerk, key(), expected);
  while (!stop.isAsked) {
    const token = tokenOf(client, count);
    const draw = tester.randomBelow(1000);
    if (draw < 500) {
      await tester.append(clerk, key(), token);
      expected += token;
      count += 1;
    } else if (randomKeys && draw < 600) {
      await tester.put(clerk, key(), token);
      count += 1;
    } else await readOwn(tester, clerk, key(), randomKeys ? undefined : expected);
  }
  return count;
}

async function readOwn(tester: KeyValueTester, clerk: Clerk, key: string, expected: string | undefined): Promise<void> {
  const value = await tester.get(clerk, key);
  if (expected === undefined || value === expected) return;
  throw new Error(`get wrong value, key ${key}, wanted:\n${expected}\n, got\n${value}`);
}

/** Every second or so, each server is on one of two sides, by a fair coin. */
async function partitionAnew(tester: KeyValueTester, stop: Stop): Promise<void> {
  while (!stop.isAsked) {
    const sides: [number[], number[]] = [[], []];
    for (const server of tester.servers()) sides[tester.randomBelow(2) === 0 ? 0 : 1].push(server);
    await tester.cluster.partition(sides);
    await tester.cluster.sleep(ELECTION_MS + tester.randomBelow(200));
  }
}

async function checkSizes({ cluster }: KeyValueTester, stateBytes: number | undefined): Promise<void> {
  if (stateBytes === undefined) {
    const bytes = await cluster.snapshotBytesMax();
    if (bytes > 0) throw new Error(`snapshot too large (${bytes}), should not be used when maxraftstate = -1`);
    return;
  }
  checkStateBytes(cluster.stateBytesMax(), stateBytes);
}

/** The lab allows eight times maxraftstate. */
export function checkStateBytes(bytes: number, stateBytes: number): void {
  if (bytes > 8 * stateBytes) throw new Error(`logs were not trimmed (${bytes} > 8*${stateBytes})`);
}

/** Whoever fails is waited for later; until then nobody listens. */
function heard<Value>(work: Promise<Value>): Promise<Value> {
  work.catch(() => undefined);
  return work;
}
