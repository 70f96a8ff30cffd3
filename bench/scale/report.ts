import type { Finding, Measured } from '../support/goals.ts';
import { colourOf, logarithmicAxis, plot, type Panel } from '../support/plot.ts';
import type { Plot } from '../support/program.ts';
import { mebibytes, number, occasionPart, targetsPart } from '../support/reportParts.ts';
import { table } from '../support/table.ts';
import type { LargeResult, ManyResult } from './clusters.ts';
import type { LogResult } from './logs.ts';
import type { ScaleBenchResult, ScaleFigures } from './result.ts';
import type { ValueResult } from './values.ts';

const PEERS_GOAL = 1000;
const SAYS =
  'The relay and elections by the number of peers, start-up by the length of the log, puts by the size of values';

/** A report in Markdown that reads on a terminal as well, since its tables are aligned. */
export function report(result: ScaleBenchResult): string {
  const { many, large, logs, values } = result;
  const found = goals(result);
  const rows = [
    { what: `elections, ${PEERS_GOAL} peers on one relay`, goal: '0', finding: found.scaleElections },
    { what: `the relay with ${PEERS_GOAL} peers`, goal: 'under one core', finding: found.scaleCore },
  ].flatMap(({ what, goal, finding }) => (finding === undefined ? [] : [{ what, goal, ...finding }]));
  return [
    occasionPart(result),
    ...(many.length === 0 ? [] : manyPart(many)),
    ...(large.length === 0 ? [] : largePart(large)),
    ...(logs.length === 0 ? [] : logsPart(logs)),
    ...(values.length === 0 ? [] : valuesPart(values)),
    ...(rows.length === 0 ? [] : [targetsPart(rows)]),
  ].join('\n\n');
}

export function goals({ many }: ScaleFigures): Measured {
  const goal = many.find(({ peers }) => peers >= PEERS_GOAL);
  if (goal === undefined) return {};
  const { seconds, figures } = goal;
  if (figures === undefined) {
    const none: Finding = { measured: `no figure: ${goal.trouble ?? 'it failed'}`, isMet: false };
    return { scaleElections: none, scaleCore: none };
  }
  const { elections, relayCoreShare } = figures;
  const scaleElections: Finding = { measured: `${number(elections)} in ${number(seconds)} s`, isMet: elections === 0 };
  const scaleCore: Finding = { measured: `${number(relayCoreShare, 2)} cores`, isMet: relayCoreShare < 1 };
  return { scaleElections, scaleCore };
}

function manyPart(many: readonly ManyResult[]): string[] {
  const rows = many.map(({ clusters, peers, figures, trouble }) => {
    const start = [number(clusters), number(peers)];
    if (figures === undefined) return [...start, trouble ?? ''];
    const { elections, relayCoreShare, relayBytes, peerCoreShare, peerBytes } = figures;
    const relay = [number(relayCoreShare, 2), mebibytes(relayBytes, 1)];
    return [...start, number(elections), ...relay, number(100 * peerCoreShare, 2), mebibytes(peerBytes, 2)];
  });
  return [
    '### Many clusters on one relay',
    `Idle clusters of five, heartbeats every 100 ms, in five processes of which each hosts one peer of every cluster, stores in memory, watched for ` +
      `${number(many[0]?.seconds ?? 0)} s after all had a leader. Resident memory beyond that with one cluster, garbage apart.`,
    table(['clusters', 'peers', 'elections', 'relay, cores', 'relay MiB', 'peer, % of a core', 'peer MiB'], rows),
  ];
}

function largePart(large: readonly LargeResult[]): string[] {
  const rows = large.map(({ peers, figures, trouble }) => {
    if (figures === undefined) return [number(peers), trouble ?? ''];
    const { leaderMs, elections, relayCoreShare, commitMedianMs, commitP99Ms } = figures;
    const start = [number(peers), number(leaderMs), number(elections), number(100 * relayCoreShare, 1)];
    return [...start, number(commitMedianMs, 2), number(commitP99Ms, 2)];
  });
  return [
    '### One cluster of many',
    `Stores on disk, in at most four processes. Time to a leader: from the order to start until all follow one. Commits: one after the other, from the leader's process.`,
    table(['peers', 'leader ms', 'elections', 'relay, % of a core', 'commit ms', 'p99 ms'], rows),
  ];
}

function logsPart(logs: readonly LogResult[]): string[] {
  const rows = logs.map(({ entries, openedMs, appliedMs, residentBytes, peakBytes, trouble }) =>
    trouble === undefined
      ? [number(entries), number(openedMs), number(appliedMs), mebibytes(residentBytes), mebibytes(peakBytes)]
      : [number(entries), trouble],
  );
  return [
    '### Length of the log',
    `One peer that starts on a log of so many entries of 100 bytes, without a snapshot (by default there is one at 100,000 entries): until its store was read, ` +
      `and until it led and had applied all of it. Memory of the whole process.`,
    table(['entries', 'read ms', 'applied ms', 'resident MiB', 'most MiB'], rows),
  ];
}

function valuesPart(values: readonly ValueResult[]): string[] {
  const rows = values.map(({ valueBytes, outstanding, putsPerSecond, medianMs, p99Ms, trouble }) =>
    trouble === undefined
      ? [
          ...[number(valueBytes), number(outstanding), number(putsPerSecond)],
          ...[mebibytes(putsPerSecond * valueBytes, 1), number(medianMs, 2), number(p99Ms, 2)],
        ]
      : [number(valueBytes), number(outstanding), 'refused'],
  );
  const refused = values.flatMap(({ valueBytes, trouble }) => (trouble === undefined ? [] : [{ valueBytes, trouble }]));
  return [
    '### Size of values',
    'Puts from one client to three peers with stores on disk, every write synced.',
    table(['bytes', 'outstanding', 'puts/s', 'MiB/s', 'median ms', 'p99 ms'], rows),
    ...refused.map(({ valueBytes, trouble }) => `A value of ${number(valueBytes)} bytes was refused: ${trouble}`),
  ];
}

export function plotScale({ many, logs, values }: ScaleFigures): Plot | undefined {
  const panel = (title: string, note: string, points: (readonly [number, number])[], name: string): Panel[] => {
    const good = points.filter(([x, y]) => x > 0 && y > 0);
    if (good.length < 2) return [];
    const axis = (at: 0 | 1) =>
      logarithmicAxis(
        good.map((point) => point[at]),
        (value) => value.toLocaleString('en-US'),
      );
    return [{ title, note, x: axis(0), y: axis(1), series: [{ name, colour: colourOf(1), as: 'both', points: good }] }];
  };
  const panels = [
    ...panel(
      'The relay, % of a core',
      'by peers',
      many.map(({ peers, figures }) => [peers, 100 * (figures?.relayCoreShare ?? 0)]),
      'relay',
    ),
    ...panel(
      'Start on a log, ms',
      'by entries',
      logs.map((each) => [each.entries, each.appliedMs]),
      'start',
    ),
    ...panel(
      'Puts a second',
      'by bytes a value',
      values.map((each) => [each.valueBytes, each.putsPerSecond]),
      'puts',
    ),
  ];
  return panels.length === 0 ? undefined : { svg: plot(SAYS, panels), says: SAYS };
}
