import { randomUUID } from 'node:crypto';
import { open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DamagedSnapshot,
  type IncomingPiece,
  type Received,
  type SnapshotPiece,
  type SnapshotStore,
} from '../ports/SnapshotStore.ts';
import { isCode, makeDirectory, syncDirectories } from '../storage/directories.ts';
import { decodeSnapshot, encodeSnapshot, SnapshotChecker } from './snapshotFormat.ts';

/** A snapshot on its way from another peer. */
interface Incoming {
  readonly source: string;
  readonly index: number;
  readonly name: string;
  readonly file: FileHandle;
  readonly checker: SnapshotChecker;
  bytes: number;
}

/** Beginnings of the names of files that are not whole. */
const WRITING = 'writing-';
const RECEIVING = 'receiving-';
const READ_BYTES = 262_144;
/**
 * After so many bytes what was written is synced: with hundreds of them unwritten the system would write them all at once, and the
 * log's next sync would wait behind them.
 */
const UNSYNCED_BYTES_MAX = 4_194_304;

/**
 * Snapshots as files, `snapshot-INDEX` each. A file has its name only once it is whole and durable: until then it is `writing-ID`
 * or `receiving-ID`, and what a crash leaves of those is removed when the store is opened. The ids are drawn, for a store that was
 * left without being closed may still be writing in this process.
 */
