import { ClusterId, PeerId } from '../../shared/ids.ts';
import { Configuration } from '../../shared/messages/Configuration.ts';
import { Entry } from '../../shared/messages/Entry.ts';
import { Count, LogIndex, Term } from '../../shared/numbers.ts';
import { crc32 } from './checksum.ts';
import { Compile, type Static, Type } from '../../shared/schema.ts';

/**
 * What a store holds, one record a key:
 *
 * | key                      | record                                           | written                    |
 * | ------------------------ | ------------------------------------------------ | -------------------------- |
 * | `format`                 | the version of this layout                       | once                       |
 * | `owner`                  | cluster and peer                                 | once                       |
 * | `voters`                 | who the voters were at the first start           | once                       |
 * | `head`                   | term, vote, where the log begins and ends, step  | with every write           |
 * | `snapshot`               | index, term, configuration of the one in force   | when it comes into force   |
 * | `entries/0000000000000001` | entries of the log from that index on          | when appended              |
 *
 * A record is 8 hexadecimal digits of a CRC-32, a space, and JSON. The checksum covers the key too. That of a record of entries
 * goes on from its predecessor's, and the head names the last one, so one that is missing, or older than the head, is noticed.
 * A record of entries counts up to where the next one begins, and the last one up to where the head says that the log ends.
 */
export const FORMAT_VERSION = 4;

const Head = Type.Object({
  /** 1 for the write that made the store; one more with each write. */
  step: Count,
  currentTerm: Term,
  votedFor: Type.Union([PeerId, Type.Null()]),
  /** The log begins behind this entry, which a snapshot made superfluous; 0 when none has. */
  baseIndex: LogIndex,
  baseTerm: Term,
  /** Where the first record of entries begins, at or before the first entry; those before it are left over, and go when there is time. */
  firstRecordIndex: LogIndex,
  /** What the checksum of the first record of entries goes on from. */
  baseChecksum: Count,
  lastIndex: LogIndex,
  lastChecksum: Count,
  /** Of the snapshot in force; 0 when there is none. */
  snapshotIndex: LogIndex,
});
export type Head = Static<typeof Head>;

const SCHEMAS = {
  format: Type.Object({ version: Count }),
  owner: Type.Object({ cluster: ClusterId, id: PeerId }),
  /** Who founded the cluster; nobody, for a peer that was started to join one. */
  voters: Type.Array(PeerId),
  head: Head,
  snapshot: Type.Object({ index: LogIndex, term: Term, configuration: Configuration }),
  entries: Type.Array(Entry, { minItems: 1 }),
} as const;

export type RecordKind = keyof typeof SCHEMAS;
type RecordValue<Kind extends RecordKind> = Static<(typeof SCHEMAS)[Kind]>;

const validators = Object.fromEntries(
  Object.entries(SCHEMAS).map(([kind, schema]) => [kind, Compile(schema)]),
) as Record<RecordKind, ReturnType<typeof Compile>>;

/** What a store holds is not what was written. The message says which part. */
export class DamagedRecord extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DamagedRecord';
  }
}

const ENTRIES_PREFIX = 'entries/';
/** Digits of the largest index, so that keys sort as indexes do. */
const INDEX_DIGITS = 16;

export const ENTRIES_KEYS = { gte: ENTRIES_PREFIX, lt: 'entries0' } as const;

export function entriesKey(firstIndex: number): string {
  return ENTRIES_PREFIX + String(firstIndex).padStart(INDEX_DIGITS, '0');
}

/** @returns undefined for a key that is none of a record of entries */
export function indexOfEntriesKey(key: string): number | undefined {
  const index = Number(key.slice(ENTRIES_PREFIX.length));
  return entriesKey(index) === key ? index : undefined;
}

export interface EncodedRecord {
  readonly text: string;
  readonly checksum: number;
}

/** @param before for entries, the checksum of the record of entries before it; 0 for the first one and all other records */
export function encodeRecord<Kind extends RecordKind>(
  key: string,
  value: RecordValue<Kind>,
  before = 0,
): EncodedRecord {
  const json = JSON.stringify(value);
  const checksum = crc32(`${key} ${json}`, before);
  return { text: `${hexadecimal(checksum)} ${json}`, checksum };
}

/** @throws {DamagedRecord} */
export function decodeRecord<Kind extends RecordKind>(
  kind: Kind,
  key: string,
  text: string | undefined,
  before = 0,
): { readonly value: RecordValue<Kind>; readonly checksum: number } {
  if (text === undefined) throw new DamagedRecord(`the record "${key}" is missing`);
  const json = text.slice(9);
  const checksum = crc32(`${key} ${json}`, before);
  if (text.slice(0, 9) !== `${hexadecimal(checksum)} `) {
    throw new DamagedRecord(`the record "${key}" does not match its checksum`);
  }
  // A checksum that matches says that we wrote it; the schema says that it means what this version thinks.
  const value = parse(json);
  if (!validators[kind].Check(value)) throw new DamagedRecord(`the record "${key}" does not have its shape`);
  return { value: value as RecordValue<Kind>, checksum };
}

function hexadecimal(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
