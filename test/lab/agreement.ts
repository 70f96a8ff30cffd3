import { ELECTION_MS, type LogTester } from './LogTester.ts';
import { StallSensitive } from './StallSensitive.ts';
import type { Proposed } from './LogCluster.ts';

/** Five rounds, three seconds apart, each of which a change of term spoils. */
const ROUNDS_MS = 20_000;

// Lab 2B, log replication. B2a and B2b came with the edition of 2023.

/** B1, TestBasicAgree2B: three commands stand at the indexes 1, 2 and 3. */
export async function basicAgreement(tester: LogTester): Promise<void> {
  const { size } = tester.cluster;
  for (let index = 1; index <= 3; index += 1) {
    tester.checkNotCommitted(index);
    const at = await tester.one(index * 100, size, false);
    if (at !== index) throw new Error(`got index ${at} but expected ${index}`);
  }
}

/** B2, TestRPCBytes2B: each command goes to each peer about once. */
export async function rpcByteCount(tester: LogTester): Promise<void> {
  const { size } = tester.cluster;
  const [commandBytes, commands, bytesSpare] = [5000, 10, 50_000];
  await tester.one(99, size, false);
  const before = await tester.counts();
  let sent = 0;
  for (let index = 2; index < commands + 2; index += 1) {
    const command = randomText(tester, commandBytes);
    const at = await tester.one(command, size, false);
    if (at !== index) throw new Error(`got index ${at} but expected ${index}`);
    sent += commandBytes;
  }
  const bytes = (await tester.counts()).bytes - before.bytes;
  const bytesMax = size * sent + bytesSpare;
  if (bytes > bytesMax) throw new Error(`too many RPC bytes; got ${bytes}, expected at most ${bytesMax}`);
}

/** B2a, TestFollowerFailure2B: with one follower less commands commit, with none they do not. */
export async function followerFailure(tester: LogTester): Promise<void> {
  const { cluster } = tester;
  await tester.one(101, cluster.size, false);
  const first = await tester.checkOneLeader();
  await tester.disconnectAll(tester.after(first, 1));
  await tester.one(102, cluster.size - 1, false);
  await cluster.sleep(ELECTION_MS);
  await tester.one(103, cluster.size - 1, false);
  const second = await tester.checkOneLeader();
  await tester.disconnectAll(tester.after(second, 1), tester.after(second, 2));
  expectProposed(cluster.propose(second, '104'), [4]);
  await cluster.sleep(2 * ELECTION_MS);
  tester.checkNotCommitted(4);
}

/** B2b, TestLeaderFailure2B: with one leader less commands commit, with two they do not. */
export async function leaderFailure(tester: LogTester): Promise<void> {
  const { cluster } = tester;
  await tester.one(101, cluster.size, false);
  await tester.disconnectAll(await tester.checkOneLeader());
  await tester.one(102, cluster.size - 1, false);
  await cluster.sleep(ELECTION_MS);
  await tester.one(103, cluster.size - 1, false);
  await tester.disconnectAll(await tester.checkOneLeader());
  for (const peer of tester.peers()) cluster.propose(peer, '104');
  await cluster.sleep(2 * ELECTION_MS);
  tester.checkNotCommitted(4);
}

/** B3, TestFailAgree2B: a follower that was away catches up, and its term stops nobody. */
export async function followerReconnects(tester: LogTester): Promise<void> {
  const { cluster } = tester;
  await tester.one(101, cluster.size, false);
  const follower = tester.after(await tester.checkOneLeader(), 1);
  await cluster.disconnect(follower);
  await tester.one(102, cluster.size - 1, false);
  await tester.one(103, cluster.size - 1, false);
  await cluster.sleep(ELECTION_MS);
  await tester.one(104, cluster.size - 1, false);
  await tester.one(105, cluster.size - 1, false);
  await cluster.connect(follower);
  await tester.one(106, cluster.size, true);
  await cluster.sleep(ELECTION_MS);
  await tester.one(107, cluster.size, true);
}

/** B4, TestFailNoAgree2B: without a majority nothing commits, and what was proposed may be overwritten. */
export async function noAgreement(tester: LogTester): Promise<void> {
  const { cluster } = tester;
  await tester.one(10, cluster.size, false);
  const leader = await tester.checkOneLeader();
  const cut = [1, 2, 3].map((distance) => tester.after(leader, distance));
  await tester.disconnectAll(...cut);
  expectProposed(cluster.propose(leader, '20'), [2]);
  await cluster.sleep(2 * ELECTION_MS);
  tester.checkNotCommitted(2);
  await tester.connectAll(...cut);
  const next = await tester.checkOneLeader();
  expectProposed(cluster.propose(next, '30'), [2, 3]);
  await tester.one(1000, cluster.size, true);
}

/** B5, TestConcurrentStarts2B: five at once all commit, unless the leader changed meanwhile. */
export async function concurrentStarts(tester: LogTester): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    if (round > 0) await tester.cluster.sleep(3000);
    const committed = await startFive(tester);
    if (committed === undefined) continue;
    const missing = [100, 101, 102, 103, 104].filter((value) => !committed.includes(String(value)));
    if (missing.length > 0) throw new Error(`cmd ${missing.join(', ')} missing in ${committed.join(', ')}`);
    return;
  }
  throw new StallSensitive('term changed too often', 0, ROUNDS_MS);
}

