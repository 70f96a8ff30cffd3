import { GOALS, type GoalName } from './support/goals.ts';
import type { Outcome } from './support/program.ts';
import { table } from './support/table.ts';

/** Outcomes by the name of the bench; those that did not run, or failed, are not there. */
export type Outcomes = Readonly<Record<string, Outcome | undefined>>;

/** The goals, each with what was measured, and of when that is. A row without a number says so and is not met. */
export function overview(outcomes: Outcomes): string {
  const rows = (Object.keys(GOALS) as GoalName[]).map((name) => {
    const { bench, what, goal } = GOALS[name];
    const outcome = outcomes[bench];
    const found = outcome?.goals[name];
    if (outcome === undefined || found === undefined) return [what, goal, 'not measured', 'no', ''];
    return [what, goal, found.measured, found.isMet ? 'yes' : 'no', occasion(bench, outcome)];
  });
  const met = rows.filter((row) => row[3] === 'yes').length;
  return [
    `${met} of ${rows.length} goals are met. Each row is of the last run of its bench that was kept. Why some are not: [PERFORMANCE.md](PERFORMANCE.md).`,
    table(['goal', 'to reach', 'measured', 'met', 'of'], rows),
  ].join('\n\n');
}

function occasion(bench: string, { startedAt, mode }: Outcome): string {
  return `${bench}, ${mode}, ${startedAt.slice(0, 10)}`;
}
