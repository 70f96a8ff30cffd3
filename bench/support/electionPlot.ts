import type { PaperLine } from '../../sim/figures/paperFigure16.ts';
import { colourOf, PERCENT, plot, type Axis, type Panel, type Series } from './plot.ts';
import { percentileOf } from './statistics.ts';

/** A line of the paper with the times of our trials. */
export interface PlottedLine {
  readonly paper: PaperLine;
  readonly timesMs: readonly number[];
}

/** The same lines, measured in some way. */
export interface PlottedSetup {
  /** Above its panels, when there are several. */
  readonly title: string;
  readonly lines: readonly PlottedLine[];
}

const PERCENTILES = Array.from({ length: 99 }, (_, at) => at + 1);
const text = (ms: number): string => (ms < 1000 ? `${ms} ms` : `${ms / 1000} s`);
const WIDE: Axis = {
  ...{ min: 80, max: 600_000, isLogarithmic: true, text },
  ticks: [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 500_000],
};
const NARROW: Axis = { min: 10, max: 500, isLogarithmic: true, text, ticks: [10, 20, 50, 100, 200, 500] };

/** Both halves of Figure 16, with our times as lines and the paper's percentiles as points. */
export function plotElections(title: string, ours: string, setups: readonly PlottedSetup[]): string {
  return plot(
    title,
    setups.flatMap((setup) => panelsOf(setup, ours)),
  );
}

function panelsOf({ title, lines }: PlottedSetup, ours: string): Panel[] {
  const titled = (text: string): string =>
    title === '' ? `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}` : `${title}: ${text}`;
  const note = `lines: ${ours}, points: the paper`;
  const randomness = lines.filter(({ paper }) => paper.timeoutMsMin === 150);
  const scale = lines.filter(({ paper }) => paper.timeoutMsMin < 150 || paper.timeoutMsMax === 300);
  const panels: Panel[] = [
    { title: titled('other ranges of election timeouts'), note, x: WIDE, y: PERCENT, series: seriesOf(randomness) },
    { title: titled('smaller election timeouts'), note, x: NARROW, y: PERCENT, series: seriesOf(scale) },
  ];
  return panels.filter(({ series }) => series.length > 0);
}

function seriesOf(lines: readonly PlottedLine[]): Series[] {
  return lines.flatMap(({ paper, timesMs }, at) => {
    const style = { name: `${paper.timeoutMsMin}–${paper.timeoutMsMax} ms`, colour: colourOf(at) };
    const ours =
      timesMs.length === 0 ? [] : PERCENTILES.map((percent) => [percentileOf(timesMs, percent), percent] as const);
    const theirs = paper.percentilesMs.map((ms, index) => [ms, index + 1] as const);
    return [
      { ...style, as: 'line', points: ours },
      { ...style, as: 'points', points: theirs },
    ];
  });
}
