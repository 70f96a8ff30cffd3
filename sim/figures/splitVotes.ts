import { ELECTION_PRESETS } from '../../peer/raft/options.ts';
import { RELIABLE_NETWORK } from '../Network.ts';
import { Simulation } from '../Simulation.ts';

/** A cluster as chapter 9 of Ongaro's thesis models it. */
export interface ElectionModel {
  /** Of the whole cluster; `n` in the thesis. */
  readonly servers: number;
  /** Those that are up; `s`. */
  readonly available: number;
  /** One way, as a share of the range from which election timeouts are drawn; `l`, or the least and the most of `L`. */
  readonly latency: readonly [min: number, max: number];
}

/**
 * How often an election ends without a leader when all messages travel for the same time (thesis, 9.2): the first server to stand gets
 * every vote but those of servers that stand before its request comes, so the vote is split when too many time out within `latency` of
 * each other.
 */
export function splitVoteProbability({ servers, available, latency: [latency] }: ElectionModel): number {
  // Of `available` servers, `c` of which stand too early.
  const c = available - Math.floor(servers / 2) + 1;
  let probability = 0;
  for (let k = c - 1; k <= available; k += 1) {
    probability += binomial(available, k) * latency ** k * (1 - latency) ** (available - k);
  }
  return probability;
}

/**
 * How long an election takes on average (thesis, 9.3), where timeouts are drawn from [1, 2), votes are written in no time, and all timers
 * start at 0: without the quarter that the thesis takes off because leaders crash between heartbeats.
 */
export function expectedElectionTime(model: ElectionModel): number {
  const terms = 1 / (1 - splitVoteProbability(model));
  const [latency] = model.latency;
  return terms * (1 + 1 / (model.available + 1) + latency) + latency;
}

function binomial(n: number, k: number): number {
  let product = 1;
  for (let at = 1; at <= k; at += 1) product *= (n - k + at) / at;
  return product;
}

/** The range of the election timeouts; the unit of the model's times. */
const RANGE_MS = 1000;
/** A first timeout of everybody comes before a second one of anybody, and before the answers to the first are all there. */
const LEAST_TIMEOUTS_FOR_ONE_TERM = 5;

/** @returns the share of first elections that had no winner */
export async function splitVoteRate(model: ElectionModel, trials: number, seed: string): Promise<number> {
  let splits = 0;
  for (let trial = 0; trial < trials; trial += 1) {
    let leaders = 0;
    const simulation = clusterOf(model, LEAST_TIMEOUTS_FOR_ONE_TERM, `${seed}/${trial}`, () => {
      leaders += 1;
    });
    await simulation.run((LEAST_TIMEOUTS_FOR_ONE_TERM + 1 + 2 * model.latency[1]) * RANGE_MS);
    if (leaders === 0) splits += 1;
  }
  return splits / trials;
}

/** @returns how long each election took, as a share of the range of the timeouts, which begins at one such range */
export async function electionTimes(model: ElectionModel, trials: number, seed: string): Promise<number[]> {
  const times: number[] = [];
  for (let trial = 0; trial < trials; trial += 1) {
    let leaders = 0;
    const simulation = clusterOf(model, 1, `${seed}/${trial}`, () => {
      leaders += 1;
    });
    times.push((await simulation.runUntil(() => leaders > 0, 1000 * RANGE_MS, 'a leader')) / RANGE_MS);
  }
  return times;
}

/** Servers that all start at one moment, with equal logs, and disks and processors that need no time. */
function clusterOf(model: ElectionModel, timeoutMin: number, seed: string, onLeader: () => void): Simulation {
  const [min, max] = model.latency;
  const timeoutMsMin = timeoutMin * RANGE_MS;
  const simulation = new Simulation(
    {
      seed,
      peers: model.servers,
      election: {
        ...ELECTION_PRESETS.lab,
        heartbeatMs: timeoutMsMin / 2,
        electionTimeoutMsMin: timeoutMsMin,
        electionTimeoutMsMax: timeoutMsMin + RANGE_MS,
      },
      network: { ...RELIABLE_NETWORK, delayMsMin: min * RANGE_MS, delayMsMax: max * RANGE_MS },
      disk: { writeMsMin: 0, writeMsMax: 0 },
    },
    {
      onEvent: (_, __, event) => {
        if (event.type === 'roleChanged' && event.to === 'leader') onLeader();
      },
    },
  );
  for (const peer of [...simulation.peers.values()].slice(0, model.available)) simulation.restart(peer);
  return simulation;
}
