import type { BufferBudget } from './BufferBudget.ts';
import type { PagePool } from './PagePool.ts';
import type { Turn } from './Turn.ts';

/** What an outbox needs of a socket: `net.Socket` and `tls.TLSSocket` have it. */
export interface ByteSink {
  write(bytes: Uint8Array, done: (error?: Error | null) => void): boolean;
}

export interface OutboxOptions {
  readonly turn: Turn;
  readonly pages: PagePool;
  readonly budget: BufferBudget;
  readonly bytesMax: number;
}

/** Frames that wait together. */
interface Part {
  readonly bytes: Buffer;
  /** How many of them are of endpoints. */
  readonly forwarded: number;
}

/** The longest header of an unmasked WebSocket frame (RFC 6455, section 5.2). */
const HEADER_BYTES_MAX = 10;
const TEXT_FRAME_FIN = 0x81;

/**
 * What waits to be written to one socket.
 *
 * Frames are copied one behind the other, each with its WebSocket header, so that all that one turn brings leaves in
 * one system call; and so that no frame keeps alive the far larger buffer in which it was read, however long it waits.
 * While frames come one at a time, waiting for the end of the turn would gain nothing: the first of a turn leaves at
 * once, until a second one in the same turn shows that there is something to gather.
 * One write is under way at a time; the rest waits here, up to `bytesMax` and as far as the
 * budget of all outboxes goes, and beyond it `offer` refuses.
 *
 * The WebSocket library writes pings and close frames to the same socket beside this. Both write whole frames only.
 */
export class Outbox {
  readonly #sink: ByteSink;
  readonly #turn: Turn;
  readonly #pages: PagePool;
  readonly #budget: BufferBudget;
  readonly #bytesMax: number;
  /** Full pages, or parts of them, oldest first. They come before what `#page` holds. */
  readonly #sealed: Part[] = [];
  /** A `Buffer`, and so are its parts: a stream makes one of anything else first. */
  #page: Buffer = EMPTY;
  #pageStart = 0;
  #pageEnd = 0;
  #pageForwarded = 0;
  #waitingBytes = 0;
  #writingBytes = 0;
  #writingForwarded = 0;
  /** Frames of endpoints in a write that failed. From then on nothing can leave any more. */
  #lostForwarded: number | undefined;
  #writesDone = 0;
  /** Since the last write began. */
  #framesOffered = 0;
  #isSparse = true;
  #awaitsTurn = false;
  #closed = false;
  /** Takes nothing any more; called when the last of what waits has left. */
  #onEmpty: (() => void) | undefined;

  constructor(sink: ByteSink, { turn, pages, budget, bytesMax }: OutboxOptions) {
    this.#sink = sink;
    this.#turn = turn;
    this.#pages = pages;
    this.#budget = budget;
    this.#bytesMax = bytesMax;
  }

  /** Bytes that were offered and that the operating system has not taken yet. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** How many writes have ended, and whether another is under way: together they tell a slow reader from a dead one. */
  get writesDone(): number {
    return this.#writesDone;
  }
  get isWriting(): boolean {
    return this.#writingBytes > 0;
  }
  get writingBytes(): number {
    return this.#writingBytes;
  }

