import { TEXT_FRAME_FIN } from './webSocketClient.ts';

const PING_FRAME_FIN = 0x89;

/**
 * Holds what a server sends against what it must send, byte for byte: the frames of a ring, over and over. Whole chunks
 * are compared at once, which costs far less than to read them frame by frame. Only WebSocket pings may lie between.
 */
export class ExpectedStream {
  readonly #ring: Buffer;
  readonly #frameBytes: number;
  readonly #onPing: (payload: Buffer) => void;
  #position = 0;
  #bytes = 0;
  /** The beginning of a control frame whose end has not come yet. */
  #rest: Buffer | undefined;

  /** @param ring frames as a server sends them, `frameBytes` each with its WebSocket header */
  constructor(ring: Buffer, frameBytes: number, onPing: (payload: Buffer) => void) {
    this.#ring = ring;
    this.#frameBytes = frameBytes;
    this.#onPing = onPing;
  }

  /** Whole frames that came so far. */
  get frames(): number {
    return Math.floor(this.#bytes / this.#frameBytes);
  }

  /** @throws {Error} at the first byte that is not the expected one: something was lost, doubled, changed or reordered */
  read(received: Buffer): void {
    const chunk = this.#rest === undefined ? received : Buffer.concat([this.#rest, received]);
    this.#rest = undefined;
    let offset = 0;
    while (offset < chunk.length && this.#matches(chunk, offset, this.#ring.length)) {
      offset += this.#advance(chunk.length - offset, this.#ring.length);
    }
    while (offset < chunk.length) offset += this.#readFrame(chunk, offset);
  }

  /** The slow way, for a chunk with a control frame in it. @returns how many bytes it took */
  #readFrame(chunk: Buffer, offset: number): number {
    const atBoundary = this.#position % this.#frameBytes === 0;
    if (atBoundary && chunk[offset] !== TEXT_FRAME_FIN) return this.#readControlFrame(chunk, offset);
    if (!this.#matches(chunk, offset, this.#frameBytes)) {
      throw new Error(`frame ${this.frames + 1} of a link is not the one that was sent`);
    }
    return this.#advance(chunk.length - offset, this.#frameBytes);
  }

  #readControlFrame(chunk: Buffer, offset: number): number {
    const end = offset + 2 + (chunk[offset + 1] ?? 0);
    if (chunk.length < offset + 2 || chunk.length < end) {
      this.#rest = chunk.subarray(offset);
      return chunk.length - offset;
    }
    if (chunk[offset] !== PING_FRAME_FIN) {
      throw new Error(`the server sent a WebSocket frame that begins with byte ${chunk[offset] ?? '?'}`);
    }
    this.#onPing(chunk.subarray(offset + 2, end));
    return end - offset;
  }

  /** Whether the bytes up to the next multiple of `unit` in the ring, or to the end of the chunk, are the expected ones. */
  #matches(chunk: Buffer, offset: number, unit: number): boolean {
    const start = this.#position;
    const length = Math.min(chunk.length - offset, unit - (start % unit));
    return chunk.compare(this.#ring, start, start + length, offset, offset + length) === 0;
  }

  #advance(available: number, unit: number): number {
    const length = Math.min(available, unit - (this.#position % unit));
    this.#position = (this.#position + length) % this.#ring.length;
    this.#bytes += length;
    return length;
  }
}
