import { LatencyWire } from '../relay/LatencyWire.ts';
import { afterWarmUp, timesOfFrames, WARM_UP_ROUNDS } from '../relay/latency.ts';
import type { Child } from '../support/Child.ts';
import { separateLinks } from '../support/frames.ts';
import type { Progress } from '../support/Progress.ts';
import { percentileOf, spreadOf, type Spread } from '../support/statistics.ts';
import { putInForce } from './network.ts';

export interface DelayPlan {
  readonly pairs: number;
  readonly frameBytes: number;
  readonly framesPerSecond: number;
  readonly rounds: number;
  readonly secondsPerRound: number;
  readonly delayMs: number;
}

/** How much later than it should a frame came, from before `send` to the receiver's handler, in milliseconds. */
export interface LatenessFigures {
  /** The earliest of all: below 0, one would have come before its time. */
  readonly earliestMs: number;
  readonly p50Ms: Spread;
  readonly p99Ms: Spread;
  readonly framesPerSecond: number;
  readonly framesLost: number;
}

export interface DelayFigures {
  readonly delayed: LatenessFigures;
  /** The same frames without a rule: what the machine and the way through the relay make late. */
  readonly undelayed: LatenessFigures;
  /** How much later the 99th percentile is by the delay, of rounds that followed one another. */
  readonly addedP99Ms: Spread;
}

type Round = Awaited<ReturnType<typeof runRound>>;

/** Every frame of ten links is delayed by the same time, or not at all, in turns. */
export async function measureDelay(child: Child, plan: DelayPlan, progress: Progress): Promise<DelayFigures> {
  const rules = { slow: { from: '*', to: '*', delay: `${plan.delayMs}ms` } };
  const delayed: Round[] = [];
  const undelayed: Round[] = [];
  for (let round = 1 - WARM_UP_ROUNDS; round <= plan.rounds; round += 1) {
    progress.step('delay', `round ${Math.max(0, round)} of ${plan.rounds}`, 2 * plan.secondsPerRound);
    await putInForce(child, 'latency', {});
    const before = await runRound(child, plan, 0);
    await putInForce(child, 'latency', { rules });
    const after = await runRound(child, plan, plan.delayMs);
    if (round < 1) continue;
    undelayed.push(before);
    delayed.push(after);
  }
  const added = delayed.map(({ p99Ms }, at) => p99Ms - (undelayed[at]?.p99Ms ?? NaN));
  return { delayed: figures(delayed), undelayed: figures(undelayed), addedP99Ms: spreadOf(added) };
}

function figures(rounds: readonly Round[]): LatenessFigures {
  return {
    earliestMs: Math.min(...rounds.map(({ earliestMs }) => earliestMs)),
    p50Ms: spreadOf(rounds.map(({ p50Ms }) => p50Ms)),
    p99Ms: spreadOf(rounds.map(({ p99Ms }) => p99Ms)),
    framesPerSecond: spreadOf(rounds.map(({ framesPerSecond }) => framesPerSecond)).median,
    framesLost: rounds.reduce((sum, { framesLost }) => sum + framesLost, 0),
  };
}

async function runRound(child: Child, plan: DelayPlan, delayMs: number) {
  const wires: LatencyWire[] = [];
  try {
    for (const link of separateLinks(plan.pairs)) {
      wires.push(await LatencyWire.open({ name: 'relay', child }, link, plan.frameBytes));
    }
    const { tookMicros, framesPerSecond } = await timesOfFrames(wires, plan);
    const arrived = tookMicros.filter((micros) => !Number.isNaN(micros));
    const lateMs = afterWarmUp(tookMicros).map((micros) => micros / 1000 - delayMs);
    return {
      earliestMs: arrived.reduce((least, micros) => Math.min(least, micros / 1000 - delayMs), Infinity),
      p50Ms: percentileOf(lateMs, 50),
      p99Ms: percentileOf(lateMs, 99),
      framesPerSecond,
      framesLost: tookMicros.length - arrived.length,
    };
  } finally {
    for (const wire of wires) wire.close();
  }
}
