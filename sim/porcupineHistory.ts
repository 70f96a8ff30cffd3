import { operationsOf, type Call } from './History.ts';
import { asStringHistory, writeKeyValueLog } from './linearizability/jepsenKeyValueLog.ts';

export interface PorcupineHistory {
  readonly text: string;
  /** How many operations it tells of, and how many there were. */
  readonly told: number;
  readonly operations: number;
}

/** What clients asked and were told, as Porcupine reads it. `asStringHistory` knows what cannot be said so. */
export function porcupineHistory(calls: readonly Call[]): PorcupineHistory {
  const operations = operationsOf(calls);
  const told = asStringHistory(operations);
  return { text: writeKeyValueLog(told), told: told.length, operations: operations.length };
}
