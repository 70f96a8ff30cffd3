import type { PeerId } from '../../shared/ids.ts';
import type { InstallSnapshot } from '../../shared/messages/InstallSnapshot.ts';
import type { SnapshotStore } from '../ports/SnapshotStore.ts';
import { fromBase64, toBase64 } from '../snapshots/base64.ts';
import type { SendSnapshotChunk, SnapshotMetadata, StoreSnapshotChunk } from '../raft/effect.ts';
import type { SnapshotChunkStored, SnapshotStored } from '../raft/input.ts';

export interface CourierHandlers {
  /** A piece is read: it may be sent once everything up to `after` is durable. */
  onPiece(effect: SendSnapshotChunk, body: InstallSnapshot): void;
  onStored(input: SnapshotChunkStored | SnapshotStored): void;
  /** A piece could not be read or stored; the core's own timers will ask for it again. */
  onFailed(error: Error): void;
}

/** Of a snapshot in one message: with base64 and the envelope well below the smallest frame limit that relays use. */
const PIECE_BYTES = 128 * 1024;
/** Pieces of other peers' snapshots that may wait to be stored; what comes beyond is dropped, as a network may do. */
const WAITING_MAX = 16;

/** Carries snapshots between their store and messages, piece by piece and in order. */
export class SnapshotCourier {
  readonly #snapshots: SnapshotStore;
  readonly #handlers: CourierHandlers;
  readonly #pieceBytes: number;
  #newest: SnapshotMetadata | null;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();
  #isStopped = false;

  /** @param pieceBytes at the most in one message */
  constructor(
    snapshots: SnapshotStore,
    newest: SnapshotMetadata | null,
    handlers: CourierHandlers,
    pieceBytes: number = PIECE_BYTES,
  ) {
    this.#pieceBytes = pieceBytes;
    this.#snapshots = snapshots;
    this.#newest = newest;
    this.#handlers = handlers;
  }

  /** This snapshot is in force, durable: older ones are not needed any more. */
  use(snapshot: SnapshotMetadata): void {
    this.#newest = snapshot;
    this.#do(() => this.#snapshots.forgetOlder(snapshot.index));
  }

  send(effect: SendSnapshotChunk): void {
    this.#do(async () => {
      const snapshot = this.#newest;
      if (snapshot === null) return;
      const offset = effect.lastIncludedIndex === snapshot.index ? effect.offset : 0;
      const { data, isLast } = await this.#snapshots.readPiece(snapshot.index, offset, this.#pieceBytes);
      if (this.#isStopped) return;
      this.#handlers.onPiece(effect, {
        term: effect.term,
        lastIncludedIndex: snapshot.index,
        lastIncludedTerm: snapshot.term,
        configuration: snapshot.configuration,
        offset,
        data: toBase64(data),
        done: isLast,
      });
    });
  }

  store({ from, id, chunk }: StoreSnapshotChunk): void {
    if (this.#waiting >= WAITING_MAX) return;
    this.#waiting += 1;
    this.#do(async () => {
      try {
        await this.#store(from, id, chunk);
      } finally {
        this.#waiting -= 1;
      }
    });
  }

  /** Waits for what is under way. */
  stop(): Promise<void> {
    this.#isStopped = true;
    return this.#last;
  }

  async #store(from: PeerId, id: number, chunk: InstallSnapshot): Promise<void> {
    const { term, lastIncludedIndex, lastIncludedTerm, configuration, offset, done } = chunk;
    const received = await this.#snapshots.receive({
      // Without the sender's term: it may lead anew, and the bytes of a snapshot that is in force at a peer never change. If that
      // peer was given an empty store meanwhile they are others, and the checksum at the end finds it as any damage.
      source: `${from} ${lastIncludedTerm}`,
      index: lastIncludedIndex,
      ...{ offset, data: fromBase64(chunk.data), isLast: done },
    });
    if (this.#isStopped) return;
    const stored = { from, id, requestTerm: term, lastIncludedIndex, nextOffset: received.nextOffset };
    this.#handlers.onStored(
      received.isWhole
        ? { type: 'snapshotStored', ...stored, lastIncludedTerm, configuration }
        : { type: 'snapshotChunkStored', ...stored },
    );
  }

  /** One thing after the other: pieces that overtake each other would have to be sent again. */
  #do(work: () => Promise<void>): void {
    this.#last = this.#last.then(async () => {
      if (this.#isStopped) return;
      try {
        await work();
      } catch (error) {
        this.#handlers.onFailed(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }
}
