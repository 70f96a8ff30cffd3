import { decodeCommand } from '../peer/machine/command.ts';
import type { Call } from './History.ts';
import type { CommittedEntry } from './invariants.ts';
import { checkKeyValue } from './linearizability/checkKeyValue.ts';
import type { Verdict } from './linearizability/check.ts';
import type { KeyValueOperation } from './linearizability/keyValueModel.ts';

/** For the first, hopeful try. */
const HOPEFUL = { stepsMax: 300_000 };

/**
 * Whether what clients were told is linearizable. What a simulation knows besides narrows down what has to be tried: a write took effect
 * when its entry was first known to be committed, and one whose value is in no committed entry never did. Writes that nobody was told
 * of and whose value nobody saw are left out at first: if what remains can be put into an order, then so can all.
 *
 * @param committed in the order of the log; every value that is written is written once
 */
export function judgeHistory(history: readonly Call[], committed: readonly CommittedEntry[]): Verdict {
  const committedAtMs = timesOf(committed);
  const seen = history.map(({ output }) => (output === undefined ? '' : JSON.stringify(output))).join('\n');
  const operations = history
    .filter(({ isVoid }) => !isVoid)
    .map(operationOf)
    .flatMap((operation) => {
      const value = valueOf(operation);
      const atMs = value === undefined ? undefined : committedAtMs.get(value);
      if (value === undefined) return [operation];
      return atMs === undefined ? withoutEntry(operation) : [narrowed(operation, atMs, seen.includes(value))];
    });
  const hopeful = operations.filter((one) => one.returnedAtMs !== undefined || valueOf(one) === undefined);
  const verdict = checkKeyValue(hopeful, HOPEFUL);
  return verdict.type === 'linearizable' ? verdict : checkKeyValue(operations);
}

/** One that was answered without an entry is for the judge; one that was not, did not happen. */
function withoutEntry(operation: KeyValueOperation): KeyValueOperation[] {
  return operation.output === undefined ? [] : [operation];
}

function narrowed(operation: KeyValueOperation, atMs: number, isSeen: boolean): KeyValueOperation {
  const { output, returnedAtMs, calledAtMs } = operation;
  if (atMs < calledAtMs || (output === undefined && !isSeen)) return operation;
  return { ...operation, returnedAtMs: Math.min(atMs, returnedAtMs ?? atMs) };
}

function timesOf(committed: readonly CommittedEntry[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const { entry, atMs } of committed) {
    if (entry.type !== 'command') continue;
    const logged = decodeCommand(entry.command);
    const command = logged !== undefined && 'command' in logged ? logged.command : undefined;
    const { value } = (command ?? {}) as { value?: unknown };
    // A copy of it that comes later does nothing.
    if (typeof value === 'string' && !times.has(value)) times.set(value, atMs);
  }
  return times;
}

function valueOf({ input }: KeyValueOperation): string | undefined {
  return 'value' in input ? input.value : undefined;
}

function operationOf({ client, input, output, calledAtMs, returnedAtMs }: Call): KeyValueOperation {
  return { client, input, output, calledAtMs, returnedAtMs } as KeyValueOperation;
}
