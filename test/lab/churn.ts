import { ELECTION_MS, type LogTester } from './LogTester.ts';

const CLIENTS = 3;
const ROUNDS = 20;
const LOOKS_MS = [10, 20, 50, 100, 200];

/**
 * C7, TestReliableChurn2C, and C8, TestUnreliableChurn2C: while peers crash, come back and are cut off, clients propose; what any of
 * them saw committed is in the log at the end.
 */
export async function churn(tester: LogTester): Promise<void> {
  const { cluster } = tester;
  const stop = { isAsked: false };
  const clients = Array.from({ length: CLIENTS }, (_, client) => {
    const seen = propose(tester, client, stop);
    seen.catch(() => undefined);
    return seen;
  });
  for (let round = 0; round < ROUNDS; round += 1) {
    await disturb(tester);
    // The same as the least that a leader needs to be elected, and time for some commands.
    await cluster.sleep((ELECTION_MS * 7) / 10);
  }
  await cluster.sleep(ELECTION_MS);
  await cluster.setNetwork('reliable');
  for (const peer of tester.peers()) {
    if (!cluster.isUp(peer)) await cluster.restart(peer);
    await cluster.connect(peer);
  }
  stop.isAsked = true;
  const remembered = (await Promise.all(clients)).flat();
  await cluster.sleep(ELECTION_MS);
  const last = await tester.one(tester.randomCommand(), cluster.size, true);
  const log = new Set<string>();
  for (let index = 1; index <= last; index += 1) {
    const command = await tester.wait(index, cluster.size);
    if (command !== undefined) log.add(command);
  }
  const lost = remembered.filter((command) => !log.has(command));
  if (lost.length > 0)
    throw new Error(`didn't find a value: ${lost.join(', ')} of ${remembered.length} that were seen`);
}

async function disturb(tester: LogTester): Promise<void> {
  const { cluster } = tester;
  const anyone = (): number => tester.randomBelow(cluster.size);
  if (tester.randomBelow(1000) < 200) await cluster.disconnect(anyone());
  if (tester.randomBelow(1000) < 500) {
    const peer = anyone();
    if (!cluster.isUp(peer)) await cluster.restart(peer);
    await cluster.connect(peer);
  }
  if (tester.randomBelow(1000) < 200) {
    const peer = anyone();
    if (cluster.isUp(peer)) await cluster.crash(peer);
  }
}

/** One client. @returns what it saw committed */
async function propose(tester: LogTester, client: number, stop: { readonly isAsked: boolean }): Promise<string[]> {
  const { cluster } = tester;
  const seen: string[] = [];
  while (!stop.isAsked) {
    const command = tester.randomCommand();
    let index: number | undefined;
    for (const peer of tester.peersUp()) index = cluster.propose(peer, command)?.index ?? index;
    if (index === undefined) {
      await cluster.sleep(79 + client * 17);
      continue;
    }
    for (const waitMs of LOOKS_MS) {
      const committed = cluster.applied.committed(index);
      if (committed.count > 0) {
        if (committed.command === command) seen.push(command);
        break;
      }
      await cluster.sleep(waitMs);
    }
  }
  return seen;
}
