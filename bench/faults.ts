// npm run bench -- faults [--quick] [--write-docs]
//
// What faults cost: frames that pass rules in force, how exact delays are, and what frames take that are held.
import { measureFaults, plannedSeconds } from './faults/measure.ts';
import { report } from './faults/report.ts';
import { program } from './support/program.ts';

const TEN_PAIRS = { pairs: 10, frameBytes: 200 };

export const faultsBench = program({
  name: 'faults',
  heading: 'Faults',
  says: 'what faults cost: rules in force, exact delays, frames that are held',
  plans: {
    standard: {
      throughput: { ...TEN_PAIRS, windowFrames: 256, rounds: 8, secondsPerRound: 1 },
      latency: { ...TEN_PAIRS, framesPerSecond: 2000, processes: 5, rounds: 5, secondsPerRound: 0.8 },
      delay: { ...TEN_PAIRS, framesPerSecond: 5000, rounds: 9, secondsPerRound: 2, delayMs: 20 },
      held: { frames: 100_000, frameBytes: 200 },
    },
    quick: {
      throughput: { ...TEN_PAIRS, windowFrames: 256, rounds: 3, secondsPerRound: 0.6 },
      latency: { ...TEN_PAIRS, framesPerSecond: 2000, processes: 1, rounds: 4, secondsPerRound: 0.4 },
      delay: { ...TEN_PAIRS, framesPerSecond: 5000, rounds: 2, secondsPerRound: 1, delayMs: 20 },
      held: { frames: 100_000, frameBytes: 200 },
    },
  },
  ...{ plannedSeconds, report },
  measure: async (plan, progress, profileDirectory) => ({
    measured: await measureFaults(plan, profileDirectory, progress),
  }),
});
