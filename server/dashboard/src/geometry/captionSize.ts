/** A caption's longest usual line, in sizes of its text. */
const LETTERS = 18;
const LETTER_WIDTH = 0.52;
/** Of the second line and those after it, over the first. */
export const DETAIL_SIZE = 0.92;
export const LINE_HEIGHT = 1.3;

/** What can be read at a desk, in CSS pixels. */
export const CAPTION_SIZE_MIN = 11;
const CAPTION_SIZE_MAX = 17;
/** What can be read from the last row of a room: a line of detail has so much, or this share of the stage's width. */
const ROOM_SIZE_MIN = 24;
const ROOM_SHARE = 0.0125;

/** The least size of captions on a stage that a room looks at. */
export function roomCaptionSizeMin(width: number): number {
  return Math.max(ROOM_SIZE_MIN, width * ROOM_SHARE) / DETAIL_SIZE;
}

/** The size of a caption's text beside a peer with such a radius, in CSS pixels. */
export function captionSizeOf(radius: number, sizeMin: number): number {
  return Math.max(sizeMin, Math.min(CAPTION_SIZE_MAX, radius * 0.29));
}

/** How wide lines of usual length are. */
export function captionWidthOf(size: number): number {
  return size * LETTERS * LETTER_WIDTH;
}

/** How far beside the middle of a peer its caption begins: outside the ground of its group too. */
export function captionAside(radius: number): number {
  return radius * 1.55 + 8;
}
