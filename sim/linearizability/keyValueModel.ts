import type {
  KeyValueAnswer,
  KeyValueCommand,
  KeyValueItem,
  KeyValueQuery,
  KeyValueResult,
} from '../../shared/keyValue.ts';
import type { Operation } from './History.ts';
import type { Model, Part } from './Model.ts';
import { partitionByKey } from './partitionByKey.ts';

type Get = Extract<KeyValueQuery, { type: 'get' }>;
type List = Extract<KeyValueQuery, { type: 'list' }>;
type GetAnswer = Extract<KeyValueAnswer, { type: 'get' }>;
type ListAnswer = Extract<KeyValueAnswer, { type: 'list' }>;

/** What clients ask of the key-value machine and are told, as in `shared/keyValue.ts`. Batches of changes are not among it. */
export type KeyValueInput = KeyValueCommand | Get | List;
export type KeyValueOutput = KeyValueResult | GetAnswer | ListAnswer;
export type KeyValueOperation = Operation<KeyValueInput, KeyValueOutput>;

/**
 * One key, as far as the clients were told. Revisions count the changes of the whole store, so one key alone does not tell which one a
 * change has; but they only grow, and every answer tells one.
 */
export interface KeyState {
  /** Null when there is no such key. */
  readonly value: string | null;
  /** Undefined when nobody was told. */
  readonly revision: number | undefined;
  readonly createdRevision: number | undefined;
  /** The store has this revision at least. A revision that is not known is not below it; a change to come is above it. */
  readonly storeRevisionMin: number;
}

const ABSENT = { value: null, revision: undefined, createdRevision: undefined } as const;

/** The key-value machine as shipped, key by key. A list is taken for a read of every key that it covers. */
export const KEY_VALUE_MODEL: Model<KeyState, KeyValueInput, KeyValueOutput> = {
  init: () => ({ ...ABSENT, storeRevisionMin: 0 }),
  step: (state, input, output) => {
    switch (input.type) {
      case 'get':
        return output !== undefined && isGetAnswer(output) ? afterGet(state, output) : undefined;
      case 'list':
        // Partitioned into reads of keys.
        return undefined;
      default:
        if (output === undefined) return afterUntold(state, input);
        return isResult(output) ? afterTold(state, input, output) : undefined;
    }
  },
  stateKey: ({ value, revision, createdRevision, storeRevisionMin }) =>
    `${revision ?? ''},${createdRevision ?? ''},${storeRevisionMin},${value === null ? '' : `=${value}`}`,
  partition: partitionKeyValue,
  growingText: {
    textOf: ({ value }) => value ?? '',
    seen: (_, output) => (isGetAnswer(output) ? (output.item?.value ?? '') : undefined),
    replacement,
  },
  describeInput,
  describeOutput,
  describeState: ({ value, revision, storeRevisionMin }) => {
    const key = value === null ? 'no such key' : `${JSON.stringify(value)} of revision ${revision ?? '(not told)'}`;
    return `${key}, the store at revision ${storeRevisionMin} or later`;
  },
};

function afterGet(state: KeyState, { item, revision }: GetAnswer): KeyState | undefined {
  if (revision < state.storeRevisionMin) return undefined;
  if (item === null) return state.value === null ? { ...state, storeRevisionMin: revision } : undefined;
  const { value, createdRevision } = item;
  if (state.value !== value || item.revision > revision || createdRevision > item.revision) return undefined;
  if (!mayHaveRevision(state, item.revision)) return undefined;
  if (state.createdRevision !== undefined && state.createdRevision !== createdRevision) return undefined;
  return { value, revision: item.revision, createdRevision, storeRevisionMin: revision };
}

/** Whether the key, which exists, may have this revision. */
function mayHaveRevision({ revision, storeRevisionMin }: KeyState, told: number): boolean {
  return revision === undefined ? told >= storeRevisionMin : told === revision;
}

/** A change took effect, and nobody was told its revision. */
function changed(state: KeyState, value: string | null): KeyState {
  const storeRevisionMin = state.storeRevisionMin + 1;
  if (value === null) return { ...ABSENT, storeRevisionMin };
  const createdRevision = state.value === null ? undefined : state.createdRevision;
  return { value, revision: undefined, createdRevision, storeRevisionMin };
}

function afterUntold(state: KeyState, command: KeyValueCommand): KeyState | undefined {
  switch (command.type) {
    case 'put':
      return changed(state, command.value);
    case 'append':
      return changed(state, (state.value ?? '') + command.value);
    case 'delete':
      if (state.value === null) return undefined;
      return command.expectedRevision === undefined || mayBeAt(state, command.expectedRevision)
        ? changed(withRevision(state, command.expectedRevision), null)
        : undefined;
    case 'compareAndSet':
      return mayBeAt(state, command.expectedRevision)
        ? changed(withRevision(state, command.expectedRevision), command.value)
        : undefined;
  }
}

