import type { Entry } from '../../shared/messages/Entry.ts';
import type { OpenedStorage, Storage } from '../ports/Storage.ts';
import { configurationOf } from '../raft/configuration.ts';
import type { StorageStep } from '../raft/effect.ts';
import { SYNCED, type Database, type LoadedStore } from './loadStore.ts';
import { encodeRecord, entryKey, type Head } from './records.ts';

/** Something apart from the database that remembers the number of the last acknowledged step. */
export interface StepWitness {
  write(step: number): Promise<void>;
  close(): Promise<void>;
}

type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: string }
  | { readonly type: 'del'; readonly key: string };

/** Term, vote, log and which snapshot is in force, in an abstract-level database. Every write is one batch: all of it is there after a crash, or nothing. */
export class LevelStorage implements Storage {
  readonly kind: 'disk' | 'memory';
  readonly #database: Database;
  readonly #witness: StepWitness | undefined;
  #head: Head;
  /** Of the entries' records, that of the first one behind the head's base at position 0. */
  #checksums: number[];

  /** @param database open, and holding what was loaded */
  constructor(
    kind: 'disk' | 'memory',
    database: Database,
    { head, checksums }: Pick<LoadedStore, 'head' | 'checksums'>,
    witness?: StepWitness,
  ) {
    this.kind = kind;
    this.#database = database;
    this.#head = head;
    this.#checksums = [...checksums];
    this.#witness = witness;
  }

  write(steps: readonly StorageStep[], done: (error?: Error) => void): void {
    this.#write(steps).then(
      () => done(),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
    );
  }

  async close(): Promise<void> {
    await this.#database.close();
    await this.#witness?.close();
  }

  async #write(steps: readonly StorageStep[]): Promise<void> {
    const operations: Operation[] = [];
    for (const step of steps) this.#take(step, operations);
    const lastChecksum = this.#checksums.at(-1) ?? this.#head.baseChecksum;
    this.#head = { ...this.#head, step: this.#head.step + 1, lastIndex: this.#lastIndex, lastChecksum };
    operations.push({ type: 'put', key: 'head', value: encodeRecord<'head'>('head', this.#head).text });
    await this.#database.batch(operations, SYNCED);
    // After the sync, so that the witness never knows more than the database; before the acknowledgement, so that it never
    // knows less than what was acknowledged.
    await this.#witness?.write(this.#head.step);
  }

  get #lastIndex(): number {
    return this.#head.baseIndex + this.#checksums.length;
  }

  #take(step: StorageStep, operations: Operation[]): void {
    switch (step.type) {
      case 'setHardState':
        this.#head = { ...this.#head, ...step.hardState };
        return;
      case 'truncate':
        return this.#truncate(step.fromIndex, operations);
      case 'append':
        return this.#append(step.firstIndex, step.entries, operations);
      case 'useSnapshot':
        return this.#useSnapshot(step, operations);
      default:
        return unreachable(step);
    }
  }

  #truncate(fromIndex: number, operations: Operation[]): void {
    for (let index = this.#lastIndex; index >= fromIndex; index -= 1) {
      operations.push({ type: 'del', key: entryKey(index) });
    }
    this.#checksums.length = Math.min(this.#checksums.length, Math.max(0, fromIndex - 1 - this.#head.baseIndex));
  }

  /** The entries that the snapshot makes superfluous go in the same write that puts it in force. */
  #useSnapshot(step: Extract<StorageStep, { type: 'useSnapshot' }>, operations: Operation[]): void {
    const { snapshot, baseIndex, baseTerm, replacesLog } = step;
    const { baseIndex: baseBefore, baseChecksum: checksumBefore } = this.#head;
    const kept = replacesLog ? [] : this.#checksums.slice(baseIndex - baseBefore);
    const lastGone = this.#lastIndex - kept.length;
    for (let index = baseBefore + 1; index <= lastGone; index += 1) {
      operations.push({ type: 'del', key: entryKey(index) });
    }
    const baseChecksum = replacesLog ? 0 : (this.#checksums[baseIndex - baseBefore - 1] ?? checksumBefore);
    this.#head = { ...this.#head, baseIndex, baseTerm, baseChecksum, snapshotIndex: snapshot.index };
    this.#checksums = kept;
    operations.push({ type: 'put', key: 'snapshot', value: encodeRecord<'snapshot'>('snapshot', snapshot).text });
  }

  #append(firstIndex: number, entries: readonly Entry[], operations: Operation[]): void {
    if (firstIndex !== this.#lastIndex + 1) {
      throw new RangeError(`entry ${firstIndex} does not follow entry ${this.#lastIndex}`);
    }
    for (const entry of entries) {
      const key = entryKey(this.#lastIndex + 1);
      const before = this.#checksums.at(-1) ?? this.#head.baseChecksum;
      const { text, checksum } = encodeRecord<'entry'>(key, entry, before);
      operations.push({ type: 'put', key, value: text });
      this.#checksums.push(checksum);
    }
  }
}

export function openedStorage(
  kind: 'disk' | 'memory',
  database: Database,
  loaded: LoadedStore,
  witness?: StepWitness,
): OpenedStorage {
  const { head, voters, snapshot, entries } = loaded;
  const { currentTerm, votedFor, baseIndex, baseTerm } = head;
  return {
    storage: new LevelStorage(kind, database, loaded, witness),
    stored: {
      hardState: { currentTerm, votedFor },
      base: { index: baseIndex, term: baseTerm },
      entries,
      snapshot,
      bootstrap: configurationOf(voters),
    },
  };
}

function unreachable(step: never): never {
  throw new TypeError(`not a storage step: ${JSON.stringify(step)}`);
}
