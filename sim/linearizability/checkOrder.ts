import { describeOperation } from './describeOperation.ts';
import type { Operation } from './History.ts';
import type { Model } from './Model.ts';

/**
 * Whether operations can have taken effect in this very order: each at a moment between its call and its return and not before the one in
 * front of it, and each with the output that it had. Takes time in proportion to their number, where a search may have to try many orders:
 * whoever knows how it came about proves a history linearizable with it.
 *
 * @param ordered operations without an output are among them only if they took effect
 * @returns the first that cannot, and why; undefined when all can
 */
export function checkOrder<State extends object | string | number, Input, Output>(
  model: Model<State, Input, Output>,
  ordered: readonly Operation<Input, Output>[],
): string | undefined {
  return checkTimes(model, ordered) ?? checkOutputs(model, ordered);
}

function checkTimes<State extends object | string | number, Input, Output>(
  model: Model<State, Input, Output>,
  ordered: readonly Operation<Input, Output>[],
): string | undefined {
  let latest: Operation<Input, Output> | undefined;
  for (const operation of ordered) {
    if (latest === undefined || operation.calledAtMs > latest.calledAtMs) latest = operation;
    if (operation.returnedAtMs === undefined || latest.calledAtMs <= operation.returnedAtMs) continue;
    return `${describeOperation(model, operation)}, and yet behind ${describeOperation(model, latest)}`;
  }
  return undefined;
}

function checkOutputs<State extends object | string | number, Input, Output>(
  model: Model<State, Input, Output>,
  ordered: readonly Operation<Input, Output>[],
): string | undefined {
  for (const { operations } of model.partition(ordered)) {
    let state = model.init();
    for (const operation of operations) {
      const after = model.step(state, operation.input, operation.output);
      if (after === undefined)
        return `${describeOperation(model, operation)}, where there was ${model.describeState(state)}`;
      state = after;
    }
  }
  return undefined;
}
