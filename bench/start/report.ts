import type { BenchResult } from '../support/BenchResult.ts';
import type { Measured } from '../support/goals.ts';
import { mebibytes, number, occasionPart, spread, targetsPart } from '../support/reportParts.ts';
import { table } from '../support/table.ts';
import type { StartFigures, StartPlan } from './measure.ts';

const GOAL_MS = 1500;

/** A report in Markdown that reads on a terminal as well, since its tables are aligned. */
export function report(result: BenchResult<StartPlan> & StartFigures): string {
  const { plan, npmStartMs, nodeMs, packed, dependencies } = result;
  return [
    occasionPart(result),
    `From the command until the relay tells of a leader: a relay and five peers with stores on disk, built before; median (least - most) of ${plan.runs} runs.`,
    table(
      ['started by', 'leader ms'],
      [
        ['npm start', spread(npmStartMs, 0)],
        ['node dist/cli/main.js up', spread(nodeMs, 0)],
      ],
    ),
    `The package has ${number(packed.files)} files, ${mebibytes(packed.bytes, 2)} MiB packed and ${mebibytes(packed.unpackedBytes, 2)} MiB unpacked. ` +
      `It has ${dependencies.direct} direct dependencies; \`npm install --omit=dev\` puts ${dependencies.installed} packages there, ` +
      `${mebibytes(dependencies.bytes, 1)} MiB.`,
    targetsPart([
      {
        ...{ what: 'a leader after npm start', goal: 'within 1.5 s' },
        ...{ measured: `${number(npmStartMs.median)} ms`, isMet: npmStartMs.median <= GOAL_MS },
      },
    ]),
  ].join('\n\n');
}

export function goals({ npmStartMs }: StartFigures): Measured {
  const { median, max } = npmStartMs;
  return { start: { measured: `${number(median)} ms, at most ${number(max)}`, isMet: median <= GOAL_MS } };
}
