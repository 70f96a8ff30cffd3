import { type Axis, colourOf, plot, type Panel } from '../support/plot.ts';
import type { Plot } from '../support/program.ts';
import type { PageBenchResult, PageSample } from './result.ts';

const SAYS = 'Repaints a second, the heap and the history of the page, over the time of the run';
const TICKS = 6;

export function plotPage({ samples, plan }: PageBenchResult): Plot {
  const x = axisTo(plan.seconds, ' s');
  const of = (value: (sample: PageSample) => number) =>
    samples.map((sample) => [sample.atSeconds, value(sample)] as const);
  const panel = (title: string, series: Panel['series'], unit: string): Panel => {
    const most = Math.max(...series.flatMap(({ points }) => points.map(([, y]) => y)));
    return { title, note: 'by seconds', x, y: axisTo(most * 1.1, unit), series };
  };
  const MEBIBYTE = 2 ** 20;
  return {
    says: SAYS,
    svg: plot('The page at 1,000 frames a second', [
      panel(
        'Repaints a second',
        [
          series(
            'repaints',
            0,
            of((sample) => sample.repaintsPerSecond),
          ),
        ],
        '',
      ),
      panel(
        'Memory',
        [
          series(
            'heap, collected',
            1,
            of(({ heapBytes }) => heapBytes / MEBIBYTE),
          ),
          series(
            'history',
            2,
            of(({ historyBytes }) => historyBytes / MEBIBYTE),
          ),
        ],
        ' MiB',
      ),
    ]),
  };
}

function series(name: string, place: number, points: Panel['series'][number]['points']): Panel['series'][number] {
  return { name, colour: colourOf(place), as: 'both', points };
}

/** From 0, with marks at round numbers. */
function axisTo(most: number, unit: string): Axis {
  const rough = most / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const max = Math.ceil(most / step) * step;
  const ticks = Array.from({ length: Math.round(max / step) + 1 }, (_, at) => at * step);
  return { min: 0, max, isLogarithmic: false, ticks, text: (value) => `${Number(value.toPrecision(6))}${unit}` };
}
