import { LatencyWire } from '../relay/LatencyWire.ts';
import { timesOfFrames } from '../relay/latency.ts';
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

/** How much later than their delay frames came, from before `send` to the receiver's handler, in milliseconds. */
export interface DelayFigures {
  /** The earliest of all: below 0, one would have come before its time. */
  readonly earliestMs: number;
  readonly p50Ms: Spread;
  readonly p99Ms: Spread;
  readonly framesPerSecond: number;
  readonly framesLost: number;
}

/** Every frame of ten links is delayed by the same time. */
export async function measureDelay(child: Child, plan: DelayPlan, progress: Progress): Promise<DelayFigures> {
  await putInForce(child, 'latency', { rules: { slow: { from: '*', to: '*', delay: `${plan.delayMs}ms` } } });
  const rounds = [];
  for (let round = 1; round <= plan.rounds; round += 1) {
    progress.step('delay', `round ${round} of ${plan.rounds}`, plan.secondsPerRound);
    rounds.push(await runRound(child, plan));
  }
  return {
    earliestMs: Math.min(...rounds.map(({ earliestMs }) => earliestMs)),
    p50Ms: spreadOf(rounds.map(({ p50Ms }) => p50Ms)),
    p99Ms: spreadOf(rounds.map(({ p99Ms }) => p99Ms)),
    framesPerSecond: spreadOf(rounds.map(({ framesPerSecond }) => framesPerSecond)).median,
    framesLost: rounds.reduce((sum, { framesLost }) => sum + framesLost, 0),
  };
}

async function runRound(child: Child, plan: DelayPlan) {
  const wires: LatencyWire[] = [];
  try {
    for (const link of separateLinks(plan.pairs)) {
      wires.push(await LatencyWire.open({ name: 'relay', child }, link, plan.frameBytes));
    }
    const { tookMicros, framesPerSecond } = await timesOfFrames(wires, plan);
    const lateMs = tookMicros.filter((micros) => !Number.isNaN(micros)).map((micros) => micros / 1000 - plan.delayMs);
    return {
      earliestMs: lateMs.reduce((least, late) => Math.min(least, late), Infinity),
      p50Ms: percentileOf(lateMs, 50),
      p99Ms: percentileOf(lateMs, 99),
      framesPerSecond,
      framesLost: tookMicros.length - lateMs.length,
    };
  } finally {
    for (const wire of wires) wire.close();
  }
}
