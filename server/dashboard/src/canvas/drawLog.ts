import { AXIS_PX, BAR_PX, BAR_TOP_PX, ROW_PX } from '../model/log/layout.ts';
import type { Bar, LogMark, LogShapes, Text } from '../model/log/shapes.ts';
import { TERM_COLOURS, termColourOf } from '../model/termColour.ts';
import type { LogLook } from './logLook.ts';

export interface DrawnLog {
  readonly shapes: LogShapes;
  readonly rows: number;
  /** The row that is chosen, and the stretch of pixels of the entry in it. */
  readonly cursor: { readonly row: number; readonly left: number; readonly right: number } | null;
  /** A row of a peer that is chosen. */
  readonly chosen: number | null;
  /** Rows of peers that are away: what is drawn of them is old. */
  readonly away: ReadonlySet<number>;
}

/** The log's shapes on a canvas, in CSS pixels; drawn whole each time. */
export function drawLog(context: CanvasRenderingContext2D, widthPx: number, log: DrawnLog, look: LogLook): void {
  const { shapes, rows, cursor, chosen, away } = log;
  context.clearRect(0, 0, widthPx, AXIS_PX + rows * ROW_PX);
  drawGround(context, widthPx, log, look);
  for (const bar of shapes.bars) drawBar(context, bar, away.has(bar.row), look);
  drawGrids(context, shapes.grids, look);
  for (const text of shapes.texts) drawText(context, text, look);
  drawLags(context, shapes.lags, look);
  for (const outline of shapes.outlines) drawOutline(context, outline, look);
  for (const mark of shapes.marks) drawMark(context, mark, look);
  if (cursor !== null) drawCursor(context, cursor, look);
  if (chosen !== null) {
    context.fillStyle = look.focus;
    context.fillRect(0, rowTop(chosen) + BAR_TOP_PX, 3, BAR_PX);
  }
}

function rowTop(row: number): number {
  return AXIS_PX + row * ROW_PX;
}

function barTop(row: number): number {
  return rowTop(row) + BAR_TOP_PX;
}

