import { Compile } from '../../../shared/schema.ts';
import type { StateMachine } from '../../ports/StateMachine.ts';
import { ChangeHistory } from './ChangeHistory.ts';
import { OrderedMap } from './OrderedMap.ts';
import { fitsAsJson, jsonBytes } from './jsonBytes.ts';
import {
  ANSWER_BYTES_MAX,
  KeyValueCommand,
  KeyValueQuery,
  type KeyValueAnswer,
  type KeyValueChange,
  type KeyValueItem,
  type KeyValueResult,
  VALUE_BYTES_MAX,
} from '../../../shared/keyValue.ts';

interface Stored {
  value: string;
  revision: number;
  readonly createdRevision: number;
  /** How many snapshots had begun when this object was made: an older one is in one that may still be drawn. */
  readonly generation: number;
}

/** A key as a snapshot keeps it. */
type KeyRecord = readonly [key: string, value: string, revision: number, createdRevision: number];

/** Of an item in an answer, beside its key and value. */
const ITEM_BYTES = 128;
const LONE_SURROGATE = /\p{Surrogate}/u;
const HISTORY_COUNT_MAX = 10_000;
const HISTORY_CHARACTERS_MAX = 8_388_608;

const commandValidator = Compile(KeyValueCommand);
const queryValidator = Compile(KeyValueQuery);

/** An ordered key-value store with a revision for every change. */
export class KeyValueMachine implements StateMachine<KeyValueCommand, KeyValueResult, KeyValueQuery, KeyValueAnswer> {
  /** The tree is copied lazily. */
  readonly snapshotIsCopy = true;
  #items = new OrderedMap<Stored>();
  #revision = 0;
  /** How many snapshots have begun. */
  #generation = 0;
  readonly #history = new ChangeHistory(HISTORY_COUNT_MAX, HISTORY_CHARACTERS_MAX);

  apply(command: KeyValueCommand): KeyValueResult {
    if (!commandValidator.Check(command)) throw new TypeError('that is not a command of the key-value store');
    // Half a character cannot stand in a URL, so that a list could not go on behind it.
    if (LONE_SURROGATE.test(command.key))
      throw new TypeError('a key must be whole Unicode characters: it has a lone surrogate');
    const current = this.#items.get(command.key);
    switch (command.type) {
      case 'put':
        return this.#set(command.key, command.value, current);
      case 'append':
        return this.#set(command.key, (current?.value ?? '') + command.value, current);
      case 'delete':
        if (command.expectedRevision !== undefined && (current?.revision ?? 0) !== command.expectedRevision) {
          return { changed: false, revision: current?.revision ?? 0 };
        }
        return this.#delete(command.key, current);
      case 'compareAndSet':
        if ((current?.revision ?? 0) !== command.expectedRevision) {
          return { changed: false, revision: current?.revision ?? 0 };
        }
        return this.#set(command.key, command.value, current);
    }
  }

  query(query: KeyValueQuery): KeyValueAnswer {
    if (!queryValidator.Check(query)) throw new TypeError('that is not a query of the key-value store');
    const revision = this.#revision;
    switch (query.type) {
      case 'get': {
        const stored = this.#items.get(query.key);
        return { type: 'get', item: stored === undefined ? null : itemOf(query.key, stored), revision };
      }
      case 'list': {
        const items = this.#list(query.prefix, query.after, query.limit + 1);
        const told = withinBytes(items).slice(0, query.limit);
        return { type: 'list', items: told, more: items.length > told.length, revision };
      }
      case 'changes':
        return this.#changes(query.prefix, query.afterRevision, query.limit);
    }
  }

  /** The tree is copied lazily: pages and values that change while the records are drawn are copied then, the others never. */
  snapshot(): Iterable<unknown> {
    this.#generation += 1;
    return recordsOf(this.#revision, this.#items.clone());
  }

  async restore(records: AsyncIterable<unknown>): Promise<void> {
    const items = new OrderedMap<Stored>();
    let revision: number | undefined;
    for await (const record of records) {
      if (revision === undefined) {
        revision = record as number;
      } else {
        const [key, value, changed, createdRevision] = record as KeyRecord;
        items.set(key, { value, revision: changed, createdRevision, generation: this.#generation });
      }
    }
    if (revision === undefined) throw new Error('the snapshot of the key-value store is empty');
    this.#items = items;
    this.#revision = revision;
    this.#history.reset(revision);
  }

  #set(key: string, value: string, current: Stored | undefined): KeyValueResult {
    if (!fitsAsJson(value, VALUE_BYTES_MAX)) {
      throw new RangeError(`the value would have more than ${VALUE_BYTES_MAX} bytes as JSON`);
    }
    this.#revision += 1;
    const revision = this.#revision;
    // To look for the place a second time costs as much as all the rest.
    if (current?.generation === this.#generation) {
      current.value = value;
      current.revision = revision;
    } else {
      const createdRevision = current?.createdRevision ?? revision;
      this.#items.set(key, { value, revision, createdRevision, generation: this.#generation });
    }
    this.#history.add({ revision, key, value });
    return { changed: true, revision };
  }

  #delete(key: string, current: Stored | undefined): KeyValueResult {
    if (current === undefined) return { changed: false, revision: 0 };
    this.#revision += 1;
    this.#items.delete(key);
    this.#history.add({ revision: this.#revision, key, value: null });
    return { changed: true, revision: 0 };
  }

  #list(prefix: string, after: string | undefined, countMax: number): KeyValueItem[] {
    const items: KeyValueItem[] = [];
    const from = after !== undefined && after > prefix ? after : prefix;
    for (const [key, stored] of this.#items.entries(from)) {
      if (!key.startsWith(prefix) || items.length >= countMax) break;
      if (key !== after) items.push(itemOf(key, stored));
    }
    return items;
  }

  #changes(prefix: string, afterRevision: number, limit: number): KeyValueAnswer {
    const revision = this.#revision;
    const remembered = this.#history.after(afterRevision);
    if (remembered === undefined) {
      return { type: 'changes', changes: [], throughRevision: revision, forgotten: true, revision };
    }
    const found: KeyValueChange[] = [];
    for (const change of remembered) {
      if (found.length > limit) break;
      if (change.key.startsWith(prefix)) found.push(change);
    }
    const changes = withinBytes(found).slice(0, limit);
    const through = changes.length < found.length ? changes.at(-1)?.revision : revision;
    const throughRevision = Math.max(through ?? revision, afterRevision);
    return { type: 'changes', changes, throughRevision, forgotten: false, revision };
  }
}

function itemOf(key: string, { value, revision, createdRevision }: Stored): KeyValueItem {
  return { key, value, revision, createdRevision };
}

function* recordsOf(revision: number, items: OrderedMap<Stored>): Generator {
  yield revision;
  for (const [key, { value, revision: changed, createdRevision }] of items.entries()) {
    yield [key, value, changed, createdRevision] satisfies KeyRecord;
  }
}

/** The first ones, as many as fit an answer; one at least. */
function withinBytes<Item extends { readonly key: string; readonly value: string | null }>(
  items: readonly Item[],
): Item[] {
  let bytes = 0;
  const end = items.findIndex(({ key, value }) => {
    bytes += ITEM_BYTES + jsonBytes(key) + jsonBytes(value ?? '');
    return bytes > ANSWER_BYTES_MAX;
  });
  return items.slice(0, end === -1 ? items.length : Math.max(1, end));
}
