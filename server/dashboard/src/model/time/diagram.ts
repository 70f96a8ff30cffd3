import type { PeerId } from '../../../../../shared/ids.ts';
import type { Mark } from '../history/Marks.ts';
import { type Bar, AXIS_PX, LANE_PX, laneShapes } from './laneShapes.ts';
import { lanesOf } from './lanes.ts';
import type { Line, SpaceTime } from './spaceTime.ts';
import type { Span } from './window.ts';

export const MARGIN_LEFT_PX = 62;
const MARGIN_RIGHT_PX = 16;
export const DIAGRAM_LANE_PX = 62;
export const DIAGRAM_TOP_PX = 30;
const BOTTOM_PX = 24;
/** What is forwarded at once takes 60 µs: it leans so much, to show which way it goes. */
const AT_ONCE_PX = 5;
/** How far along its way a frame is shown to be lost, or to wait. */
const LOST_AT = 0.32;
const LOST_PX = 9;

/** Where times and lanes are in a diagram. */
export interface Plot {
  readonly span: Span;
  readonly leftPx: number;
  readonly rightPx: number;
  readonly heightPx: number;
  readonly lanes: ReadonlyMap<PeerId, number>;
}

/** A line with its places, and how it ends. */
export interface LineShape {
  readonly line: Line;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  /** `burst`: it was lost at once; `lostLate`: after it had waited. */
  readonly end: 'arrow' | 'burst' | 'lostLate' | 'waits';
}

/** Peers in their order, and behind them whoever else sent or got something. */
export function plotOf({ span, lines }: SpaceTime, peers: readonly PeerId[], widthPx: number): Plot {
  const others = new Set(lines.flatMap(({ from, to }) => [from, to]).filter((id) => !peers.includes(id)));
  const ids = [...peers, ...[...others].sort()];
  return {
    span,
    leftPx: MARGIN_LEFT_PX,
    rightPx: Math.max(MARGIN_LEFT_PX + 50, widthPx - MARGIN_RIGHT_PX),
    heightPx: DIAGRAM_TOP_PX + ids.length * DIAGRAM_LANE_PX + BOTTOM_PX,
    lanes: new Map(ids.map((id, at) => [id, DIAGRAM_TOP_PX + (at + 0.5) * DIAGRAM_LANE_PX])),
  };
}

export function xOf({ span, leftPx, rightPx }: Plot, atMs: number): number {
  return leftPx + ((atMs - span.fromMs) / (span.untilMs - span.fromMs)) * (rightPx - leftPx);
}

export function timeOf({ span, leftPx, rightPx }: Plot, x: number): number {
  return span.fromMs + ((x - leftPx) / (rightPx - leftPx)) * (span.untilMs - span.fromMs);
}

export function lineShapes({ lines }: SpaceTime, plot: Plot): readonly LineShape[] {
  return lines.flatMap((line) => {
    const [from, to] = [plot.lanes.get(line.from), plot.lanes.get(line.to)];
    return from === undefined || to === undefined ? [] : [lineShape(line, plot, from, to)];
  });
}

function lineShape(line: Line, plot: Plot, from: number, to: number): LineShape {
  const x1 = xOf(plot, line.sentMs);
  const down = from < to ? 1 : -1;
  const begins = { line, x1, y1: from };
  const short = { x2: x1 + LOST_PX, y2: from + (to - from) * LOST_AT };
  if (line.endMs === null) return { ...begins, ...short, end: 'waits' };
  const x2 = xOf(plot, line.endMs) + (line.isDelayed ? 0 : AT_ONCE_PX);
  if (line.fate === 'arrived') return { ...begins, x2, y2: to - 4 * down, end: 'arrow' };
  return line.isDelayed
    ? { ...begins, x2, y2: to - 10 * down, end: 'lostLate' }
    : { ...begins, ...short, end: 'burst' };
}

/** The line that a point means: the nearest within so many pixels. */
export function lineAt(shapes: readonly LineShape[], x: number, y: number, withinPx: number): Line | null {
  let nearest: Line | null = null;
  let least = withinPx;
  for (const { line, x1, y1, x2, y2 } of shapes) {
    const distance = distanceTo(x, y, x1, y1, x2, y2);
    if (distance > least) continue;
    least = distance;
    nearest = line;
  }
  return nearest;
}

function distanceTo(x: number, y: number, x1: number, y1: number, x2: number, y2: number): number {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const length = dx * dx + dy * dy;
  const share = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / length));
  return Math.hypot(x - (x1 + share * dx), y - (y1 + share * dy));
}

/** A stretch of a peer's or of the faults', with its place. */
export interface Band extends Bar {
  readonly key: string;
}

/** What each peer was, on its lane; and above all lanes, which faults were in force. */
export function bandsOf(marks: readonly Mark[], plot: Plot): readonly Band[] {
  const peers = [...plot.lanes.keys()];
  const lanes = lanesOf(
    marks.filter(({ lane }) => lane === 'peer' || lane === 'faults'),
    peers,
  );
  const widthPx = plot.rightPx - plot.leftPx;
  return lanes.slice(0, peers.length + 1).flatMap((lane, at) => {
    const isFaults = at === peers.length;
    const middle = isFaults ? DIAGRAM_TOP_PX / 2 : ([...plot.lanes.values()][at] ?? 0);
    // Faults at the same time stand in one row here: the first is named, and the lanes above have them all.
    const own = isFaults ? { ...lane, rows: lane.rows.slice(0, 1) } : lane;
    return laneShapes([own], plot.span, widthPx).bars.map((bar, number) => ({
      ...bar,
      ...{ key: `${lane.id} ${number}`, x: bar.x + plot.leftPx, y: bar.y - AXIS_PX - LANE_PX / 2 + middle },
    }));
  });
}
