import type { PeerId } from '../../shared/ids.ts';
import type { Usage } from '../support/childProtocol.ts';
import type { Progress } from '../support/Progress.ts';
import { ReplicaCluster } from '../support/ReplicaCluster.ts';
import type { Load, LoadResult } from '../support/replicaProtocol.ts';
import { spreadOf } from '../support/statistics.ts';
import type { LevelResult, LoadSource } from './result.ts';

export interface CommitPlan {
  readonly peers: number;
  readonly keys: number;
  readonly valueBytes: number;
  /** Puts that wait at one time: one level after the other. */
  readonly outstanding: readonly number[];
  readonly rounds: number;
  readonly secondsPerRound: number;
}

/** Before the first round of each level everything is run for so long, so that it is compiled for that. */
const WARM_UP_SECONDS = 3;

export function plannedSeconds(plan: CommitPlan): number {
  const secondsPerLevel = WARM_UP_SECONDS + plan.rounds * plan.secondsPerRound;
  return SOURCES.length * plan.outstanding.length * secondsPerLevel + 2;
}

/** A client's puts come first, while the leader's log is short in both. */
const SOURCES: readonly LoadSource[] = ['client', 'leader'];

/**
 * Loads of a client in a process of its own, with a session; then loads of the leader's own process, without what a client and its way
 * to the leader cost.
 */
export async function measureCommits(
  plan: CommitPlan,
  profileDirectory: string | undefined,
  progress: Progress,
): Promise<LevelResult[]> {
  const { peers, keys, valueBytes } = plan;
  const profile = (who: string): string[] =>
    profileDirectory === undefined
      ? []
      : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`, `--cpu-prof-name=${who}.cpuprofile`];
  const cluster = new ReplicaCluster({
    cluster: 'commit',
    peers,
    execArgv: profile,
  });
  try {
    progress.step('start', `${peers} peers`, 2);
    await cluster.startRelay();
    await Promise.all(cluster.ids.map((id) => cluster.startPeer(id)));
    const leader = await cluster.leader();
    await cluster.startClient();
    const levels = [];
    for (const source of SOURCES) {
      const load = loadOf(cluster, leader, source);
      for (const outstanding of plan.outstanding) {
        progress.step('warm up', `puts of the ${source}, ${leader} leads`, WARM_UP_SECONDS);
        await load({ keys, valueBytes, outstanding, seconds: WARM_UP_SECONDS });
        levels.push(await measureLevel(cluster, leader, plan, source, outstanding, progress));
      }
    }
    return levels;
  } finally {
    await cluster.stop();
  }
}

function loadOf(
  cluster: ReplicaCluster,
  leader: PeerId,
  source: LoadSource,
): (load: Load & { readonly seconds: number }) => Promise<LoadResult> {
  return (load) => (source === 'client' ? cluster.clientLoad(load) : cluster.load(leader, load));
}

async function measureLevel(
  cluster: ReplicaCluster,
  leader: PeerId,
  { keys, valueBytes, rounds, secondsPerRound: seconds }: CommitPlan,
  source: LoadSource,
  outstanding: number,
  progress: Progress,
): Promise<LevelResult> {
  const results: LoadResult[] = [];
  const load = loadOf(cluster, leader, source);
  const statusBefore = await cluster.status(leader);
  const before = await usages(cluster);
  for (let round = 0; round < rounds; round += 1) {
    progress.step(`${outstanding} outstanding`, `puts of the ${source}, round ${round + 1}`, seconds);
    results.push(await load({ keys, valueBytes, outstanding, seconds }));
  }
  const after = await usages(cluster);
  const commits = results.reduce((sum, { puts }) => sum + puts, 0);
  const micros = (name: string): number =>
    (1000 * ((after.get(name)?.cpuMs ?? NaN) - (before.get(name)?.cpuMs ?? NaN))) / commits;
  const statusAfter = await cluster.status(leader);
  const followers = cluster.ids.filter((id) => id !== leader);
  return {
    ...{ source, outstanding },
    commitsPerSecond: spreadOf(results.map(({ puts, seconds: took }) => puts / took)),
    medianMs: spreadOf(results.map(({ medianMs }) => medianMs)),
    p99Ms: spreadOf(results.map(({ p99Ms }) => p99Ms)),
    maxMs: Math.max(...results.map(({ maxMs }) => maxMs)),
    leaderMicros: micros(leader),
    followerMicros: followers.reduce((sum, id) => sum + micros(id), 0) / followers.length,
    relayMicros: micros('relay'),
    clientMicros: micros('client'),
    commitsPerWrite: commits / (statusAfter.writes - statusBefore.writes),
    commitsPerFrame: (commits * followers.length) / (statusAfter.framesSent - statusBefore.framesSent),
    elections: statusAfter.term - statusBefore.term,
  };
}

async function usages(cluster: ReplicaCluster): Promise<Map<string, Usage>> {
  const named = new Map<string, Usage>([
    ['relay', await cluster.relay.usage()],
    ['client', await cluster.client.usage()],
  ]);
  for (const id of cluster.ids) named.set(id, await cluster.peer(id).usage());
  return named;
}
