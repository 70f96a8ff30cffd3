import type { Socket } from 'node:net';
import type { WebSocket } from '@fastify/websocket';

/** Signs of life that do not show in the bytes received: writes that the other end's acknowledgements made possible. */
export interface WriteProgress {
  readonly writesDone: number;
  readonly isWriting: boolean;
  /** Of the write under way; 0 without one. */
  readonly writingBytes: number;
}

export interface WatchedSocket {
  readonly webSocket: Pick<WebSocket, 'readyState' | 'OPEN' | 'ping'>;
  readonly socket: Pick<Socket, 'bytesRead'>;
  readonly progress?: WriteProgress;
  /** Whether this end does not read at the moment, and so cannot see any sign. */
  readonly isHeld?: () => boolean;
  /** @param why what was missed, as a phrase without its subject's name */
  readonly onDead: (why: string) => void;
}

interface Watched extends WatchedSocket {
  bytesRead: number;
  /** The count of ended writes when one was last seen under way; undefined when none was. */
  writesDone: number | undefined;
  /** When that write was first seen under way. */
  writingSinceMs: number;
  silentIntervals: number;
}

const SILENT_INTERVALS_MAX = 2;
/** A write of a large frame ends only when all of it has left: what a slow, living line carries in a millisecond. */
const BYTES_PER_MS_LEAST = 64;

const SILENT = 'it gave no sign of life for two ping intervals';

/**
 * Finds half-open sockets: pings all, and gives up those that gave no sign of life over two whole intervals.
 *
 * A sign is any byte received, or a write that had to wait and then went on: a slow reader with a full buffer answers
 * its ping late, but it is not dead. One that sends and never reads is given up too, later: what waits for it takes
 * memory from all others.
 */
export class Liveness {
  readonly #watched = new Set<Watched>();
  readonly #timer: NodeJS.Timeout;
  readonly #stalledReaderMs: number;
  readonly #clock: () => number;

  constructor(options: { pingIntervalMs: number; stalledReaderMs: number }, clock: () => number) {
    this.#stalledReaderMs = options.stalledReaderMs;
    this.#clock = clock;
    // When this process itself was held up, the timer and what others sent meanwhile are due at the same moment, and
    // the timer runs first. One turn of input passes before anybody is judged.
    this.#timer = setInterval(() => setImmediate(() => this.#sweep()), options.pingIntervalMs);
    this.#timer.unref();
  }

  /** @returns ends the watch */
  watch(socket: WatchedSocket): () => void {
    const watched: Watched = {
      ...socket,
      ...{ bytesRead: socket.socket.bytesRead, writesDone: undefined, writingSinceMs: 0, silentIntervals: 0 },
    };
    this.#watched.add(watched);
    return () => this.#watched.delete(watched);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#watched.clear();
  }

  #sweep(): void {
    const nowMs = this.#clock();
    for (const watched of this.#watched) {
      watched.silentIntervals = showsLife(watched, nowMs) ? 0 : watched.silentIntervals + 1;
      const why = watched.silentIntervals >= SILENT_INTERVALS_MAX ? SILENT : this.#stallOf(watched, nowMs);
      if (why !== undefined) {
        this.#watched.delete(watched);
        watched.onDead(why);
      } else if (watched.webSocket.readyState === watched.webSocket.OPEN) {
        watched.webSocket.ping();
      }
    }
  }

  #stallOf({ progress, writesDone, writingSinceMs }: Watched, nowMs: number): string | undefined {
    if (progress === undefined || writesDone === undefined) return undefined;
    const forMs = nowMs - writingSinceMs;
    if (forMs < this.#stalledReaderMs + progress.writingBytes / BYTES_PER_MS_LEAST) return undefined;
    return `it read nothing of what waits for it for ${Math.round(forMs)} ms`;
  }
}

function showsLife(watched: Watched, nowMs: number): boolean {
  const { socket, progress } = watched;
  const hasRead = socket.bytesRead !== watched.bytesRead;
  const isSameWrite = progress?.isWriting === true && watched.writesDone === progress.writesDone;
  const hasWritten = watched.writesDone !== undefined && watched.writesDone !== progress?.writesDone;
  watched.bytesRead = socket.bytesRead;
  if (!isSameWrite) watched.writingSinceMs = nowMs;
  watched.writesDone = progress?.isWriting === true ? progress.writesDone : undefined;
  return hasRead || hasWritten || watched.isHeld?.() === true;
}
