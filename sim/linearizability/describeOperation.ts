import type { Operation } from './History.ts';
import type { Model } from './Model.ts';

/** For people: when it was, who asked for what, and the answer. */
export function describeOperation<State extends object | string | number, Input, Output>(
  model: Model<State, Input, Output>,
  { client, input, output, calledAtMs, returnedAtMs }: Operation<Input, Output>,
): string {
  const until = returnedAtMs === undefined ? 'no answer' : `${time(returnedAtMs)} ms`;
  const outcome = output === undefined ? 'outcome unknown' : model.describeOutput(output);
  return `${time(calledAtMs)} .. ${until}  ${client}: ${model.describeInput(input)} -> ${outcome}`;
}

function time(ms: number): string {
  return Number.isInteger(ms) ? String(ms) : ms.toFixed(3);
}
