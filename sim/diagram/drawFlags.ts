import type { Flag } from './lanes.ts';
import { INK, MUTED } from './look.ts';
import type { Plot } from './Plot.ts';
import { element, escapeText, tooltip } from './svg.ts';

const ROW_HEIGHT = 15;
export const FLAG_ROWS = 4;
const CHARACTER_PIXELS = 6;

/** Faults as flags above the lanes, each with a line down to when it struck. What finds no room has no words but a tooltip. */
export function drawFlags(plot: Plot, flags: readonly Flag[]): string {
  const freeFrom = new Array<number>(FLAG_ROWS).fill(Number.NEGATIVE_INFINITY);
  const parts = flags
    .filter(({ atMs }) => plot.contains(atMs))
    .map(({ atMs, label, details }) => {
      const x = plot.x(atMs);
      const free = freeFrom.findIndex((from) => from <= x);
      const row = Math.max(0, free);
      const y = plot.top - (FLAG_ROWS - row) * ROW_HEIGHT;
      const text = textOf(label, details);
      const isAtEdge = x + (text.length + 2) * CHARACTER_PIXELS > plot.width;
      if (free >= 0) freeFrom[row] = x + (text.length + 2) * CHARACTER_PIXELS;
      return element(
        'g',
        {},
        tooltip([`${atMs.toFixed(1)} ms: ${label}`, ...details].join('\n')),
        element('line', {
          x1: x,
          y1: y - 9,
          x2: x,
          y2: plot.bottom,
          stroke: MUTED,
          'stroke-width': 0.7,
          'stroke-dasharray': '2 3',
        }),
        element('path', { d: `M${x.toFixed(1)} ${y - 10} l7 4 l-7 4 z`, fill: INK }),
        free < 0
          ? ''
          : element(
              'text',
              { x: isAtEdge ? x - 3 : x + 9, y, 'text-anchor': isAtEdge ? 'end' : 'start', 'font-size': 11, fill: INK },
              escapeText(text),
            ),
      );
    });
  return parts.join('');
}

const TEXT_CHARACTERS_MAX = 44;

/** What it did says more than its kind does, where that is short. */
function textOf(label: string, [detail]: readonly string[]): string {
  const number = /^\d+ /.exec(label)?.[0];
  if (number === undefined) return label;
  const text = detail === undefined || detail.startsWith('rule ') ? label : number + detail;
  return text.length <= TEXT_CHARACTERS_MAX ? text : `${text.slice(0, TEXT_CHARACTERS_MAX - 1)}~`;
}
