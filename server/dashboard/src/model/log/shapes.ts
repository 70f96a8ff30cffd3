import type { LogRow } from './LogView.ts';
import { axisIndexes, type LogExtent, type LogScale } from './scale.ts';

/** From this width on entries are cells with lines between them; below, runs are bars. */
export const CELL_PX_MIN = 7;
/** From this width on a cell says its term. */
export const TERM_PX_MIN = 16;
/** From this width on it says its index too. */
export const INDEX_PX_MIN = 26;
/** A bar that is wider says its term. */
const BAR_TEXT_PX_MIN = 52;
const AXIS_APART_PX = 52;

/** What is drawn of the log, from left to right in CSS pixels; `row` counts from 0. Everything lies within what is seen. */
export interface LogShapes {
  readonly bars: readonly Bar[];
  readonly outlines: readonly { readonly row: number; readonly left: number; readonly right: number }[];
  /** Lines between cells, of one row each. */
  readonly grids: readonly { readonly row: number; readonly xs: readonly number[] }[];
  readonly texts: readonly Text[];
  readonly marks: readonly LogMark[];
  /** Where the leader's `match` lags behind what is true. */
  readonly lags: readonly { readonly row: number; readonly left: number; readonly right: number }[];
  readonly axis: readonly { readonly x: number; readonly index: number }[];
}

export interface Bar {
  readonly row: number;
  readonly left: number;
  readonly right: number;
  /** `snapshot`: taken into the snapshot; `untold`: held, of a term that is not told. */
  readonly fill: 'committed' | 'uncommitted' | 'snapshot' | 'untold';
  readonly term: number | null;
}

export interface Text {
  readonly row: number;
  readonly x: number;
  readonly kind: 'term' | 'index' | 'bar';
  readonly text: string;
  readonly term: number | null;
  readonly isCommitted: boolean;
  /** The room that it has. */
  readonly widthPx: number;
}

export interface LogMark {
  readonly row: number;
  readonly x: number;
  readonly kind: 'applied' | 'durable' | 'snapshot' | 'next' | 'match';
}

/** How many things are drawn: what a repaint costs. */
export function countOf(shapes: LogShapes): number {
  const { bars, outlines, texts, marks, lags, axis, grids } = shapes;
  const lines = grids.reduce((sum, { xs }) => sum + xs.length, 0);
  return bars.length + outlines.length + texts.length + marks.length + lags.length + axis.length + lines;
}

/**
 * What there is to draw. It costs as much as is seen: the runs that are in sight, and single entries only where they are wide
 * enough for it; not as much as the log is long.
 */
export function logShapes(rows: readonly LogRow[], scale: LogScale, extent: LogExtent): LogShapes {
  const sight = new Sight(scale, extent);
  return {
    bars: rows.flatMap((row, at) => barsOf(row, at, sight)),
    outlines: rows.flatMap((row, at) =>
      row.conflicts.flatMap((stretch) => sight.clipped(stretch.from, stretch.to).map((bar) => ({ row: at, ...bar }))),
    ),
    grids: scale.entryPx < CELL_PX_MIN ? [] : rows.map((row, at) => ({ row: at, xs: gridOf(row, sight) })),
    texts: rows.flatMap((row, at) => textsOf(row, at, sight)),
    marks: rows.flatMap((row, at) => marksOf(row, at, sight)),
    lags: rows.flatMap((row, at) => lagsOf(row, at, sight)),
    axis: axisIndexes(scale, extent, AXIS_APART_PX).map((index) => ({ x: sight.middleOf(index), index })),
  };
}

/** The part of the log that is seen. */
class Sight {
  readonly scale: LogScale;
  readonly from: number;
  readonly to: number;
  readonly widthPx: number;

  constructor(scale: LogScale, extent: LogExtent) {
    this.scale = scale;
    this.widthPx = extent.widthPx;
    this.from = Math.floor(scale.left);
    this.to = Math.ceil(scale.left + extent.widthPx / scale.entryPx);
  }

