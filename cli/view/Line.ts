import { visible } from './visible.ts';

/** A piece of a line and how to colour it. Widths are reckoned on the bare text, so colours never break a table. */
export interface Piece {
  readonly text: string;
  readonly paint?: ((text: string) => string) | undefined;
}

export type Line = readonly Piece[];

/** The line's text, cut to a width in characters. All text here is of names, numbers and plain Latin words. */
export function renderLine(line: Line, columns: number): string {
  let left = columns;
  let rendered = '';
  for (const { text, paint } of line) {
    const shown = fit(visible(text), left);
    left -= shown.length;
    rendered += paint === undefined ? shown : paint(shown);
    if (left <= 0) break;
  }
  return rendered;
}

/** The text, its end replaced by `~` if it is too long. */
export function fit(text: string, width: number): string {
  if (text.length <= width) return text;
  return width <= 0 ? '' : `${text.slice(0, width - 1)}~`;
}
