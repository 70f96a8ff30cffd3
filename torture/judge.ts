import { StepFailure } from '../client/scenario/StepFailure.ts';
import type { Call } from '../sim/History.ts';
import { judgeHistory } from './judgeHistory.ts';

/** @throws {StepFailure} when it is not linearizable, or that cannot be told */
export function judge(history: readonly Call[], round: number): void {
  const verdict = judgeHistory(history);
  if (verdict.type === 'illegal') throw new StepFailure(`round ${round}: ${verdict.explanation}`);
  if (verdict.type === 'unknown') {
    const message = `round ${round}: whether the history of ${verdict.part} is linearizable cannot be told within ${verdict.steps} steps`;
    throw new StepFailure(message);
  }
}
