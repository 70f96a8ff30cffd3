import { closeSync, openSync, writeSync } from 'node:fs';
import { WhitewaterError } from '../../shared/errors.ts';
import { lineTrace, SILENT_TRACE, TRACE_TOPICS, type Trace, type TraceTopic } from '../../shared/trace.ts';

/** Lines wait this long, or until they fill a buffer, so that a trace of every frame is not a system call a frame. */
const FLUSH_MS = 20;
const BUFFER_BYTES_MAX = 65_536;

export interface OpenTrace {
  readonly trace: Trace;
  /** Writes what waits. Called at the process's end in any case. */
  close(): void;
}

/**
 * The trace that the flags ask for: `--trace` alone goes to standard error, `--trace-file` alone means all topics.
 * @throws {WhitewaterError} USAGE when the file cannot be written
 */
export function openTrace(topics: readonly TraceTopic[] | undefined, path: string | undefined): OpenTrace {
  if (path === undefined && topics === undefined) return { trace: SILENT_TRACE, close: () => undefined };
  const lines = new LineFile(path);
  process.on('exit', () => lines.close());
  return { trace: lineTrace(topics ?? TRACE_TOPICS, (line) => lines.write(line)), close: () => lines.close() };
}

/** Writes lines, some at a time, and all of them before the process ends; SIGKILL loses those of the last 20 ms. */
class LineFile {
  readonly #descriptor: number;
  readonly #isOwn: boolean;
  #waiting = '';
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(path: string | undefined) {
    this.#isOwn = path !== undefined;
    this.#descriptor = path === undefined ? process.stderr.fd : open(path);
  }

  write(line: string): void {
    if (this.#isClosed) return;
    this.#waiting += `${line}\n`;
    if (this.#waiting.length >= BUFFER_BYTES_MAX) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS).unref();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#flush();
    this.#isClosed = true;
    if (this.#isOwn) closeSync(this.#descriptor);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const bytes = Buffer.from(this.#waiting);
    this.#waiting = '';
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(this.#descriptor, bytes, at);
    } catch {
      // A full disk or a reader that went away costs the trace, not the peer.
      this.#isClosed = true;
    }
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'a');
  } catch (cause) {
    const why = (cause as Error).message;
    throw new WhitewaterError('USAGE', `the trace file cannot be written (${why}); name another`, { cause });
  }
}
