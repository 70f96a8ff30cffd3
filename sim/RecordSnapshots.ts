import type { IncomingPiece, Received, SnapshotPiece, SnapshotStore } from '../peer/ports/SnapshotStore.ts';
import { MemorySnapshotStore } from '../peer/snapshots/MemorySnapshotStore.ts';

/** The disk that the snapshots are on, as one life of its peer has it. */
export interface SnapshotDisk {
  /** Takes as long as a read does. */
  read(): Promise<void>;
  /** Takes as long as a write does. @throws {Error} when the disk is full */
  write(): Promise<void>;
}

/** Snapshots on a simulated disk: everything takes its time, in slices, and a crash may come within or between them. */
export class RecordSnapshots implements SnapshotStore {
  readonly #disk: SnapshotDisk;
  readonly #snapshots: MemorySnapshotStore;
  /** How often a piece could not be stored: what had come before is given up, as on a real disk. */
  #refusals = 0;

  /** @param snapshots what is whole and durable; it outlives this store */
  constructor(snapshots: Map<number, Uint8Array>, disk: SnapshotDisk) {
    this.#disk = disk;
    // Behind the last slice it waits too, and only then the snapshot has its name.
    this.#snapshots = new MemorySnapshotStore({ snapshots, giveWay: () => disk.write() });
  }

  write(index: number, records: Iterable<unknown>): Promise<number> {
    return this.#snapshots.write(index, records);
  }

  sizeOf(index: number): Promise<number> {
    return this.#snapshots.sizeOf(index);
  }

  async *read(index: number): AsyncGenerator {
    // As an open file: what is removed meanwhile can be read to its end.
    const records = this.#snapshots.read(index);
    let count = 0;
    for await (const record of records) {
      // At the beginning, and in the midst.
      if (count < 2) await this.#disk.read();
      count += 1;
      yield record;
    }
  }

  async readPiece(index: number, offset: number, bytesMax: number): Promise<SnapshotPiece> {
    await this.#disk.read();
    return this.#snapshots.readPiece(index, offset, bytesMax);
  }

  async receive(piece: IncomingPiece): Promise<Received> {
    try {
      await this.#disk.write();
    } catch (error) {
      this.#refusals += 1;
      throw error;
    }
    return this.#snapshots.receive({ ...piece, source: `${piece.source} ${this.#refusals}` });
  }

  async forgetOlder(index: number): Promise<void> {
    await this.#disk.read();
    return this.#snapshots.forgetOlder(index);
  }

  close(): Promise<void> {
    return this.#snapshots.close();
  }
}
