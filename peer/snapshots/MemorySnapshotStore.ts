import {
  DamagedSnapshot,
  type IncomingPiece,
  type Received,
  type SnapshotPiece,
  type SnapshotStore,
} from '../ports/SnapshotStore.ts';
import { decodeSnapshot, encodeSnapshot, SnapshotChecker } from './snapshotFormat.ts';

interface Incoming {
  readonly source: string;
  readonly index: number;
  readonly slices: Uint8Array[];
  bytes: number;
}

export interface MemorySnapshotOptions {
  readonly snapshots: Map<number, Uint8Array>;
  readonly giveWay: () => Promise<void>;
}

/** Snapshots that end with the process. */
export class MemorySnapshotStore implements SnapshotStore {
  readonly #snapshots: Map<number, Uint8Array>;
  readonly #giveWay: () => Promise<void>;
  #incoming: Incoming | undefined;

  /**
   * @param snapshots where they are kept: by default in nothing that outlives this store
   * @param giveWay lets others have their turn between the slices of a snapshot that is written: by default timers and sockets
   */
  constructor({ snapshots = new Map<number, Uint8Array>(), giveWay = nextTurn }: Partial<MemorySnapshotOptions> = {}) {
    this.#snapshots = snapshots;
    this.#giveWay = giveWay;
  }

  async write(index: number, records: Iterable<unknown>): Promise<number> {
    const slices: Uint8Array[] = [];
    for (const slice of encodeSnapshot(records)) {
      slices.push(slice);
      await this.#giveWay();
    }
    const bytes = concatenate(slices);
    this.#snapshots.set(index, bytes);
    return bytes.length;
  }

  async sizeOf(index: number): Promise<number> {
    return this.#snapshots.get(index)?.length ?? 0;
  }

  async *read(index: number): AsyncGenerator {
    yield* decodeSnapshot(once(this.#get(index)));
  }

  async readPiece(index: number, offset: number, bytesMax: number): Promise<SnapshotPiece> {
    const bytes = this.#get(index);
    const data = bytes.subarray(offset, offset + bytesMax);
    return { data, isLast: offset + data.length >= bytes.length };
  }

  async receive({ source, index, offset, data, isLast }: IncomingPiece): Promise<Received> {
    if (this.#snapshots.has(index)) return { nextOffset: this.#get(index).length, isWhole: true };
    if (this.#incoming?.source !== source || this.#incoming.index !== index) {
      this.#incoming = { source, index, slices: [], bytes: 0 };
    }
    const incoming = this.#incoming;
    if (offset !== incoming.bytes) return { nextOffset: incoming.bytes, isWhole: false };
    incoming.slices.push(data);
    incoming.bytes += data.length;
    if (!isLast) return { nextOffset: incoming.bytes, isWhole: false };
    this.#incoming = undefined;
    const whole = concatenate(incoming.slices);
    if (!isUndamaged(whole)) return { nextOffset: 0, isWhole: false };
    this.#snapshots.set(index, whole);
    return { nextOffset: whole.length, isWhole: true };
  }

  async forgetOlder(index: number): Promise<void> {
    for (const other of this.#snapshots.keys()) if (other < index) this.#snapshots.delete(other);
    if (this.#incoming !== undefined && this.#incoming.index <= index) this.#incoming = undefined;
  }

  async close(): Promise<void> {
    this.#incoming = undefined;
  }

  #get(index: number): Uint8Array {
    const bytes = this.#snapshots.get(index);
    if (bytes === undefined) throw new DamagedSnapshot(`there is no snapshot of index ${index}`);
    return bytes;
  }
}

/** A macrotask. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, 0));
}

function isUndamaged(bytes: Uint8Array): boolean {
  const checker = new SnapshotChecker();
  try {
    checker.check(bytes);
    checker.end();
    return true;
  } catch (error) {
    if (error instanceof DamagedSnapshot) return false;
    throw error;
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function concatenate(slices: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(slices.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const slice of slices) {
    whole.set(slice, at);
    at += slice.length;
  }
  return whole;
}
