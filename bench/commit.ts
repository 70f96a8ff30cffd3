// npm run bench -- commit [--quick] [--peers] [--alone] [--write-docs] [--profile DIRECTORY]
//
// How many puts a cluster of three processes with stores on disk commits, how many linearizable reads it answers, and what each one costs;
// beside etcd and packages that a user would find instead.
import { measureAll, plannedSeconds, type CommitPlan } from './commit/measure.ts';
import { plotCommits } from './commit/plotCommits.ts';
import { defects, goals, report } from './commit/report.ts';
import { program } from './support/program.ts';

const LOAD = { peers: 3, keys: 10_000, valueBytes: 100 };
const STANDARD = { outstanding: [1, 16, 64, 256, 1024], rounds: 5, secondsPerRound: 3, warmUpSeconds: 3 };
const QUICK = { outstanding: [1, 16, 64, 256], rounds: 2, secondsPerRound: 1.5, warmUpSeconds: 1.5 };
const STANDARD_BESIDE = { ...LOAD, ...STANDARD, rounds: 3, secondsPerRound: 2, warmUpSeconds: 2 };
const QUICK_BESIDE = { ...LOAD, ...QUICK, warmUpSeconds: 1 };

export const commitBench = program({
  name: 'commit',
  heading: 'Commits',
  says: 'puts and linearizable reads a second, beside etcd and packages of others',
  plans: {
    standard: { ...LOAD, ...STANDARD, rivals: STANDARD_BESIDE, installs: false },
    quick: { ...LOAD, ...QUICK, rivals: QUICK_BESIDE, installs: false },
  },
  flags: {
    peers: { type: 'boolean', says: 'installs what is measured beside it first: npm --prefix bench/peers ci' },
    alone: { type: 'boolean', says: 'nothing beside it', isPartial: true },
  },
  adjust: (plan: CommitPlan, flags) => ({
    ...plan,
    ...(flags['alone'] === true && { rivals: null }),
    installs: flags['peers'] === true,
  }),
  ...{ plannedSeconds, measure: measureAll, report, goals, defects, plot: plotCommits },
});