  /**
   * Takes a text frame's payload, which must be UTF-8 and may be reused by the caller afterwards.
   * @param isForwarded whether an endpoint sent it, and not the relay itself
   * @returns false, having taken nothing, when more than the bound would wait
   */
  offer(payload: Uint8Array, isForwarded: boolean): boolean {
    const most = payload.length + HEADER_BYTES_MAX;
    const after = this.#waitingBytes + most;
    if (this.#closed || this.#onEmpty !== undefined || after > this.#bytesMax || !this.#budget.admits(most, after))
      return false;
    if (this.#pageEnd + most > this.#page.length) this.#turnPage(most);
    const start = this.#pageEnd;
    const bodyStart = writeHeader(this.#page, start, payload.length);
    this.#page.set(payload, bodyStart);
    this.#pageEnd = bodyStart + payload.length;
    this.#waitingBytes += this.#pageEnd - start;
    this.#budget.take(this.#pageEnd - start);
    this.#framesOffered += 1;
    if (isForwarded) this.#pageForwarded += 1;
    if (this.#isSparse && this.#writingBytes === 0 && !this.#awaitsTurn) {
      this.#writeNext();
    } else if (!this.#awaitsTurn) {
      this.#awaitsTurn = true;
      this.#turn.flushAtEnd(this);
    }
    return true;
  }

  /** Writes what waits, unless a write is under way: then it follows that one. */
  flush(): void {
    this.#awaitsTurn = false;
    if (this.#writingBytes === 0) this.#writeNext();
  }

  /** Takes nothing any more, and lets what waits leave. */
  finish(onEmpty: () => void): void {
    this.#onEmpty = onEmpty;
    this.flush();
    if (this.#waitingBytes === 0) onEmpty();
  }

  /** Forgets what waits; what the socket already has still leaves. @returns how many frames of endpoints are forgotten */
  close(): number {
    const lost = this.#pageForwarded + (this.#lostForwarded ?? 0);
    const forwarded = this.#sealed.splice(0).reduce((sum, part) => sum + part.forwarded, lost);
    this.#closed = true;
    this.#pageForwarded = 0;
    if (this.#lostForwarded !== undefined) this.#lostForwarded = 0;
    this.#page = EMPTY;
    this.#pageStart = this.#pageEnd = 0;
    this.#budget.give(this.#waitingBytes - this.#writingBytes);
    this.#waitingBytes = this.#writingBytes;
    return forwarded;
  }

  #turnPage(bytesLeast: number): void {
    if (this.#pageEnd > this.#pageStart) this.#sealed.push(this.#takePart());
    this.#page = this.#pages.take(bytesLeast);
    this.#pageStart = this.#pageEnd = 0;
    if (this.#writingBytes === 0) this.#writeNext();
  }

  /** What waits in the page, which then holds nothing that waits. */
  #takePart(): Part {
    const part = { bytes: this.#page.subarray(this.#pageStart, this.#pageEnd), forwarded: this.#pageForwarded };
    this.#pageStart = this.#pageEnd;
    this.#pageForwarded = 0;
    return part;
  }

  #writeNext(): void {
    if (this.#lostForwarded !== undefined) return;
    let part = this.#sealed.shift();
    if (part === undefined) {
      if (this.#pageEnd === this.#pageStart) return;
      part = this.#takePart();
    }
    const { bytes, forwarded } = part;
    this.#isSparse = this.#framesOffered <= 1;
    this.#framesOffered = 0;
    this.#writingBytes = bytes.length;
    this.#writingForwarded = forwarded;
    this.#sink.write(bytes, this.#written);
  }

  readonly #written = (error?: Error | null): void => {
    this.#waitingBytes -= this.#writingBytes;
    this.#budget.give(this.#writingBytes);
    this.#writingBytes = 0;
    this.#writesDone += 1;
    if (this.#closed) return;
    // The socket is gone, and says so in a moment: until then what waits is kept, to be told as lost.
    if (error != null) {
      this.#lostForwarded = this.#writingForwarded;
      this.#onEmpty?.();
      return;
    }
    if (this.#waitingBytes > 0) {
      if (!this.#awaitsTurn || this.#sealed.length > 0) this.#writeNext();
      return;
    }
    this.#onEmpty?.();
    // Everything has left the page, and nothing else refers to it.
    this.#pages.give(this.#page);
    this.#page = EMPTY;
    this.#pageStart = this.#pageEnd = 0;
  };
}

const EMPTY = Buffer.alloc(0);

/** @returns where the payload begins */
function writeHeader(page: Uint8Array, start: number, length: number): number {
  page[start] = TEXT_FRAME_FIN;
  if (length < 126) {
    page[start + 1] = length;
    return start + 2;
  }
  if (length < 65_536) {
    page[start + 1] = 126;
    page[start + 2] = length >>> 8;
    page[start + 3] = length & 0xff;
    return start + 4;
  }
  page[start + 1] = 127;
  new DataView(page.buffer, page.byteOffset).setBigUint64(start + 2, BigInt(length));
  return start + 10;
}
