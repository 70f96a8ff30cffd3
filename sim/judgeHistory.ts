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
  const entries = timesOf(committed);
  const seen = history.map(({ output }) => (output === undefined ? '' : JSON.stringify(output))).join('\n');
  const operations = history
    .filter(({ isVoid }) => !isVoid)
    .map(operationOf)
    .flatMap((operation) => {
      const value = valueOf(operation);
      if (value === undefined) return [operation];
      const entry = entries.get(value);
      return entry === undefined ? withoutEntry(operation) : [narrowed(operation, entry, seen.includes(value))];
    });
  const hopeful = operations.filter((one) => one.returnedAtMs !== undefined || valueOf(one) === undefined);
  const verdict = checkKeyValue(hopeful, HOPEFUL);
  return verdict.type === 'linearizable' ? verdict : checkKeyValue(operations);
}

/** One that was answered without an entry is for the judge; one that was not, did not happen. */
function withoutEntry(operation: KeyValueOperation): KeyValueOperation[] {
  return operation.output === undefined ? [] : [operation];
}

function narrowed(operation: KeyValueOperation, { atMs }: Committed, isSeen: boolean): KeyValueOperation {
  const { output, returnedAtMs, calledAtMs } = operation;
  if (atMs === undefined || atMs < calledAtMs || (output === undefined && !isSeen)) return operation;
  return { ...operation, returnedAtMs: Math.min(atMs, returnedAtMs ?? atMs) };
}

interface Committed {
  readonly session: string;
  /** Undefined when it is not known which of several entries took effect. */
  atMs: number | undefined;
}

function timesOf(committed: readonly CommittedEntry[]): Map<string, Committed> {
  const times = new Map<string, Committed>();
  for (const { entry, atMs } of committed) {
    if (entry.type !== 'command') continue;
    const logged = decodeCommand(entry.command);
    if (logged?.type !== 'session') continue;
    const { value } = (logged.command ?? {}) as { value?: unknown };
    if (typeof value !== 'string') continue;
    const before = times.get(value);
    // A copy that comes later in the same session does nothing. Another session means that the first one was not known any more.
    if (before === undefined) times.set(value, { session: logged.session, atMs });
    else if (before.session !== logged.session) before.atMs = undefined;
  }
  return times;
}

function valueOf({ input }: KeyValueOperation): string | undefined {
  return 'value' in input ? input.value : undefined;
}

function operationOf({ client, input, output, calledAtMs, returnedAtMs }: Call): KeyValueOperation {
  return { client, input, output, calledAtMs, returnedAtMs } as KeyValueOperation;
}
