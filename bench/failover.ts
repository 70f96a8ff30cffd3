// npm run bench -- failover [--quick|--full] [--trials N] [--lines 12-24,150-300] [--setups paper,plain] [--ends kill,cut] [--travel MS] [--write-docs]
//
// How long a cluster of real processes is without a leader when it loses it, beside Figure 16 of the Raft paper.
import { LINES, measureFailover, plannedSeconds } from './failover/measure.ts';
import { goals, plotFailover, report } from './failover/report.ts';
import { ENDS, SETUPS, type FailoverPlan } from './failover/result.ts';
import { someOf, wholeNumber } from './support/flagValues.ts';
import { program } from './support/program.ts';

const ALL = { setups: SETUPS, ends: ENDS, lines: LINES, travelMs: 0 };

export const failoverBench = program({
  name: 'failover',
  heading: 'Failover',
  says: 'time without a leader after a crash or a cut, beside Figure 16 of the paper',
  plans: {
    standard: { ...ALL, trials: 50, trialsWithoutSpread: 5, trialMsMax: 120_000, lineMsMax: 300_000 },
    quick: { ...ALL, trials: 5, trialsWithoutSpread: 1, trialMsMax: 15_000, lineMsMax: 20_000 },
    full: { ...ALL, trials: 1000, trialsWithoutSpread: 100, trialMsMax: 600_000, lineMsMax: 7_200_000 },
  },
  flags: {
    trials: { type: 'string', value: 'N', says: 'so many a line; a tenth of it where timeouts have no spread' },
    lines: { type: 'string', value: 'LINES', says: `some of ${LINES.join(',')}`, isPartial: true },
    setups: {
      type: 'string',
      value: 'SETUPS',
      says: "some of paper,plain: the paper's setup, or as shipped",
      isPartial: true,
    },
    travel: {
      type: 'string',
      value: 'MS',
      says: 'the relay delays each frame by so many milliseconds; 0 unless told otherwise',
      isPartial: true,
    },
    ends: { type: 'string', value: 'ENDS', says: 'some of kill,cut: how the leader is lost', isPartial: true },
  },
  adjust: (plan: FailoverPlan, flags) => {
    const trials = wholeNumber(flags, 'trials');
    const travelMs = wholeNumber(flags, 'travel');
    return {
      ...{ ...plan, lines: someOf(flags, 'lines', LINES) },
      ...{ setups: someOf(flags, 'setups', SETUPS), ends: someOf(flags, 'ends', ENDS) },
      ...(travelMs !== undefined && { travelMs }),
      ...(trials !== undefined && { trials, trialsWithoutSpread: Math.ceil(trials / 10) }),
    };
  },
  ...{ plannedSeconds, measure: measureFailover, report, goals, plot: plotFailover },
});
