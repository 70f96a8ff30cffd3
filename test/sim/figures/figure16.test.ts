import t from 'tap';
import { compareElections, percentilesApart } from '../../../sim/figures/compareElections.ts';
import { electionTimesMs, PAPER_CLUSTER } from '../../../sim/figures/figure16.ts';
import { PAPER_FIGURE_16, type PaperLine } from '../../../sim/figures/paperFigure16.ts';

/** As many as the paper made, of a line of 1,000: 15 s of work for all ten lines. */
const TRIALS = 1000;

const nameOf = ({ timeoutMsMin, timeoutMsMax }: PaperLine): string => `${timeoutMsMin} to ${timeoutMsMax} ms`;

/** How far the 10th to the 90th percentile may be from the paper’s, beyond what chance explains with so many trials. */
const TOLERANCE = 0.15;

/**
 * How far a line may be from the paper's up or down, as a share of the trials. Chance explains 0.073, and a factor of 1.15 on all times
 * makes 0.095 and more. With 150 to 150 ms there are 100 trials, so that chance explains 0.23; with 12 to 24 ms ours are 3 ms slower.
 */
const SHARE_APART_MAX = 0.09;
const SHARES_APART_MAX: Readonly<Record<string, number>> = { '150 to 150 ms': 0.15, '12 to 24 ms': 0.15 };
const NOTICED_FACTOR = 1.15;

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
      const shareApartMax = SHARES_APART_MAX[nameOf(line)] ?? SHARE_APART_MAX;
      t.ok(shareApart <= shareApartMax, `apart by ${percent(shareApart)}, and at the most ${percent(shareApartMax)}`);
      const longer = compareElections(
        line,
        timesMs.map((ms) => NOTICED_FACTOR * ms),
      );
      t.ok(longer.shareApart > shareApartMax, `by ${percent(longer.shareApart)} if all took longer by 15 %`);
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
