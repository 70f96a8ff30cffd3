import { PAPER_FIGURE_16, type PaperLine } from '../../sim/figures/paperFigure16.ts';
import { plotElections } from '../support/electionPlot.ts';
import type { Measured } from '../support/goals.ts';
import type { Plot } from '../support/program.ts';
import { number, occasionPart, targetsPart } from '../support/reportParts.ts';
import { percentileOf } from '../support/statistics.ts';
import { table } from '../support/table.ts';
import {
  ENDS,
  SETUPS,
  type End,
  type FailoverBenchResult,
  type FailoverFigures,
  type LineResult,
  type Setup,
} from './result.ts';

const PERCENTS = [50, 90, 99];
const MEAN_GOAL_MS = 35;
const SETUP_WORDS: Record<Setup, string> = {
  paper: "the paper's setup",
  plain: 'as shipped',
};
const END_WORDS: Record<End, string> = {
  kill: 'its process killed',
  cut: 'its link cut',
};

/** A report in Markdown that reads on a terminal as well, since its tables are aligned. */
export function report(result: FailoverBenchResult): string {
  const parts = combinationsOf(result).map(({ setup, end, lines }) => [
    `### The leader lost: ${END_WORDS[end]}; ${SETUP_WORDS[setup]}`,
    table(HEADER, lines.map(rowOf)),
    ...troublesOf(lines),
  ]);
  return [
    occasionPart(result),
    `Five peers with stores on disk, each a process of its own, and a relay. Milliseconds from the moment at which the leader's process gets SIGKILL, ` +
      `or the relay is told to cut its link, until the last of the four others follows the new leader; the leader is lost at a moment that is uniform ` +
      `within its interval of heartbeats, which is half the least timeout. In the paper's setup two of the four cannot ` +
      `win because they lack an entry that the others hold, and the rules are those of the paper's Figure 2; as shipped, pre-votes and checks of the quorum ` +
      `are on. ${travelText(result.plan.travelMs)} Commit: how long one put took the leader, a round trip and writes at both ends of it. ` +
      `Below: at these three percentiles.`,
    ...parts.flat(),
    targetsPart(
      Object.entries(goals(result)).map(([name, { measured, isMet }]) => ({
        ...{
          what: GOAL_WORDS[name as keyof typeof GOAL_WORDS],
          goal: name === 'failoverMean' ? 'under 35 ms' : 'all 10 lines',
        },
        ...{ measured, isMet },
      })),
    ),
  ].join('\n\n');
}

function travelText(travelMs: number): string {
  return travelMs === 0
    ? 'Frames take what the machine takes: by docs/FIGURE16.md the paper has some 9 ms between a timeout and the votes.'
    : `The relay delays each frame by ${travelMs} ms.`;
}

const GOAL_WORDS = {
  failoverPaper: "below the paper, in the paper's setup, killed",
  failoverPlain: 'below the paper, as shipped, killed',
  failoverMean: 'mean at 12–24 ms, killed',
};

const HEADER = [
  ...['timeouts ms', 'trials', 'discarded', 'commit ms', 'paper p50', 'ours', 'paper p90', 'ours', 'paper p99', 'ours'],
  ...['paper mean', 'ours', 'below'],
];

function rowOf(line: LineResult): string[] {
  const paper = paperOf(line);
  const start = [
    `${line.timeoutMsMin}–${line.timeoutMsMax}`,
    number(line.timesMs.length),
    number(line.discarded),
    line.commitMs === null ? '' : number(line.commitMs, 1),
  ];
  const pairs = PERCENTS.flatMap((percent) => [
    number(paper.percentilesMs[percent - 1] ?? NaN),
    ourText(line, percent),
  ]);
  const mean = line.timesMs.length === 0 ? '' : number(meanOf(line.timesMs));
  return [...start, ...pairs, number(meanOf(paper.percentilesMs)), mean, isBelow(line) ? 'yes' : 'no'];
}

function ourText({ timesMs }: LineResult, percent: number): string {
  return timesMs.length === 0 ? '' : number(percentileOf(timesMs, percent));
}

function troublesOf(lines: readonly LineResult[]): string[] {
  const texts = lines.flatMap(({ timeoutMsMin, timeoutMsMax, trouble, cutShort }) => [
    ...(trouble === null ? [] : [`${timeoutMsMin}–${timeoutMsMax} ms ended early: ${trouble}.`]),
    ...(cutShort === 0
      ? []
      : [`${timeoutMsMin}–${timeoutMsMax} ms: ${cutShort} of its trials took longer than a trial may.`]),
  ]);
  return texts.length === 0 ? [] : [texts.join(' ')];
}

/** At all three percentiles. A line that could not be measured is not below. */
export function isBelow(line: LineResult): boolean {
  const { percentilesMs } = paperOf(line);
  if (line.timesMs.length === 0) return false;
  return PERCENTS.every((percent) => percentileOf(line.timesMs, percent) < (percentilesMs[percent - 1] ?? NaN));
}

export function goals({ lines }: FailoverFigures): Measured {
  const killed = (setup: Setup): LineResult[] => lines.filter((line) => line.setup === setup && line.end === 'kill');
  const below = (of: readonly LineResult[]) => ({
    measured: `${of.filter(isBelow).length} of ${of.length}`,
    isMet: of.length === PAPER_FIGURE_16.length && of.every(isBelow),
  });
  const means = SETUPS.flatMap((setup) =>
    killed(setup)
      .filter(({ timeoutMsMin, timesMs }) => timeoutMsMin === 12 && timesMs.length > 0)
      .map(({ timesMs }) => ({ setup, meanMs: meanOf(timesMs) })),
  );
  return {
    ...(killed('paper').length > 0 && { failoverPaper: below(killed('paper')) }),
    ...(killed('plain').length > 0 && { failoverPlain: below(killed('plain')) }),
    ...(means.length > 0 && {
      failoverMean: {
        measured: means.map(({ setup, meanMs }) => `${SETUP_WORDS[setup]} ${number(meanMs, 1)} ms`).join(', '),
        isMet: means.length === SETUPS.length && means.every(({ meanMs }) => meanMs < MEAN_GOAL_MS),
      },
    }),
  };
}

export function plotFailover(result: FailoverFigures): Plot | undefined {
  const setups = combinationsOf(result).map(({ setup, end, lines }) => ({
    title: `${SETUP_WORDS[setup]}, ${END_WORDS[end]}`,
    lines: lines.map((line) => ({ paper: paperOf(line), timesMs: line.timesMs })),
  }));
  const title = 'Time without a leader: real processes beside Figure 16 of the Raft paper';
  return setups.length === 0 ? undefined : { svg: plotElections(title, 'measured', setups), says: title };
}

function combinationsOf({ lines }: FailoverFigures) {
  return SETUPS.flatMap((setup) =>
    ENDS.map((end) => ({ setup, end, lines: lines.filter((line) => line.setup === setup && line.end === end) })),
  ).filter(({ lines: some }) => some.length > 0);
}

function paperOf({ timeoutMsMin, timeoutMsMax }: LineResult): PaperLine {
  const found = PAPER_FIGURE_16.find(
    (line) => line.timeoutMsMin === timeoutMsMin && line.timeoutMsMax === timeoutMsMax,
  );
  if (found === undefined) throw new Error(`the paper has no line ${timeoutMsMin}–${timeoutMsMax}`);
  return found;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
