import { type Bound, Budget, DEFAULT_BOUND } from './Bound.ts';
import { explain } from './explain.ts';
import type { Operation } from './History.ts';
import type { Model } from './Model.ts';
import { search } from './search.ts';

/** What is known of a history. `unknown` is no success: whoever asks must take it for a failure. */
export type Verdict =
  | { readonly type: 'linearizable'; readonly steps: number }
  /** `explanation` is for people; `part` is the key. */
  | { readonly type: 'illegal'; readonly part: string; readonly explanation: string; readonly steps: number }
  /** The bound was reached, in this part. */
  | { readonly type: 'unknown'; readonly part: string; readonly steps: number };

/**
 * Whether every operation can have taken effect at one moment between its call and its return (Herlihy and Wing, 1990), and those
 * of unknown outcome at some moment after their call, or never.
 *
 * @throws {RangeError} when an operation's times make no sense
 */
export function checkLinearizability<State extends object | string | number, Input, Output>(
  model: Model<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
  bound: Bound = DEFAULT_BOUND,
): Verdict {
  const budget = new Budget(bound);
  // Short parts first: what is wrong is found, and told, with the least work.
  const parts = [...model.partition(operations)].sort((one, other) => one.operations.length - other.operations.length);
  for (const part of parts) {
    const { verdict } = search(model, part.operations, budget);
    if (verdict === 'unknown') return { type: 'unknown', part: part.name, steps: budget.steps };
    if (verdict === 'linearizable') continue;
    const { steps } = budget;
    return { type: 'illegal', part: part.name, explanation: explain(model, part, bound), steps };
  }
  return { type: 'linearizable', steps: budget.steps };
}