/** @returns what was committed; undefined when the term changed */
async function startFive(tester: LogTester): Promise<string[] | undefined> {
  const { cluster } = tester;
  const leader = await tester.checkOneLeader();
  const first = cluster.propose(leader, '1');
  if (first === undefined) return undefined;
  const indexes: number[] = [];
  const start = async (value: number): Promise<void> => {
    const proposed = cluster.propose(leader, String(value));
    if (proposed?.term === first.term) indexes.push(proposed.index);
  };
  await Promise.all([100, 101, 102, 103, 104].map(start));
  if (tester.peers().some((peer) => cluster.state(peer).term !== first.term)) return undefined;
  const committed: string[] = [];
  for (const index of indexes) {
    const command = await tester.wait(index, cluster.size, first.term);
    if (command === undefined) return undefined;
    committed.push(command);
  }
  return committed;
}

/** B6, TestRejoin2B: what a leader took while it was cut off is overwritten. */
export async function rejoinOfLeader(tester: LogTester): Promise<void> {
  const { cluster } = tester;
  await tester.one(101, cluster.size, true);
  const first = await tester.checkOneLeader();
  await cluster.disconnect(first);
  for (const command of ['102', '103', '104']) cluster.propose(first, command);
  await tester.one(103, 2, true);
  const second = await tester.checkOneLeader();
  await cluster.disconnect(second);
  await cluster.connect(first);
  await tester.one(104, 2, true);
  await cluster.connect(second);
  await tester.one(105, cluster.size, true);
}

/** B7, TestBackup2B: fifty wrong entries of one leader after fifty of another are found and overwritten soon. */
export async function leaderBacksUp(tester: LogTester): Promise<void> {
  const { cluster } = tester;
  const startFifty = (peer: number): void => {
    for (let count = 0; count < 50; count += 1) cluster.propose(peer, tester.randomCommand());
  };
  const commitFifty = async (): Promise<void> => {
    for (let count = 0; count < 50; count += 1) await tester.one(tester.randomCommand(), 3, true);
  };
  await tester.one(tester.randomCommand(), cluster.size, true);
  const first = await tester.checkOneLeader();
  const ahead = (distance: number): number => tester.after(first, distance);
  await tester.disconnectAll(ahead(2), ahead(3), ahead(4));
  startFifty(first);
  await cluster.sleep(ELECTION_MS / 2);
  await tester.disconnectAll(first, ahead(1));
  await tester.connectAll(ahead(2), ahead(3), ahead(4));
  await commitFifty();
  const second = await tester.checkOneLeader();
  const other = second === ahead(2) ? tester.after(second, 1) : ahead(2);
  await cluster.disconnect(other);
  startFifty(second);
  await cluster.sleep(ELECTION_MS / 2);
  await tester.disconnectAll(...tester.peers());
  await tester.connectAll(first, ahead(1), other);
  await commitFifty();
  await tester.connectAll(...tester.peers());
  await tester.one(tester.randomCommand(), cluster.size, true);
}

const ITERATIONS = 10;

/** B8, TestCount2B: an election, twelve commands and an idle second cost no more requests than they must. */
export async function rpcCounts(tester: LogTester): Promise<void> {
  const { cluster } = tester;
  await tester.checkOneLeader();
  const election = cluster.requestsReceived();
  if (election < 1) throw new Error('a leader without a single request');
  if (election > 30) throw new StallSensitive(`too many RPCs (${election}) to elect initial leader`);
  for (let round = 0; round < 5; round += 1) {
    if (round > 0) await cluster.sleep(3000);
    const after = await startTwelve(tester);
    if (after === undefined) continue;
    await cluster.sleep(ELECTION_MS);
    const idle = cluster.requestsReceived() - after;
    const idleMax = cluster.size * 20;
    if (idle > idleMax) throw new Error(`too many RPCs (${idle}) for 1 second of idleness; ${idleMax} at most`);
    return;
  }
  throw new StallSensitive('term changed too often', 0, ROUNDS_MS);
}

/** @returns how many requests were received when all was committed; undefined when the term changed */
async function startTwelve(tester: LogTester): Promise<number | undefined> {
  const { cluster } = tester;
  const leader = await tester.checkOneLeader();
  const before = cluster.requestsReceived();
  const first = cluster.propose(leader, '1');
  if (first === undefined) return undefined;
  const commands: string[] = [];
  for (let offset = 1; offset < ITERATIONS + 2; offset += 1) {
    const command = String(tester.randomBelow(2 ** 31));
    const proposed = cluster.propose(leader, command);
    if (proposed?.term !== first.term) return undefined;
    if (proposed.index !== first.index + offset) throw new Error('Start() failed');
    commands.push(command);
  }
  for (let offset = 1; offset <= ITERATIONS; offset += 1) {
    const command = await tester.wait(first.index + offset, cluster.size, first.term);
    if (command === undefined) return undefined;
    const sent = commands[offset - 1];
    if (command !== sent)
      throw new Error(`wrong value ${command} committed for index ${first.index + offset}; sent ${sent}`);
  }
  if (tester.peers().some((peer) => cluster.state(peer).term !== first.term)) return undefined;
  const after = cluster.requestsReceived();
  const burstMax = (ITERATIONS + 1 + 3) * 3;
  if (after - before > burstMax) {
    throw new StallSensitive(`too many RPCs (${after - before}) for ${ITERATIONS + 2} entries; ${burstMax} at most`);
  }
  return after;
}

function expectProposed(proposed: Proposed | undefined, indexes: readonly number[]): void {
  if (proposed === undefined) throw new StallSensitive('leader rejected Start()');
  if (indexes.includes(proposed.index)) return;
  throw new StallSensitive(`unexpected index ${proposed.index}, expected ${indexes.join(' or ')}`);
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function randomText(tester: LogTester, length: number): string {
  return Array.from({ length }, () => LETTERS[tester.randomBelow(LETTERS.length)]).join('');
}
