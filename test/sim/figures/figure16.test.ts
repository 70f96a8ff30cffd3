import t from 'tap';
import { compareElections, percentilesApart } from '../../../sim/figures/compareElections.ts';
import { electionTimesMs, PAPER_CLUSTER } from '../../../sim/figures/figure16.ts';
import { PAPER_FIGURE_16, type PaperLine } from '../../../sim/figures/paperFigure16.ts';

/** As many as the paper made are 1000; `npm run bench -- figure16` makes them too. */
const TRIALS = Number(process.env['WHITEWATER_FIGURE16_TRIALS'] ?? 100);

const nameOf = ({ timeoutMsMin, timeoutMsMax }: PaperLine): string => `${timeoutMsMin} to ${timeoutMsMax} ms`;

/** How far the 10th to the 90th percentile may be from the paper’s, beyond what chance explains with so many trials. */
const TOLERANCE = 0.15;

for (const line of PAPER_FIGURE_16) {
  t.test(
    `Figure 16, timeouts of ${nameOf(line)}: the time without a leader is distributed as in the paper`,
    async (t) => {
      const trials = Math.ceil((TRIALS * line.trials) / 1000);
      const timesMs = await electionTimesMs(line, PAPER_CLUSTER, trials, 'figure16');
      const { worst, worstPercentile, mean, shareApart } = compareElections(line, timesMs);
      const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
      t.comment(
        `${trials} trials: ${percent(worst)} at the ${worstPercentile}th percentile, ${percent(mean)} on average; apart by ${percent(shareApart)} of the trials`,
      );
      t.same(percentilesApart(line, timesMs, TOLERANCE), []);
    },
  );
}

t.test('the same seed has the same elections, another seed others', async (t) => {
  const line = { timeoutMsMin: 25, timeoutMsMax: 50 };
  const first = await electionTimesMs(line, PAPER_CLUSTER, 5, 'one');
  t.same(await electionTimesMs(line, PAPER_CLUSTER, 5, 'one'), first);
  t.notSame(await electionTimesMs(line, PAPER_CLUSTER, 5, 'other'), first);
});

t.test('the comparison tells the lines apart, and a cluster that is slower', async (t) => {
  const lineOf = (max: number): PaperLine | undefined =>
    PAPER_FIGURE_16.find(({ timeoutMsMin, timeoutMsMax }) => timeoutMsMin === 150 && timeoutMsMax === max);
  const [narrow, wide] = [lineOf(155), lineOf(300)];
  if (narrow === undefined || wide === undefined) throw new Error('the paper has these lines');
  const timesMs = await electionTimesMs(narrow, PAPER_CLUSTER, TRIALS, 'figure16');
  t.ok(percentilesApart(wide, timesMs, TOLERANCE).length > 20);
  const slower = await electionTimesMs(wide, { ...PAPER_CLUSTER, voteMs: [60, 70] }, TRIALS, 'figure16');
  t.ok(percentilesApart(wide, slower, TOLERANCE).length > 20);
});
