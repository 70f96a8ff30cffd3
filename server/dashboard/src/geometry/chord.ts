import type { Point } from './ring.ts';

/** One direction of a link, drawn as a curve. */
export interface Chord {
  readonly path: string;
  /** Its ends at the rims, and the control point between them. */
  readonly from: Point;
  readonly control: Point;
  readonly to: Point;
  /** The middle of the curve, and the direction in which it runs there. */
  readonly middle: Point;
  readonly radians: number;
}

/** How far a chord bows to the side, as a share of its length: the two directions of a link do not hide each other. */
const BOW = 0.05;
const BOW_MAX = 20;

/** From the rim of one peer to the rim of another; bows to the right of its direction. Rims are in CSS pixels. */
export function chordOf(from: Point, to: Point, fromRim: number, toRim: number): Chord | null {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length <= fromRim + toRim) return null;
  const along = { x: (to.x - from.x) / length, y: (to.y - from.y) / length };
  const bow = Math.min(BOW_MAX, length * BOW);
  const start = { x: from.x + along.x * fromRim, y: from.y + along.y * fromRim };
  const end = { x: to.x - along.x * toRim, y: to.y - along.y * toRim };
  const control = {
    x: (start.x + end.x) / 2 - along.y * bow * 2,
    y: (start.y + end.y) / 2 + along.x * bow * 2,
  };
  return {
    path: `M${at(start)}Q${at(control)} ${at(end)}`,
    ...{ from: start, control, to: end },
    middle: { x: (control.x + (start.x + end.x) / 2) / 2, y: (control.y + (start.y + end.y) / 2) / 2 },
    radians: Math.atan2(along.y, along.x),
  };
}

/** The part of a chord that places depend on. */
export type Curve = Pick<Chord, 'from' | 'control' | 'to'>;

/** The place on a curve; `share` 0 is where it begins. */
export function xOn({ from, control, to }: Curve, share: number): number {
  return quadratic(from.x, control.x, to.x, share);
}

export function yOn({ from, control, to }: Curve, share: number): number {
  return quadratic(from.y, control.y, to.y, share);
}

function quadratic(from: number, control: number, to: number, share: number): number {
  const rest = 1 - share;
  return rest * rest * from + 2 * rest * share * control + share * share * to;
}

/** The stroke width for a rate, in CSS pixels: grows with its logarithm, since rates span a thousandfold. */
export function strokeWidthOf(framesPerSecond: number): number {
  return framesPerSecond <= 0 ? 0 : Math.min(9, 1 + 1.1 * Math.log2(1 + framesPerSecond / 2));
}

function at({ x, y }: Point): string {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}
