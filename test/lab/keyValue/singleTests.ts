import { checkAppends, checkStateBytes, tokenOf } from './genericTest.ts';
import type { KeyValueTester } from './KeyValueTester.ts';

/** The lab's maxraftstate where there is one. */
export const STATE_BYTES = 1000;

const APPENDS = 1000;
/** The lab's heartbeat interval, in which at least three operations must fit. */
const HEARTBEAT_MS = 100;
const OPERATIONS_PER_HEARTBEAT = 3;

/** K2 and K17, GenericTestSpeed: a thousand appends, one after the other, at 33.3 ms each or less. */
export async function speed(tester: KeyValueTester): Promise<void> {
  const { cluster } = tester;
  // The lab does not count these operations, and nor does the line.
  const clerk = await cluster.makeClerk(tester.servers());
  await clerk.get('x');
  const startMs = cluster.nowMs();
  for (let number = 0; number < APPENDS; number += 1) await clerk.append('x', tokenOf(0, number));
  const tookMs = cluster.nowMs() - startMs;
  checkAppends(0, await clerk.get('x'), APPENDS);
  const perOperationMs = tookMs / APPENDS;
  const perOperationMsMax = HEARTBEAT_MS / OPERATIONS_PER_HEARTBEAT;
  if (perOperationMs > perOperationMsMax) {
    throw new Error(
      `operations completed too slowly ${perOperationMs.toFixed(1)} ms/op > ${perOperationMsMax.toFixed(1)} ms/op`,
    );
  }
}

/** K5, TestUnreliableOneKey3A: five clients append to one key at the same time. */
export async function oneKey(tester: KeyValueTester): Promise<void> {
  const [clients, count] = [5, 10];
  const clerk = await tester.makeClerk();
  await tester.put(clerk, 'k', '');
  const run = async (client: number): Promise<void> => {
    const own = await tester.makeClerk();
    for (let number = 0; number < count; number += 1) await tester.append(own, 'k', tokenOf(client, number));
  };
  await Promise.all(Array.from({ length: clients }, (_, client) => run(client)));
  const value = await tester.get(clerk, 'k');
  for (let client = 0; client < clients; client += 1) checkAppends(client, value, count);
}

const NO_PROGRESS_MS = 1000;
const HEALED_MS = 3000;

/** K6, TestOnePartition3A: a majority goes on, a minority waits, and what waits is done when the network is whole. */
export async function onePartition(tester: KeyValueTester): Promise<void> {
  const { cluster } = tester;
  const [first, clerk] = [await tester.makeClerk(), await tester.makeClerk()];
  await tester.put(first, '1', '13');
  const [majority, minority] = sidesOf(tester);
  await cluster.partition([majority, minority]);
  await cluster.connectClerk(clerk, majority);
  const [putter, getter] = [await tester.makeClerk(minority), await tester.makeClerk(minority)];
  // The first line ends with the majority's progress.
  await tester.put(clerk, '1', '14');
  await tester.check(clerk, '1', '14');
  await tester.end();

  await tester.begin('K6b', 'no progress in minority (3A)');
  const done = { put: false, get: false };
  const put = tester.put(putter, '1', '15').then(() => void (done.put = true));
  const get = tester.get(getter, '1').then(() => void (done.get = true));
  for (const waits of [put, get]) waits.catch(() => undefined);
  await cluster.sleep(NO_PROGRESS_MS);
  if (done.put) throw new Error('Put in minority completed');
  if (done.get) throw new Error('Get in minority completed');
  await tester.check(clerk, '1', '14');
  await tester.put(clerk, '1', '16');
  await tester.check(clerk, '1', '16');
  await tester.end();

  await tester.begin('K6c', 'completion after heal (3A)');
  await cluster.connectAll();
  await cluster.connectClerk(putter, tester.servers());
  await cluster.connectClerk(getter, tester.servers());
  await cluster.sleep(1000);
  await doneSoon(tester, () => done.put, 'Put');
  // The lab does not wait for the Get; here it has the same time.
  await doneSoon(tester, () => done.get, 'Get');
  await tester.check(clerk, '1', '15');
}

/** Two servers, with the leader last, and the others. */
function sidesOf(tester: KeyValueTester): [majority: number[], minority: number[]] {
  const leader = tester.cluster.leader() ?? 0;
  const others = tester.servers().filter((server) => server !== leader);
  const minoritySize = Math.floor(tester.cluster.size / 2);
  const majority = others.slice(0, others.length - minoritySize + 1);
  return [majority, [...others.slice(majority.length), leader]];
}

async function doneSoon({ cluster }: KeyValueTester, isDone: () => boolean, what: string): Promise<void> {
  const startMs = cluster.nowMs();
  while (!isDone()) {
    if (cluster.nowMs() - startMs > HEALED_MS) throw new Error(`${what} did not complete`);
    await cluster.sleep(10);
  }
}

/** K15, TestSnapshotRPC3B: a server that was away gets a snapshot, and goes on from it with another. */
export async function snapshotRpc(tester: KeyValueTester): Promise<void> {
  const { cluster } = tester;
  const clerk = await tester.makeClerk();
  await tester.put(clerk, 'a', 'A');
  await tester.check(clerk, 'a', 'A');
  await cluster.partition([[0, 1], [2]]);
  const one = await tester.makeClerk([0, 1]);
  for (let number = 0; number < 50; number += 1) await tester.put(one, String(number), String(number));
  await cluster.sleep(1000);
  await tester.put(one, 'b', 'B');
  checkStateBytes(cluster.stateBytesMax(), STATE_BYTES);
  await cluster.partition([[0, 2], [1]]);
  const other = await tester.makeClerk([0, 2]);
  await tester.put(other, 'c', 'C');
  await tester.put(other, 'd', 'D');
  await tester.check(other, 'a', 'A');
  await tester.check(other, 'b', 'B');
  await tester.check(other, '1', '1');
  await tester.check(other, '49', '49');
  await cluster.partition([[0, 1, 2], []]);
  await tester.put(clerk, 'e', 'E');
  await tester.check(clerk, 'c', 'C');
  await tester.check(clerk, 'e', 'E');
  await tester.check(clerk, '1', '1');
}

const SNAPSHOT_BYTES_MAX = 500;

/** K16, TestSnapshotSize3B: neither the log nor the snapshot of a small store is large. */
export async function snapshotSize(tester: KeyValueTester): Promise<void> {
  const { cluster } = tester;
  const clerk = await tester.makeClerk();
  for (let round = 0; round < 200; round += 1) {
    for (const value of ['0', '1']) {
      await tester.put(clerk, 'x', value);
      await tester.check(clerk, 'x', value);
    }
  }
  checkStateBytes(cluster.stateBytesMax(), STATE_BYTES);
  const bytes = await cluster.snapshotBytesMax();
  if (bytes > SNAPSHOT_BYTES_MAX) throw new Error(`snapshot too large (${bytes} > ${SNAPSHOT_BYTES_MAX})`);
}
