import { CommittedWrites, type EntryOfCall } from './CommittedWrites.ts';
import type { Call } from './History.ts';
import type { CommittedEntry } from './invariants.ts';
import { checkKeyValue } from './linearizability/checkKeyValue.ts';
import type { Verdict } from './linearizability/check.ts';
import type { KeyValueOperation } from './linearizability/keyValueModel.ts';

/** For the first, hopeful try. */
const HOPEFUL = { stepsMax: 300_000 };

/**
 * Whether what clients were told is linearizable. What a simulation knows besides narrows down what has to be tried: writes take
 * effect in the order of the log, each when its entry is first known to be committed; one without an entry never did. Writes that nobody
 * was told of and whose value nobody saw are left out at first: if what remains can be put into an order, then so can all.
 *
 * @param history every value that is written is written once
 * @param committed in the order of the log; undefined when it is not known
 */
export function judgeHistory(history: readonly Call[], committed: readonly CommittedEntry[] | undefined): Verdict {
  const calls = history.filter(({ isVoid }) => !isVoid);
  const writes = committed === undefined ? undefined : new CommittedWrites(history, committed);
  const entryOf = (call: Call): EntryOfCall => writes?.entryOf(call) ?? 'unclear';
  const seen = history.map(({ output }) => (output === undefined ? '' : JSON.stringify(output))).join('\n');
  const isSeen = ({ input }: Call): boolean => 'value' in input && seen.includes(input.value);
  const possible = calls.filter((call) => call.output !== undefined || entryOf(call) !== 'none');
  const operations = possible.map((call) => operationOf(call, entryOf(call), isSeen(call)));
  const hopeful = possible
    .filter((call) => call.output !== undefined || isSeen(call) || call.input.type === 'delete')
    .map((call) => operationOf(call, entryOf(call), isSeen(call)));
  const hopefulVerdict = checkKeyValue(hopeful, HOPEFUL);
  if (hopefulVerdict.type === 'linearizable') return hopefulVerdict;
  // What nobody saw may have left a trace, such as a revision that others met: most of what stands in the log took effect there.
  const logged = possible.map((call) => operationOf(call, entryOf(call), isSeen(call) || isUnconditional(call)));
  const loggedVerdict = checkKeyValue(logged, HOPEFUL);
  if (loggedVerdict.type === 'linearizable') return loggedVerdict;
  const verdict = checkKeyValue(operations);
  // What was narrowed down may have been narrowed too far: nothing is wrong before it is so by what the clients were told alone.
  return verdict.type === 'linearizable' || committed === undefined ? verdict : judgeHistory(history, undefined);
}

/** It changes the key, whatever that holds; the others may change nothing. */
function isUnconditional({ input }: Call): boolean {
  return input.type === 'put' || input.type === 'append';
}

function operationOf(call: Call, entry: EntryOfCall, isSeen: boolean): KeyValueOperation {
  const { client, input, output, calledAtMs, returnedAtMs } = call;
  const operation = { client, input, output, calledAtMs, returnedAtMs } as KeyValueOperation;
  if (typeof entry === 'string') return operation;
  const { afterMs, atMs } = entry;
  if (atMs < calledAtMs || atMs > (returnedAtMs ?? atMs)) return operation;
  const narrowed = { ...operation, calledAtMs: Math.max(calledAtMs, afterMs) };
  // An entry of a session that was over did nothing, and what nobody saw may be one.
  return output === undefined && !isSeen ? narrowed : { ...narrowed, returnedAtMs: atMs };
}
