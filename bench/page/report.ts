import type { Finding, Measured } from '../support/goals.ts';
import { mebibytes, number, occasionPart, targetsPart } from '../support/reportParts.ts';
import { table } from '../support/table.ts';
import type { PageBenchResult, PageFigures } from './result.ts';

const REPAINTS_MIN = 30;
const INTERVAL_P95_MS_MAX = 50;
const HEAP_GROWTH_BYTES_MAX = 8 * 2 ** 20;
/** Puppets that send less than this share of what they should measure something else. */
const LOAD_SHARE_MIN = 0.95;

/** A report in Markdown that reads on a terminal as well, since its tables are aligned. */
export function report(result: PageBenchResult): string {
  const { plan, repaintsPerSecond, intervalMs, samples, framesPerSecond, relayCoreShare, renderer } = result;
  const last = samples.at(-1);
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  return [
    occasionPart(result),
    `${plan.peers} peers that only play their parts send ${number(plan.framesPerSecond)} frames a second and their statuses ten times a second, to a relay; ` +
      `the page in chromium has the ring, the judgement and, in turns of ${plan.sampleSeconds} s, the log and the lanes open. ` +
      `${plan.warmUpSeconds} s to warm up, then ${plan.seconds} s that count. Drawn by: ${renderer}.`,
    table(
      ['page', 'measured'],
      [
        ['repaints a second, mean', repaintsPerSecond.toFixed(1)],
        ['from one to the next, p50 ms', intervalMs.p50.toFixed(1)],
        ['p95 ms', intervalMs.p95.toFixed(1)],
        ['p99 ms', intervalMs.p99.toFixed(1)],
        ['longest ms', intervalMs.longest.toFixed(0)],
        ['its main thread was busy', percent(result.mainThreadShare)],
        ['heap at first, MiB', mebibytes(samples[0]?.heapBytes ?? 0, 1)],
        ['heap, least of the last quarter, MiB', mebibytes(lateHeapBytes(samples), 1)],
        [
          'nodes of the DOM at first, and at last',
          `${number(samples[0]?.domNodes ?? 0)}, ${number(last?.domNodes ?? 0)}`,
        ],
        ['history at last, compressed, MiB', mebibytes(last?.historyBytes ?? 0, 1)],
        ['frames a second that came to the relay', number(framesPerSecond)],
        ['relay without a viewer, of a core', percent(relayCoreShare.alone)],
        ['relay with this viewer, of a core', percent(relayCoreShare.viewed)],
      ],
    ),
    targetsPart(targets(result)),
  ].join('\n\n');
}

/** A figure that is missed fails the run, as one that measured something else does. */
export function defects(result: PageBenchResult): readonly string[] {
  const { plan, framesPerSecond } = result;
  const missed = targets(result).filter(({ isMet }) => !isMet);
  const share = framesPerSecond / plan.framesPerSecond;
  return [
    ...(share >= LOAD_SHARE_MIN ? [] : [`only ${number(framesPerSecond)} frames a second came to the relay`]),
    ...missed.map(({ what, goal, measured }) => `${what}: ${measured}, wanted ${goal}`),
  ];
}

export function goals(figures: PageFigures): Measured {
  return { pageDrawing: drawing(figures), pageHeap: heap(figures) };
}

function targets(figures: PageFigures) {
  const { p95 } = figures.intervalMs;
  return [
    { what: 'repaints', goal: 'at least 30 a second', ...drawing(figures) },
    {
      ...{ what: 'from one repaint to the next, 95 %', goal: 'under 50 ms' },
      ...{ measured: `${p95.toFixed(1)} ms`, isMet: p95 < INTERVAL_P95_MS_MAX },
    },
    { what: 'heap at last over that at first', goal: 'at most 8 MiB more', ...heap(figures) },
  ];
}

function drawing({ repaintsPerSecond }: PageFigures): Finding {
  return { measured: `${repaintsPerSecond.toFixed(1)} a second`, isMet: repaintsPerSecond >= REPAINTS_MIN };
}

function heap({ samples }: PageFigures): Finding {
  const grown = lateHeapBytes(samples) - (samples[0]?.heapBytes ?? 0);
  return { measured: `${mebibytes(grown, 1)} MiB`, isMet: grown <= HEAP_GROWTH_BYTES_MAX };
}

/** The least of the last quarter: what cannot be collected is in that one too. */
function lateHeapBytes(samples: PageFigures['samples']): number {
  const late = samples.slice(-Math.max(1, Math.floor(samples.length / 4)));
  return Math.min(...late.map(({ heapBytes }) => heapBytes));
}
