// npm run bench -- scale [--quick|--full] [--only clusters,peers,logs,values] [--write-docs]
//
// What grows with what: many clusters on one relay, one large cluster, a long log, large values.
import { VALUE_BYTES_MAX } from '../shared/keyValue.ts';
import { largeSeconds, manySeconds, measureLarge, measureMany } from './scale/clusters.ts';
import { logSeconds, measureLog } from './scale/logs.ts';
import { goals, plotScale, report } from './scale/report.ts';
import { PARTS, type Part, type ScaleFigures, type ScalePlan } from './scale/result.ts';
import { measureValues, valueSeconds } from './scale/values.ts';
import { someOf, wholeNumber } from './support/flagValues.ts';
import { program } from './support/program.ts';
import type { Progress } from './support/Progress.ts';

/** The largest value that a key takes, and one that is too large: what becomes of it is told. */
const VALUE_BYTES = [10, 100, 1_000, 10_000, 100_000, VALUE_BYTES_MAX, 1_048_576];
const STANDARD: ScalePlan = {
  ...{ parts: PARTS, clusters: [20, 100, 200], clustersSeconds: 60 },
  ...{ peers: [3, 5, 7, 11, 21, 31, 51], peersSeconds: 10 },
  ...{ logEntries: [1e3, 1e4, 1e5, 1e6], valueBytes: VALUE_BYTES, valuesSeconds: 5 },
};

export const scaleBench = program({
  name: 'scale',
  heading: 'Scale',
  says: '1,000 peers on one relay, clusters of up to 51, logs of up to 10^7 entries, large values',
  plans: {
    standard: STANDARD,
    quick: {
      ...{ parts: PARTS, clusters: [200], clustersSeconds: 20, peers: [3, 11, 51], peersSeconds: 3 },
      ...{ logEntries: [1e3, 1e4, 1e5], valueBytes: VALUE_BYTES, valuesSeconds: 1.5 },
    },
    full: { ...STANDARD, clusters: [20, 100, 200], clustersSeconds: 600, logEntries: [1e3, 1e4, 1e5, 1e6, 1e7] },
  },
  flags: {
    only: { type: 'string', value: 'PARTS', says: `some of ${PARTS.join(',')}`, isPartial: true },
    clusters: { type: 'string', value: 'N', says: 'so many clusters of five, at most 250', isPartial: true },
  },
  adjust: (plan, flags) => {
    const clusters = wholeNumber(flags, 'clusters');
    return { ...plan, parts: someOf(flags, 'only', PARTS), ...(clusters !== undefined && { clusters: [clusters] }) };
  },
  ...{ plannedSeconds, measure, report, goals, plot: plotScale },
});

function plannedSeconds(plan: ScalePlan): number {
  const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
  const seconds: Record<Part, number> = {
    clusters: sum(plan.clusters.map((clusters) => manySeconds(clusters, plan.clustersSeconds))),
    peers: plan.peers.length * largeSeconds(plan.peersSeconds),
    logs: sum(plan.logEntries.map(logSeconds)),
    values: plan.valueBytes.length * valueSeconds(plan.valuesSeconds),
  };
  return sum(plan.parts.map((part) => seconds[part]));
}

async function measure(plan: ScalePlan, progress: Progress): Promise<ScaleFigures> {
  const asked = <Value>(part: Part, values: readonly Value[]): readonly Value[] =>
    plan.parts.includes(part) ? values : [];
  const many = [];
  for (const clusters of asked('clusters', plan.clusters)) {
    many.push(await measureMany(clusters, plan.clustersSeconds, progress));
  }
  const large = [];
  for (const peers of asked('peers', plan.peers)) large.push(await measureLarge(peers, plan.peersSeconds, progress));
  const logs = [];
  for (const entries of asked('logs', plan.logEntries)) logs.push(await measureLog(entries, progress));
  const sizes = asked('values', plan.valueBytes);
  const values = sizes.length === 0 ? [] : await measureValues(sizes, plan.valuesSeconds, progress);
  return { many, large, logs, values };
}
