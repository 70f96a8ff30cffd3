import type { BenchResult } from '../support/BenchResult.ts';

export interface PagePlan {
  readonly peers: number;
  readonly framesPerSecond: number;
  /** How long the relay is watched before anybody looks at the page. */
  readonly aloneSeconds: number;
  /** How long the page is open before anything counts. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** So often memory is looked at, and the panel below changes from log to lanes or back. */
  readonly sampleSeconds: number;
}

/** What was seen at the end of a stretch. */
export interface PageSample {
  /** Since what counts began. */
  readonly atSeconds: number;
  /** Of the page's JavaScript, after a forced collection. */
  readonly heapBytes: number;
  readonly domNodes: number;
  /** Of the history, compressed. */
  readonly historyBytes: number;
  /** Repaints a second of the stretch before. */
  readonly repaintsPerSecond: number;
}

export interface PageFigures {
  readonly samples: readonly PageSample[];
  readonly repaintsPerSecond: number;
  readonly intervalMs: { readonly p50: number; readonly p95: number; readonly p99: number; readonly longest: number };
  /** That came to the relay while it counted. */
  readonly framesPerSecond: number;
  /** Of the page's main thread: what it would still do on a machine that is busy with other things. */
  readonly mainThreadShare: number;
  readonly relayCoreShare: { readonly alone: number; readonly viewed: number };
  /** How chromium drew, by its own words. */
  readonly renderer: string;
}

/** What a run leaves in bench/results/page.json. */
export type PageBenchResult = BenchResult<PagePlan> & PageFigures;
