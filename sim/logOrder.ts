import { isDeepStrictEqual } from 'node:util';
import { KeyValueMachine } from '../peer/machine/keyValue/KeyValueMachine.ts';
import { decodeCommand } from '../peer/machine/command.ts';
import type { KeyValueAnswer, KeyValueCommand, KeyValueResult } from '../shared/keyValue.ts';
import type { Call } from './History.ts';
import type { CommittedEntry } from './invariants.ts';
import { SimulationFailure } from './SimulationFailure.ts';
import { UnplacedWrites } from './UnplacedWrites.ts';

/** An entry that replicas executed. */
export interface ExecutedEntry {
  readonly command: KeyValueCommand;
  /** When somebody first knew it to be committed. */
  readonly atMs: number;
}

/** What happened at one revision of the store: the change that made it, and whatever saw it or changed nothing. */
interface Epoch {
  readonly change: Call | undefined;
  readonly others: Call[];
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
 * tell. Whoever was told of a write must have been told what came of its entry, and not before that was committed; what certainly
 * failed must not have changed anything; and nothing changes that nobody asked for.
 *
 * Whether each stands in it at a time when it was under way, and whether reads tell the truth, is left to others.
 *
 * @param history every value is written once
 * @throws {SimulationFailure} which tells the first of these that is not so
 */
export function logOrder(history: readonly Call[], executed: readonly ExecutedEntry[]): readonly Call[] {
  const writes = new UnplacedWrites(history);
  const machine = new KeyValueMachine();
  const epochs: Epoch[] = [{ change: undefined, others: [] }];
  for (const entry of executed) {
    const result = machine.apply(entry.command);
    const call = writes.take(entry.command, result, entry.atMs);
    if (call !== undefined) holdAgainst(call, entry, result);
    if (result.changed) {
      if (call === undefined) throw new SimulationFailure(`nobody asked for ${JSON.stringify(entry.command)}`);
      epochs.push({ change: call, others: [] });
    } else if (call?.output !== undefined) {
      epochs.at(-1)?.others.push(call);
    }
  }
  for (const call of writes.left()) {
    if (call.output !== undefined) throw new SimulationFailure(`${describe(call)} and stands nowhere in the log`);
  }
  for (const call of history) {
    if (call.input.type === 'get' || call.input.type === 'list') placeRead(call, epochs);
  }
  return epochs.flatMap(({ change, others }) => {
    others.sort((one, other) => one.calledAtMs - other.calledAtMs);
    return change === undefined ? others : [change, ...others];
  });
}

function holdAgainst(call: Call, { atMs }: ExecutedEntry, result: KeyValueResult): void {
  if (call.isVoid && result.changed) {
    throw new SimulationFailure(`what certainly did not happen took effect: ${JSON.stringify(call.input)}`);
  }
  if (call.output === undefined) return;
  if (!isDeepStrictEqual(call.output, result)) {
    throw new SimulationFailure(`${describe(call)}, and what came of its entry is ${JSON.stringify(result)}`);
  }
  if (call.returnedAtMs !== undefined && call.returnedAtMs < atMs) {
    throw new SimulationFailure(`${describe(call)}, before anybody knew its entry to be committed, at ${atMs} ms`);
  }
}

function placeRead(call: Call, epochs: readonly Epoch[]): void {
  if (call.output === undefined) return;
  const { revision } = call.output as KeyValueAnswer;
  const epoch = epochs[revision];
  if (epoch === undefined) throw new SimulationFailure(`${describe(call)}: there never was revision ${revision}`);
  epoch.others.push(call);
}

function describe({ client, input, output, returnedAtMs }: Call): string {
  return `${client} was told ${JSON.stringify(output)} of ${JSON.stringify(input)} at ${returnedAtMs ?? ''} ms`;
}
