// npm run bench -- start [--quick] [--write-docs]
//
// How long somebody waits who starts Whitewater, and what comes with it.
import { measureStart, type StartPlan } from './start/measure.ts';
import { goals, report } from './start/report.ts';
import { program } from './support/program.ts';

export const startBench = program({
  name: 'start',
  heading: 'Start',
  says: 'from npm start to a leader; the size of the package, and what is installed with it',
  plans: { standard: { runs: 10 }, quick: { runs: 3 } },
  plannedSeconds: ({ runs }: StartPlan) => runs * 3 + 15,
  ...{ measure: measureStart, report, goals },
});
