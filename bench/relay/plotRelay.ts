import type { Plot } from '../support/program.ts';
import { colourOf, logarithmicAxis, plot, type Panel, type Series } from '../support/plot.ts';
import { number } from '../support/reportParts.ts';
import type { GridCell } from './grid.ts';
import { WAYS } from './LatencyWire.ts';
import type { RelayFigures } from './result.ts';

const SAYS =
  'Frames a second and median latency by the length of frames and the number of pairs, of the relay and beside it';

export function plotRelay({ grid }: RelayFigures): Plot | undefined {
  if (grid === undefined) return undefined;
  const pairs = [...new Set(grid.map((cell) => cell.pairs))];
  const panels = pairs.flatMap((count) =>
    panelsOf(
      grid.filter((cell) => cell.pairs === count),
      count,
    ),
  );
  return { svg: plot('The relay by the length of frames and the number of pairs', panels), says: SAYS };
}

function panelsOf(cells: readonly GridCell[], pairs: number): Panel[] {
  const x = logarithmicAxis(
    cells.map(({ frameBytes }) => frameBytes),
    (bytes) => number(bytes),
  );
  const note = 'by bytes a frame';
  const title = `${pairs} ${pairs === 1 ? 'pair' : 'pairs'}`;
  const throughput: Series[] = (['relay', 'forwarder'] as const).map((name, at) => ({
    ...{ name: name === 'relay' ? 'relay' : 'bare forwarder', colour: colourOf(at), as: 'both' },
    points: cells.map((cell) => [cell.frameBytes, cell.throughput[name].framesPerSecond.median] as const),
  }));
  const latency: Series[] = [...WAYS].reverse().map((way, at) => ({
    ...{
      name: { relay: 'relay', forwarder: 'bare forwarder', direct: 'direct' }[way],
      colour: colourOf(at),
      as: 'both',
    },
    points: cells.map((cell) => [cell.frameBytes, cell.latency.ways[way].p50Micros.median] as const),
  }));
  const axisOf = (series: readonly Series[], unit: string) =>
    logarithmicAxis(
      series.flatMap(({ points }) => points.map(([, value]) => value)),
      (value) => `${number(value)}${unit}`,
    );
  return [
    { title: `${title}: frames a second`, note, x, y: axisOf(throughput, ''), series: throughput },
    { title: `${title}: median latency at 2,000 frames a second`, note, x, y: axisOf(latency, ' us'), series: latency },
  ];
}
