import { operationOf, type Call } from './History.ts';
import type { CommittedEntry } from './invariants.ts';
import type { KeyValueAnswer } from '../shared/keyValue.ts';
import { judgeReads, type Read } from './judgeReads.ts';
import { checkOrder } from './linearizability/checkOrder.ts';
import { KEY_VALUE_MODEL } from './linearizability/keyValueModel.ts';
import { executedEntries, logOrder } from './logOrder.ts';
import { SimulationFailure } from './SimulationFailure.ts';

/**
 * Whether what clients were told is linearizable, where the log is known: its order is the one in which everything took effect, so that
 * none has to be looked for, and more can be asked than of clients' histories alone.
 *
 * @param history every value is written once
 * @param tookEffect whether replicas executed the entry at an index, or passed over it as a copy
 * @throws {SimulationFailure} when it is not
 */
export function judgeByLog(
  history: readonly Call[],
  committed: readonly CommittedEntry[],
  tookEffect: (index: number) => boolean,
): void {
  const order = logOrder(history, executedEntries(committed, tookEffect));
  const wrong = judgeReads(order.flatMap(readOf), committed) ?? checkOrder(KEY_VALUE_MODEL, order.map(operationOf));
  if (wrong !== undefined) throw new SimulationFailure(wrong);
}

function readOf({ input, output }: Call): Read[] {
  if (output === undefined || (input.type !== 'get' && input.type !== 'list')) return [];
  return [{ query: input, answer: output as KeyValueAnswer }];
}