function drawGround(
  context: CanvasRenderingContext2D,
  widthPx: number,
  { shapes, rows }: DrawnLog,
  look: LogLook,
): void {
  context.fillStyle = look.raised;
  for (let row = 0; row < rows; row += 1) context.fillRect(0, barTop(row), widthPx, BAR_PX);
  context.fillStyle = look.muted;
  context.strokeStyle = look.line;
  context.lineWidth = 1;
  context.font = `11.5px ${look.sans}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.beginPath();
  for (const { x, index } of shapes.axis) {
    context.fillText(String(index), Math.max(10, Math.min(widthPx - 10, x)), AXIS_PX / 2 - 1);
    context.moveTo(Math.round(x) + 0.5, AXIS_PX - 4);
    context.lineTo(Math.round(x) + 0.5, AXIS_PX + 2);
  }
  context.stroke();
}

function colourOf(term: number | null, look: LogLook): LogLook['terms'][number] {
  const at = termColourOf(term);
  return look.terms[at === 'none' ? TERM_COLOURS : at] ?? { fill: look.edge, on: look.ink, hatch: look.edge };
}

function drawBar(context: CanvasRenderingContext2D, bar: Bar, isAway: boolean, look: LogLook): void {
  const { row, left, right, fill, term } = bar;
  const colour = colourOf(term, look);
  context.globalAlpha = isAway ? 0.45 : 1;
  if (fill === 'snapshot') {
    // Gone from the log: a band in its place.
    context.fillStyle = look.edge;
    context.fillRect(left, barTop(row) + BAR_PX / 2 - 3, right - left, 6);
  } else if (fill === 'untold') {
    context.strokeStyle = look.edge;
    context.lineWidth = 1;
    context.strokeRect(left + 0.5, barTop(row) + 0.5, Math.max(0, right - left - 1), BAR_PX - 1);
  } else {
    context.fillStyle = fill === 'committed' ? colour.fill : colour.hatch;
    context.fillRect(left, barTop(row), right - left, BAR_PX);
    if (fill === 'uncommitted') {
      context.strokeStyle = colour.fill;
      context.lineWidth = 1.5;
      context.strokeRect(left + 0.75, barTop(row) + 0.75, Math.max(0, right - left - 1.5), BAR_PX - 1.5);
    }
  }
  context.globalAlpha = 1;
}

function drawGrids(context: CanvasRenderingContext2D, grids: LogShapes['grids'], look: LogLook): void {
  context.strokeStyle = look.card;
  context.lineWidth = 1.5;
  context.beginPath();
  for (const { row, xs } of grids) {
    for (const x of xs) {
      context.moveTo(x, barTop(row));
      context.lineTo(x, barTop(row) + BAR_PX);
    }
  }
  context.stroke();
}

const TEXT_SIZES = { term: 12.5, index: 9, bar: 12 } as const;

function drawText(context: CanvasRenderingContext2D, text: Text, look: LogLook): void {
  const { row, x, kind, term, isCommitted, widthPx } = text;
  const colour = colourOf(term, look);
  context.font = `${kind === 'index' ? 400 : 650} ${TEXT_SIZES[kind]}px ${look.sans}`;
  if (context.measureText(text.text).width > widthPx - 2) return;
  const shift = kind === 'index' ? 8 : kind === 'term' && widthPx >= 26 ? -4 : 0;
  const y = barTop(row) + BAR_PX / 2 + shift + 0.5;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  if (!isCommitted) {
    context.strokeStyle = look.card;
    context.lineWidth = 4;
    context.lineJoin = 'round';
    context.strokeText(text.text, x, y);
  }
  context.fillStyle = isCommitted ? colour.on : look.ink;
  context.fillText(text.text, x, y);
}

function drawLags(context: CanvasRenderingContext2D, lags: LogShapes['lags'], look: LogLook): void {
  context.fillStyle = look.ink;
  for (const { row, left, right } of lags) context.fillRect(left, barTop(row) - 4, right - left, 1.5);
}

function drawOutline(
  context: CanvasRenderingContext2D,
  { row, left, right }: LogShapes['outlines'][number],
  look: LogLook,
): void {
  context.strokeStyle = look.card;
  context.lineWidth = 5;
  context.strokeRect(left, barTop(row) - 1, right - left, BAR_PX + 2);
  context.strokeStyle = look.danger;
  context.lineWidth = 2.5;
  context.setLineDash([6, 3]);
  context.strokeRect(left, barTop(row) - 1, right - left, BAR_PX + 2);
  context.setLineDash([]);
}

/** Half as wide as a triangle. */
const HALF_PX = 4.5;

function drawMark(context: CanvasRenderingContext2D, { row, x, kind }: LogMark, look: LogLook): void {
  const top = barTop(row);
  context.strokeStyle = look.ink;
  context.fillStyle = look.ink;
  context.lineWidth = 1.5;
  if (kind === 'applied') {
    triangle(context, x, top + BAR_PX + 1.5, 1);
    context.fill();
  } else if (kind === 'next' || kind === 'match') {
    triangle(context, x, top - 2.5, -1);
    if (kind === 'match') context.fill();
    else context.stroke();
  } else {
    // A double line; that of the snapshot has a heavy side, as at the end of a piece of music.
    const heavy = kind === 'snapshot' ? 3.5 : 1.5;
    context.fillStyle = look.card;
    context.fillRect(x - 3.5, top - 1, 7, BAR_PX + 2);
    context.fillStyle = look.ink;
    context.fillRect(x - 1.5 - heavy / 2, top - 1, heavy, BAR_PX + 2);
    context.fillRect(x + 1.5, top - 1, 1.5, BAR_PX + 2);
  }
}

/** @param up 1: its tip is above, at `y`; -1: its tip is below, at `y` */
function triangle(context: CanvasRenderingContext2D, x: number, y: number, up: 1 | -1): void {
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + HALF_PX, y + up * 7);
  context.lineTo(x - HALF_PX, y + up * 7);
  context.closePath();
}

function drawCursor(context: CanvasRenderingContext2D, cursor: NonNullable<DrawnLog['cursor']>, look: LogLook): void {
  const { row, left, right } = cursor;
  const width = Math.max(6, right - left);
  const from = (left + right) / 2 - width / 2;
  context.lineJoin = 'round';
  context.strokeStyle = look.card;
  context.lineWidth = 6;
  context.strokeRect(from, barTop(row), width, BAR_PX);
  context.strokeStyle = look.focus;
  context.lineWidth = 3;
  context.strokeRect(from, barTop(row), width, BAR_PX);
}
