import { operationOf, operationsOf, type Call } from '../sim/History.ts';
import type { Verdict } from '../sim/linearizability/check.ts';
import { checkKeyValue } from '../sim/linearizability/checkKeyValue.ts';

/** For the first, hopeful try. */
const HOPEFUL = { stepsMax: 300_000 };

/**
 * Whether what clients were told is linearizable. Writes that nobody was told of and whose value nobody saw are left out at first: if what
 * remains can be put into an order, then so can all.
 *
 * @param history every value that is written is written once
 */
export function judgeHistory(history: readonly Call[]): Verdict {
  const calls = history.filter(({ isVoid }) => !isVoid);
  const seen = history.map(({ output }) => (output === undefined ? '' : JSON.stringify(output))).join('\n');
  const isSeen = ({ input }: Call): boolean => 'value' in input && seen.includes(input.value);
  const hopeful = calls.filter((call) => call.output !== undefined || isSeen(call) || call.input.type === 'delete');
  const verdict = checkKeyValue(hopeful.map(operationOf), HOPEFUL);
  return verdict.type === 'linearizable' ? verdict : checkKeyValue(operationsOf(history));
}
