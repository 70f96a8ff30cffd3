import { setTimeout as after } from 'node:timers/promises';
import type { Child } from '../support/Child.ts';
import type { Progress } from '../support/Progress.ts';
import type { LoadResult } from '../support/replicaProtocol.ts';
import { spreadOf, type Spread } from '../support/statistics.ts';
import { versionOf } from './packages.ts';
import { lostOf } from './WrittenKeys.ts';
import { askLoad, askValues, askWritten, hasEtcd, RivalCluster } from './RivalCluster.ts';
import { RIVALS, type Rival, type Written } from './rival.ts';

export interface RivalsPlan {
  readonly outstanding: readonly number[];
  readonly keys: number;
  readonly valueBytes: number;
  readonly rounds: number;
  readonly secondsPerRound: number;
  readonly warmUpSeconds: number;
}

/** Who asks: a client process, two of them, or the leader's own process. */
export type RivalSource = 'client' | 'two clients' | 'leader';

export interface RivalLevel {
  readonly what: 'put' | 'read';
  readonly source: RivalSource;
  readonly outstanding: number;
  /** Absent when something failed or was lost: then `trouble` says what. */
  readonly figures?: { readonly perSecond: Spread; readonly medianMs: Spread; readonly p99Ms: Spread };
  readonly trouble?: string;
}

export interface RivalResult {
  readonly rival: Rival;
  readonly version: string;
  readonly levels: readonly RivalLevel[];
  /** Why it was not measured. */
  readonly skipped?: string;
}

interface Kind {
  /** The npm package by which it is driven, or which it is. */
  readonly packageName: string;
  readonly sources: readonly RivalSource[];
  readonly hasReads: boolean;
}

const KINDS: Record<Rival, Kind> = {
  etcd: { packageName: 'etcd3', sources: ['client', 'two clients'], hasReads: true },
  zmqRaft: { packageName: 'zmq-raft', sources: ['client'], hasReads: false },
  liferaft: { packageName: '@markwylde/liferaft', sources: ['leader'], hasReads: false },
  antietcd: { packageName: 'antietcd', sources: ['client', 'leader'], hasReads: true },
};
/** Keys that are held against what was put, after each level. */
const SAMPLE = 300;
const READ_KEYS = 16;
/** Servers apply what is committed a little later than the leader does. */
const HELD_WITHIN_MS = 10_000;

export function plannedSeconds(plan: RivalsPlan): number {
  const levels = RIVALS.reduce((sum, rival) => {
    const { sources, hasReads } = KINDS[rival];
    return sum + plan.outstanding.length * sources.length * (hasReads ? 2 : 1);
  }, 0);
  return levels * (plan.warmUpSeconds + plan.rounds * plan.secondsPerRound + 0.5) + RIVALS.length * 3;
}

export async function measureRivals(plan: RivalsPlan, progress: Progress): Promise<RivalResult[]> {
  const results: RivalResult[] = [];
  for (const rival of RIVALS) results.push(await measureRival(rival, plan, progress));
  return results;
}

async function measureRival(rival: Rival, plan: RivalsPlan, progress: Progress): Promise<RivalResult> {
  const { packageName } = KINDS[rival];
  const version = versionOf(packageName);
  if (version === undefined) {
    const needs = rival === 'zmqRaft' ? ', where a compiler and libzmq3-dev (Debian) are' : '';
    const skipped = `the package ${packageName} is not installed: npm run bench -- commit --peers installs it${needs}`;
    return { rival, version: '', levels: [], skipped };
  }
  if (rival === 'etcd' && !hasEtcd()) {
    return { rival, version, levels: [], skipped: 'there is no etcd here: apt-get install etcd-server (Debian)' };
  }
  const { sources, hasReads } = KINDS[rival];
  const levels: RivalLevel[] = [];
  for (const source of sources) {
    // Half of one is none.
    for (const outstanding of plan.outstanding.filter((count) => source !== 'two clients' || count > 1)) {
      progress.step(
        rival,
        `${source}, ${outstanding} outstanding`,
        plan.warmUpSeconds + plan.rounds * plan.secondsPerRound,
      );
      levels.push(...(await measureLevel(rival, source, outstanding, hasReads, plan)));
    }
  }
  return { rival, version, levels };
}

