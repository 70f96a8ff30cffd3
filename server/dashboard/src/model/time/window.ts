import type { Extent } from '../history/History.ts';
import { dateText } from '../words.ts';

/** A stretch of time that is seen, on the relay's clock. */
export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** What somebody chose to see of the scale of time. */
export interface Sight {
  /** Null: all there is. */
  readonly lengthMs: number | null;
  /** Where it begins; null while it follows the time that is drawn. */
  readonly fromMs: number | null;
}

export const WHOLE: Sight = { lengthMs: null, fromMs: null };
export const LENGTH_MS_MIN = 500;
/** While it follows the past, so much of what comes next is seen. */
const AHEAD = 0.25;

/** What is seen now. @param shownMs the time that is drawn */
export function spanOf(sight: Sight, extent: Extent, shownMs: number, isLive: boolean): Span {
  const wholeMs = wholeOf(extent);
  const lengthMs = Math.min(wholeMs, sight.lengthMs ?? wholeMs);
  const followedMs = isLive ? shownMs - lengthMs : shownMs - lengthMs * (1 - AHEAD);
  const latestMs = Math.max(extent.fromMs, Math.max(extent.untilMs, isLive ? shownMs : 0) - lengthMs);
  const fromMs = Math.max(extent.fromMs, Math.min(latestMs, sight.fromMs ?? followedMs));
  return { fromMs, untilMs: fromMs + lengthMs };
}

/** Closer by a factor above 1, and what is at the share stays there. */
export function zoomedAt(span: Span, extent: Extent, factor: number, share: number): Sight {
  const wholeMs = wholeOf(extent);
  const lengthMs = Math.max(Math.min(LENGTH_MS_MIN, wholeMs), (span.untilMs - span.fromMs) / factor);
  if (lengthMs >= wholeMs) return WHOLE;
  const atMs = span.fromMs + share * (span.untilMs - span.fromMs);
  return { lengthMs, fromMs: heldIn(atMs - share * lengthMs, lengthMs, extent) };
}

/** Moved on by a part of its length. */
export function moved(span: Span, extent: Extent, byMs: number): Sight {
  const lengthMs = span.untilMs - span.fromMs;
  return { lengthMs, fromMs: heldIn(span.fromMs + byMs, lengthMs, extent) };
}

/** Less than a second there is nothing to see yet. */
function wholeOf({ fromMs, untilMs }: Extent): number {
  return Math.max(1000, untilMs - fromMs);
}

function heldIn(fromMs: number, lengthMs: number, extent: Extent): number {
  return Math.max(extent.fromMs, Math.min(extent.untilMs - lengthMs, fromMs));
}

/** However wide the scale is, and however long: what is drawn has a bound. */
export const TICKS_MAX = 20;

/** Round times about so many pixels apart, at most TICKS_MAX. */
export function ticksOf(
  { fromMs, untilMs }: Span,
  widthPx: number,
  apartPx: number,
): { readonly stepMs: number; readonly atMs: readonly number[] } {
  const lengthMs = untilMs - fromMs;
  const stepMs = stepFrom(Math.max((lengthMs / Math.max(1, widthPx)) * apartPx, lengthMs / (TICKS_MAX - 1)));
  const first = Math.ceil(fromMs / stepMs);
  const count = Math.min(TICKS_MAX, Math.max(0, Math.floor(untilMs / stepMs) - first + 1));
  return { stepMs, atMs: Array.from({ length: count }, (_, index) => (first + index) * stepMs) };
}

/** What an arrow key goes on by: a sixtieth of what is seen, or a little less. */
export function stepIn({ fromMs, untilMs }: Span): number {
  return STEPS_MS.findLast((step) => step <= (untilMs - fromMs) / 60) ?? 1;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;

/** What a Date can hold. */
const DATE_MS_MAX = 8.64e15;

const STEPS_MS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1000, 2000, 5000, 10_000, 15_000, 30_000],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 5, 10, 30, 90].map((days) => days * DAY_MS),
] as const;

/** The least round step that is no shorter. */
function stepFrom(roughMs: number): number {
  const known = STEPS_MS.find((step) => step >= roughMs);
  if (known !== undefined) return known;
  const unitMs = YEAR_MS * 10 ** Math.max(0, Math.floor(Math.log10(roughMs / YEAR_MS)));
  return [1, 2, 5, 10].map((times) => times * unitMs).find((step) => step >= roughMs) ?? roughMs;
}

/**
 * 12:34:56, with as many digits behind it as the step needs; days of the month before it where it is long, days alone where it is
 * longer.
 */
export function tickText(atMs: number, stepMs: number, clock: (timeMs: number) => string): string {
  const text = clock(atMs);
  if (stepMs >= HOUR_MS) {
    // A forged recording names times that no calendar has.
    if (Math.abs(atMs) > DATE_MS_MAX) return '';
    const date = dateText(atMs);
    return stepMs >= 10 * DAY_MS ? date.slice(0, -9) : date.slice(-14, -3);
  }
  return stepMs >= 1000 ? text.slice(0, 8) : stepMs >= 100 ? text.slice(3, 10) : text.slice(6);
}
