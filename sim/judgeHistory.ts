import { operationOf, operationsOf, type Call } from './History.ts';
import type { Verdict } from './linearizability/check.ts';
import { checkKeyValue } from './linearizability/checkKeyValue.ts';
import { checkOrder } from './linearizability/checkOrder.ts';
import { KEY_VALUE_MODEL } from './linearizability/keyValueModel.ts';
import { logOrder, type ExecutedEntry } from './logOrder.ts';

/** For the first, hopeful try. */
const HOPEFUL = { stepsMax: 300_000 };

/**
 * Whether what clients were told is linearizable. Where the log is known, its order proves it with no search. Else, and where that order
 * does not do, an order is looked for: writes that nobody was told of and whose value nobody saw are left out at first, and if what remains
 * can be put into an order, then so can all.
 *
 * @param history every value that is written is written once
 * @param executed in the order of the log; undefined when it is not known
 */
export function judgeHistory(history: readonly Call[], executed: readonly ExecutedEntry[] | undefined): Verdict {
  const calls = history.filter(({ isVoid }) => !isVoid);
  const order = executed && logOrder(calls, executed);
  if (order !== undefined && checkOrder(KEY_VALUE_MODEL, order.map(operationOf))) {
    return { type: 'linearizable', steps: order.length };
  }
  const seen = history.map(({ output }) => (output === undefined ? '' : JSON.stringify(output))).join('\n');
  const isSeen = ({ input }: Call): boolean => 'value' in input && seen.includes(input.value);
  const hopeful = calls.filter((call) => call.output !== undefined || isSeen(call) || call.input.type === 'delete');
  const hopefulVerdict = checkKeyValue(hopeful.map(operationOf), HOPEFUL);
  return hopefulVerdict.type === 'linearizable' ? hopefulVerdict : checkKeyValue(operationsOf(history));
}
