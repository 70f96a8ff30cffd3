import { inOrder, percentileOf } from '../../sim/figures/compareElections.ts';
import type { PaperLine } from '../../sim/figures/paperFigure16.ts';

/** A line of the paper with the times of our trials. */
export interface PlottedLine {
  readonly paper: PaperLine;
  readonly timesMs: readonly number[];
}

interface Panel {
  readonly title: string;
  readonly lines: readonly PlottedLine[];
  readonly msMin: number;
  readonly msMax: number;
  readonly ticksMs: readonly number[];
}

const WIDTH = 860;
const PANEL = { left: 60, top: 44, width: 640, height: 240, apart: 330 } as const;
/** Okabe and Ito's, which the colour-blind tell apart too. */
const COLOURS = ['#000000', '#0072b2', '#d55e00', '#009e73', '#cc79a7', '#a06000'];
const PERCENTILES = Array.from({ length: 99 }, (_, at) => at + 1);

/** Both halves of Figure 16, with our simulation as lines and the paper's percentiles as points. */
export function plotFigure16(lines: readonly PlottedLine[]): string {
  const randomness = lines.filter(({ paper }) => paper.timeoutMsMin === 150);
  const scale = lines.filter(({ paper }) => paper.timeoutMsMin < 150 || paper.timeoutMsMax === 300);
  const panels: Panel[] = [
    {
      ...{ title: 'Other ranges of election timeouts', lines: randomness, msMin: 80, msMax: 600_000 },
      ticksMs: [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 500_000],
    },
    {
      ...{ title: 'Smaller election timeouts', lines: scale, msMin: 10, msMax: 500 },
      ticksMs: [10, 20, 50, 100, 200, 500],
    },
  ];
  const height = PANEL.top + 2 * PANEL.apart;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13">`,
    '<title>Time without a leader: the simulator beside Figure 16 of the Raft paper</title>',
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
    `<text y="-18" font-size="15">${panel.title}</text>`,
    `<text x="${width}" y="-18" text-anchor="end" fill="#555555">lines: simulated, points: the paper</text>`,
    ...panel.ticksMs.flatMap((ms) => {
      const x = across(panel, ms);
      return [
        `<line x1="${x}" x2="${x}" y2="${height}" stroke="#dddddd"/>`,
        `<text x="${x}" y="${height + 18}" text-anchor="middle">${ms < 1000 ? `${ms} ms` : `${ms / 1000} s`}</text>`,
      ];
    }),
    ...[0, 20, 40, 60, 80, 100].flatMap((percent) => [
      `<line x2="${width}" y1="${down(percent)}" y2="${down(percent)}" stroke="#dddddd"/>`,
      `<text x="-8" y="${down(percent)}" dy="4" text-anchor="end">${percent} %</text>`,
    ]),
    ...panel.lines.flatMap((line, at) => lineOf(panel, line, at)),
  ];
}

function lineOf(panel: Panel, { paper, timesMs }: PlottedLine, at: number): string[] {
  const colour = COLOURS[at % COLOURS.length] ?? '';
  const sorted = inOrder(timesMs);
  const ours = PERCENTILES.map((percent) => `${across(panel, percentileOf(sorted, percent))},${down(percent)}`);
  const theirs = paper.percentilesMs.map(
    (ms, index) => `<circle cx="${across(panel, ms)}" cy="${down(index + 1)}" r="1.8"/>`,
  );
  const name = `${paper.timeoutMsMin}–${paper.timeoutMsMax} ms`;
  return [
    `<polyline points="${ours.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.3"/>`,
    `<g fill="${colour}" fill-opacity="0.55">${theirs.join('')}</g>`,
    `<text x="${PANEL.width + 16}" y="${20 + 20 * at}" fill="${colour}">${name}</text>`,
  ];
}

/** Logarithmic. */
function across({ msMin, msMax }: Panel, ms: number): string {
  const share = Math.log(ms / msMin) / Math.log(msMax / msMin);
  return (Math.min(Math.max(share, 0), 1) * PANEL.width).toFixed(1);
}

function down(percent: number): string {
  return ((1 - percent / 100) * PANEL.height).toFixed(1);
}
