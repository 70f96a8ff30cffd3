import { ELECTION_PRESETS } from '../../peer/raft/options.ts';
import { seededRandom } from '../../shared/random.ts';
import type { DiskOptions } from '../Disk.ts';
import { RELIABLE_NETWORK } from '../Network.ts';
import { Simulation } from '../Simulation.ts';

/** One line of the paper's Figure 16: election timeouts are drawn uniformly from [min, max). */
export interface ElectionLine {
  readonly timeoutMsMin: number;
  readonly timeoutMsMax: number;
}

/** What the paper's cluster takes its time for, each drawn uniformly from [min, max), in milliseconds. */
export interface ElectionCluster {
  /** One way. */
  readonly travelMs: readonly [min: number, max: number];
  /** A candidate writes its own vote before it asks for others. */
  readonly ownVoteMs: readonly [min: number, max: number];
  /** A voter writes the term and its vote before it answers. */
  readonly voteMs: readonly [min: number, max: number];
  /** A process wakes up to this much after its timer was due: no machine has timers without any spread. */
  readonly lateMsMax: number;
}

/**
 * What makes the simulated lines those of the paper; docs/FIGURE16.md says where each comes from. LogCabin's voters wrote twice: when they
 * took on the term, and when they granted the vote.
 */
export const PAPER_CLUSTER: ElectionCluster = {
  travelMs: [0.1, 0.6],
  ownVoteMs: [2.4, 3.9],
  voteMs: [3.3, 7],
  lateMsMax: 0.3,
};

/** How long an election may take. Without spread in the timeouts the paper saw one of ten minutes. */
const ELECTION_MS_MAX = 3_600_000;

/** p3 and p4 can win; p1 and p2 cannot, for only p1 would vote for p2. */
const LOGS = { p1: [1], p2: [1, 1], p3: [1, 1, 1], p4: [1, 1, 1, 1], p5: [1, 1, 1, 1, 1] };
const LEADER = 'p5';

const AT_ONCE = { ...RELIABLE_NETWORK, delayMsMin: 0, delayMsMax: 0 };
const NO_TIME: DiskOptions = { writeMsMin: 0, writeMsMax: 0 };

/**
 * How long each trial's cluster is without a leader: from the crash until all that are left have heard the new leader's first heartbeat
 * (thesis, 9.4).
 *
 * @returns milliseconds, in order of the trials; the same for the same arguments
 */
export async function electionTimesMs(
  line: ElectionLine,
  cluster: ElectionCluster,
  trials: number,
  seed: string,
): Promise<number[]> {
  const times: number[] = [];
  for (let trial = 0; trial < trials; trial += 1) times.push(await electionTimeMs(line, cluster, `${seed}/${trial}`));
  return times;
}

async function electionTimeMs(line: ElectionLine, cluster: ElectionCluster, seed: string): Promise<number> {
  const heartbeatMs = line.timeoutMsMin / 2;
  const simulation = clusterOf(line, cluster, heartbeatMs, seed);
  await reign(simulation, cluster);
  await simulation.run(heartbeatMs * (1 + seededRandom(seed, 'crash')()));
  const leader = simulation.peer(LEADER);
  const { term } = leader;
  simulation.crash(leader);
  const survivors = simulation.ids.filter((id) => id !== LEADER);
  const isOver = (): boolean => (simulation.agreedLeader(survivors)?.term ?? 0) > term;
  return simulation.runUntil(isOver, ELECTION_MS_MAX, 'a new leader that all follow');
}

function clusterOf(line: ElectionLine, cluster: ElectionCluster, heartbeatMs: number, seed: string): Simulation {
  const { timeoutMsMin } = line;
  const timeoutMsMax = drawnBelowMs(line) + cluster.lateMsMax;
  const election = { electionTimeoutMsMin: timeoutMsMin, electionTimeoutMsMax: timeoutMsMax };
  const firstLeader = { electionTimeoutMsMin: 0.6 * timeoutMsMin, electionTimeoutMsMax: 0.7 * timeoutMsMin };
  const simulation: Simulation = new Simulation(
    {
      seed,
      peers: 5,
      election: { ...ELECTION_PRESETS.lab, heartbeatMs, ...election },
      electionOf: { [LEADER]: firstLeader },
      logs: LOGS,
      network: AT_ONCE,
      disk: NO_TIME,
    },
    {
      onEvent: (_, id, event) => {
        if (event.type !== 'roleChanged' || id === LEADER) return;
        simulation.peer(id).disk.options = disk(event.to === 'candidate' ? cluster.ownVoteMs : cluster.voteMs);
      },
    },
  );
  return simulation;
}

/** Elects p5 as quickly as can be; then it hears no answers, so that the logs stay apart, while the others hear its heartbeats. */
async function reign(simulation: Simulation, cluster: ElectionCluster): Promise<void> {
  const { network } = simulation;
  const leader = simulation.peer(LEADER);
  simulation.start();
  const leads = (): boolean => leader.role === 'leader';
  await simulation.runUntil(leads, simulation.options.election.electionTimeoutMsMin, 'the first leader');
  for (const id of simulation.ids) network.cut(id, leader.id);
  const [delayMsMin, delayMsMax] = cluster.travelMs;
  network.options = { ...RELIABLE_NETWORK, delayMsMin, delayMsMax };
  for (const peer of simulation.peers.values()) peer.disk.options = disk(cluster.voteMs);
}

function disk([writeMsMin, writeMsMax]: readonly [number, number]): DiskOptions {
  return { writeMsMin, writeMsMax };
}

/**
 * LogCabin drew whole milliseconds, both ends among them. A continuous range one millisecond wider has the same spread, within a
 * twelfth of a millisecond squared.
 */
function drawnBelowMs({ timeoutMsMin, timeoutMsMax }: ElectionLine): number {
  return timeoutMsMax === timeoutMsMin ? timeoutMsMax : timeoutMsMax + 1;
}
