import type { Entry } from '../../shared/messages/Entry.ts';
import type { OpenedStorage, Storage } from '../ports/Storage.ts';
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

/** Term, vote and log in an abstract-level database. Every write is one batch: all of it is there after a crash, or nothing. */
export class LevelStorage implements Storage {
  readonly kind: 'disk' | 'memory';
  readonly #database: Database;
  readonly #witness: StepWitness | undefined;
  #head: Head;
  /** Of the entries' records, the first entry's at position 0. */
  readonly #checksums: number[];

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
    let { currentTerm, votedFor } = this.#head;
    for (const step of steps) {
      switch (step.type) {
        case 'setHardState':
          ({ currentTerm, votedFor } = step.hardState);
          break;
        case 'truncate':
          this.#truncate(step.fromIndex, operations);
          break;
        case 'append':
          this.#append(step.firstIndex, step.entries, operations);
          break;
        default:
          return unreachable(step);
      }
    }
    const lastIndex = this.#checksums.length;
    const lastChecksum = this.#checksums.at(-1) ?? 0;
    this.#head = { step: this.#head.step + 1, currentTerm, votedFor, lastIndex, lastChecksum };
    operations.push({ type: 'put', key: 'head', value: encodeRecord<'head'>('head', this.#head).text });
    await this.#database.batch(operations, SYNCED);
    // After the sync, so that the witness never knows more than the database; before the acknowledgement, so that it never
    // knows less than what was acknowledged.
    await this.#witness?.write(this.#head.step);
  }

  #truncate(fromIndex: number, operations: Operation[]): void {
    for (let index = this.#checksums.length; index >= fromIndex; index -= 1) {
      operations.push({ type: 'del', key: entryKey(index) });
    }
    this.#checksums.length = Math.min(this.#checksums.length, fromIndex - 1);
  }

  #append(firstIndex: number, entries: readonly Entry[], operations: Operation[]): void {
    if (firstIndex !== this.#checksums.length + 1) {
      throw new RangeError(`entry ${firstIndex} does not follow entry ${this.#checksums.length}`);
    }
    for (const entry of entries) {
      const key = entryKey(this.#checksums.length + 1);
      const { text, checksum } = encodeRecord<'entry'>(key, entry, this.#checksums.at(-1) ?? 0);
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
  const { head, voters, entries } = loaded;
  const { currentTerm, votedFor } = head;
  return {
    storage: new LevelStorage(kind, database, loaded, witness),
    stored: { hardState: { currentTerm, votedFor }, entries, voters },
  };
}

function unreachable(step: never): never {
  throw new TypeError(`not a storage step: ${JSON.stringify(step)}`);
}
