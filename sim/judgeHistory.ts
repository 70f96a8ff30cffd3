import type { Call } from './History.ts';
import { checkKeyValue } from './linearizability/checkKeyValue.ts';
import type { Verdict } from './linearizability/check.ts';
import type { KeyValueOperation } from './linearizability/keyValueModel.ts';

/** For the first, hopeful try. */
const HOPEFUL = { stepsMax: 200_000 };

/**
 * Whether what clients were told is linearizable. What certainly did not happen is left out. Each operation of unknown outcome
 * doubles what has to be tried, so at first those are taken not to have happened whose value nobody ever saw: if the rest can be put
 * into an order, then so can all.
 */
export function judgeHistory(history: readonly Call[]): Verdict {
  const operations = history.filter(({ isVoid }) => !isVoid).map(operationOf);
  const seen = history.map(({ output }) => (output === undefined ? '' : JSON.stringify(output))).join('\n');
  const hopeful = operations.filter(({ input, output }) => {
    return output !== undefined || !('value' in input) || seen.includes(input.value);
  });
  const verdict = checkKeyValue(hopeful, HOPEFUL);
  return verdict.type === 'linearizable' ? verdict : checkKeyValue(operations);
}

function operationOf({ client, input, output, calledAtMs, returnedAtMs }: Call): KeyValueOperation {
  return { client, input, output, calledAtMs, returnedAtMs } as KeyValueOperation;
}
