import { setTimeout as after } from 'node:timers/promises';
import type { PeerId } from '../../shared/ids.ts';
import { keyOf } from '../support/PutLoad.ts';
import type { Progress } from '../support/Progress.ts';
import { ReplicaCluster } from '../support/ReplicaCluster.ts';
import type { Load } from '../support/replicaProtocol.ts';
import type { SnapshotMeasured } from './result.ts';

export interface SnapshotPlan {
  readonly keys: number;
  readonly valueBytes: number;
  /** All the time, to keys in mixed order. */
  readonly putsPerSecond: number;
  readonly quietSeconds: number;
}

/** Few entries stay behind a snapshot, so that a peer which comes later needs it. */
const TRAILING_ENTRIES = 100;
const WITHIN_MS = 300_000;
const SETTLE_MS = 2000;

export function plannedSeconds({ keys, valueBytes, quietSeconds }: SnapshotPlan): number {
  return quietSeconds + (keys * valueBytes) / 4e6 + 5;
}

export async function measureSnapshot(
  plan: SnapshotPlan,
  profileDirectory: string | undefined,
  progress: Progress,
): Promise<SnapshotMeasured> {
  const cluster = new ReplicaCluster({
    ...{ cluster: 'snapshot', peers: 3 },
    replication: { trailingEntries: TRAILING_ENTRIES },
    execArgv: (who) => [
      '--expose-gc',
      ...(profileDirectory === undefined
        ? []
        : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`, `--cpu-prof-name=${who}.cpuprofile`]),
    ],
  });
  try {
    return await measureIn(cluster, plan, progress);
  } finally {
    await cluster.stop();
  }
}

async function measureIn(cluster: ReplicaCluster, plan: SnapshotPlan, progress: Progress): Promise<SnapshotMeasured> {
  const { keys, valueBytes, putsPerSecond, quietSeconds } = plan;
  const [first, second, late] = cluster.ids as [PeerId, PeerId, PeerId];
  const load: Load = { keys, valueBytes, putsPerSecond };
  await cluster.startRelay();
  await Promise.all([first, second].map((id) => cluster.startPeer(id)));
  progress.step('fill', `${keys} keys`, plannedSeconds(plan) / 2);
  const fillBeganMs = performance.now();
  await cluster.fill(await cluster.leader(), keys, valueBytes);
  const fillSeconds = (performance.now() - fillBeganMs) / 1000;
  progress.step('quiet', `${putsPerSecond} puts/s`, quietSeconds);
  await cluster.until('peers that store no snapshot', async () => {
    const [one, other] = [await cluster.status(first), await cluster.status(second)];
    const isWriting = cluster.isStoringSnapshot(first) || cluster.isStoringSnapshot(second);
    return !isWriting && one.lastApplied === other.lastApplied;
  });
  // A collection that is asked for stops a process longer than an election takes, so who leads is asked only after it.
  const loaded = new Map([
    [first, await cluster.forgetPeak(first, true)],
    [second, await cluster.forgetPeak(second, true)],
  ]);
  await after(SETTLE_MS);
  const leader = await cluster.leader();
  const leaderLoaded = loaded.get(leader);
  if (leaderLoaded === undefined) throw new Error(`${leader} leads, and was not there`);
  const quiet = await cluster.load(leader, { ...load, seconds: quietSeconds });
  progress.step('snapshot and installation', `${putsPerSecond} puts/s`, plannedSeconds(plan) / 2);
  const before = await cluster.status(leader);
  await cluster.beginLoad(leader, load);
  const snapshotSeconds = await snapshotTaken(cluster, leader);
  const installBeganMs = performance.now();
  await cluster.startPeer(late);
  const goal = await cluster.status(leader);
  await cluster.until(
    'a new peer that has caught up',
    async () => (await cluster.status(late)).lastApplied >= goal.lastApplied,
    WITHIN_MS,
  );
  const installSeconds = (performance.now() - installBeganMs) / 1000;
  const busy = await cluster.endLoad(leader);
  const later = await cluster.status(leader);
  const leaderPeak = await cluster.memory(leader, false);
  const receiverPeak = await cluster.memory(late, false);
  if ((await cluster.status(late)).snapshotIndex === 0) throw new Error('the new peer caught up without a snapshot');
  return {
    stateBytes: keys * (keyOf(0).length + valueBytes),
    ...{ fillSeconds, quiet, busy, snapshotSeconds, installSeconds },
    elections: later.term - before.term,
    leaderLoaded,
    leaderPeakBytes: leaderPeak.peakBytes,
    receiverPeakBytes: receiverPeak.peakBytes,
    receiverLoaded: await cluster.memory(late, true),
  };
}

/** Waits for the leader's next snapshot. @returns how long it took to store, in seconds */
async function snapshotTaken(cluster: ReplicaCluster, leader: PeerId): Promise<number> {
  const { snapshotIndex } = await cluster.status(leader);
  await cluster.until('a snapshot under way', async () => cluster.isStoringSnapshot(leader), WITHIN_MS);
  const beganMs = performance.now();
  await cluster.until(
    'a new snapshot',
    async () => (await cluster.status(leader)).snapshotIndex > snapshotIndex,
    WITHIN_MS,
  );
  return (performance.now() - beganMs) / 1000;
}
