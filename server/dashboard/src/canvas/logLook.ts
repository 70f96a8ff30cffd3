import { TERM_COLOURS } from '../model/termColour.ts';

/** What the log and the lanes are drawn with: the page's colours and fonts, as they are in force. */
export interface LogLook {
  readonly ink: string;
  readonly muted: string;
  readonly card: string;
  readonly raised: string;
  readonly line: string;
  readonly edge: string;
  readonly danger: string;
  readonly good: string;
  readonly focus: string;
  readonly accent: string;
  readonly sans: string;
  /** By colour of the term; the last is for what has none. */
  readonly terms: readonly { readonly fill: string; readonly on: string; readonly hatch: CanvasPattern | string }[];
}

/** Colours from tokens.css, read anew when the scheme changes. */
export function readLogLook(element: Element, context: CanvasRenderingContext2D, pixelRatio: number): LogLook {
  const style = getComputedStyle(element);
  const read = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const card = read('card');
  const names = [...Array.from({ length: TERM_COLOURS }, (_, index) => `term-${index}`), 'term-none'];
  return {
    ...{ ink: read('ink'), muted: read('muted'), card, raised: read('raised'), line: read('line'), edge: read('edge') },
    ...{ danger: read('danger'), good: read('good'), focus: read('focus'), accent: read('accent'), sans: read('sans') },
    terms: names.map((name) => {
      const fill = read(name);
      return { fill, on: read(`on-${name}`), hatch: hatchOf(context, fill, card, pixelRatio) };
    }),
  };
}

/** Slanted stripes, so that what is not committed looks so without any colour. */
function hatchOf(
  context: CanvasRenderingContext2D,
  colour: string,
  card: string,
  ratio: number,
): CanvasPattern | string {
  const size = Math.max(4, Math.round(7 * ratio));
  const tile = document.createElement('canvas');
  tile.width = tile.height = size;
  const paint = tile.getContext('2d');
  if (paint === null) return colour;
  paint.fillStyle = card;
  paint.fillRect(0, 0, size, size);
  paint.strokeStyle = colour;
  paint.lineWidth = size * 0.3;
  paint.beginPath();
  for (const shift of [-size, 0, size]) {
    paint.moveTo(shift - 1, size + 1);
    paint.lineTo(shift + size + 1, -1);
  }
  paint.stroke();
  const pattern = context.createPattern(tile, 'repeat');
  // The tile is of device pixels, and the context draws in CSS pixels.
  pattern?.setTransform(new DOMMatrix().scale(1 / ratio));
  return pattern ?? colour;
}
