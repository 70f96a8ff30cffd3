import type { LiveEvent } from '../../../../../shared/http/Live.ts';
import type { PeerId } from '../../../../../shared/ids.ts';
import type { Mark } from '../history/Marks.ts';

/** A row of the scale of time: one peer's, or all that is of a sort. */
export interface Lane {
  readonly id: string;
  readonly title: string;
  readonly isPeer: boolean;
  /** In its own rows, so that stretches that overlap stand one below the other. */
  readonly rows: readonly (readonly Mark[])[];
  /** Moments. */
  readonly signs: readonly Mark[];
}

/** Of a lane other than a peer's; what finds no row stands in the last. */
const ROWS_MAX = 3;

/** Events that a stretch tells already, by beginning or ending. */
const TOLD_BY_STRETCHES: ReadonlySet<string> = new Set<LiveEvent['kind']>([
  ...(['connected', 'disconnected', 'roleChanged', 'leaderElected', 'leaderLost', 'healed'] as const),
]);

const TITLES = { faults: 'faults', clients: 'clients', checks: 'checks' } as const;

/** @param peers in their order; each has a lane, also while nothing is known of it */
export function lanesOf(marks: readonly Mark[], peers: readonly PeerId[]): readonly Lane[] {
  const byPeer = new Map<PeerId, Mark[]>(peers.map((peer) => [peer, []]));
  const others = new Map<keyof typeof TITLES, Mark[]>([
    ['faults', []],
    ['clients', []],
    ['checks', []],
  ]);
  for (const mark of marks) {
    const { lane, peer } = mark;
    if (mark.untilMs === null && TOLD_BY_STRETCHES.has(mark.kind)) continue;
    const own = lane === 'peer' && peer !== null ? byPeer.get(peer) : undefined;
    if (own !== undefined) own.push(mark);
    // What happened to one that is no peer, or to all, is of clients or of the cluster.
    else if (lane === 'peer') listOf(others, peer === null ? 'checks' : 'clients').push(mark);
    else listOf(others, lane).push(mark);
  }
  return [
    ...[...byPeer].map(([peer, own]) => laneOf({ id: peer, title: peer, isPeer: true }, own, 1)),
    ...[...others].map(([lane, own]) => laneOf({ id: lane, title: TITLES[lane], isPeer: false }, own, ROWS_MAX)),
  ];
}

function listOf<Key>(lists: Map<Key, Mark[]>, key: Key): Mark[] {
  const known = lists.get(key);
  if (known !== undefined) return known;
  const list: Mark[] = [];
  lists.set(key, list);
  return list;
}

function laneOf(lane: Omit<Lane, 'rows' | 'signs'>, marks: readonly Mark[], rowsMax: number): Lane {
  const rows: Mark[][] = [[]];
  for (const mark of marks) {
    if (mark.untilMs === null) continue;
    const free = rows.find((row) => (row.at(-1)?.untilMs ?? -Infinity) <= mark.atMs);
    if (free !== undefined) free.push(mark);
    else if (rows.length < rowsMax) rows.push([mark]);
    else rows.at(-1)?.push(mark);
  }
  return { ...lane, rows, signs: marks.filter(({ untilMs }) => untilMs === null) };
}

/** What a lane says of a moment: what lasted then, and what happened within so much of it. */
export function marksAt({ rows, signs }: Lane, atMs: number, withinMs: number): readonly Mark[] {
  const lasted = rows.flatMap((row) => row.filter((mark) => mark.atMs <= atMs && (mark.untilMs ?? atMs) > atMs));
  return [...lasted, ...signs.filter((mark) => Math.abs(mark.atMs - atMs) <= withinMs)];
}
