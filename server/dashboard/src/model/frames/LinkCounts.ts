import type { FrameSample, LiveFrames } from '../../../../../shared/http/Frames.ts';
import { linkKey } from '../linkRate.ts';
import { FRAME_KINDS, type FrameKind, kindOf, kindOfType } from './kinds.ts';
import type { PeerId } from '../../../../../shared/ids.ts';

/** A link with more than this a second is drawn as rates. */
export const CROWDED_PER_SECOND = 50;
/** It is until it has had less than this for CALM_MS. */
export const CALM_PER_SECOND = 40;
export const CALM_MS = 2000;
/** What is counted is counted over the newest second. */
const WINDOW_MS = 1000;
/** Links that are counted; as many as 32 peers have. */
const LINKS_MAX = 1024;

interface Told {
  readonly timeMs: number;
  readonly counts: Readonly<Record<FrameKind, number>>;
}

/** Frames of one direction of a link, as they were judged in the newest second. */
export interface LinkCount {
  readonly from: PeerId;
  readonly to: PeerId;
  readonly perSecond: Readonly<Record<FrameKind, number>>;
  readonly allPerSecond: number;
  /** Too many to be drawn each. */
  readonly isCrowded: boolean;
}

interface Counting extends LinkCount {
  told: Told[];
  perSecond: Record<FrameKind, number>;
  allPerSecond: number;
  isCrowded: boolean;
  /** Since when it has been calm, on the relay's clock; null while it is not. */
  calmSinceMs: number | null;
}

/** How many frames of which kind pass on each link, and which links have too many for dots. Times are of the relay's clock. */
export class LinkCounts {
  readonly #links = new Map<string, Counting>();

  add({ timeMs, frames, crowded }: Pick<LiveFrames, 'timeMs' | 'frames' | 'crowded'>): void {
    const counts = new Map<string, { from: PeerId; to: PeerId; counts: Record<FrameKind, number> }>();
    const of = (from: PeerId, to: PeerId): Record<FrameKind, number> => {
      const key = linkKey(from, to);
      const known = counts.get(key) ?? { from, to, counts: none() };
      counts.set(key, known);
      return known.counts;
    };
    const told = new Set(crowded.map(({ from, to }) => linkKey(from, to)));
    for (const link of crowded) {
      const sums = of(link.from, link.to);
      const heartbeats = shareOfHeartbeats(link, frames);
      for (const [type, count] of Object.entries(link.counts)) {
        const beats = type === 'AppendEntries' ? count * heartbeats : 0;
        sums.heartbeat += beats;
        sums[kindOfType(type)] += count - beats;
      }
    }
    for (const sample of frames) {
      if (!told.has(linkKey(sample.from, sample.to))) of(sample.from, sample.to)[kindOf(sample)] += 1;
    }
    for (const [key, { from, to, counts: added }] of counts) {
      const link = this.#links.get(key) ?? this.#begin(key, from, to);
      link?.told.push({ timeMs, counts: added });
    }
    this.settle(timeMs);
  }

  /** Forgets what is older than a second before a time, and says who is crowded then. */
  settle(atMs: number): void {
    for (const [key, link] of this.#links) {
      link.told = link.told.filter(({ timeMs }) => timeMs > atMs - WINDOW_MS);
      sum(link);
      if (link.allPerSecond > CROWDED_PER_SECOND) link.isCrowded = true;
      if (link.allPerSecond >= CALM_PER_SECOND) link.calmSinceMs = null;
      else link.calmSinceMs ??= atMs;
      if (link.calmSinceMs !== null && atMs - link.calmSinceMs >= CALM_MS) link.isCrowded = false;
      if (link.told.length === 0 && !link.isCrowded) this.#links.delete(key);
    }
  }

  get(from: PeerId, to: PeerId): LinkCount | null {
    return this.#links.get(linkKey(from, to)) ?? null;
  }

  all(): Iterable<LinkCount> {
    return this.#links.values();
  }

  clear(): void {
    this.#links.clear();
  }

  #begin(key: string, from: PeerId, to: PeerId): Counting | null {
    if (this.#links.size >= LINKS_MAX) return null;
    const link: Counting = {
      ...{ from, to, told: [], perSecond: none(), allPerSecond: 0, isCrowded: false, calmSinceMs: null },
    };
    this.#links.set(key, link);
    return link;
  }
}

/** Counts are by type, which does not say whether an AppendEntries brings entries: as many as among its samples. */
function shareOfHeartbeats(
  { from, to }: { readonly from: PeerId; readonly to: PeerId },
  frames: readonly FrameSample[],
): number {
  let appends = 0;
  let heartbeats = 0;
  for (const sample of frames) {
    if (sample.type !== 'AppendEntries' || sample.from !== from || sample.to !== to) continue;
    appends += 1;
    if (kindOf(sample) === 'heartbeat') heartbeats += 1;
  }
  return appends === 0 ? 0 : heartbeats / appends;
}

function none(): Record<FrameKind, number> {
  return { vote: 0, entries: 0, heartbeat: 0, snapshot: 0, client: 0, other: 0 };
}

function sum(link: Counting): void {
  link.allPerSecond = 0;
  for (const kind of FRAME_KINDS) {
    let count = 0;
    for (const { counts } of link.told) count += counts[kind];
    link.perSecond[kind] = count;
    link.allPerSecond += count;
  }
}
