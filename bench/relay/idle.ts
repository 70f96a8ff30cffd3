import { setTimeout as after } from 'node:timers/promises';
import { RelayClient } from '../../client/RelayClient.ts';
import type { PeerOptions } from '../../peer/index.ts';
import type { ClusterView } from '../../shared/http/ClusterView.ts';
import { peerId } from '../../shared/ids.ts';
import { Child, coreShare } from '../support/Child.ts';
import type { Progress } from '../support/Progress.ts';

const CLUSTER = 'idle';
const LEADER_WITHIN_MS = 20_000;
/** After an election peers still have something to say to the relay; what is measured is the calm after it. */
const SETTLE_MS = 1000;

export interface IdlePlan {
  readonly peers: number;
  readonly heartbeatMs: number;
  readonly seconds: number;
}

export interface IdleResult {
  readonly plan: IdlePlan;
  /**
   * Frames from endpoints to the relay, and from it to them. The relay counts control frames both ways as one number,
   * so each direction is charged with all of them: the figures are upper bounds.
   */
  readonly framesPerSecondIn: number;
  readonly framesPerSecondOut: number;
  readonly controlFramesPerSecond: number;
  /** Of the relay's process, and of a peer's on average. */
  readonly relayCoreShare: number;
  readonly peerCoreShare: number;
  /** Terms that began while nothing was wrong. */
  readonly elections: number;
}

interface Sample {
  readonly view: ClusterView;
  readonly usages: readonly Awaited<ReturnType<Child['usage']>>[];
  readonly atMs: number;
}

export function plannedSeconds(plan: IdlePlan): number {
  return plan.seconds + SETTLE_MS / 1000 + 2;
}

/** A cluster at rest on a relay of its own, every process fresh: nothing has been compiled for the load of another part. */
export async function measureIdle(plan: IdlePlan, progress: Progress): Promise<IdleResult> {
  const { heartbeatMs } = plan;
  progress.step('idle cost', `${plan.peers} peers at heartbeats of ${heartbeatMs} ms`, plannedSeconds(plan));
  const children: Child[] = [];
  try {
    const relay = await Child.start(new URL('../support/relayProcess.js', import.meta.url));
    children.push(relay);
    const url = `http://127.0.0.1:${relay.port}`;
    const ids = Array.from({ length: plan.peers }, (_, index) => peerId(`p${index + 1}`));
    for (const id of ids) {
      const options: PeerOptions = { ...{ cluster: CLUSTER, id, relay: url, voters: ids }, election: { heartbeatMs } };
      const args = [JSON.stringify(options)];
      children.push(await Child.start(new URL('../support/peerProcess.js', import.meta.url), { args }));
    }
    const client = new RelayClient({ url });
    await leaderOf(client, plan.peers);
    await after(SETTLE_MS);
    const first = await sample(client, children);
    await after(plan.seconds * 1000);
    return compare(plan, first, await sample(client, children));
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

async function leaderOf(client: RelayClient, peers: number): Promise<void> {
  const deadlineMs = performance.now() + LEADER_WITHIN_MS;
  while (performance.now() < deadlineMs) {
    // Until the first peer has said Hello the relay knows of no such cluster.
    const view = (await client.clusters()).find(({ id }) => id === CLUSTER);
    if (view !== undefined && view.leader !== null && view.connected === peers) return;
    await after(50);
  }
  throw new Error(`the idle cluster had no leader within ${LEADER_WITHIN_MS} ms`);
}

async function sample(client: RelayClient, children: readonly Child[]): Promise<Sample> {
  const view = await client.cluster(CLUSTER);
  const atMs = performance.now();
  return { view, atMs, usages: await Promise.all(children.map((child) => child.usage())) };
}

function compare(plan: IdlePlan, first: Sample, last: Sample): IdleResult {
  const seconds = (last.atMs - first.atMs) / 1000;
  const perSecond = (count: (traffic: ClusterView['traffic']) => number): number =>
    (count(last.view.traffic) - count(first.view.traffic)) / seconds;
  const [relayCoreShare = NaN, ...peerCoreShares] = first.usages.map((usage, index) => {
    const later = last.usages[index];
    return later === undefined ? NaN : coreShare(usage, later);
  });
  return {
    plan,
    framesPerSecondIn: perSecond(({ framesIn, controlFrames }) => framesIn + controlFrames),
    framesPerSecondOut: perSecond(({ framesDelivered, controlFrames }) => framesDelivered + controlFrames),
    controlFramesPerSecond: perSecond(({ controlFrames }) => controlFrames),
    relayCoreShare,
    peerCoreShare: peerCoreShares.reduce((sum, share) => sum + share, 0) / peerCoreShares.length,
    elections: last.view.term - first.view.term,
  };
}
