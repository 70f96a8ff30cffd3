import { type Bound, DEFAULT_BOUND } from './Bound.ts';
import { checkLinearizability, type Verdict } from './check.ts';
import { eventsOf } from './History.ts';
import { describeOperation } from './describeOperation.ts';
import { KEY_VALUE_MODEL, type KeyValueOperation } from './keyValueModel.ts';

/**
 * Whether a history of the key-value machine is linearizable: first the revisions, which are one for the whole store and so tie the
 * keys to each other, then key by key.
 *
 * @throws {RangeError} when an operation's times make no sense
 */
export function checkKeyValue(operations: readonly KeyValueOperation[], bound: Bound = DEFAULT_BOUND): Verdict {
  const explanation = whatIsWrongWithRevisions(operations);
  if (explanation !== undefined) return { type: 'illegal', part: 'the revisions', explanation, steps: 0 };
  return checkLinearizability(KEY_VALUE_MODEL, operations, bound);
}

/** What an answer tells of the store's revision at the moment when the operation took effect. */
interface Told {
  readonly revision: number;
  /** A `change` made this revision, a `read` saw the store at it, after `atLeast` the store may have been further. */
  readonly kind: 'change' | 'read' | 'atLeast';
}

/**
 * The store's revision never goes back, and no two changes have the same one: what was called after another operation had returned sees
 * the revision of that one at least, and a change makes a higher one.
 *
 * @returns undefined when nothing is wrong
 */
function whatIsWrongWithRevisions(operations: readonly KeyValueOperation[]): string | undefined {
  const changes = new Map<number, KeyValueOperation>();
  const newestAtCall = new Map<number, KeyValueOperation | undefined>();
  let newest: KeyValueOperation | undefined;
  for (const { kind, operation: at } of eventsOf(operations)) {
    const operation = operations[at];
    if (operation === undefined) continue;
    if (kind === 'call') {
      newestAtCall.set(at, newest);
      continue;
    }
    const told = toldBy(operation);
    if (told === undefined) continue;
    if (told.kind === 'change') {
      const twin = changes.get(told.revision);
      if (twin !== undefined) return disagree('Two changes have the same revision:', twin, operation);
      changes.set(told.revision, operation);
    }
    const before = newestAtCall.get(at);
    if (before !== undefined && isTooLow(told, revisionOf(before))) {
      return disagree('The store went back: the second was called after the first had returned.', before, operation);
    }
    if (newest === undefined || told.revision > revisionOf(newest)) newest = operation;
  }
  return undefined;
}

function isTooLow({ revision, kind }: Told, before: number): boolean {
  return kind === 'change' ? revision <= before : kind === 'read' && revision < before;
}

function revisionOf(operation: KeyValueOperation): number {
  return toldBy(operation)?.revision ?? 0;
}

function toldBy({ input, output }: KeyValueOperation): Told | undefined {
  if (output === undefined) return undefined;
  const { revision } = output;
  if (!('changed' in output)) return { revision, kind: 'read' };
  // Of the change that deletes a key nobody is told the revision.
  return { revision, kind: output.changed && input.type !== 'delete' ? 'change' : 'atLeast' };
}

function disagree(what: string, ...operations: readonly KeyValueOperation[]): string {
  return [what, ...operations.map((operation) => `  ${describeOperation(KEY_VALUE_MODEL, operation)}`)].join('\n');
}
