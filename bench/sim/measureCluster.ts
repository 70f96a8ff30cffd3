import { mkdirSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import { ELECTION_PRESETS } from '../../peer/raft/options.ts';
import { Adversary } from '../../sim/faults/Adversary.ts';
import { drawFaults } from '../../sim/faults/FaultPlan.ts';
import { Simulation } from '../../sim/Simulation.ts';
import type { Progress } from '../support/Progress.ts';
import { spreadOf, type Spread } from '../support/statistics.ts';

export interface ClusterPlan {
  readonly peers: number;
  readonly rounds: number;
  readonly seedsPerRound: number;
  readonly virtualMs: number;
}

export interface ClusterFigures {
  /** Virtual seconds per second of CPU time of this process, and per second that passed. */
  readonly perCpuSecond: Spread;
  readonly perSecond: Spread;
  readonly faults: number;
  readonly operations: number;
  readonly committed: number;
}

const CLIENTS = { clients: 3, threads: 2, keys: 4, thinkMs: 200, timeoutMs: 3000 };
/** Small, so that snapshots are taken and sent all the time. */
const REPLICATION = { snapshotEntries: 50, trailingEntries: 5 };

/** Five peers with machines, stores and snapshots, under faults of all kinds and the load of three clients; the rules are held after each event. */
export async function measureCluster(
  plan: ClusterPlan,
  progress: Progress,
  profileDirectory: string | undefined,
): Promise<ClusterFigures> {
  const perCpuSecond: number[] = [];
  const perSecond: number[] = [];
  const sums = { faults: 0, operations: 0, committed: 0 };
  // The first round is to be compiled.
  for (let round = 0; round <= plan.rounds; round += 1) {
    progress.step('cluster', `round ${round} of ${plan.rounds}`, plan.seedsPerRound * 0.15);
    const isLast = round === plan.rounds;
    const stopProfile = isLast && profileDirectory !== undefined ? await profile(profileDirectory) : undefined;
    const beganMs = performance.now();
    const began = process.cpuUsage();
    for (let at = 0; at < plan.seedsPerRound; at += 1) {
      const ran = await runOne(`bench/${round}/${at}`, plan);
      if (round === 0) continue;
      sums.faults += ran.faults;
      sums.operations += ran.operations;
      sums.committed += ran.committed;
    }
    const { user, system } = process.cpuUsage(began);
    const virtualSeconds = (plan.seedsPerRound * plan.virtualMs) / 1000;
    await stopProfile?.();
    if (round === 0) continue;
    perCpuSecond.push(virtualSeconds / ((user + system) / 1e6));
    perSecond.push(virtualSeconds / ((performance.now() - beganMs) / 1000));
  }
  return { perCpuSecond: spreadOf(perCpuSecond), perSecond: spreadOf(perSecond), ...sums };
}

async function runOne(seed: string, { peers, virtualMs }: ClusterPlan) {
  const simulation = new Simulation({
    ...{ seed, peers, election: ELECTION_PRESETS.default, machine: true },
    ...{ replication: REPLICATION, clients: CLIENTS },
  });
  const adversary = new Adversary(simulation, drawFaults(seed, virtualMs));
  simulation.start();
  adversary.start();
  await simulation.run(virtualMs);
  const { workload, invariants } = simulation;
  return {
    faults: [...adversary.counts.values()].reduce((sum, count) => sum + count, 0),
    operations: workload?.counts.answered ?? 0,
    committed: invariants.committed.length,
  };
}

/** @returns what ends the profile, and writes it */
async function profile(directory: string): Promise<() => Promise<void>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  return async () => {
    const { profile: taken } = await session.post('Profiler.stop');
    session.disconnect();
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'sim.cpuprofile'), JSON.stringify(taken));
  };
}
