import type { Entry } from '../../shared/messages/Entry.ts';
import { entryBytes } from '../raft/log/Log.ts';
import { encodeRecord, entriesKey } from './records.ts';
import type { EntriesRecord } from './storedLog.ts';

export type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: string }
  | { readonly type: 'del'; readonly key: string };

/** Where the log begins and ends. */
export interface LogExtent {
  readonly baseIndex: number;
  /** Records that begin before this one are left over. */
  readonly firstRecordIndex: number;
  readonly baseChecksum: number;
  readonly lastIndex: number;
  readonly lastChecksum: number;
}

/** A record takes no more entries once it has so many bytes, roughly. */
const RECORD_BYTES_MAX = 262_144;

/**
 * The log as records of many entries each: what one write brings is mostly one record, for a database charges by the record.
 * A record is never written anew. What is truncated within one is cut off by where the next one begins, or by where the head says
 * that the log ends; what compaction leaves in the first one is passed over. Whole records that compaction makes superfluous are left
 * over: there may be very many, and to delete them in the same write would hold up everything else.
 */
export class LogRecords {
  #baseIndex: number;
  #firstRecordIndex: number;
  #baseChecksum: number;
  #lastIndex: number;
  /** In order of index; each at least in part behind the base. */
  #records: EntriesRecord[];
  /** Of the write under way, not in a record yet. */
  #gathered: Entry[] = [];
  #gatheredBytes = 0;
  #operations: Operation[] = [];

  constructor({ baseIndex, firstRecordIndex, baseChecksum, lastIndex }: LogExtent, records: readonly EntriesRecord[]) {
    this.#baseIndex = baseIndex;
    this.#firstRecordIndex = firstRecordIndex;
    this.#baseChecksum = baseChecksum;
    this.#lastIndex = lastIndex;
    this.#records = [...records];
  }

  append(firstIndex: number, entries: readonly Entry[]): void {
    if (firstIndex !== this.#lastIndex + 1) {
      throw new RangeError(`entry ${firstIndex} does not follow entry ${this.#lastIndex}`);
    }
    for (const entry of entries) {
      this.#gathered.push(entry);
      this.#gatheredBytes += entryBytes(entry);
      this.#lastIndex += 1;
      if (this.#gatheredBytes >= RECORD_BYTES_MAX) this.#close();
    }
  }

  truncate(fromIndex: number): void {
    this.#close();
    for (
      let last = this.#records.at(-1);
      last !== undefined && last.firstIndex >= fromIndex;
      last = this.#records.at(-1)
    ) {
      this.#delete(last);
      this.#records.pop();
    }
    this.#lastIndex = Math.min(this.#lastIndex, Math.max(this.#baseIndex, fromIndex - 1));
  }

  /** The log begins behind the index. @param isReplaced whether nothing of it stays */
  compact(baseIndex: number, isReplaced: boolean): void {
    this.#close();
    const kept = isReplaced ? this.#records.length : this.#firstKept(baseIndex);
    const gone = this.#records.splice(0, kept);
    this.#firstRecordIndex = this.#records[0]?.firstIndex ?? baseIndex + 1;
    // Of a log that is replaced, some may stand where the new one will.
    for (const record of gone) if (record.firstIndex >= this.#firstRecordIndex) this.#delete(record);
    this.#baseChecksum = isReplaced ? 0 : (gone.at(-1)?.checksum ?? this.#baseChecksum);
    this.#baseIndex = baseIndex;
    this.#lastIndex = isReplaced ? baseIndex : Math.max(this.#lastIndex, baseIndex);
  }

  /** What the steps since the last call ask of the database, in order. */
  take(): { readonly operations: Operation[]; readonly extent: LogExtent } {
    this.#close();
    const operations = this.#operations;
    this.#operations = [];
    const extent = {
      baseIndex: this.#baseIndex,
      firstRecordIndex: this.#firstRecordIndex,
      baseChecksum: this.#baseChecksum,
      lastIndex: this.#lastIndex,
      lastChecksum: this.#lastChecksum,
    };
    return { operations, extent };
  }

  get #lastChecksum(): number {
    return this.#records.at(-1)?.checksum ?? this.#baseChecksum;
  }

  /** The position of the first record that holds something behind the index. */
  #firstKept(index: number): number {
    let position = 0;
    while (position < this.#records.length) {
      const end = (this.#records[position + 1]?.firstIndex ?? this.#lastIndex + 1) - 1;
      if (end > index) break;
      position += 1;
    }
    return position;
  }

  #delete({ firstIndex }: EntriesRecord): void {
    this.#operations.push({ type: 'del', key: entriesKey(firstIndex) });
  }

  /** Makes a record of what is gathered. */
  #close(): void {
    if (this.#gathered.length === 0) return;
    const firstIndex = this.#lastIndex - this.#gathered.length + 1;
    const key = entriesKey(firstIndex);
    const { text, checksum } = encodeRecord<'entries'>(key, this.#gathered, this.#lastChecksum);
    this.#operations.push({ type: 'put', key, value: text });
    this.#records.push({ firstIndex, checksum });
    this.#gathered = [];
    this.#gatheredBytes = 0;
  }
}