  leftOf(index: number): number {
    return (index - this.scale.left) * this.scale.entryPx;
  }

  middleOf(index: number): number {
    return this.leftOf(index) + this.scale.entryPx / 2;
  }

  /** Nothing when no pixel of it is seen. */
  clipped(from: number, to: number): readonly { readonly left: number; readonly right: number }[] {
    if (to < from || to < this.from || from > this.to) return [];
    const left = Math.max(-2, this.leftOf(from));
    // Where many entries share a pixel, one alone is still to be seen.
    const right = Math.min(this.widthPx + 2, Math.max(this.leftOf(to + 1), left + 1));
    return [{ left, right }];
  }

  sees(x: number): boolean {
    return x >= -8 && x <= this.widthPx + 8;
  }
}

function barsOf(row: LogRow, at: number, sight: Sight): Bar[] {
  const bars: Bar[] = [];
  const add = (from: number, to: number, fill: Bar['fill'], term: number | null): void => {
    for (const bar of sight.clipped(from, to)) bars.push({ row: at, ...bar, fill, term });
  };
  add(1, row.first - 1, 'snapshot', null);
  add(row.first, Math.min(row.last, (row.runs[0]?.from ?? row.last + 1) - 1), 'untold', null);
  for (const { term, from, to } of row.runs) {
    add(from, Math.min(to, row.commit), 'committed', term);
    add(Math.max(from, row.commit + 1), to, 'uncommitted', term);
  }
  return bars;
}

function gridOf({ first, last }: LogRow, sight: Sight): number[] {
  const xs: number[] = [];
  for (let index = Math.max(first, sight.from) + 1; index <= Math.min(last, sight.to); index += 1) {
    xs.push(sight.leftOf(index));
  }
  return xs;
}

function textsOf(row: LogRow, at: number, sight: Sight): Text[] {
  const { entryPx } = sight.scale;
  const texts: Text[] = [];
  for (const { term, from, to } of row.runs) {
    if (entryPx < TERM_PX_MIN) {
      for (const [start, end, isCommitted] of [
        [from, Math.min(to, row.commit), true],
        [Math.max(from, row.commit + 1), to, false],
      ] as const) {
        for (const { left, right } of sight.clipped(start, end)) {
          const widthPx = right - left;
          if (widthPx < BAR_TEXT_PX_MIN) continue;
          texts.push({ row: at, x: (left + right) / 2, kind: 'bar', text: `term ${term}`, term, isCommitted, widthPx });
        }
      }
      continue;
    }
    for (let index = Math.max(from, sight.from); index <= Math.min(to, sight.to); index += 1) {
      const cell = { row: at, x: sight.middleOf(index), term, isCommitted: index <= row.commit, widthPx: entryPx };
      texts.push({ ...cell, kind: 'term', text: String(term) });
      if (entryPx >= INDEX_PX_MIN) texts.push({ ...cell, kind: 'index', text: String(index) });
    }
  }
  return texts;
}

function marksOf(row: LogRow, at: number, sight: Sight): LogMark[] {
  const marks: LogMark[] = [];
  const add = (kind: LogMark['kind'], x: number): void => {
    if (sight.sees(x)) marks.push({ row: at, kind, x });
  };
  if (row.snapshot > 0) add('snapshot', sight.leftOf(row.snapshot + 1));
  if (row.durable > 0) add('durable', sight.leftOf(row.durable + 1));
  if (row.applied > 0) add('applied', sight.leftOf(row.applied + 1));
  if (row.told !== null) {
    add('next', sight.middleOf(row.told.next));
    if (row.told.match > 0) add('match', sight.middleOf(row.told.match));
  }
  return marks;
}

function lagsOf({ told, agreed }: LogRow, at: number, sight: Sight): { row: number; left: number; right: number }[] {
  if (told === null || agreed === null || agreed <= told.match) return [];
  return sight.clipped(told.match + 1, agreed).map((bar) => ({ row: at, ...bar }));
}
