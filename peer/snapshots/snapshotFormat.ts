import { crc32 } from '../storage/checksum.ts';
import { DamagedSnapshot } from '../ports/SnapshotStore.ts';

/*
 * A snapshot is text: one record a line, as JSON, and a last line that begins with "#", which JSON never does:
 *
 *   {"format":1, ...}
 *   ["key","value",17,3]
 *   #end 2 records crc32 9ae0daaf
 */

/** Records are gathered into slices of about this size: large enough to write well, small enough to hold nothing up. */
const SLICE_CHARACTERS = 65_536;

const encoder = new TextEncoder();

/** The bytes of a snapshot, in slices. A record is only drawn when the slice that it goes into is. */
export function* encodeSnapshot(records: Iterable<unknown>): Generator<Uint8Array> {
  let count = 0;
  let checksum = 0;
  let text = '';
  for (const record of records) {
    text += `${JSON.stringify(record)}\n`;
    count += 1;
    if (text.length < SLICE_CHARACTERS) continue;
    const bytes = encoder.encode(text);
    checksum = crc32(bytes, checksum);
    text = '';
    yield bytes;
  }
  const rest = encoder.encode(text);
  yield rest;
  yield encoder.encode(lastLine(count, crc32(rest, checksum)));
}

/**
 * The records of a snapshot.
 * @throws {DamagedSnapshot} when the bytes are not a whole snapshot; by then some records may have been drawn
 */
export async function* decodeSnapshot(slices: AsyncIterable<Uint8Array>): AsyncGenerator {
  const checker = new SnapshotChecker();
  for await (const slice of slices) yield* checker.take(slice);
  checker.end();
}

const LINE_FEED = 0x0a;
const NUMBER_SIGN = 0x23;
const NOTHING = new Uint8Array(0);

/** Holds the bytes of a snapshot against its last line, as they come. */
export class SnapshotChecker {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  /** The beginning of a line whose end has not come. */
  #rest = NOTHING;
  #count = 0;
  #checksum = 0;
  #end: string | undefined;

  /** @returns the records that these bytes complete */
  *take(bytes: Uint8Array): Generator {
    const text = this.#decode(this.#records(bytes));
    let from = 0;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', from)) {
      const line = text.slice(from, at);
      from = at + 1;
      yield parse(line);
    }
  }

  /** The same for whoever has no use for the records: they are summed, and not read. */
  check(bytes: Uint8Array): void {
    this.#records(bytes);
  }

  /** @throws {DamagedSnapshot} when the bytes so far are not a whole snapshot */
  end(): void {
    if (this.#end === undefined || this.#rest.length > 0) throw new DamagedSnapshot('the snapshot has no end');
    if (this.#end !== lastLine(this.#count, this.#checksum)) {
      throw new DamagedSnapshot('the snapshot is not what was written: its checksum differs');
    }
  }

  /** Counts and sums the records that these bytes complete. @returns their lines, whole */
  #records(bytes: Uint8Array): Uint8Array {
    const given = this.#rest.length === 0 ? bytes : joined(this.#rest, bytes);
    const whole = given.subarray(0, given.lastIndexOf(LINE_FEED) + 1);
    // A copy: the bytes may be a part of something large, or be used again.
    this.#rest = given.slice(whole.length);
    if (whole.length === 0) return NOTHING;
    if (this.#end !== undefined) throw new DamagedSnapshot('the snapshot goes on behind its last line');
    const endAt = lastLineAt(whole);
    const records = whole.subarray(0, endAt);
    if (endAt < whole.length) this.#end = this.#decode(whole.subarray(endAt));
    for (let at = records.indexOf(LINE_FEED); at !== -1; at = records.indexOf(LINE_FEED, at + 1)) this.#count += 1;
    this.#checksum = crc32(records, this.#checksum);
    return records;
  }

  #decode(bytes: Uint8Array): string {
    try {
      return this.#decoder.decode(bytes);
    } catch (error) {
      throw new DamagedSnapshot('the snapshot is not text', { cause: error });
    }
  }
}

/** Where the line begins that begins with "#"; the length when there is none. */
function lastLineAt(lines: Uint8Array): number {
  for (let at = lines.indexOf(NUMBER_SIGN); at !== -1; at = lines.indexOf(NUMBER_SIGN, at + 1)) {
    if (at === 0 || lines[at - 1] === LINE_FEED) return at;
  }
  return lines.length;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new DamagedSnapshot('a record of the snapshot is not JSON', { cause: error });
  }
}

function lastLine(count: number, checksum: number): string {
  return `#end ${count} records crc32 ${checksum.toString(16).padStart(8, '0')}\n`;
}
