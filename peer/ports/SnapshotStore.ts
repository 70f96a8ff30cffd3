/** Some bytes of a stored snapshot. */
export interface SnapshotPiece {
  readonly data: Uint8Array;
  readonly isLast: boolean;
}

/** Some bytes of another peer's snapshot. Pieces of different sources never mix, since their bytes may differ. */
export interface IncomingPiece extends SnapshotPiece {
  /** Who sends it, and the term of the last entry in it. */
  readonly source: string;
  readonly index: number;
  /** Position of the first byte. */
  readonly offset: number;
}

/** How far an incoming snapshot has come. */
export interface Received {
  /** Where the next piece should begin: 0 if all of it is needed again. */
  readonly nextOffset: number;
  /** All of it is here, is undamaged, and is durable. */
  readonly isWhole: boolean;
}

/**
 * Where the states of a state machine are kept, each named by the index of the last log entry in it. Which of them counts is
 * said by the log's store, not here: a crash between the two leaves the older one in force.
 */
export interface SnapshotStore {
  /**
   * Stores a state, durable. What was there under this index is replaced, in one moment. The event loop is given back between
   * records; a failure leaves what was there.
   * @returns how many bytes it takes
   */
  write(index: number, records: Iterable<unknown>): Promise<number>;
  /** How many bytes a stored snapshot takes; 0 when there is none. */
  sizeOf(index: number): Promise<number>;
  /**
   * The records of a stored state.
   * @throws {DamagedSnapshot} while they are drawn, when they are not what was written; what was drawn so far counts for nothing
   */
  read(index: number): AsyncIterable<unknown>;
  /**
   * At most `bytesMax` bytes of a stored snapshot.
   * @throws {DamagedSnapshot} when there is no such snapshot
   */
  readPiece(index: number, offset: number, bytesMax: number): Promise<SnapshotPiece>;
  /** Adds a piece, or says where the next one should begin if this one does not follow what is here. */
  receive(piece: IncomingPiece): Promise<Received>;
  /**
   * Forgets stored snapshots of a lower index, and what came of incoming ones up to this index. A newer one stays: it may be about
   * to come into force.
   */
  forgetOlder(index: number): Promise<void>;
  close(): Promise<void>;
}

/** A stored snapshot is not there, or is not what was written. */
export class DamagedSnapshot extends Error {
  override readonly name = 'DamagedSnapshot';
}
