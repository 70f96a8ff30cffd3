import type { Entry } from '../../shared/messages/Entry.ts';
import type { Database } from './Database.ts';
import { DamagedRecord, decodeRecord, ENTRIES_KEYS, entriesKey, indexOfEntriesKey, type Head } from './records.ts';

/** Where a record of entries stands, and its checksum. */
export interface EntriesRecord {
  readonly firstIndex: number;
  readonly checksum: number;
}

export interface StoredLog {
  /** Behind the head's base, up to where it says that the log ends. */
  readonly entries: readonly Entry[];
  readonly records: readonly EntriesRecord[];
}

/**
 * Reads the log: a record counts up to where the next one begins, and the last one up to where the head says that the log ends.
 * @throws {DamagedRecord} when it is not what was last written
 */
export async function readLog(database: Database, head: Head): Promise<StoredLog> {
  const { baseIndex, baseChecksum, firstRecordIndex } = head;
  const entries: Entry[] = [];
  const records: EntriesRecord[] = [];
  // At or before the base, by entries that compaction left in it.
  const logFirst = firstRecordIndex;
  for await (const [key, text] of database.iterator({ ...ENTRIES_KEYS, gte: entriesKey(firstRecordIndex) })) {
    const firstIndex = indexOfEntriesKey(key);
    if (firstIndex === undefined || firstIndex > logFirst + entries.length) {
      throw new DamagedRecord(`the record "${entriesKey(logFirst + entries.length)}" is missing`);
    }
    const before = records.at(-1)?.checksum ?? baseChecksum;
    const { value, checksum } = decodeRecord('entries', key, text, before);
    entries.length = firstIndex - logFirst;
    for (const entry of value) entries.push(entry);
    records.push({ firstIndex, checksum });
  }
  checkBeginning(head, entries.length);
  checkEnd(head, records, logFirst + entries.length - 1);
  const log = entries.slice(baseIndex + 1 - logFirst, head.lastIndex + 1 - logFirst);
  checkTerms(head, log);
  return { entries: log, records };
}

function checkBeginning({ firstRecordIndex, baseIndex }: Head, length: number): void {
  const first = baseIndex + 1;
  if (firstRecordIndex === first || (firstRecordIndex < first && length > 0)) return;
  throw new DamagedRecord(`the record "${entriesKey(Math.min(firstRecordIndex, first))}" is missing`);
}

function checkEnd(head: Head, records: readonly EntriesRecord[], lastIndex: number): void {
  const last = records.at(-1);
  const isWhole = lastIndex >= head.lastIndex && head.lastChecksum === (last?.checksum ?? head.baseChecksum);
  if (isWhole && (last === undefined || last.firstIndex <= head.lastIndex)) return;
  throw new DamagedRecord(
    `the records of the log end at ${lastIndex}, and are not the ones up to ${head.lastIndex} which were last written`,
  );
}

function checkTerms({ baseIndex, baseTerm, currentTerm }: Head, entries: readonly Entry[]): void {
  let termBefore = baseTerm;
  for (const [at, { term }] of entries.entries()) {
    if (term < termBefore) {
      const index = baseIndex + at + 1;
      throw new DamagedRecord(`entry ${index} has term ${term}, below term ${termBefore} of the entry before it`);
    }
    termBefore = term;
  }
  if (currentTerm < termBefore) {
    throw new DamagedRecord(`the current term ${currentTerm} is below term ${termBefore} of the last entry`);
  }
}
