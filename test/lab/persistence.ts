import { ELECTION_MS, type LogTester } from './LogTester.ts';

// Lab 2C, persistence.

/** C1, TestPersist12C: what was committed survives restarts of all, of leaders and of followers. */
export async function basicPersistence(tester: LogTester): Promise<void> {
  const { cluster } = tester;
  const { size } = cluster;
  await tester.one(11, size, true);
  for (const peer of tester.peers()) await cluster.restart(peer);
  for (const peer of tester.peers()) {
    await cluster.disconnect(peer);
    await cluster.connect(peer);
  }
  await tester.one(12, size, true);
  const first = await tester.checkOneLeader();
  await cluster.disconnect(first);
  await tester.restartAndConnect(first);
  await tester.one(13, size, true);
  const second = await tester.checkOneLeader();
  await cluster.disconnect(second);
  await tester.one(14, size - 1, true);
  await tester.restartAndConnect(second);
  await tester.wait(4, size);
  const third = tester.after(await tester.checkOneLeader(), 1);
  await cluster.disconnect(third);
  await tester.one(15, size - 1, true);
  await tester.restartAndConnect(third);
  await tester.one(16, size, true);
}

/** C2, TestPersist22C: of three that come back only one has the newest entry, and only it may lead. */
export async function morePersistence(tester: LogTester): Promise<void> {
  const { cluster } = tester;
  let command = 10;
  const next = (): number => (command += 1);
  for (let round = 0; round < 5; round += 1) {
    await tester.one(next(), cluster.size, true);
    const leader = await tester.checkOneLeader();
    const ahead = (distance: number): number => tester.after(leader, distance);
    await tester.disconnectAll(ahead(1), ahead(2));
    await tester.one(next(), cluster.size - 2, true);
    await tester.disconnectAll(leader, ahead(3), ahead(4));
    await cluster.restart(ahead(1));
    await cluster.restart(ahead(2));
    await tester.connectAll(ahead(1), ahead(2));
    await cluster.sleep(ELECTION_MS);
    await tester.restartAndConnect(ahead(3));
    await tester.one(next(), cluster.size - 2, true);
    await tester.connectAll(ahead(4), leader);
  }
  await tester.one(1000, cluster.size, true);
}

/** C3, TestPersist32C: an entry on the crashed leader and one crashed follower survives. */
export async function partitionedLeader(tester: LogTester): Promise<void> {
  const { cluster } = tester;
  await tester.one(101, cluster.size, true);
  const leader = await tester.checkOneLeader();
  const ahead = (distance: number): number => tester.after(leader, distance);
  await cluster.disconnect(ahead(2));
  await tester.one(102, 2, true);
  await cluster.crash(leader);
  await cluster.crash(ahead(1));
  await cluster.connect(ahead(2));
  await tester.restartAndConnect(leader);
  await tester.one(103, 2, true);
  await tester.restartAndConnect(ahead(1));
  await tester.one(104, cluster.size, true);
}

const FIGURE_8_ITERATIONS = 1000;

/** C4, TestFigure82C: a thousand times the leader takes a command and mostly crashes before it commits. */
export async function figure8(tester: LogTester): Promise<void> {
  const { cluster } = tester;
  await tester.one(tester.randomCommand(), 1, true);
  let up = cluster.size;
  for (let round = 0; round < FIGURE_8_ITERATIONS; round += 1) {
    const leader = proposeToAll(tester, (peer) => cluster.isUp(peer));
    await sleepAwhile(tester);
    if (leader !== undefined) {
      await cluster.crash(leader);
      up -= 1;
    }
    if (up >= 3) continue;
    const peer = tester.randomBelow(cluster.size);
    if (cluster.isUp(peer)) continue;
    await tester.restartAndConnect(peer);
    up += 1;
  }
  for (const peer of tester.peers()) if (!cluster.isUp(peer)) await tester.restartAndConnect(peer);
  await tester.one(tester.randomCommand(), cluster.size, true);
}

/** C5, TestUnreliableAgree2C: five at once, 49 times, over a network that loses. */
export async function unreliableAgreement(tester: LogTester): Promise<void> {
  const { cluster } = tester;
  const background: Promise<unknown>[] = [];
  for (let round = 1; round < 50; round += 1) {
    for (let at = 0; at < 4; at += 1) {
      const one = tester.one(100 * round + at, 1, true);
      // Whoever fails is waited for below; until then nobody listens.
      one.catch(() => undefined);
      background.push(one);
    }
    await tester.one(round, 1, true);
  }
  await cluster.setNetwork('reliable');
  await Promise.all(background);
  await tester.one(100, cluster.size, true);
}

/** C6, TestFigure8Unreliable2C: leaders are cut off, messages are lost, and replies overtake each other by two seconds. */
export async function figure8Unreliable(tester: LogTester): Promise<void> {
  const { cluster } = tester;
  const command = (): number => tester.randomBelow(10_000);
  await tester.one(command(), 1, true);
  let up = cluster.size;
  for (let round = 0; round < FIGURE_8_ITERATIONS; round += 1) {
    if (round === 200) await cluster.setNetwork('longReordering');
    const leader = proposeToAll(tester, (peer) => cluster.isConnected(peer), command);
    await sleepAwhile(tester);
    if (leader !== undefined && tester.randomBelow(1000) < 500) {
      await cluster.disconnect(leader);
      up -= 1;
    }
    if (up >= 3) continue;
    const peer = tester.randomBelow(cluster.size);
    if (cluster.isConnected(peer)) continue;
    await cluster.connect(peer);
    up += 1;
  }
  for (const peer of tester.peers()) if (!cluster.isConnected(peer)) await cluster.connect(peer);
  await tester.one(command(), cluster.size, true);
}

/** Each its own command, those that are not connected too. @returns the last one that took it and counts */
function proposeToAll(
  tester: LogTester,
  counts: (peer: number) => boolean,
  command: () => string | number = () => tester.randomCommand(),
): number | undefined {
  let leader: number | undefined;
  for (const peer of tester.peers()) {
    const proposed = tester.cluster.propose(peer, String(command()));
    if (proposed !== undefined && counts(peer)) leader = peer;
  }
  return leader;
}

/** Long enough to commit one time in ten, mostly not. */
async function sleepAwhile(tester: LogTester): Promise<void> {
  const isLong = tester.randomBelow(1000) < 100;
  await tester.cluster.sleep(tester.randomBelow(isLong ? ELECTION_MS / 2 : 13));
}
