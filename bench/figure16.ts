// npm run bench -- figure16 [--trials 1000] [--write-docs]
//
// Elects leaders as in Figure 16 of the paper, as often as the paper did, tells how far apart the two are, and draws both:
// docs/images/figure16.svg. docs/FIGURE16.md says what is assumed.
import { compareElections, inOrder, percentileOf } from '../sim/figures/compareElections.ts';
import { electionTimesMs, PAPER_CLUSTER } from '../sim/figures/figure16.ts';
import { PAPER_FIGURE_16, type PaperLine } from '../sim/figures/paperFigure16.ts';
import { plotElections, type PlottedLine } from './support/electionPlot.ts';
import { wholeNumber } from './support/flagValues.ts';
import { program } from './support/program.ts';
import { table } from './support/table.ts';

interface Figure16Plan {
  /** Of each line; the paper's number where that is less. */
  readonly trialsMax: number;
}

const HEADER = [
  ...['timeouts [ms]', 'trials', 'median, paper', 'median, ours', 'largest difference, 10th to 90th'],
  ...['mean', 'within 15 %', 'apart'],
];

export const figure16Bench = program({
  name: 'figure16',
  heading: undefined,
  says: "the simulator's elections beside the paper's; docs/FIGURE16.md has what comes out",
  plans: { standard: { trialsMax: 1000 }, quick: { trialsMax: 100 } },
  flags: { trials: { type: 'string', value: 'N', says: 'at most so many a line', isPartial: true } },
  adjust: (plan: Figure16Plan, flags) => ({ trialsMax: wholeNumber(flags, 'trials') ?? plan.trialsMax }),
  plannedSeconds: ({ trialsMax }) => 0.03 * trialsMax,
  measure: async ({ trialsMax }, progress) => {
    const lines: PlottedLine[] = [];
    for (const paper of PAPER_FIGURE_16) {
      const trials = Math.min(paper.trials, trialsMax);
      progress.step('elections', `${paper.timeoutMsMin}–${paper.timeoutMsMax} ms`, 0.003 * trialsMax);
      lines.push({ paper, timesMs: await electionTimesMs(paper, PAPER_CLUSTER, trials, 'figure16') });
    }
    return { lines };
  },
  report: ({ lines }) =>
    table(
      HEADER,
      lines.map(({ paper, timesMs }) => rowOf(paper, timesMs)),
    ),
  plotFile: 'figure16.svg',
  plot: ({ lines }) => {
    const title = 'Time without a leader: the simulator beside Figure 16 of the Raft paper';
    return { svg: plotElections(title, 'simulated', [{ title: '', lines }]), says: title };
  },
});

function rowOf(paper: PaperLine, timesMs: readonly number[]): string[] {
  const { worst, worstPercentile, mean, within15Percent, shareApart } = compareElections(paper, timesMs);
  return [
    `${paper.timeoutMsMin}–${paper.timeoutMsMax}`,
    `${timesMs.length}`,
    paper.percentilesMs[49]?.toFixed(0) ?? '',
    percentileOf(inOrder(timesMs), 50).toFixed(0),
    `${percent(worst, 0)} at the ${worstPercentile}th`,
    percent(mean, 1),
    `${within15Percent} of 81`,
    `${percent(shareApart, 1)} of the trials`,
  ];
}

function percent(share: number, digits: number): string {
  return `${(100 * share).toFixed(digits)} %`;
}
