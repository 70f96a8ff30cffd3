import type { PeerId } from '../../../../../shared/ids.ts';
import type { Line } from './spaceTime.ts';

/** What a frame may have been caused by, and may have caused: happened before, along lanes and frames that arrived. */
export interface Cone {
  readonly seq: number;
  /** Frames by number. */
  readonly before: ReadonlySet<number>;
  readonly after: ReadonlySet<number>;
  /** Of each lane that it reaches: up to when all may have caused it. */
  readonly beforeUntilMs: ReadonlyMap<PeerId, number>;
  /** From when on all may be caused by it. */
  readonly afterFromMs: ReadonlyMap<PeerId, number>;
}

/** @returns null when the frame is not among the lines */
export function coneOf(lines: readonly Line[], seq: number): Cone | null {
  const own = lines.filter((line) => line.seq === seq);
  const [first] = own;
  if (first === undefined) return null;
  return { seq, ...pastOf(lines, first), ...futureOf(lines, own) };
}

/** A moment of the relay: what it did within one millisecond stands in the order of its journal. */
interface Moment {
  readonly atMs: number;
  readonly seq: number;
}

function isBefore(one: Moment, other: Moment): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.seq < other.seq);
}

function sentAt({ sentMs, seq }: Line): Moment {
  return { atMs: sentMs, seq };
}

function arrivedAt({ endMs, seq, fate }: Line): Moment | null {
  return fate === 'arrived' && endMs !== null ? { atMs: endMs, seq } : null;
}

/** Backwards: whatever arrived at a lane before the last that counts there may have caused it. */
function pastOf(lines: readonly Line[], own: Line): Pick<Cone, 'before' | 'beforeUntilMs'> {
  const before = new Set<number>();
  const until = new Map<PeerId, Moment>([[own.from, sentAt(own)]]);
  for (const { line, at } of arrivals(lines).reverse()) {
    const bound = until.get(line.to);
    if (line.seq === own.seq || bound === undefined || !isBefore(at, bound)) continue;
    before.add(line.seq);
    const known = until.get(line.from);
    if (known === undefined || isBefore(known, sentAt(line))) until.set(line.from, sentAt(line));
  }
  return { before, beforeUntilMs: timesOf(until) };
}

/** Forwards: whatever a lane sent after something that it caused had arrived there. */
function futureOf(lines: readonly Line[], own: readonly Line[]): Pick<Cone, 'after' | 'afterFromMs'> {
  const after = new Set<number>();
  const from = new Map<PeerId, Moment>();
  const seq = own[0]?.seq;
  const reach = (peer: PeerId, at: Moment): void => {
    const known = from.get(peer);
    if (known === undefined || isBefore(at, known)) from.set(peer, at);
  };
  // Where it is sent and where copies arrive, in the order of time: what arrives later cannot come into what was sent before.
  const moments = [
    ...lines.map((line) => ({ line, at: sentAt(line), isArrival: false })),
    ...arrivals(lines).map(({ line, at }) => ({ line, at, isArrival: true })),
  ].sort((a, b) => a.at.atMs - b.at.atMs || a.at.seq - b.at.seq || Number(a.isArrival) - Number(b.isArrival));
  for (const { line, at, isArrival } of moments) {
    if (isArrival) {
      if (line.seq === seq || after.has(line.seq)) reach(line.to, at);
      continue;
    }
    const reached = from.get(line.from);
    if (line.seq !== seq && reached !== undefined && isBefore(reached, at)) after.add(line.seq);
  }
  return { after, afterFromMs: timesOf(from) };
}

function arrivals(lines: readonly Line[]): { readonly line: Line; readonly at: Moment }[] {
  return lines
    .flatMap((line) => {
      const at = arrivedAt(line);
      return at === null ? [] : [{ line, at }];
    })
    .sort((a, b) => a.at.atMs - b.at.atMs || a.at.seq - b.at.seq);
}

function timesOf(moments: ReadonlyMap<PeerId, Moment>): ReadonlyMap<PeerId, number> {
  return new Map([...moments].map(([peer, { atMs }]) => [peer, atMs]));
}
