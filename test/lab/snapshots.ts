import type { LogTester } from './LogTester.ts';

// Lab 2D, snapshots: every tenth entry, and what is in one leaves the log. D6 came with the edition of 2022, D7 with that of 2023.

/** The lab's MAXLOGSIZE, as `stateBytes` counts. */
const STATE_BYTES_MAX = 2000;
const ITERATIONS = 30;

export interface SnapshotTestOptions {
  /** What happens to one peer while the others go on. */
  readonly victim: 'stays' | 'isDisconnected' | 'crashes';
}

/** D1 to D5, snapcommon: the log stays short, and whoever was away catches up by a snapshot. */
export function snapshotTest({ victim: fate }: SnapshotTestOptions): (tester: LogTester) => Promise<void> {
  return async (tester) => {
    const { cluster } = tester;
    await tester.one(tester.randomCommand(), cluster.size, true);
    let leader = await tester.checkOneLeader();
    for (let round = 0; round < ITERATIONS; round += 1) {
      const next = tester.after(leader, 1);
      const [victim, sender] = round % 3 === 1 ? [leader, next] : [next, leader];
      const others = fate === 'stays' ? cluster.size : cluster.size - 1;
      if (fate === 'isDisconnected') await cluster.disconnect(victim);
      if (fate === 'crashes') await cluster.crash(victim);
      if (fate !== 'stays') await tester.one(tester.randomCommand(), others, true);
      // Enough for a snapshot; the sender need not lead.
      const count = 5 + tester.randomBelow(10);
      for (let at = 0; at < count; at += 1) cluster.propose(sender, tester.randomCommand());
      await tester.one(tester.randomCommand(), others, true);
      checkStateBytes(tester);
      if (fate === 'stays') continue;
      if (fate === 'isDisconnected') await cluster.connect(victim);
      else await tester.restartAndConnect(victim);
      await tester.one(tester.randomCommand(), cluster.size, true);
      leader = await tester.checkOneLeader();
    }
  };
}

/** D6, TestSnapshotAllCrash2D: the log's end does not go back when all crash. */
export async function allCrash(tester: LogTester): Promise<void> {
  const { size } = tester.cluster;
  await tester.one(tester.randomCommand(), size, true);
  for (let round = 0; round < 5; round += 1) {
    const count = 5 + tester.randomBelow(10);
    for (let at = 0; at < count; at += 1) await tester.one(tester.randomCommand(), size, true);
    const before = await tester.one(tester.randomCommand(), size, true);
    await crashAndRestartAll(tester);
    const after = await tester.one(tester.randomCommand(), size, true);
    if (after < before + 1) throw new Error(`index decreased from ${before} to ${after}`);
  }
}

/** D7, TestSnapshotInit2D: a peer that came back does not forget its snapshot when it next writes. */
export async function initializationAfterCrash(tester: LogTester): Promise<void> {
  const { size } = tester.cluster;
  await tester.one(tester.randomCommand(), size, true);
  for (let at = 0; at < 11; at += 1) await tester.one(tester.randomCommand(), size, true);
  await crashAndRestartAll(tester);
  await tester.one(tester.randomCommand(), size, true);
  await crashAndRestartAll(tester);
  await tester.one(tester.randomCommand(), size, true);
}

async function crashAndRestartAll(tester: LogTester): Promise<void> {
  for (const peer of tester.peers()) await tester.cluster.crash(peer);
  await tester.restartAndConnect(...tester.peers());
}

function checkStateBytes(tester: LogTester): void {
  const bytes = tester.cluster.stateBytesMax();
  if (bytes >= STATE_BYTES_MAX) throw new Error(`log size too large: ${bytes} bytes, ${STATE_BYTES_MAX} and more are`);
}
