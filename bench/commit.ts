// npm run bench -- commit [--quick] [--write-docs]
//
// How many puts a cluster of three processes with stores on disk commits, and what each one costs them, the relay and the client.
import { measureCommits, plannedSeconds } from './commit/measure.ts';
import { report } from './commit/report.ts';
import { program } from './support/program.ts';

export const commitBench = program({
  name: 'commit',
  heading: 'Commits',
  says: 'puts and linearizable reads a second, beside etcd and packages of others',
  plans: {
    standard: { peers: 3, keys: 10_000, valueBytes: 100, outstanding: [256, 64, 1], rounds: 5, secondsPerRound: 3 },
    quick: { peers: 3, keys: 10_000, valueBytes: 100, outstanding: [256, 1], rounds: 3, secondsPerRound: 2 },
  },
  ...{ plannedSeconds, report },
  measure: async (plan, progress, profileDirectory) => ({
    levels: await measureCommits(plan, profileDirectory, progress),
  }),
});
