import type { Socket } from 'node:net';
import type { WebSocket } from '@fastify/websocket';

/** Signs of life that do not show in the bytes received: writes that the other end's acknowledgements made possible. */
export interface WriteProgress {
  readonly writesDone: number;
  readonly isWriting: boolean;
}

interface Watched {
  readonly webSocket: WebSocket;
  readonly socket: Socket;
  readonly progress: WriteProgress | undefined;
  readonly onDead: () => void;
  bytesRead: number;
  /** The count of ended writes when one was last seen under way; undefined when none was. */
  writesDone: number | undefined;
  silentIntervals: number;
}

const SILENT_INTERVALS_MAX = 2;

/**
 * Finds half-open sockets: pings all, and gives up those that gave no sign of life over two whole intervals.
 *
 * A sign is any byte received, or a write that had to wait and then went on: a slow reader with a full buffer answers
 * its ping late, but it is not dead.
 */
export class Liveness {
  readonly #watched = new Set<Watched>();
  readonly #timer: NodeJS.Timeout;

  constructor(intervalMs: number) {
    // When this process itself was held up, the timer and what others sent meanwhile are due at the same moment, and
    // the timer runs first. One turn of input passes before anybody is judged.
    this.#timer = setInterval(() => setImmediate(() => this.#sweep()), intervalMs);
    this.#timer.unref();
  }

  /** @returns ends the watch */
  watch(webSocket: WebSocket, socket: Socket, onDead: () => void, progress?: WriteProgress): () => void {
    const watched: Watched = {
      ...{ webSocket, socket, progress, onDead },
      ...{ bytesRead: socket.bytesRead, writesDone: undefined, silentIntervals: 0 },
    };
    this.#watched.add(watched);
    return () => this.#watched.delete(watched);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#watched.clear();
  }

  #sweep(): void {
    for (const watched of this.#watched) {
      watched.silentIntervals = showsLife(watched) ? 0 : watched.silentIntervals + 1;
      if (watched.silentIntervals >= SILENT_INTERVALS_MAX) {
        this.#watched.delete(watched);
        watched.onDead();
      } else if (watched.webSocket.readyState === watched.webSocket.OPEN) {
        watched.webSocket.ping();
      }
    }
  }
}

function showsLife(watched: Watched): boolean {
  const { socket, progress } = watched;
  const hasRead = socket.bytesRead !== watched.bytesRead;
  const hasWritten = watched.writesDone !== undefined && watched.writesDone !== progress?.writesDone;
  watched.bytesRead = socket.bytesRead;
  watched.writesDone = progress?.isWriting === true ? progress.writesDone : undefined;
  return hasRead || hasWritten;
}