function afterTold(state: KeyState, command: KeyValueCommand, result: KeyValueResult): KeyState | undefined {
  if (!result.changed) return afterRefusal(state, command, result.revision);
  const after = afterUntold(state, command);
  if (after === undefined || command.type === 'delete') return result.revision === 0 ? after : undefined;
  const { revision } = result;
  if (revision < after.storeRevisionMin) return undefined;
  const createdRevision = state.value === null ? revision : after.createdRevision;
  return { value: after.value, revision, createdRevision, storeRevisionMin: revision };
}

/** Nothing changed, for the key had another revision than expected, or there was nothing to delete. */
function afterRefusal(state: KeyState, command: KeyValueCommand, revision: number): KeyState | undefined {
  if (command.type === 'put' || command.type === 'append') return undefined;
  const { expectedRevision } = command;
  if (command.type === 'delete' && state.value === null) return revision === 0 ? state : undefined;
  if (expectedRevision === undefined || revision === expectedRevision || !mayBeAt(state, revision)) return undefined;
  return withRevision(state, revision);
}

/** Whether the key may have this revision, where 0 means that it does not exist. */
function mayBeAt(state: KeyState, revision: number): boolean {
  return state.value === null ? revision === 0 : revision !== 0 && mayHaveRevision(state, revision);
}

function withRevision(state: KeyState, revision: number | undefined): KeyState {
  if (revision === undefined || state.value === null || state.revision !== undefined) return state;
  return { ...state, revision, storeRevisionMin: Math.max(state.storeRevisionMin, revision) };
}

function replacement(input: KeyValueInput, output: KeyValueOutput | undefined): string | undefined {
  const isRefused = output !== undefined && isResult(output) && !output.changed;
  if (isRefused || input.type === 'append' || input.type === 'get' || input.type === 'list') return undefined;
  return input.type === 'delete' ? '' : input.value;
}

function partitionKeyValue(operations: readonly KeyValueOperation[]): Part<KeyValueInput, KeyValueOutput>[] {
  const keys = new Set<string>();
  for (const { input, output } of operations) {
    if (input.type !== 'list') keys.add(input.key);
    else if (output !== undefined && isListAnswer(output)) for (const { key } of output.items) keys.add(key);
  }
  return partitionByKey(operations.flatMap((operation) => ofSingleKeys(operation, keys)));
}

type OfOneKey = Operation<KeyValueCommand | Get, KeyValueOutput>;

function ofSingleKeys(operation: KeyValueOperation, keys: ReadonlySet<string>): OfOneKey[] {
  const { input, output } = operation;
  if (input.type === 'list')
    return output !== undefined && isListAnswer(output) ? readsOf(operation, input, output, keys) : [];
  if (input.type === 'get' && output === undefined) return [];
  return [{ ...operation, input }];
}

/** A list as a read of each key that it tells of, by a value or by its absence, at the same revision. */
function readsOf(operation: KeyValueOperation, list: List, answer: ListAnswer, keys: ReadonlySet<string>): OfOneKey[] {
  const items = new Map(answer.items.map((item) => [item.key, item]));
  const last = answer.items.at(-1)?.key;
  const isTold = (key: string): boolean =>
    items.has(key) ||
    (key.startsWith(list.prefix) && key > (list.after ?? '') && !(answer.more && (last === undefined || key > last)));
  return [...keys].filter(isTold).map((key) => {
    const item: KeyValueItem | null = items.get(key) ?? null;
    return { ...operation, input: { type: 'get', key }, output: { type: 'get', item, revision: answer.revision } };
  });
}

function describeInput(input: KeyValueInput): string {
  switch (input.type) {
    case 'get':
      return `get ${input.key}`;
    case 'list':
      return `list ${JSON.stringify(input.prefix)}`;
    case 'put':
    case 'append':
      return `${input.type} ${input.key} ${JSON.stringify(input.value)}`;
    case 'delete':
      return `delete ${input.key}${input.expectedRevision === undefined ? '' : ` if at revision ${input.expectedRevision}`}`;
    case 'compareAndSet':
      return `set ${input.key} to ${JSON.stringify(input.value)} if at revision ${input.expectedRevision}`;
  }
}

function describeOutput(output: KeyValueOutput): string {
  if (isResult(output)) return `${output.changed ? 'changed' : 'not changed'}, revision ${output.revision}`;
  if (isListAnswer(output)) return `${output.items.length} keys, the store at revision ${output.revision}`;
  // An answer to something else is what a client must never be told, and then to be shown.
  if (!isGetAnswer(output)) return JSON.stringify(output);
  const { item, revision } = output;
  const told = item === null ? 'no such key' : `${JSON.stringify(item.value)} of revision ${item.revision}`;
  return `${told}, the store at revision ${revision}`;
}

function isResult(output: KeyValueOutput): output is KeyValueResult {
  return 'changed' in output;
}

function isGetAnswer(output: KeyValueOutput): output is GetAnswer {
  return 'item' in output;
}

function isListAnswer(output: KeyValueOutput): output is ListAnswer {
  return 'items' in output;
}
