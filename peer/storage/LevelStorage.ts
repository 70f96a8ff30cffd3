import type { OpenedStorage, Storage } from '../ports/Storage.ts';
import { configurationOf } from '../raft/configuration.ts';
import type { StorageStep } from '../raft/effect.ts';
import { SYNCED, type Database } from './Database.ts';
import type { LoadedStore } from './loadStore.ts';
import { LogRecords, type Operation } from './LogRecords.ts';
import { encodeRecord, ENTRIES_KEYS, entriesKey, type Head } from './records.ts';

/** Something apart from the database that remembers the number of the last acknowledged step. */
export interface StepWitness {
  /** @throws {Error} when it cannot */
  write(step: number): void;
  close(): Promise<void>;
}

/** Term, vote, log and which snapshot is in force, in an abstract-level database. Every write is one batch: all of it is there after a crash, or nothing. */
export class LevelStorage implements Storage {
  readonly kind: 'disk' | 'memory';
  readonly #database: Database;
  readonly #witness: StepWitness | undefined;
  readonly #log: LogRecords;
  #head: Head;
  /** The removal of what compactions left over, one after the other. */
  #clearing: Promise<void> = Promise.resolve();
  #clearedBefore = 0;
  #clearingFailed: Error | undefined;

  /** @param database open, and holding what was loaded */
  constructor(
    kind: 'disk' | 'memory',
    database: Database,
    { head, records }: Pick<LoadedStore, 'head' | 'records'>,
    witness?: StepWitness,
  ) {
    this.kind = kind;
    this.#database = database;
    this.#head = head;
    this.#log = new LogRecords(head, records);
    this.#witness = witness;
  }

  write(steps: readonly StorageStep[], done: (error?: Error) => void): void {
    this.#write(steps).then(
      () => done(),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
    );
  }

  async close(): Promise<void> {
    await this.#clearing;
    await this.#database.close();
    await this.#witness?.close();
  }

  async #write(steps: readonly StorageStep[]): Promise<void> {
    if (this.#clearingFailed !== undefined) throw this.#clearingFailed;
    const others: Operation[] = [];
    for (const step of steps) this.#take(step, others);
    const { operations, extent } = this.#log.take();
    this.#head = { ...this.#head, ...extent, step: this.#head.step + 1 };
    others.push({ type: 'put', key: 'head', value: encodeRecord<'head'>('head', this.#head).text });
    await this.#database.batch([...operations, ...others], SYNCED);
    // After the sync, so that the witness never knows more than the database; before the acknowledgement, so that it never
    // knows less than what was acknowledged.
    this.#witness?.write(this.#head.step);
    this.#clearLeftOver();
  }

  /** Not waited for, and not synced: what a crash leaves of it is cleared after the next write. */
  #clearLeftOver(): void {
    const { firstRecordIndex } = this.#head;
    if (firstRecordIndex === this.#clearedBefore) return;
    this.#clearedBefore = firstRecordIndex;
    const range = { ...ENTRIES_KEYS, lt: entriesKey(firstRecordIndex), keyEncoding: 'utf8' } as const;
    this.#clearing = this.#clearing
      .then(() => this.#database.clear(range))
      .catch((error: unknown) => {
        this.#clearingFailed = error instanceof Error ? error : new Error(String(error));
      });
  }

  #take(step: StorageStep, others: Operation[]): void {
    switch (step.type) {
      case 'setHardState':
        this.#head = { ...this.#head, ...step.hardState };
        return;
      case 'truncate':
        return this.#log.truncate(step.fromIndex);
      case 'append':
        return this.#log.append(step.firstIndex, step.entries);
      case 'useSnapshot':
        return this.#useSnapshot(step, others);
      default:
        return unreachable(step);
    }
  }

  /** The log begins behind the entries that the snapshot makes superfluous in the same write that puts it in force. */
  #useSnapshot(step: Extract<StorageStep, { type: 'useSnapshot' }>, others: Operation[]): void {
    const { snapshot, baseIndex, baseTerm, replacesLog } = step;
    this.#log.compact(baseIndex, replacesLog);
    this.#head = { ...this.#head, baseTerm, snapshotIndex: snapshot.index };
    others.push({ type: 'put', key: 'snapshot', value: encodeRecord<'snapshot'>('snapshot', snapshot).text });
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
