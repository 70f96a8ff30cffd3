import { crc32Of } from '../storage/checksum.ts';
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
    checksum = crc32Of(bytes, checksum);
    text = '';
    yield bytes;
  }
  const rest = encoder.encode(text);
  yield rest;
  yield encoder.encode(lastLine(count, crc32Of(rest, checksum)));
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

/** Holds the bytes of a snapshot against its last line, as they come. */
export class SnapshotChecker {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #text = '';
  #count = 0;
  #checksum = 0;
  #end: string | undefined;

  /** @returns the records that these bytes complete */
  *take(bytes: Uint8Array): Generator {
    this.#text += this.#decode(bytes);
    let from = 0;
    for (let at = this.#text.indexOf('\n'); at !== -1; at = this.#text.indexOf('\n', from)) {
      const line = this.#text.slice(from, at);
      from = at + 1;
      if (this.#end !== undefined) throw new DamagedSnapshot('the snapshot goes on behind its last line');
      if (line.startsWith('#')) {
        this.#end = `${line}\n`;
        continue;
      }
      this.#count += 1;
      this.#checksum = crc32Of(encoder.encode(`${line}\n`), this.#checksum);
      yield parse(line);
    }
    this.#text = this.#text.slice(from);
  }

  /** The same for whoever has no use for the records. */
  check(bytes: Uint8Array): void {
    const records = this.take(bytes);
    while (records.next().done !== true);
  }

  /** @throws {DamagedSnapshot} when the bytes so far are not a whole snapshot */
  end(): void {
    if (this.#end === undefined || this.#text !== '') throw new DamagedSnapshot('the snapshot has no end');
    if (this.#end !== lastLine(this.#count, this.#checksum)) {
      throw new DamagedSnapshot('the snapshot is not what was written: its checksum differs');
    }
  }

  #decode(bytes: Uint8Array): string {
    try {
      return this.#decoder.decode(bytes, { stream: true });
    } catch (error) {
      throw new DamagedSnapshot('the snapshot is not text', { cause: error });
    }
  }
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
