import type { LoadResult } from '../support/replicaProtocol.ts';
import { mebibytes, number, occasionPart, targetsPart } from '../support/reportParts.ts';
import { table } from '../support/table.ts';
import type { SnapshotBenchResult, SnapshotMeasured } from './result.ts';

/** A report in Markdown that reads on a terminal as well, since its tables are aligned. */
export function report(result: SnapshotBenchResult): string {
  const { plan, measured } = result;
  const writes = (name: string, { puts, medianMs, p99Ms, maxMs }: LoadResult): string[] => [
    name,
    number(puts),
    number(medianMs, 2),
    number(p99Ms, 2),
    number(maxMs, 1),
  ];
  const memory = (name: string, loadedBytes: number, peakBytes: number): string[] => [
    name,
    mebibytes(loadedBytes),
    mebibytes(peakBytes),
    mebibytes(peakBytes - loadedBytes),
  ];
  return [
    occasionPart(result),
    `${mebibytes(measured.stateBytes)} MiB of keys and values in ${number(plan.keys)} keys, three peers with stores on disk and a relay, each a process of ` +
      `its own; the third peer starts when the leader has stored its snapshot. ${number(plan.putsPerSecond)} puts a second of values as large as those ` +
      `that are there come from the leader's own process all the time; each counts from when it was due.`,
    table(
      ['writes', 'puts', 'median ms', 'p99 ms', 'max ms'],
      [writes('nothing else', measured.quiet), writes('snapshot and installation', measured.busy)],
    ),
    'Resident memory in MiB: with the state and its garbage collected, the most while the snapshot was stored, sent and installed, and what that is more.',
    table(
      ['memory', 'state', 'most', 'more'],
      [
        memory('leader', measured.leaderLoaded.residentBytes, measured.leaderPeakBytes),
        memory('new peer', measured.receiverLoaded.residentBytes, measured.receiverPeakBytes),
      ],
    ),
    `Filling took ${number(measured.fillSeconds, 1)} s, the snapshot ${number(measured.snapshotSeconds, 1)} s, the new peer ` +
      `${number(measured.installSeconds, 1)} s from the start of its process until it had caught up.`,
    targets(measured),
  ].join('\n\n');
}

function targets(measured: SnapshotMeasured): string {
  const leaderMore = measured.leaderPeakBytes - measured.leaderLoaded.residentBytes;
  const receiverMore = measured.receiverPeakBytes - measured.receiverLoaded.residentBytes;
  const stallMs = measured.busy.maxMs;
  const bound = 100 * 2 ** 20;
  const inMebibytes = (bytes: number): string => `${mebibytes(bytes)} MiB`;
  return targetsPart([
    {
      ...{ what: 'elections meanwhile', goal: '0' },
      ...{ measured: number(measured.elections), isMet: measured.elections === 0 },
    },
    {
      ...{ what: 'longest put', goal: 'under 250 ms' },
      ...{ measured: `${number(stallMs, 1)} ms`, isMet: stallMs < 250 },
    },
    {
      ...{ what: 'memory beyond the state, leader', goal: 'under 100 MiB' },
      ...{ measured: inMebibytes(leaderMore), isMet: leaderMore < bound },
    },
    {
      ...{ what: 'memory beyond the state, new peer', goal: 'under 100 MiB' },
      ...{ measured: inMebibytes(receiverMore), isMet: receiverMore < bound },
    },
  ]);
}