/** Each level has servers and a directory of its own: what one of them broke does not count against the next. */
async function measureLevel(
  rival: Rival,
  source: RivalSource,
  outstanding: number,
  hasReads: boolean,
  plan: RivalsPlan,
): Promise<RivalLevel[]> {
  const cluster = new RivalCluster(rival);
  const level = { source, outstanding };
  try {
    await cluster.start(source === 'leader' ? 0 : source === 'client' ? 1 : 2);
    const ends = source === 'leader' ? [await cluster.leading()] : cluster.clients;
    const load = loadOf(ends, outstanding, plan);
    await load(plan.warmUpSeconds, false, plan.keys);
    const puts = await rounds(plan, () => load(plan.secondsPerRound, false, plan.keys));
    const trouble = await lossOf(cluster, ends);
    const put: RivalLevel = { what: 'put', ...level, ...(trouble === undefined ? { figures: puts } : { trouble }) };
    if (!hasReads || trouble !== undefined) return [put];
    await load(1, false, READ_KEYS);
    await load(plan.warmUpSeconds, true, READ_KEYS);
    const figures = await rounds(plan, () => load(plan.secondsPerRound, true, READ_KEYS));
    return [put, { what: 'read', ...level, figures }];
  } catch (error) {
    return [{ what: 'put', ...level, trouble: error instanceof Error ? error.message : String(error) }];
  } finally {
    await cluster.stop();
  }
}

type LoadOf = (seconds: number, reads: boolean, keys: number) => Promise<LoadResult[]>;

function loadOf(ends: readonly Child[], outstanding: number, { valueBytes }: RivalsPlan): LoadOf {
  const each = Math.max(1, Math.round(outstanding / ends.length));
  return (seconds, reads, keys) =>
    Promise.all(ends.map((end) => askLoad(end, { reads, keys, valueBytes, outstanding: each, seconds })));
}

async function rounds(plan: RivalsPlan, round: () => Promise<LoadResult[]>) {
  const perSecond: number[] = [];
  const medianMs: number[] = [];
  const p99Ms: number[] = [];
  for (let count = 0; count < plan.rounds; count += 1) {
    const results = await round();
    perSecond.push(results.reduce((sum, { puts, seconds }) => sum + puts / seconds, 0));
    medianMs.push(results.reduce((sum, result) => sum + result.medianMs, 0) / results.length);
    p99Ms.push(Math.max(...results.map((result) => result.p99Ms)));
  }
  return { perSecond: spreadOf(perSecond), medianMs: spreadOf(medianMs), p99Ms: spreadOf(p99Ms) };
}

/**
 * Holds what was put against what can be read: by the process that put it where there are reads, and otherwise against what a majority of
 * the servers holds. With several that put, a key of one may have been put by the others: it may hold any of their values.
 */
async function lossOf(cluster: RivalCluster, ends: readonly Child[]): Promise<string | undefined> {
  const samples = await Promise.all(
    ends.map((end) => askWritten(end, ends.length === 1 ? SAMPLE : Number.MAX_SAFE_INTEGER)),
  );
  const written = joined(samples).slice(-SAMPLE);
  const keys = written.map(([key]) => key);
  const [end] = ends;
  if (end === undefined) return 'nobody put anything';
  const isHeld = cluster.rival === 'zmqRaft' || cluster.rival === 'liferaft';
  const holders = isHeld ? cluster.servers : [end];
  const majority = Math.floor(holders.length / 2) + 1;
  const deadlineMs = performance.now() + HELD_WITHIN_MS;
  for (;;) {
    const lost = await Promise.all(holders.map(async (holder) => lostOf(written, await askValues(holder, keys))));
    const least = [...lost].sort((one, other) => one - other)[majority - 1] ?? 0;
    if (least === 0) return undefined;
    if (performance.now() > deadlineMs) return `it lost data: ${least} of ${keys.length} keys do not hold what was put`;
    await after(200);
  }
}

function joined(samples: readonly Written[]): Written {
  const all = new Map<string, string[]>();
  for (const [key, values] of samples.flat()) all.set(key, [...(all.get(key) ?? []), ...values]);
  return [...all];
}
