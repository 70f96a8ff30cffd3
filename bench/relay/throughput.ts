import { setTimeout as after } from 'node:timers/promises';
import { coreShare } from '../support/Child.ts';
import { separateLinks } from '../support/frames.ts';
import type { Progress } from '../support/Progress.ts';
import { spreadOf, type Spread } from '../support/statistics.ts';
import type { Target } from '../support/Target.ts';
import { makeRing, SaturatedLink, type Load, type Ring } from './SaturatedLink.ts';

const WARM_UP_MS = 400;
const DRAIN_WITHIN_MS = 10_000;

export interface ThroughputPlan {
  readonly pairs: number;
  readonly frameBytes: number;
  readonly windowFrames: number;
  /** Different frames a pair; fewer take less memory. */
  readonly ringFrames?: number;
  readonly rounds: number;
  readonly secondsPerRound: number;
}

/** What one process forwarded, over all rounds. */
export interface ThroughputFigures {
  readonly framesPerSecond: Spread;
  /** CPU time of the process per frame, in microseconds: the median. */
  readonly cpuMicrosPerFrame: number;
  /** The share of a core that the process used: 1 and more when it was what held the frames up. */
  readonly coreShare: number;
  /** The same for the process that made the load. */
  readonly loadCoreShare: number;
  readonly framesReceived: number;
  /** Sent and never arrived; anything but 0 makes the other figures worthless. */
  readonly framesLost: number;
}

export interface ThroughputResult {
  readonly plan: ThroughputPlan;
  readonly relay: ThroughputFigures;
  readonly forwarder: ThroughputFigures;
  /** Relay over forwarder, of rounds that followed one another. */
  readonly ratio: Spread;
}

interface Round {
  readonly framesPerSecond: number;
  readonly coreShare: number;
  readonly loadCoreShare: number;
  readonly framesReceived: number;
  readonly framesLost: number;
}

export function plannedSeconds(plan: ThroughputPlan): number {
  return 2 * plan.rounds * (plan.secondsPerRound + WARM_UP_MS / 1000);
}

/** Rounds of the two take turns, so that whatever slows the machine for a while slows both. */
export async function measureThroughput(
  relay: Target,
  forwarder: Target,
  plan: ThroughputPlan,
  progress: Progress,
): Promise<ThroughputResult> {
  const { pairs, frameBytes, ringFrames } = plan;
  const rings = separateLinks(pairs).map((link) => makeRing(link, frameBytes, ringFrames));
  const rounds = { relay: [] as Round[], forwarder: [] as Round[] };
  for (let round = 1; round <= plan.rounds; round += 1) {
    for (const target of [relay, forwarder]) {
      const part = `throughput with ${plan.windowFrames} outstanding a pair`;
      progress.step(part, `round ${round} of ${plan.rounds}: ${target.name}`, plannedSeconds(plan) / plan.rounds / 2);
      rounds[target.name].push(await runRound(target, rings, plan));
    }
  }
  const ratios = rounds.relay.map(
    (round, index) => round.framesPerSecond / (rounds.forwarder[index]?.framesPerSecond ?? NaN),
  );
  return { plan, relay: figures(rounds.relay), forwarder: figures(rounds.forwarder), ratio: spreadOf(ratios) };
}

async function runRound(target: Target, rings: readonly Ring[], plan: ThroughputPlan): Promise<Round> {
  const load: Load = { cluster: 'throughput', windowFrames: plan.windowFrames };
  const links: SaturatedLink[] = [];
  try {
    for (const ring of rings) links.push(await SaturatedLink.open(target, ring, load));
    for (const link of links) link.start();
    await after(WARM_UP_MS);
    const measured = await measure(target, links, plan.secondsPerRound);
    for (const link of links) link.stop();
    await drain(links);
    return { ...measured, framesReceived: received(links), framesLost: sent(links) - received(links) };
  } finally {
    for (const link of links) link.close();
  }
}

async function measure(target: Target, links: readonly SaturatedLink[], seconds: number) {
  const childBefore = await target.child.usage();
  const before = { frames: received(links), cpu: process.cpuUsage(), atMs: performance.now() };
  await after(seconds * 1000);
  const elapsedMs = performance.now() - before.atMs;
  const frames = received(links) - before.frames;
  const { user, system } = process.cpuUsage(before.cpu);
  const childAfter = await target.child.usage();
  return {
    framesPerSecond: (frames / elapsedMs) * 1000,
    coreShare: coreShare(childBefore, childAfter),
    loadCoreShare: (user + system) / 1000 / elapsedMs,
  };
}

async function drain(links: readonly SaturatedLink[]): Promise<void> {
  const deadlineMs = performance.now() + DRAIN_WITHIN_MS;
  while (received(links) < sent(links) && performance.now() < deadlineMs) await after(5);
}

function received(links: readonly SaturatedLink[]): number {
  return links.reduce((sum, link) => sum + link.received, 0);
}

function sent(links: readonly SaturatedLink[]): number {
  return links.reduce((sum, link) => sum + link.sent, 0);
}

function figures(rounds: readonly Round[]): ThroughputFigures {
  const medianOf = (value: (round: Round) => number) => spreadOf(rounds.map(value)).median;
  return {
    framesPerSecond: spreadOf(rounds.map((round) => round.framesPerSecond)),
    cpuMicrosPerFrame: medianOf((round) => (round.coreShare * 1e6) / round.framesPerSecond),
    coreShare: medianOf((round) => round.coreShare),
    loadCoreShare: medianOf((round) => round.loadCoreShare),
    framesReceived: rounds.reduce((sum, round) => sum + round.framesReceived, 0),
    framesLost: rounds.reduce((sum, round) => sum + round.framesLost, 0),
  };
}
