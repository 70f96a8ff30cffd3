import { setTimeout as after } from 'node:timers/promises';
import { FIRST_FRAME_ID, separateLinks } from '../support/frames.ts';
import type { Progress } from '../support/Progress.ts';
import { percentileOf, spreadOf, type Spread } from '../support/statistics.ts';
import type { Target } from '../support/Target.ts';
import { LatencyWire, WAYS, type Way } from './LatencyWire.ts';

const DRAIN_WITHIN_MS = 5000;
/** The first frames of a round are not counted: windows of TCP still open. */
const WARM_UP_SHARE = 0.2;
/** Nor the first rounds of each way: code is still being compiled. */
export const WARM_UP_ROUNDS = 4;

export interface LatencyPlan {
  readonly pairs: number;
  readonly frameBytes: number;
  /** Over all pairs together, evenly spaced. */
  readonly framesPerSecond: number;
  readonly rounds: number;
  readonly secondsPerRound: number;
}

/** One-way latency in microseconds, from before `send` to the receiver's handler: over the rounds. */
export interface LatencyFigures {
  readonly p50Micros: Spread;
  readonly p99Micros: Spread;
  /** What was really sent. */
  readonly framesPerSecond: number;
  readonly framesLost: number;
}

export interface LatencyResult {
  readonly plan: LatencyPlan;
  readonly ways: Readonly<Record<Way, LatencyFigures>>;
  /** The relay's median over the forwarder's, of rounds that followed one another. */
  readonly ratio: Spread;
}

export type LatencyRounds = Readonly<Record<Way, readonly Round[]>>;

interface Round {
  readonly p50Micros: number;
  readonly p99Micros: number;
  readonly framesPerSecond: number;
  readonly framesLost: number;
}

export function plannedSeconds(plan: LatencyPlan): number {
  return WAYS.length * (WARM_UP_ROUNDS + plan.rounds) * plan.secondsPerRound;
}

export async function measureLatency(
  relay: Target,
  forwarder: Target,
  plan: LatencyPlan,
  progress: Progress,
): Promise<LatencyResult> {
  return latencyResult(plan, await latencyRounds(relay, forwarder, plan, progress));
}

/** Sender and receiver share this process, and so one clock. The three ways take turns. */
export async function latencyRounds(
  relay: Target,
  forwarder: Target,
  plan: LatencyPlan,
  progress: Progress,
): Promise<LatencyRounds> {
  const targets: Record<Way, Target | undefined> = { direct: undefined, forwarder, relay };
  const rounds: Record<Way, Round[]> = { direct: [], forwarder: [], relay: [] };
  for (let round = 1 - WARM_UP_ROUNDS; round <= plan.rounds; round += 1) {
    for (const way of WAYS) {
      progress.step('latency', `round ${Math.max(0, round)} of ${plan.rounds}: ${way}`, plan.secondsPerRound);
      const figures = await runRound(targets[way], plan);
      if (round > 0) rounds[way].push(figures);
    }
  }
  return rounds;
}

/** @param rounds of one pair of processes, or of several pairs one behind the other */
export function latencyResult(plan: LatencyPlan, rounds: LatencyRounds): LatencyResult {
  const ratios = rounds.relay.map((round, index) => round.p50Micros / (rounds.forwarder[index]?.p50Micros ?? NaN));
  const ways = {
    direct: figures(rounds.direct),
    forwarder: figures(rounds.forwarder),
    relay: figures(rounds.relay),
  };
  return { plan, ways, ratio: spreadOf(ratios) };
}

async function runRound(target: Target | undefined, plan: LatencyPlan): Promise<Round> {
  const wires: LatencyWire[] = [];
  try {
    for (const link of separateLinks(plan.pairs)) wires.push(await LatencyWire.open(target, link, plan.frameBytes));
    return await sendEvenly(wires, plan);
  } finally {
    for (const wire of wires) wire.close();
  }
}

async function sendEvenly(wires: readonly LatencyWire[], plan: LatencyPlan): Promise<Round> {
  const { tookMicros, framesPerSecond } = await timesOfFrames(wires, plan);
  const counted = afterWarmUp(tookMicros);
  return {
    p50Micros: percentileOf(counted, 50),
    p99Micros: percentileOf(counted, 99),
    framesPerSecond,
    framesLost: tookMicros.filter((micros) => Number.isNaN(micros)).length,
  };
}

/** Of the times of a round those that count; of frames that came. */
export function afterWarmUp(tookMicros: Float64Array): Float64Array {
  return tookMicros.slice(Math.round(tookMicros.length * WARM_UP_SHARE)).filter((micros) => !Number.isNaN(micros));
}

/**
 * Sends frames evenly spaced, and waits until all have come.
 * @returns how long each took, NaN for one that did not come; and the rate at which they were really sent
 */
export async function timesOfFrames(
  wires: readonly LatencyWire[],
  plan: Pick<LatencyPlan, 'framesPerSecond' | 'secondsPerRound'>,
): Promise<{ readonly tookMicros: Float64Array; readonly framesPerSecond: number }> {
  const frames = Math.round(plan.framesPerSecond * plan.secondsPerRound);
  const sentAtMs = new Float64Array(frames);
  const tookMicros = new Float64Array(frames).fill(NaN);
  let arrived = 0;
  for (const wire of wires) {
    wire.listen((id, atMs) => {
      const index = id - FIRST_FRAME_ID;
      tookMicros[index] = (atMs - (sentAtMs[index] ?? NaN)) * 1000;
      arrived += 1;
    });
  }
  const startedMs = performance.now();
  await atEvenTimes(frames, 1000 / plan.framesPerSecond, (index, nowMs) => {
    sentAtMs[index] = nowMs;
    wires[index % wires.length]?.send(FIRST_FRAME_ID + index);
  });
  const elapsedMs = performance.now() - startedMs;
  const deadlineMs = performance.now() + DRAIN_WITHIN_MS;
  while (arrived < frames && performance.now() < deadlineMs) await after(1);
  return { tookMicros, framesPerSecond: (frames / elapsedMs) * 1000 };
}

/**
 * Spins on the event loop instead of setting timers, whose grain is a millisecond: every turn polls the sockets without
 * waiting. A turn sends one frame at most, so frames that are late do not leave together.
 */
function atEvenTimes(times: number, intervalMs: number, act: (index: number, nowMs: number) => void): Promise<void> {
  return new Promise((resolve) => {
    const startMs = performance.now();
    let index = 0;
    const turn = (): void => {
      const nowMs = performance.now();
      if (nowMs >= startMs + index * intervalMs) {
        act(index, nowMs);
        index += 1;
      }
      if (index < times) setImmediate(turn);
      else resolve();
    };
    turn();
  });
}

function figures(rounds: readonly Round[]): LatencyFigures {
  return {
    p50Micros: spreadOf(rounds.map((round) => round.p50Micros)),
    p99Micros: spreadOf(rounds.map((round) => round.p99Micros)),
    framesPerSecond: spreadOf(rounds.map((round) => round.framesPerSecond)).median,
    framesLost: rounds.reduce((sum, round) => sum + round.framesLost, 0),
  };
}
