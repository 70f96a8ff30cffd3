import { termColourOf } from '../termColour.ts';
import type { Mark } from '../history/Marks.ts';
import type { Lane } from './lanes.ts';
import type { Span } from './window.ts';

export const LANE_PX = 24;
/** Of a row of a lane that has several. */
export const ROW_PX = 18;
export const AXIS_PX = 20;

/** How a stretch looks: by shape first, and by colour besides. */
export type BarLook =
  | 'leader'
  | 'hollow'
  | 'candidate'
  | 'preCandidate'
  | 'follower'
  | 'learner'
  | 'outside'
  | 'away'
  | 'paused'
  | 'good'
  | 'bad'
  | 'plain';

export interface Bar {
  readonly x: number;
  readonly width: number;
  readonly y: number;
  readonly heightPx: number;
  readonly look: BarLook;
  readonly term: number | 'none';
  /** What fits into it; empty when nothing does. */
  readonly text: string;
}

export interface Sign {
  readonly x: number;
  readonly y: number;
  readonly kind: string;
  readonly tone: Mark['tone'];
}

export interface LaneShapes {
  readonly heightPx: number;
  /** Upper edges of lanes. */
  readonly tops: readonly number[];
  readonly bars: readonly Bar[];
  readonly signs: readonly Sign[];
}

/** What is smaller is drawn so wide, and no second one beside it: nobody could tell them apart. */
const SMALLEST_PX = 1.5;
/** Signs closer to each other than this are one; what is bad is never left out for what is not. */
const SIGN_APART_PX = 7;
const CHARACTER_PX = 6.4;

/** Of the times along the upper edge, and of each lane. */
export function laneHeights(lanes: readonly Lane[]): readonly number[] {
  return [AXIS_PX, ...lanes.map((lane) => Math.max(LANE_PX, rowCount(lane) * ROW_PX + 6))];
}

/** Signs have a row of their own below stretches with texts; a peer's stand on what it was. */
function rowCount({ isPeer, rows, signs }: Lane): number {
  return rows.length + Number(!isPeer && signs.length > 0 && rows.some((row) => row.length > 0));
}

/** Upper edges of lanes. */
export function laneTops(lanes: readonly Lane[]): readonly number[] {
  let top = 0;
  return laneHeights(lanes)
    .slice(0, -1)
    .map((height) => (top += height));
}

/** How many things a repaint draws. */
export function countOf({ bars, signs }: LaneShapes): number {
  return bars.length + signs.length;
}

/** What is seen of the lanes: as many things as there is room for, however much happened. */
export function laneShapes(lanes: readonly Lane[], span: Span, widthPx: number): LaneShapes {
  const heights = laneHeights(lanes);
  const tops = laneTops(lanes);
  const heightPx = heights.reduce((sum, height) => sum + height, 0);
  const xOf = (atMs: number): number => ((atMs - span.fromMs) / (span.untilMs - span.fromMs)) * widthPx;
  const place = { xOf, widthPx };
  return {
    ...{ heightPx, tops },
    bars: lanes.flatMap((lane, at) => {
      const rowPx = rowCount(lane) === 1 ? LANE_PX : ROW_PX;
      const top = (tops[at] ?? 0) + (rowPx === ROW_PX ? 3 : 0);
      return lane.rows.flatMap((row, number) => barsOf(row, place, top + number * rowPx, rowPx));
    }),
    signs: lanes.flatMap((lane, at) => {
      const isBelow = rowCount(lane) > lane.rows.length;
      const bottom = (tops[at] ?? 0) + (heights[at + 1] ?? 0);
      return signsOf(lane.signs, place, isBelow ? bottom - 3 - ROW_PX / 2 : bottom - (heights[at + 1] ?? 0) / 2);
    }),
  };
}

interface Place {
  readonly xOf: (atMs: number) => number;
  readonly widthPx: number;
}

function barsOf(marks: readonly Mark[], { xOf, widthPx }: Place, top: number, rowPx: number): Bar[] {
  const bars: Bar[] = [];
  let drawnTo = -Infinity;
  for (const mark of marks) {
    const from = Math.max(-2, xOf(mark.atMs));
    const until = Math.min(widthPx + 2, xOf(mark.untilMs ?? mark.atMs));
    const isSmall = until - from < SMALLEST_PX;
    if (until < 0 || from > widthPx || (isSmall && from < drawnTo)) continue;
    const width = Math.max(SMALLEST_PX, until - from);
    drawnTo = from + width;
    const look = lookOf(mark);
    const heightPx = Math.min(rowPx - 2, HEIGHTS[look]);
    const text = textOf(mark, Math.min(widthPx, until) - Math.max(0, from) - 8);
    const term = termColourOf(mark.term ?? null);
    bars.push({ ...{ x: from, width, heightPx, look, term, text }, y: top + (rowPx - heightPx) / 2 });
  }
  return bars;
}

function signsOf(marks: readonly Mark[], { xOf, widthPx }: Place, y: number): Sign[] {
  const signs: Sign[] = [];
  for (const { atMs, kind, tone } of marks) {
    const x = xOf(atMs);
    if (x < -4 || x > widthPx + 4) continue;
    const last = signs.at(-1);
    if (last !== undefined && x - last.x < SIGN_APART_PX) {
      if (last.tone === 'bad' || tone !== 'bad') continue;
      signs.pop();
    }
    signs.push({ x, y, kind, tone });
  }
  return signs;
}

/** As in the simulator's diagrams: the more a peer does, the higher. */
const HEIGHTS: Readonly<Record<BarLook, number>> = {
  ...{ leader: 18, hollow: 18, candidate: 14, preCandidate: 10, follower: 5, learner: 5 },
  ...{ outside: 3, away: 3, paused: 14, good: 15, bad: 15, plain: 15 },
};

const PEER_LOOKS: Readonly<Record<string, BarLook>> = {
  ...{ leader: 'leader', hollow: 'hollow', candidate: 'candidate', preCandidate: 'preCandidate' },
  ...{ follower: 'follower', learner: 'learner', away: 'away', paused: 'paused' },
};

function lookOf({ lane, kind, tone }: Mark): BarLook {
  return lane === 'peer' ? (PEER_LOOKS[kind] ?? 'outside') : tone;
}

/** Only if it fits: shortened once. */
function textOf({ lane, kind, term, text }: Mark, roomPx: number): string {
  const isHigh = kind === 'leader' || kind === 'hollow' || kind === 'candidate';
  if (lane === 'peer' && !isHigh) return '';
  const options =
    lane === 'peer' ? [`${kind === 'candidate' ? 'candidate' : 'leader'}, term ${term}`, String(term)] : [text];
  const fitting = options.find((option) => option.length * CHARACTER_PX <= roomPx);
  if (fitting !== undefined || lane === 'peer') return fitting ?? '';
  const room = Math.floor(roomPx / CHARACTER_PX);
  return room < 8 ? '' : `${text.slice(0, room - 1)}…`;
}
