import { StepFailure } from '../cli/scenario/StepFailure.ts';
import type { Call } from '../sim/History.ts';
import { judgeHistory } from '../sim/judgeHistory.ts';

/** Every value that was written, so that none is left out for not having been committed: nobody knows what was. */
function allValues(history: readonly Call[]): string {
  return history.map(({ input }) => ('value' in input ? input.value : '')).join('\n');
}

/** @throws {StepFailure} when it is not linearizable, or that cannot be told */
export function judge(history: readonly Call[], round: number): void {
  const verdict = judgeHistory(history, allValues(history));
  if (verdict.type === 'illegal') throw new StepFailure(`round ${round}: ${verdict.explanation}`);
  if (verdict.type === 'unknown') {
    const message = `round ${round}: whether the history of ${verdict.part} is linearizable cannot be told within ${verdict.steps} steps`;
    throw new StepFailure(message);
  }
}
