import type { PeerId } from '../../shared/ids.ts';
import type { Usage } from '../support/childProtocol.ts';
import type { Progress } from '../support/Progress.ts';
import { ReplicaCluster } from '../support/ReplicaCluster.ts';
import type { Load, LoadResult } from '../support/replicaProtocol.ts';
import { spreadOf } from '../support/statistics.ts';
import { installPackages } from '../rivals/packages.ts';
import { measureRivals, plannedSeconds as rivalsSeconds, type RivalsPlan } from '../rivals/measureRivals.ts';
import { SOURCES, type CommitFigures, type LevelResult, type LoadSource } from './result.ts';

export interface CommitPlan {
  readonly peers: number;
  readonly keys: number;
  readonly valueBytes: number;
  /** Puts that wait at one time: one level after the other. */
  readonly outstanding: readonly number[];
  readonly rounds: number;
  readonly secondsPerRound: number;
  /** Before the first round of each level everything is run for so long, so that it is compiled for that. */
  readonly warmUpSeconds: number;
  /** What is measured beside it, if anything; and whether that is installed first. */
  readonly rivals: RivalsPlan | null;
  readonly installs: boolean;
}

export function plannedSeconds(plan: CommitPlan): number {
  const secondsPerLevel = plan.warmUpSeconds + plan.rounds * plan.secondsPerRound;
  const others = plan.rivals === null ? 0 : rivalsSeconds(plan.rivals);
  return (SOURCES.length + 1) * plan.outstanding.length * secondsPerLevel + 2 + others;
}

/** All of both: one after the other, so that none takes the machine from another. */
export async function measureAll(
  plan: CommitPlan,
  progress: Progress,
  profileDirectory: string | undefined,
): Promise<CommitFigures> {
  if (plan.installs) await installPackages();
  const levels = await measureCommits(plan, profileDirectory, progress);
  return { levels, rivals: plan.rivals === null ? [] : await measureRivals(plan.rivals, progress) };
}

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
    await cluster.startClient('client2');
    const levels: LevelResult[] = [];
    for (const source of SOURCES) {
      const load = loadOf(cluster, leader, source);
      // The second client's time is in no column of a table; its puts are compared with two clients of others.
      for (const outstanding of plan.outstanding.filter((count) => source !== 'two clients' || count > 1)) {
        progress.step('warm up', `puts of the ${source}, ${leader} leads`, plan.warmUpSeconds);
        await load({ keys, valueBytes, outstanding, seconds: plan.warmUpSeconds });
        levels.push(await measureLevel(cluster, leader, plan, { what: 'put', source, outstanding }, progress));
      }
    }
    for (const outstanding of plan.outstanding) {
      progress.step('warm up', 'reads of the client', plan.warmUpSeconds);
      await cluster.clientLoad({ keys, valueBytes, outstanding, seconds: plan.warmUpSeconds, reads: true });
      levels.push(await measureLevel(cluster, leader, plan, { what: 'read', source: 'client', outstanding }, progress));
    }
    return levels;
  } finally {
    await cluster.stop();
  }
}

type GivenLoad = Load & { readonly seconds: number };

function loadOf(cluster: ReplicaCluster, leader: PeerId, source: LoadSource): (load: GivenLoad) => Promise<LoadResult> {
  if (source === 'leader') return (load) => cluster.load(leader, load);
  if (source === 'client') return (load) => cluster.clientLoad(load);
  return async (load) => {
    const half = { ...load, outstanding: Math.max(1, Math.round((load.outstanding ?? 1) / 2)) };
    const both = [cluster.clientLoad(half), cluster.clientLoad(half, 'client2')] as const;
    return together(...(await Promise.all(both)));
  };
}

/** Of two at the same time: their puts together, a median between theirs, and the longer ones of the rest. */
function together(one: LoadResult, other: LoadResult): LoadResult {
  const slower = one.maxMs > other.maxMs ? one : other;
  return {
    ...slower,
    puts: one.puts + other.puts,
    seconds: Math.max(one.seconds, other.seconds),
    medianMs: (one.medianMs + other.medianMs) / 2,
    p99Ms: Math.max(one.p99Ms, other.p99Ms),
  };
}

async function measureLevel(
  cluster: ReplicaCluster,
  leader: PeerId,
  { keys, valueBytes, rounds, secondsPerRound: seconds }: CommitPlan,
  level: Pick<LevelResult, 'what' | 'source' | 'outstanding'>,
  progress: Progress,
): Promise<LevelResult> {
  const { what, source, outstanding } = level;
  const results: LoadResult[] = [];
  const load = loadOf(cluster, leader, source);
  const statusBefore = await cluster.status(leader);
  const before = await usages(cluster);
  for (let round = 0; round < rounds; round += 1) {
    progress.step(`${outstanding} outstanding`, `${what}s of the ${source}, round ${round + 1}`, seconds);
    results.push(await load({ keys, valueBytes, outstanding, seconds, reads: what === 'read' }));
  }
  const after = await usages(cluster);
  const commits = results.reduce((sum, { puts }) => sum + puts, 0);
  const micros = (name: string): number =>
    (1000 * ((after.get(name)?.cpuMs ?? NaN) - (before.get(name)?.cpuMs ?? NaN))) / commits;
  const statusAfter = await cluster.status(leader);
  const followers = cluster.ids.filter((id) => id !== leader);
  return {
    ...level,
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
