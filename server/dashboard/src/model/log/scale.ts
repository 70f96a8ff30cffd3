/** What of the log is seen: where its left edge stands, and how large an entry is. */
export interface LogScale {
  /** The index at the left edge; not whole while it moves. */
  readonly left: number;
  /** Of one entry, in CSS pixels; far below 1 where many share a pixel. */
  readonly entryPx: number;
}

/** Large enough for the term and the index in each cell. */
export const ENTRY_PX_MAX = 40;
/** As large as it is at first: cells that can be told apart and still show some of what came before. */
export const ENTRY_PX_FIRST = 28;
/** Room behind the newest entry, for the mark of what comes next. */
const BEHIND_PX = 26;

/** What the scale moves in. */
export interface LogExtent {
  readonly widthPx: number;
  /** The last index of all logs; the first is 1. */
  readonly last: number;
}

/** The smallest scale: the whole log is seen. */
export function entryPxMin({ widthPx, last }: LogExtent): number {
  return Math.min(ENTRY_PX_MAX, Math.max(1, widthPx - BEHIND_PX) / Math.max(1, last));
}

/** The left edge at which the newest entry is the last that is seen. */
export function tailLeft({ widthPx, last }: LogExtent, entryPx: number): number {
  return Math.max(1, last + 1 - (widthPx - BEHIND_PX) / entryPx);
}

/** Within what there is to see. */
export function held(scale: LogScale, extent: LogExtent): LogScale {
  const entryPx = Math.max(entryPxMin(extent), Math.min(ENTRY_PX_MAX, scale.entryPx));
  return { entryPx, left: Math.max(1, Math.min(tailLeft(extent, entryPx), scale.left)) };
}

/** Larger or smaller, with the entry under the pointer staying there. */
export function zoomedAt(scale: LogScale, extent: LogExtent, factor: number, atPx: number): LogScale {
  const under = scale.left + atPx / scale.entryPx;
  const entryPx = Math.max(entryPxMin(extent), Math.min(ENTRY_PX_MAX, scale.entryPx * factor));
  return held({ entryPx, left: under - atPx / entryPx }, extent);
}

/** So that an index is seen, moved as little as need be. */
export function showing(scale: LogScale, extent: LogExtent, index: number): LogScale {
  const seen = Math.max(1, extent.widthPx / scale.entryPx);
  if (index < scale.left) return held({ ...scale, left: index }, extent);
  if (index + 1 > scale.left + seen)
    return held({ ...scale, left: index + 1 - seen + BEHIND_PX / scale.entryPx }, extent);
  return scale;
}

/** Whether the newest entry is the last that is seen. */
export function isAtTail(scale: LogScale, extent: LogExtent): boolean {
  return scale.left >= tailLeft(extent, scale.entryPx) - 0.5;
}

/** From the place of a slider, 0 to 1, and back: each step multiplies. */
export function entryPxAt(share: number, extent: LogExtent): number {
  const min = entryPxMin(extent);
  return min * (ENTRY_PX_MAX / min) ** share;
}

export function shareOf(entryPx: number, extent: LogExtent): number {
  const min = entryPxMin(extent);
  if (min >= ENTRY_PX_MAX) return 1;
  return Math.max(0, Math.min(1, Math.log(entryPx / min) / Math.log(ENTRY_PX_MAX / min)));
}

/** Indexes for the axis: 1, 2 or 5 times a power of ten apart, at least so many pixels. */
export function axisIndexes(scale: LogScale, extent: LogExtent, apartPxMin: number): readonly number[] {
  const apart = apartPxMin / scale.entryPx;
  const power = 10 ** Math.floor(Math.log10(Math.max(1, apart)));
  const step = [1, 2, 5, 10].map((times) => times * power).find((step) => step >= apart) ?? power * 10;
  const until = Math.min(extent.last, scale.left + extent.widthPx / scale.entryPx);
  const indexes: number[] = [];
  for (let index = Math.max(1, Math.ceil(scale.left / step) * step); index <= until; index += step) indexes.push(index);
  return indexes;
}
