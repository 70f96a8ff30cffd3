import { closeSync, fstatSync, ftruncateSync, writeSync } from 'node:fs';
import { isCode } from '../../peer/storage/directories.ts';

/** Lines wait this long, or until they fill a chunk, so that a trace of every frame is not a system call a frame. */
const FLUSH_MS = 20;
/** What waits for a slow reader. Further lines are dropped until half of it is gone. */
const WAITING_BYTES_MAX = 1_048_576;
const CHUNK_BYTES_MAX = 65_536;
/** A pipe takes so many bytes whole or not at all (POSIX, PIPE_BUF), so lines of others that share it do not tear ours. */
const PIPE_CHUNK_BYTES_MAX = 4096;
/** A reader that is slow gets this long for the last lines when the process ends. */
const CLOSE_MS_MAX = 1000;
const CLOSE_PAUSE_MS = 5;

export interface LineFileOptions {
  readonly descriptor: number;
  /** Whether to close it at the end. */
  readonly isOwn: boolean;
  /** The line that tells how many lines were dropped before it. */
  readonly droppedLine: (lines: number) => string;
  /** Told once, when something was not written, and nothing more will be. */
  readonly onFailed: (error: Error) => void;
}

/**
 * Writes whole lines, some at a time, and all of them before the process ends; SIGKILL loses those of the last 20 ms. A reader
 * that is too slow for 1 MiB of them misses whole lines, and finds a line in their place that counts them.
 */
export class LineFile {
  readonly #options: LineFileOptions;
  readonly #chunkBytesMax: number;
  readonly #waiting: Buffer[] = [];
  #waitingBytes = 0;
  /** What is being written, and how much of it is. */
  #chunk: Buffer | undefined;
  #at = 0;
  #isDropping = false;
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: LineFileOptions) {
    this.#options = options;
    this.#chunkBytesMax = fstatSync(options.descriptor).isFile() ? CHUNK_BYTES_MAX : PIPE_CHUNK_BYTES_MAX;
  }

  write(line: string): void {
    if (this.#isClosed) return;
    const bytes = Buffer.from(`${line}\n`);
    if (this.#waitingBytes + bytes.length > WAITING_BYTES_MAX) this.#isDropping = true;
    else if (this.#waitingBytes <= WAITING_BYTES_MAX / 2) this.#isDropping = false;
    if (this.#isDropping) {
      this.#dropped += 1;
      return;
    }
    this.#tellDropped();
    this.#push(bytes);
    // A reader that is behind is asked again by the timer.
    if (this.#waitingBytes >= CHUNK_BYTES_MAX && this.#chunk === undefined) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS).unref();
  }

  /** Writes what waits; a reader that takes too long for it misses the rest. */
  close(): void {
    if (this.#isClosed) return;
    const deadlineMs = performance.now() + CLOSE_MS_MAX;
    this.#flush();
    while (this.#isBehind() && performance.now() < deadlineMs) {
      pause(CLOSE_PAUSE_MS);
      this.#flush();
    }
    const isBehind = this.#isBehind();
    this.#end();
    if (isBehind) this.#options.onFailed(new Error('its reader is too slow for the last lines'));
  }

  #isBehind(): boolean {
    return !this.#isClosed && (this.#chunk !== undefined || this.#waiting.length > 0);
  }

  #push(bytes: Buffer): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
  }

  /** In the place of the lines that are missing. */
  #tellDropped(): void {
    if (this.#dropped === 0) return;
    this.#push(Buffer.from(`${this.#options.droppedLine(this.#dropped)}\n`));
    this.#dropped = 0;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      for (;;) {
        this.#chunk ??= this.#nextChunk();
        if (this.#chunk === undefined) return;
        const bytes = writeSync(this.#options.descriptor, this.#chunk, this.#at);
        this.#waitingBytes -= bytes;
        this.#at += bytes;
        if (this.#at < this.#chunk.length) continue;
        this.#chunk = undefined;
        this.#at = 0;
      }
    } catch (error) {
      // The reader is slow.
      if (isCode(error, 'EAGAIN')) this.#timer = setTimeout(() => this.#flush(), FLUSH_MS).unref();
      else this.#fail(error as Error);
    }
  }

  /** As many whole lines as fit, one at least; undefined when none waits. */
  #nextChunk(): Buffer | undefined {
    if (this.#waiting.length === 0) this.#tellDropped();
    let lines = 0;
    let bytes = 0;
    for (const line of this.#waiting) {
      if (lines > 0 && bytes + line.length > this.#chunkBytesMax) break;
      lines += 1;
      bytes += line.length;
    }
    return lines === 0 ? undefined : Buffer.concat(this.#waiting.splice(0, lines), bytes);
  }

  #fail(error: Error): void {
    this.#removeTorn();
    this.#end();
    this.#options.onFailed(error);
  }

  /** A disk that became full takes part of a line. */
  #removeTorn(): void {
    const written = this.#chunk?.subarray(0, this.#at) ?? Buffer.alloc(0);
    const torn = written.length - (written.lastIndexOf('\n') + 1);
    if (torn === 0) return;
    try {
      const status = fstatSync(this.#options.descriptor);
      if (status.isFile()) ftruncateSync(this.#options.descriptor, status.size - torn);
    } catch {
      // The file is in trouble as a whole, and that is told.
    }
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    if (this.#options.isOwn) closeSync(this.#options.descriptor);
  }
}

/** The process is ending: there is no event loop to wait with any more. */
function pause(durationMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs);
}