export class DiskSnapshotStore implements SnapshotStore {
  readonly #directory: string;
  #incoming: Incoming | undefined;
  /** Writes under way. */
  readonly #writes = new Set<Promise<unknown>>();
  #isClosed = false;
  /** The newest snapshot that was read in pieces stays open: a leader sends thousands of pieces. */
  #sending: { readonly index: number; readonly file: FileHandle; readonly bytes: number } | undefined;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async open(directory: string): Promise<DiskSnapshotStore> {
    // Else a loss of power could take the directory, and with it a snapshot that the log begins behind.
    await syncDirectories(directory, await makeDirectory(directory));
    for (const name of await readdir(directory)) {
      if (isUnfinished(name)) await rm(join(directory, name), { force: true });
    }
    return new DiskSnapshotStore(directory);
  }

  async write(index: number, records: Iterable<unknown>): Promise<number> {
    const write = this.#write(index, records);
    this.#writes.add(write);
    try {
      return await write;
    } finally {
      this.#writes.delete(write);
    }
  }

  async sizeOf(index: number): Promise<number> {
    return (await this.#sizeOf(index)) ?? 0;
  }

  async *read(index: number): AsyncGenerator {
    const file = await this.#openSnapshot(index);
    try {
      yield* decodeSnapshot(file.createReadStream({ autoClose: false, highWaterMark: READ_BYTES }));
    } catch (error) {
      if (!(error instanceof DamagedSnapshot)) throw error;
      throw new DamagedSnapshot(`${this.#pathOf(index)}: ${error.message}`, { cause: error });
    } finally {
      await file.close();
    }
  }

  async readPiece(index: number, offset: number, bytesMax: number): Promise<SnapshotPiece> {
    if (this.#sending?.index !== index) {
      await this.#stopSending();
      const file = await this.#openSnapshot(index);
      const { size } = await file.stat();
      this.#sending = { index, file, bytes: size };
    }
    const { file, bytes } = this.#sending;
    const data = new Uint8Array(Math.max(0, Math.min(bytesMax, bytes - offset)));
    const { bytesRead } = await file.read(data, 0, data.length, offset);
    if (bytesRead < data.length) throw new DamagedSnapshot(`the snapshot ${this.#pathOf(index)} has become shorter`);
    return { data, isLast: offset + bytesRead >= bytes };
  }

  async receive(piece: IncomingPiece): Promise<Received> {
    const { source, index, offset, data, isLast } = piece;
    if (this.#incoming?.source !== source || this.#incoming.index !== index) {
      const bytes = await this.#sizeOf(index);
      if (bytes !== undefined) return { nextOffset: bytes, isWhole: true };
      await this.#beginReceiving(source, index);
    }
    const incoming = this.#incoming;
    if (incoming === undefined || offset !== incoming.bytes) {
      return { nextOffset: incoming?.bytes ?? 0, isWhole: false };
    }
    try {
      return await this.#add(incoming, data, isLast);
    } catch (error) {
      // Whatever went wrong: the file may hold anything now, so it begins anew.
      await this.#stopReceiving();
      if (error instanceof DamagedSnapshot) return { nextOffset: 0, isWhole: false };
      throw error;
    }
  }

  async forgetOlder(index: number): Promise<void> {
    if (this.#incoming !== undefined && this.#incoming.index <= index) await this.#stopReceiving();
    if (this.#sending !== undefined && this.#sending.index < index) await this.#stopSending();
    const names = await readdir(this.#directory);
    // Names of one length sort as their indexes do.
    const older = names.filter((name) => name.startsWith('snapshot-') && name < nameOf(index));
    for (const name of older) await rm(join(this.#directory, name), { force: true });
  }

  /** A write that is under way is given up. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#writes);
    await this.#stopReceiving();
    await this.#stopSending();
  }

  async #write(index: number, records: Iterable<unknown>): Promise<number> {
    const name = WRITING + randomUUID();
    const path = join(this.#directory, name);
    const file = await open(path, 'wx');
    let bytes = 0;
    try {
      let unsyncedBytes = 0;
      for (const slice of encodeSnapshot(records)) {
        // Whoever opens the directory next may remove the file at any time, so it is not to be used any more.
        if (this.#isClosed) throw new Error('the store of snapshots was closed while it wrote one');
        await file.writeFile(slice);
        bytes += slice.length;
        unsyncedBytes += slice.length;
        if (unsyncedBytes < UNSYNCED_BYTES_MAX) continue;
        await file.datasync();
        unsyncedBytes = 0;
      }
      await file.sync();
    } catch (error) {
      await file.close();
      await rm(path, { force: true });
      throw error;
    }
    await file.close();
    await this.#publish(name, index);
    return bytes;
  }

  async #add(incoming: Incoming, data: Uint8Array, isLast: boolean): Promise<Received> {
    incoming.checker.check(data);
    if (isLast) incoming.checker.end();
    await incoming.file.writeFile(data);
    const syncedSlices = Math.floor(incoming.bytes / UNSYNCED_BYTES_MAX);
    incoming.bytes += data.length;
    if (Math.floor(incoming.bytes / UNSYNCED_BYTES_MAX) > syncedSlices) await incoming.file.datasync();
    if (!isLast) return { nextOffset: incoming.bytes, isWhole: false };
    await incoming.file.sync();
    this.#incoming = undefined;
    await incoming.file.close();
    await this.#publish(incoming.name, incoming.index);
    return { nextOffset: incoming.bytes, isWhole: true };
  }

  /** Gives a whole file its name. */
  async #publish(name: string, index: number): Promise<void> {
    if (this.#sending?.index === index) await this.#stopSending();
    await rename(join(this.#directory, name), this.#pathOf(index));
    await syncDirectories(this.#directory, undefined);
  }

  async #sizeOf(index: number): Promise<number | undefined> {
    try {
      return (await stat(this.#pathOf(index))).size;
    } catch (error) {
      if (isCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  async #openSnapshot(index: number): Promise<FileHandle> {
    try {
      return await open(this.#pathOf(index), 'r');
    } catch (error) {
      if (!isCode(error, 'ENOENT')) throw error;
      throw new DamagedSnapshot(`the snapshot of index ${index} is gone: ${this.#pathOf(index)} is missing`);
    }
  }

  #pathOf(index: number): string {
    return join(this.#directory, nameOf(index));
  }

  async #beginReceiving(source: string, index: number): Promise<void> {
    await this.#stopReceiving();
    const name = RECEIVING + randomUUID();
    const file = await open(join(this.#directory, name), 'wx');
    this.#incoming = { source, index, name, file, checker: new SnapshotChecker(), bytes: 0 };
  }

  async #stopReceiving(): Promise<void> {
    const incoming = this.#incoming;
    this.#incoming = undefined;
    if (incoming === undefined) return;
    await incoming.file.close();
    await rm(join(this.#directory, incoming.name), { force: true });
  }

  async #stopSending(): Promise<void> {
    const sending = this.#sending;
    this.#sending = undefined;
    await sending?.file.close();
  }
}

function nameOf(index: number): string {
  return `snapshot-${String(index).padStart(16, '0')}`;
}

/** Written or received, and not whole. */
function isUnfinished(name: string): boolean {
  // Without an id they are of an earlier version.
  return [WRITING, RECEIVING].some((beginning) => `${name}-`.startsWith(beginning));
}
