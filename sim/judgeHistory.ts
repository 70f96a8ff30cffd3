import type { Call } from './History.ts';
import { checkKeyValue } from './linearizability/checkKeyValue.ts';
import type { Verdict } from './linearizability/check.ts';
import type { KeyValueOperation } from './linearizability/keyValueModel.ts';

/** For the first, hopeful try. */
const HOPEFUL = { stepsMax: 200_000 };

/**
 * Whether what clients were told is linearizable. Each operation of unknown outcome doubles what has to be tried. Those whose value is
 * in no committed entry certainly did not happen, and are left out. Of the rest, at first those are taken not to have happened
 * whose value nobody ever saw: if what remains can be put into an order, then so can all.
 *
 * @param committed all committed commands, one to a line; every value that is written is written once
 */
export function judgeHistory(history: readonly Call[], committed: string): Verdict {
  const seen = history.map(({ output }) => (output === undefined ? '' : JSON.stringify(output))).join('\n');
  const isOpenWrite = ({ input, output }: KeyValueOperation): boolean => output === undefined && 'value' in input;
  const valueOf = ({ input }: KeyValueOperation): string => ('value' in input ? input.value : '');
  const operations = history
    .filter(({ isVoid }) => !isVoid)
    .map(operationOf)
    .filter((operation) => !isOpenWrite(operation) || committed.includes(valueOf(operation)));
  const hopeful = operations.filter((operation) => !isOpenWrite(operation) || seen.includes(valueOf(operation)));
  const verdict = checkKeyValue(hopeful, HOPEFUL);
  return verdict.type === 'linearizable' ? verdict : checkKeyValue(operations);
}

function operationOf({ client, input, output, calledAtMs, returnedAtMs }: Call): KeyValueOperation {
  return { client, input, output, calledAtMs, returnedAtMs } as KeyValueOperation;
}
