// npm run bench -- snapshot [--quick] [--write-docs]
//
// What it costs a cluster under writes to store a large state as a snapshot, and to install that on a peer that has nothing.
import { measureSnapshot, plannedSeconds } from './snapshot/measure.ts';
import { report } from './snapshot/report.ts';
import { program } from './support/program.ts';

export const snapshotBench = program({
  name: 'snapshot',
  heading: 'Snapshots',
  says: 'a large state stored, sent and installed under writes',
  plans: {
    standard: { keys: 258_111, valueBytes: 1_028, putsPerSecond: 1_000, quietSeconds: 5 },
    quick: { keys: 31_775, valueBytes: 1_044, putsPerSecond: 1_000, quietSeconds: 3 },
  },
  ...{ plannedSeconds, report },
  measure: async (plan, progress, profileDirectory) => ({
    measured: await measureSnapshot(plan, profileDirectory, progress),
  }),
});
