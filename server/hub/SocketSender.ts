import type { Socket } from 'node:net';
import type { WebSocket } from '@fastify/websocket';
import { WhitewaterError, type ErrorCode } from '../../shared/errors.ts';
import type { PeerId } from '../../shared/ids.ts';
import type { Bodies } from '../../shared/protocol.ts';
import { controlFrame } from './controlFrames.ts';
import type { Hub } from './Hub.ts';
import { Outbox } from './Outbox.ts';

export interface SenderListeners {
  /** A control frame goes out. */
  readonly onControl: () => void;
  /** The end came before so many frames of others had left. */
  readonly onUnsent: (frames: number) => void;
}

/** What goes to one endpoint, through its socket: frames of others, and the relay's own. */
export class SocketSender {
  readonly outbox: Outbox;
  readonly #webSocket: WebSocket;
  readonly #to: PeerId;
  readonly #closeGraceMs: number;
  readonly #listeners: SenderListeners;
  #framesSent = 0;

  constructor(hub: Hub, webSocket: WebSocket, socket: Socket, to: PeerId, listeners: SenderListeners) {
    const { turn, pages, budget, options } = hub;
    const sink = {
      write: (bytes: Uint8Array, done: (error?: Error | null) => void): boolean => {
        if (webSocket.readyState === webSocket.OPEN) return socket.write(bytes, done);
        process.nextTick(done, new Error('the connection is closing'));
        return false;
      },
    };
    this.outbox = new Outbox(sink, { turn, pages, budget, bytesMax: options.bufferBytesMax });
    this.#webSocket = webSocket;
    this.#to = to;
    this.#closeGraceMs = options.closeGraceMs;
    this.#listeners = listeners;
  }

  /** @returns false when too much waits already */
  tell<Type extends 'Welcome' | 'Directory' | 'Pong' | 'TimeOut'>(type: Type, body: Bodies[Type]): boolean {
    this.#countControl();
    return this.outbox.offer(controlFrame(type, this.#to, this.#framesSent, body), false);
  }

  /** @param inReplyTo the id of the frame that is refused */
  refuse(code: ErrorCode, message: string, inReplyTo: number | undefined): void {
    this.outbox.offer(this.#refusedFrame(code, message, inReplyTo), false);
  }

  /** Lets what waits leave, but for no longer than the grace; then says why, and closes. */
  finish(code: ErrorCode, message: string, inReplyTo: number | undefined): void {
    const refused = this.#refusedFrame(code, message, inReplyTo);
    const say = (): void => {
      clearTimeout(timer);
      this.close();
      if (this.#webSocket.readyState !== this.#webSocket.OPEN) return;
      this.#webSocket.send(refused, { binary: false });
      // RFC 6455 leaves a reason 123 bytes: the code alone goes there; the sentence is in `Refused`.
      this.#webSocket.close(new WhitewaterError(code, message).closeCode, code);
    };
    const timer = setTimeout(say, this.#closeGraceMs);
    this.outbox.finish(say);
  }

  /** Nothing that waits will leave any more. */
  close(): void {
    const unsent = this.outbox.close();
    if (unsent > 0) this.#listeners.onUnsent(unsent);
  }

  #refusedFrame(code: ErrorCode, message: string, inReplyTo: number | undefined): Buffer {
    this.#countControl();
    const body = { code, message: message.slice(0, 1024), ...(inReplyTo === undefined ? {} : { inReplyTo }) };
    return controlFrame('Refused', this.#to, this.#framesSent, body);
  }

  #countControl(): void {
    this.#framesSent += 1;
    this.#listeners.onControl();
  }
}
