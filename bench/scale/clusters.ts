import { setTimeout as after } from 'node:timers/promises';
import { coreShare } from '../support/Child.ts';
import type { Progress } from '../support/Progress.ts';
import { percentileOf } from '../support/statistics.ts';
import type { HostedPeer } from './hosted.ts';
import { electionsBetween, Hosts } from './Hosts.ts';

const PEERS_PER_CLUSTER = 5;
const BATCH = 10;
const LED_WITHIN_MS = 60_000;
const SETTLE_MS = 3000;

export interface ManyResult {
  readonly clusters: number;
  readonly peers: number;
  readonly seconds: number;
  /** Absent when they did not come to rest: then `trouble` says why. */
  readonly figures?: ManyFigures;
  readonly trouble?: string;
}

export interface ManyFigures {
  /** Terms that began while nothing was wrong. */
  readonly elections: number;
  readonly relayCoreShare: number;
  readonly relayBytes: number;
  /** Of one peer, on average. */
  readonly peerCoreShare: number;
  readonly peerBytes: number;
}

/** Many idle clusters of five on one relay; a process hosts one peer of each. */
export async function measureMany(clusters: number, seconds: number, progress: Progress): Promise<ManyResult> {
  progress.step('clusters', `${clusters} of ${PEERS_PER_CLUSTER}`, manySeconds(clusters, seconds));
  const voters = idsOf(PEERS_PER_CLUSTER);
  const peers = clusters * PEERS_PER_CLUSTER;
  const names = Array.from({ length: clusters + 1 }, (_, number) => `c${number}`);
  // The first cluster is there so that everything is loaded before memory is looked at.
  const hosts = await Hosts.start(
    voters.map((id) => names.map((cluster) => ({ cluster, id, voters }))),
    false,
  );
  try {
    await hosts.startPeers(1);
    await hosts.led(LED_WITHIN_MS);
    const bytesBefore = await hosts.memoryBytes();
    const relayBytesBefore = await hosts.relayMemoryBytes();
    // Some at a time: what is measured is their rest, not how a thousand elections at once go.
    for (let started = 0; started < clusters; started += BATCH) {
      await hosts.startPeers(Math.min(BATCH, clusters - started));
      await hosts.led(LED_WITHIN_MS);
    }
    await after(SETTLE_MS);
    const watched = await watch(hosts, seconds);
    const figures: ManyFigures = {
      ...{ elections: watched.elections, relayCoreShare: watched.relay },
      relayBytes: (await hosts.relayMemoryBytes()) - relayBytesBefore,
      peerCoreShare: watched.hosts / (peers + PEERS_PER_CLUSTER),
      peerBytes: ((await hosts.memoryBytes()) - bytesBefore) / peers,
    };
    return { clusters, peers, seconds, figures };
  } catch (error) {
    return { clusters, peers, seconds, trouble: error instanceof Error ? error.message : String(error) };
  } finally {
    await hosts.stop();
  }
}

export function manySeconds(clusters: number, seconds: number): number {
  return seconds + clusters * 0.1 + SETTLE_MS / 1000 + 3;
}

async function watch(hosts: Hosts, seconds: number) {
  const processes = [hosts.relay, ...hosts.children];
  const before = await hosts.statuses();
  const usagesBefore = await Promise.all(processes.map((child) => child.usage()));
  await after(seconds * 1000);
  const usages = await Promise.all(processes.map((child) => child.usage()));
  const shares = usages.map((usage, at) => coreShare(usagesBefore[at] ?? usage, usage));
  const [relay = NaN, ...others] = shares;
  const elections = electionsBetween(before, await hosts.statuses());
  return { elections, relay, hosts: others.reduce((sum, share) => sum + share, 0) };
}

export interface LargeResult {
  readonly peers: number;
  /** Absent when something failed: then `trouble` says what. */
  readonly figures?: LargeFigures;
  readonly trouble?: string;
}

export interface LargeFigures {
  /** From the moment at which they are told to start until all follow one leader. */
  readonly leaderMs: number;
  readonly elections: number;
  readonly relayCoreShare: number;
  readonly commitMedianMs: number;
  readonly commitP99Ms: number;
}

const HOST_PROCESSES = 4;
const PUTS = 200;

/** One cluster of so many, on disk, in a few processes; the leader's process puts one after the other. */
export async function measureLarge(peers: number, seconds: number, progress: Progress): Promise<LargeResult> {
  progress.step('one cluster', `${peers} peers`, largeSeconds(seconds));
  const voters = idsOf(peers);
  const hosted: HostedPeer[] = voters.map((id) => ({ cluster: 'large', id, voters }));
  const processes = Math.min(HOST_PROCESSES, peers);
  const peersOf = Array.from({ length: processes }, (_, at) =>
    hosted.filter((_each, index) => index % processes === at),
  );
  const hosts = await Hosts.start(peersOf, true);
  try {
    const beganMs = performance.now();
    await hosts.startPeers(peers);
    await hosts.led(LED_WITHIN_MS);
    const leaderMs = performance.now() - beganMs;
    await after(500);
    const { elections, relay } = await watch(hosts, seconds);
    const leader = (await hosts.statuses()).find(({ leader: known }) => known !== null)?.leader ?? '';
    const child = hosts.children[peersOf.findIndex((some) => some.some(({ id }) => id === leader))];
    if (child === undefined) throw new Error('nobody leads the large cluster');
    const tookMs = (await hosts.puts(child, 'large', leader, PUTS)).slice(PUTS / 10);
    const commits = { commitMedianMs: percentileOf(tookMs, 50), commitP99Ms: percentileOf(tookMs, 99) };
    return { peers, figures: { leaderMs, elections, relayCoreShare: relay, ...commits } };
  } catch (error) {
    return { peers, trouble: error instanceof Error ? error.message : String(error) };
  } finally {
    await hosts.stop();
  }
}

export function largeSeconds(seconds: number): number {
  return seconds + 6;
}

function idsOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `p${index + 1}`);
}
