import { decodeCommand } from '../peer/machine/command.ts';
import type { KeyValueCommand, KeyValueResult } from '../shared/keyValue.ts';
import type { Call } from './History.ts';
import type { CommittedEntry } from './invariants.ts';

/** What happened at one revision of the store: the change that made it, and whatever saw it or changed nothing. */
interface Epoch {
  readonly change: Call | undefined;
  readonly others: Call[];
}

/** An entry that replicas executed. */
export interface ExecutedEntry {
  readonly command: KeyValueCommand;
  /** When somebody first knew it to be committed. */
  readonly atMs: number;
}

/** @param tookEffect whether replicas executed the entry at an index, or passed over it as a copy */
export function executedEntries(
  committed: readonly CommittedEntry[],
  tookEffect: (index: number) => boolean,
): ExecutedEntry[] {
  return committed.flatMap(({ entry, atMs }, at) => {
    const logged = entry.type === 'command' && tookEffect(at + 1) ? decodeCommand(entry.command) : undefined;
    return logged?.type === 'session' ? [{ command: logged.command as KeyValueCommand, atMs }] : [];
  });
}

/**
 * The order in which the log has what clients asked for: writes as their entries stand in it, reads behind the change whose revision they
 * tell. It is a claim; `checkOrder` holds it against what the clients were told, and when.
 *
 * @param calls those that certainly did not happen left out; every value is written once
 * @returns undefined when the log has a change that nobody asked for, or lacks what somebody was told
 */
export function logOrder(calls: readonly Call[], executed: readonly ExecutedEntry[]): readonly Call[] | undefined {
  const writes = new UnplacedWrites(calls);
  const revisions = new Map<string, number>();
  const epochs: Epoch[] = [{ change: undefined, others: [] }];
  for (const { command, atMs } of executed) {
    const result = resultOf(command, revisions.get(command.key) ?? 0, epochs.length);
    const call = writes.take(command, result, atMs);
    if (result.changed) {
      if (call === undefined) return undefined;
      epochs.push({ change: call, others: [] });
      revisions.set(command.key, result.revision);
    } else if (call?.output !== undefined) {
      epochs.at(-1)?.others.push(call);
    }
  }
  for (const call of calls) {
    if (call.output === undefined) continue;
    if (isWrite(call)) {
      if (writes.has(call)) return undefined;
      continue;
    }
    const epoch = epochs[(call.output as { readonly revision: number }).revision];
    if (epoch === undefined) return undefined;
    epoch.others.push(call);
  }
  return epochs.flatMap(({ change, others }) => {
    others.sort((one, other) => one.calledAtMs - other.calledAtMs);
    return change === undefined ? others : [change, ...others];
  });
}

/** Writes whose entries have not been found yet. */
class UnplacedWrites {
  readonly #byName = new Map<string, Set<Call>>();

  constructor(calls: readonly Call[]) {
    for (const call of calls) {
      if (!isWrite(call)) continue;
      const name = nameOf(call.input as KeyValueCommand);
      const named = this.#byName.get(name);
      if (named === undefined) this.#byName.set(name, new Set([call]));
      else named.add(call);
    }
  }

  has(call: Call): boolean {
    return this.#byName.get(nameOf(call.input as KeyValueCommand))?.has(call) === true;
  }

  /** Of those that this entry may come from the one that returned first: it can wait for another one least. */
  take(command: KeyValueCommand, result: KeyValueResult, atMs: number): Call | undefined {
    const named = this.#byName.get(nameOf(command));
    let best: Call | undefined;
    for (const call of named ?? []) {
      if (call.calledAtMs > atMs || !mayBeTold(call, result)) continue;
      if (best === undefined || returnOf(call) < returnOf(best)) best = call;
    }
    if (best !== undefined) named?.delete(best);
    return best;
  }
}

function returnOf({ returnedAtMs = Number.POSITIVE_INFINITY }: Call): number {
  return returnedAtMs;
}

function mayBeTold({ output }: Call, { changed, revision }: KeyValueResult): boolean {
  if (output === undefined) return true;
  const told = output as KeyValueResult;
  return told.changed === changed && told.revision === revision;
}

function isWrite({ input }: Call): boolean {
  return input.type === 'put' || input.type === 'append' || input.type === 'compareAndSet' || input.type === 'delete';
}

/** The same only for writes that differ in nothing: only deletes, as values are written once. */
function nameOf(command: KeyValueCommand): string {
  return JSON.stringify(command);
}

/** @param revision of the key; 0 when it does not exist  @param next what the store's revision would be after a change */
function resultOf(command: KeyValueCommand, revision: number, next: number): KeyValueResult {
  switch (command.type) {
    case 'put':
    case 'append':
      return { changed: true, revision: next };
    case 'compareAndSet':
      return command.expectedRevision === revision ? { changed: true, revision: next } : { changed: false, revision };
    case 'delete': {
      const { expectedRevision = revision } = command;
      return revision !== 0 && expectedRevision === revision
        ? { changed: true, revision: 0 }
        : { changed: false, revision };
    }
  }
}
