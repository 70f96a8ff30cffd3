import type { Operation } from '../../../sim/linearizability/History.ts';
import type { Model } from '../../../sim/linearizability/Model.ts';

/**
 * The definition itself, without any cleverness: tries every order of the operations that completed and of any of the others. Of one
 * part; for a handful of operations.
 */
export function isLinearizable<State extends object | string | number, Input, Output>(
  model: Model<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
  state: State = model.init(),
): boolean {
  if (operations.every(({ returnedAtMs }) => returnedAtMs === undefined)) return true;
  return operations.some((next, at) => {
    const others = operations.filter((_, other) => other !== at);
    const comesFirst = others.every((other) => (other.returnedAtMs ?? Number.POSITIVE_INFINITY) >= next.calledAtMs);
    if (!comesFirst) return false;
    const after = model.step(state, next.input, next.output);
    return after !== undefined && isLinearizable(model, others, after);
  });
}
