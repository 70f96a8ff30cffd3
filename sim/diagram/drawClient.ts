import type { Operation } from './lanes.ts';
import { DANGER, INK, STROKES } from './look.ts';
import type { Plot } from './Plot.ts';
import { element, escapeText, tooltip } from './svg.ts';

const ROWS = 3;
const ROW_HEIGHT = 15;
const BAR_HEIGHT = 12;
const CHARACTER_PIXELS = 5.4;

/** A client's lane: what it asked for, from the question to the answer. Those of unknown outcome are open at their ends. */
export function drawClient(plot: Plot, client: string, operations: readonly Operation[]): string {
  const y = plot.y(client);
  if (y === undefined) return '';
  const parts = [
    element(
      'text',
      { x: plot.left - 10, y: y + 5, 'text-anchor': 'end', 'font-size': 15, 'font-weight': 600, fill: INK },
      escapeText(client),
    ),
    element('line', { x1: plot.left, y1: y, x2: plot.right, y2: y, stroke: '#c3ccd4', 'stroke-dasharray': '1 4' }),
  ];
  const freeFrom = new Array<number>(ROWS).fill(Number.NEGATIVE_INFINITY);
  for (const operation of operations) {
    const { askedMs, endedMs = Number.POSITIVE_INFINITY } = operation;
    if (!plot.overlaps(askedMs, endedMs)) continue;
    const free = freeFrom.findIndex((fromMs) => fromMs <= askedMs);
    const row = free < 0 ? freeFrom.indexOf(Math.min(...freeFrom)) : free;
    freeFrom[row] = Math.max(endedMs, askedMs + (operation.text.length * CHARACTER_PIXELS + 12) / plot.pixelsPerMs);
    parts.push(drawOperation(plot, y + row * ROW_HEIGHT, operation));
  }
  return element('g', {}, ...parts);
}

function drawOperation(plot: Plot, y: number, { askedMs, endedMs, text, outcome, isAnswered }: Operation): string {
  const x = plot.clampedX(askedMs);
  const width = Math.max(2, plot.clampedX(endedMs ?? Number.POSITIVE_INFINITY) - x);
  const when = `${askedMs.toFixed(1)} to ${endedMs === undefined ? '?' : endedMs.toFixed(1)} ms`;
  const { colour } = STROKES.client;
  const box = { x, y: y - BAR_HEIGHT / 2, width, height: BAR_HEIGHT };
  const look = isAnswered
    ? { fill: '#d9f0e8', stroke: colour }
    : { fill: '#fbe9e4', stroke: DANGER, 'stroke-dasharray': '3 2' };
  const shown = isAnswered ? text : `${text} (${endedMs === undefined ? 'waits' : outcome})`;
  const fits = Math.max(0, Math.floor((width - 4) / CHARACTER_PIXELS));
  // What does not fit stands behind its bar; of a long text it is the beginning.
  const isInside = shown.length <= fits || fits >= 8;
  const said = !isInside ? text : shown.length <= fits ? shown : `${shown.slice(0, fits - 1)}~`;
  const label = { x: isInside ? x + 3 : x + width + 3, y: y + 4, 'font-size': 10, fill: INK };
  return element(
    'g',
    {},
    tooltip(`${text}, ${when}: ${outcome}`),
    element('rect', { ...box, ...look }),
    element('text', label, escapeText(said)),
  );
}
