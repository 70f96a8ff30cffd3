import { DANGER, INK, STROKES, termColours } from './look.ts';
import { MARGIN_LEFT } from './Plot.ts';
import { element } from './svg.ts';

export const LEGEND_HEIGHT = 66;

/** What the lines and the bands mean. */
export function drawLegend(top: number): string {
  return element('g', { 'font-size': 12, fill: INK }, drawLines(top + 14), drawBands(top + 44));
}

function drawLines(y: number): string {
  let x = MARGIN_LEFT;
  const parts = Object.entries(STROKES).map(([key, stroke]) => {
    const { name, colour, width, dashes }: { name: string; colour: string; width: number; dashes?: string } = stroke;
    const line = element('line', {
      ...{ x1: x, y1: y, x2: x + 34, y2: y, stroke: colour, 'stroke-width': width },
      ...{ 'stroke-dasharray': dashes, 'marker-end': `url(#${key}-request)` },
    });
    const text = element('text', { x: x + 40, y: y + 4 }, name);
    x += 56 + name.length * 6.4;
    return line + text;
  });
  parts.push(element('text', { x, y: y + 4 }, 'hollow head: a reply;'));
  parts.push(
    element('path', { d: `M${x + 132} ${y - 4} l7 7 m0 -7 l-7 7`, stroke: DANGER, 'stroke-width': 1.6, fill: 'none' }),
  );
  parts.push(
    element(
      'text',
      { x: x + 146, y: y + 4 },
      'lost or cut off, in a ring: damaged, or nobody there; dotted: held by a rule',
    ),
  );
  return parts.join('');
}

function drawBands(y: number): string {
  const { fill } = termColours(0);
  const band = (x: number, height: number, look: Record<string, string | number>, pattern?: string): string =>
    element('rect', { x, y: y - height / 2, width: 40, height, rx: 3, ...look }) +
    (pattern === undefined ? '' : element('rect', { x, y: y - height / 2, width: 40, height, rx: 3, fill: pattern }));
  const rows: readonly (readonly [string, (x: number) => string])[] = [
    ['leader', (x) => band(x, 18, { fill })],
    ['candidate', (x) => band(x, 14, { fill }, 'url(#hatch)')],
    ['pre-candidate', (x) => band(x, 10, { fill }, 'url(#dots)')],
    ['follower', (x) => band(x, 5, { fill })],
    ['learner', (x) => band(x, 5, { fill: '#ffffff', stroke: fill })],
    ['process stopped', (x) => band(x, 14, { fill: '#ffffff', stroke: fill, 'stroke-dasharray': '4 2' })],
    [
      'crash',
      (x) => element('path', { d: `M${x + 14} ${y - 6} l12 12 m0 -12 l-12 12`, stroke: DANGER, 'stroke-width': 3 }),
    ],
    ['committed up to', (x) => element('path', { d: `M${x + 20} ${y - 4} l-3 7 h6 z`, fill: INK })],
  ];
  let x = MARGIN_LEFT;
  const parts = rows.map(([name, draw]) => {
    const drawn = draw(x) + element('text', { x: x + 46, y: y + 4 }, name);
    x += 66 + name.length * 6.4;
    return drawn;
  });
  return [...parts, element('text', { x, y: y + 4 }, 'a band has the colour of its term')].join('');
}
