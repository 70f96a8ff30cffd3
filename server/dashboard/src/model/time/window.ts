import type { Extent } from '../history/History.ts';

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

/** Round times about so many pixels apart. */
export function ticksOf(
  { fromMs, untilMs }: Span,
  widthPx: number,
  apartPx: number,
): { readonly stepMs: number; readonly atMs: readonly number[] } {
  const roughMs = ((untilMs - fromMs) / Math.max(1, widthPx)) * apartPx;
  const stepMs = STEPS_MS.find((step) => step >= roughMs) ?? 60_000;
  const first = Math.ceil(fromMs / stepMs);
  const count = Math.max(0, Math.floor(untilMs / stepMs) - first + 1);
  return { stepMs, atMs: Array.from({ length: count }, (_, index) => (first + index) * stepMs) };
}

/** What an arrow key goes on by: a sixtieth of what is seen, or a little less. */
export function stepIn({ fromMs, untilMs }: Span): number {
  return STEPS_MS.findLast((step) => step <= (untilMs - fromMs) / 60) ?? 1;
}

const STEPS_MS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000],
] as const;

/** 12:34:56, with as many digits behind it as the step needs. */
export function tickText(atMs: number, stepMs: number, clock: (timeMs: number) => string): string {
  const text = clock(atMs);
  return stepMs >= 1000 ? text.slice(0, 8) : stepMs >= 100 ? text.slice(3, 10) : text.slice(6);
}
