import { mebibytes, number, occasionPart, spread, targetsPart } from '../support/reportParts.ts';
import { table } from '../support/table.ts';
import { WRITES_TOGETHER } from './measureSteps.ts';
import type { CoreBenchResult } from './result.ts';

/** A report in Markdown that reads on a terminal as well, since its tables are aligned. */
export function report(result: CoreBenchResult): string {
  const { plan, steps, allocatedBytes, idlePeers } = result;
  const { median } = steps.appendsPerSecond;
  return [
    occasionPart(result),
    `A follower's core was given ${number(plan.steps.appends)} AppendEntries of one entry a round, with the inputs that say that entries are durable (${WRITES_TOGETHER} at a time, as they gather while a store writes) and applied (one by one), ` +
      `and a snapshot whenever the core asked for one (the log had at most ${number(steps.logEntriesMax)} entries): ` +
      `${spread(steps.appendsPerSecond, 0)} a second, median (least - most) of ${plan.steps.rounds} rounds.`,
    table(
      ['step', 'ns', 'bytes allocated'],
      Object.entries(steps.nanoseconds).map(([name, ns]) => [name, number(ns), bytesText(allocatedBytes[name])]),
    ),
    `${idlePeers.peers} idle peers with stores on disk, in clusters of three with leaders and heartbeats, were added to a process that had three already ` +
      `and everything loaded (${mebibytes(idlePeers.processBytes)} MiB): ${mebibytes(idlePeers.bytesPerPeer, 2)} MiB of resident memory each.`,
    targetsPart([
      {
        ...{ what: 'AppendEntries of one entry a second', goal: 'at least 1,000,000' },
        ...{ measured: number(median), isMet: median >= 1_000_000 },
      },
      {
        ...{ what: 'memory per idle peer', goal: 'under 2 MiB' },
        measured: `${mebibytes(idlePeers.bytesPerPeer, 2)} MiB`,
        isMet: idlePeers.bytesPerPeer < 2 * 2 ** 20,
      },
    ]),
  ].join('\n\n');
}

function bytesText(bytes: number | undefined): string {
  return bytes === undefined ? '' : number(bytes);
}
