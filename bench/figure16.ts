// npm run figure16 [-- --trials 1000]
//
// Elects leaders as in Figure 16 of the paper, as often as the paper did, prints how far apart the two are, and draws both into
// docs/images/figure16.svg. docs/FIGURE16.md says what is assumed.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { compareElections, inOrder, percentileOf } from '../sim/figures/compareElections.ts';
import { electionTimesMs, PAPER_CLUSTER } from '../sim/figures/figure16.ts';
import { PAPER_FIGURE_16, type PaperLine } from '../sim/figures/paperFigure16.ts';
import { type PlottedLine, plotFigure16 } from './figure16/plot.ts';

const PLOT = 'docs/images/figure16.svg';

const { values } = parseArgs({ options: { trials: { type: 'string' } } });
const trialsMax = values.trials === undefined ? Number.POSITIVE_INFINITY : Number(values.trials);
if (!(trialsMax >= 1)) throw new Error(`--trials is ${values.trials}: it must be a number of trials for each line`);

console.log(
  '| timeouts [ms] | trials | median, paper | median, ours | largest difference, 10th to 90th | mean | within 15 % | apart |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
const lines: PlottedLine[] = [];
for (const paper of PAPER_FIGURE_16) {
  const trials = Math.min(paper.trials, trialsMax);
  const timesMs = await electionTimesMs(paper, PAPER_CLUSTER, trials, 'figure16');
  lines.push({ paper, timesMs });
  console.log(rowOf(paper, timesMs));
}
writeFileSync(PLOT, plotFigure16(lines));
console.log(`\ndrawn into ${PLOT}`);

function rowOf(paper: PaperLine, timesMs: readonly number[]): string {
  const { worst, worstPercentile, mean, within15Percent, shareApart } = compareElections(paper, timesMs);
  const cells = [
    `${paper.timeoutMsMin}–${paper.timeoutMsMax}`,
    timesMs.length,
    paper.percentilesMs[49]?.toFixed(0) ?? '',
    percentileOf(inOrder(timesMs), 50).toFixed(0),
    `${percent(worst, 0)} at the ${worstPercentile}th`,
    percent(mean, 1),
    `${within15Percent} of 81`,
    `${percent(shareApart, 1)} of the trials`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function percent(share: number, digits: number): string {
  return `${(100 * share).toFixed(digits)} %`;
}
