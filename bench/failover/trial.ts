import { setTimeout as after } from 'node:timers/promises';
import type { GivenRule } from '../../client/Given.ts';
import type { PeerId } from '../../shared/ids.ts';
import type { ElectorCluster, Reign } from './ElectorCluster.ts';
import { monotonicMs, type Following } from './protocol.ts';
import type { End, Setup } from './result.ts';

/** Attempts to leave two followers an entry behind: a heartbeat may be lost in place of the entry. */
const SHORTENINGS_MAX = 40;

export interface TrialOptions {
  readonly setup: Setup;
  /** One way, between any two, besides what the machine takes. */
  readonly travelMs: number;
  readonly end: End;
  readonly heartbeatMs: number;
  readonly withinMs: number;
}

export type TrialOutcome =
  | { readonly type: 'elected'; readonly tookMs: number }
  | { readonly type: 'cutShort' }
  | { readonly type: 'discarded' };

/** Loses the leader of a whole cluster, and tells how long the others were without one. The cluster is whole again afterwards. */
export async function runTrial(cluster: ElectorCluster, options: TrialOptions): Promise<TrialOutcome> {
  const reign = await cluster.whole();
  const { setup, travelMs, heartbeatMs, withinMs } = options;
  const short = setup === 'paper' ? await leaveBehind(cluster, reign, travelMs) : [];
  if (short === undefined) {
    await heal(cluster, travelMs);
    return { type: 'discarded' };
  }
  await after(heartbeatMs);
  const isReady = await areBehind(cluster, reign, short);
  // Uniform within the interval of heartbeats, as in the paper: nobody knows when the next one would leave.
  await after(heartbeatMs * Math.random());
  const lostAtMs = await lose(cluster, reign.leader, options.end);
  const survivors = cluster.others(reign.leader);
  const following = await agreement(cluster, survivors, reign.term + 1, withinMs);
  if (options.end === 'kill') await cluster.startPeer(reign.leader);
  await heal(cluster, travelMs);
  const isEarly = following.some((each) => stoodBefore(each, reign.term, lostAtMs));
  if (!isReady || isEarly) return { type: 'discarded' };
  if (following.length < survivors.length) return { type: 'cutShort' };
  return { type: 'elected', tookMs: Math.max(...following.map(({ sinceMs }) => sinceMs)) - lostAtMs };
}

export async function heal(cluster: ElectorCluster, travelMs: number): Promise<void> {
  await cluster.network.apply({ rules: travelRules(travelMs) });
}

function travelRules(travelMs: number): Record<string, GivenRule> {
  return travelMs === 0 ? {} : { travel: { from: '*', to: '*', delay: `${travelMs}ms` } };
}

async function lose(cluster: ElectorCluster, leader: PeerId, end: End): Promise<number> {
  if (end === 'kill') return cluster.kill(leader);
  const atMs = monotonicMs();
  await cluster.network.setPartition({ groups: [[leader]] });
  return atMs;
}

/**
 * Two followers get an entry less than the others, which makes them ineligible (paper, 5.4.1): the frame that has the entry is lost on the
 * way to them. They still hear heartbeats; that these show them a gap, their leader does not hear.
 * @returns undefined when it did not come about
 */
async function leaveBehind(cluster: ElectorCluster, reign: Reign, travelMs: number): Promise<PeerId[] | undefined> {
  const { leader } = reign;
  const short = inRandomOrder(cluster.others(leader)).slice(0, 2);
  const deaf: GivenRule = { from: short, to: [leader], types: ['AppendEntriesReply'], drop: 1 };
  const lossy: GivenRule = { from: [leader], to: short, types: ['AppendEntries'], drop: 1, first: 1 };
  await cluster.network.apply({ rules: { ...travelRules(travelMs), deaf } });
  for (let attempt = 0; attempt < SHORTENINGS_MAX; attempt += 1) {
    // A rule that is there anew begins to count anew.
    if (attempt > 0) await cluster.network.removeRule('lossy');
    await cluster.network.setRule('lossy', lossy);
    if ((await cluster.put(leader)) === undefined) return undefined;
    if (await areBehind(cluster, reign, short)) return short;
  }
  return undefined;
}

/** Whether these are, and the others are not, and nobody has left the reign. */
async function areBehind(cluster: ElectorCluster, { leader, term }: Reign, short: readonly PeerId[]): Promise<boolean> {
  const { lastLogIndex, term: termNow } = await cluster.status(leader);
  if (termNow !== term) return false;
  for (const id of cluster.others(leader)) {
    const status = await cluster.status(id);
    if (status.term !== term || status.lastLogIndex < lastLogIndex !== short.includes(id)) return false;
  }
  return true;
}

/** What each follows, once all follow the same; of fewer than all when that took too long. */
async function agreement(
  cluster: ElectorCluster,
  survivors: readonly PeerId[],
  firstTerm: number,
  withinMs: number,
): Promise<Following[]> {
  const deadlineMs = monotonicMs() + withinMs;
  let term = firstTerm;
  for (;;) {
    const leftMs = deadlineMs - monotonicMs();
    if (leftMs <= 0) return [];
    const known = await Promise.all(survivors.map((id) => cluster.followed(id, term, leftMs)));
    const following = known.filter((each) => each !== undefined);
    const newest = Math.max(term, ...following.map((each) => each.term));
    if (following.length < survivors.length) return following.slice(0, survivors.length - 1);
    if (following.every((each) => each.term === newest)) return following;
    term = newest;
  }
}

function stoodBefore({ terms }: Following, reignTerm: number, lostAtMs: number): boolean {
  return terms.some(({ term, atMs }) => term > reignTerm && atMs < lostAtMs);
}

function inRandomOrder<Value>(values: readonly Value[]): Value[] {
  const drawn = values.map((value) => ({ value, at: Math.random() }));
  return drawn.sort((one, other) => one.at - other.at).map(({ value }) => value);
}
