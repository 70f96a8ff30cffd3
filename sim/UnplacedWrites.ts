import { isDeepStrictEqual } from 'node:util';
import type { KeyValueCommand, KeyValueResult } from '../shared/keyValue.ts';
import type { Call } from './History.ts';

/** Writes of clients whose entries have not been found in the log yet. Only deletes are not told apart by their values. */
export class UnplacedWrites {
  readonly #byName = new Map<string, Set<Call>>();

  constructor(history: readonly Call[]) {
    for (const call of history) {
      if (!isWrite(call.input)) continue;
      const name = nameOf(call.input);
      const named = this.#byName.get(name);
      if (named === undefined) this.#byName.set(name, new Set([call]));
      else named.add(call);
    }
  }

  /** Takes the call that the entry comes from. @param atMs when it was committed */
  take(command: KeyValueCommand, result: KeyValueResult, atMs: number): Call | undefined {
    const named = this.#byName.get(nameOf(command)) ?? new Set();
    const found = command.type === 'delete' ? likeliest(named, result, atMs) : named.values().next().value;
    if (found !== undefined) named.delete(found);
    return found;
  }

  *left(): Generator<Call> {
    for (const named of this.#byName.values()) yield* named;
  }
}

/**
 * Of the deletes that this may be the one that returned first: it can wait for another entry least. One that certainly failed only if
 * there is no other.
 */
function likeliest(calls: Iterable<Call>, result: KeyValueResult, atMs: number): Call | undefined {
  let best: Call | undefined;
  for (const call of calls) {
    if (call.calledAtMs > atMs || (call.output !== undefined && !isDeepStrictEqual(call.output, result))) continue;
    if (best === undefined || urgencyOf(call) < urgencyOf(best)) best = call;
  }
  return best;
}

function urgencyOf({ returnedAtMs, isVoid }: Call): number {
  return isVoid ? Number.POSITIVE_INFINITY : (returnedAtMs ?? Number.MAX_VALUE);
}

function isWrite(input: Call['input']): input is KeyValueCommand {
  return input.type === 'put' || input.type === 'append' || input.type === 'compareAndSet' || input.type === 'delete';
}

function nameOf(command: KeyValueCommand): string {
  return JSON.stringify(command);
}
