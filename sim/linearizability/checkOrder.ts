import type { Operation } from './History.ts';
import type { Model } from './Model.ts';

/**
 * Whether operations can have taken effect in this very order: each at a moment between its call and its return and not before the one in
 * front of it, and each with the output that it had. Takes time in proportion to their number, where a search may have to try many orders:
 * whoever knows how it came about proves a history linearizable with it.
 *
 * @param ordered operations without an output are among them only if they took effect
 */
export function checkOrder<State extends object | string | number, Input, Output>(
  model: Model<State, Input, Output>,
  ordered: readonly Operation<Input, Output>[],
): boolean {
  let earliestMs = Number.NEGATIVE_INFINITY;
  for (const { calledAtMs, returnedAtMs } of ordered) {
    earliestMs = Math.max(earliestMs, calledAtMs);
    if (returnedAtMs !== undefined && earliestMs > returnedAtMs) return false;
  }
  return model.partition(ordered).every(({ operations }) => {
    let state: State | undefined = model.init();
    for (const { input, output } of operations) {
      state = model.step(state, input, output);
      if (state === undefined) return false;
    }
    return true;
  });
}
