/** An axis with its marks; what is beyond it is drawn at its end. */
export interface Axis {
  readonly min: number;
  readonly max: number;
  readonly isLogarithmic: boolean;
  readonly ticks: readonly number[];
  /** How a mark is written. */
  readonly text: (value: number) => string;
}

export interface Series {
  readonly name: string;
  readonly colour: string;
  /** Joined by a line, each a small disc, or each a disc on a line. */
  readonly as: 'line' | 'points' | 'both';
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Panel {
  readonly title: string;
  /** Stands at the right above it. */
  readonly note: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

const WIDTH = 860;
const PANEL = { left: 76, top: 44, width: 620, height: 240, apart: 330 } as const;
/** Okabe and Ito's, which the colour-blind tell apart too. */
const COLOURS = ['#000000', '#0072b2', '#d55e00', '#009e73', '#cc79a7', '#a06000'];

/** The same one for the same place in any legend. */
export function colourOf(place: number): string {
  return COLOURS[place % COLOURS.length] ?? '';
}

/** Panels one below the other, as SVG. Series of one name have one place in the legend. */
export function plot(title: string, panels: readonly Panel[]): string {
  const height = PANEL.top + panels.length * PANEL.apart;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    ...panels.flatMap((panel, at) => [
      `<g transform="translate(${PANEL.left} ${PANEL.top + at * PANEL.apart})">`,
      ...panelOf(panel),
      '</g>',
    ]),
    '</svg>',
    '',
  ].join('\n');
}

function panelOf(panel: Panel): string[] {
  const { width, height } = PANEL;
  return [
    `<text y="-18" font-size="15">${escaped(panel.title)}</text>`,
    `<text x="${width}" y="-18" text-anchor="end" fill="#555555">${escaped(panel.note)}</text>`,
    ...panel.x.ticks.flatMap((tick) => {
      const x = across(panel, tick);
      return [
        `<line x1="${x}" x2="${x}" y2="${height}" stroke="#dddddd"/>`,
        `<text x="${x}" y="${height + 18}" text-anchor="middle">${escaped(panel.x.text(tick))}</text>`,
      ];
    }),
    ...panel.y.ticks.flatMap((tick) => [
      `<line x2="${width}" y1="${down(panel, tick)}" y2="${down(panel, tick)}" stroke="#dddddd"/>`,
      `<text x="-8" y="${down(panel, tick)}" dy="4" text-anchor="end">${escaped(panel.y.text(tick))}</text>`,
    ]),
    ...panel.series.flatMap((series) => seriesOf(panel, series)),
    ...legendOf(panel.series),
  ];
}

function seriesOf(panel: Panel, { colour, as, points }: Series): string[] {
  const places = points.map(([x, y]) => [across(panel, x), down(panel, y)] as const);
  const line = `<polyline points="${places.map(([x, y]) => `${x},${y}`).join(' ')}" fill="none" stroke="${colour}" stroke-width="1.3"/>`;
  const radius = as === 'both' ? 3 : 1.8;
  const discs = places.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="${radius}"/>`).join('');
  return [
    ...(as === 'points' ? [] : [line]),
    ...(as === 'line' ? [] : [`<g fill="${colour}" fill-opacity="${as === 'both' ? 1 : 0.55}">${discs}</g>`]),
  ];
}

function legendOf(series: readonly Series[]): string[] {
  const names = new Map(series.map(({ name, colour }) => [name, colour]));
  return [...names].map(
    ([name, colour], at) =>
      `<text x="${PANEL.width + 16}" y="${20 + 20 * at}" fill="${colour}">${escaped(name)}</text>`,
  );
}

function across({ x }: Panel, value: number): string {
  return (shareOf(x, value) * PANEL.width).toFixed(1);
}

function down({ y }: Panel, value: number): string {
  return ((1 - shareOf(y, value)) * PANEL.height).toFixed(1);
}

function shareOf({ min, max, isLogarithmic }: Axis, value: number): number {
  const share = isLogarithmic ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
  return Math.min(Math.max(share, 0), 1);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** From 0 to 100, for a share of something. */
export const PERCENT: Axis = {
  ...{ min: 0, max: 100, isLogarithmic: false, ticks: [0, 20, 40, 60, 80, 100] },
  text: (value) => `${value} %`,
};

/** Powers of ten and their double and fivefold, around values that are all above 0. */
export function logarithmicAxis(values: readonly number[], text: (value: number) => string): Axis {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const ticks: number[] = [];
  for (let power = 10 ** Math.floor(Math.log10(least)); power <= most * 10; power *= 10) {
    for (const factor of [1, 2, 5]) ticks.push(power * factor);
  }
  const min = ticks.findLast((tick) => tick <= least) ?? least;
  const max = ticks.find((tick) => tick >= most && tick > min) ?? most;
  const inside = ticks.filter((tick) => tick >= min && tick <= max);
  const few = inside.length <= 10 ? inside : inside.filter((tick) => Number.isInteger(Math.log10(tick)));
  return { min, max, isLogarithmic: true, ticks: few, text };
}
