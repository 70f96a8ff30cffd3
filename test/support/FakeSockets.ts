import {
  decodeFrame,
  encodeFrame,
  FRAME_BYTES_MAX,
  RELAY_ADDRESS,
  type Address,
  type Frame,
} from '../../shared/envelope.ts';
import { PROTOCOL_VERSION } from '../../shared/protocol.ts';
import type {
  OpenSocket,
  RelaySocket,
  SocketEnd,
  SocketHandlers,
  SocketOptions,
} from '../../endpoint/transport/RelaySocket.ts';

/** A socket whose other end is the test. */
export class FakeSocket implements RelaySocket {
  readonly url: string;
  readonly options: SocketOptions;
  readonly #handlers: SocketHandlers;
  readonly frames: Frame[] = [];
  bufferedBytes = 0;
  /** How this side ended it. */
  endedBy: 'close' | 'terminate' | undefined;

  constructor(url: string, options: SocketOptions, handlers: SocketHandlers) {
    this.url = url;
    this.options = options;
    this.#handlers = handlers;
  }

  get id(): Address {
    return (new URL(this.url).searchParams.get('id') ?? '') as Address;
  }

  send(text: string): void {
    const decoded = decodeFrame(text);
    if (!decoded.ok) throw new Error(`not a frame: ${text}`);
    this.frames.push(decoded.frame);
  }

  close(): void {
    this.endedBy = 'close';
  }

  terminate(): void {
    this.endedBy = 'terminate';
  }

  open(): void {
    this.#handlers.onOpen();
  }

  /** What a good relay does: the upgrade, and the answer to Hello. */
  welcome(protocolVersion = PROTOCOL_VERSION, frameBytesMax = FRAME_BYTES_MAX): void {
    this.open();
    this.say('Welcome', { protocolVersion, connectionId: 'c1', frameBytesMax });
  }

  say(type: string, body: unknown, from: string = RELAY_ADDRESS): void {
    this.sayText(encodeFrame({ type, from: from as Address, to: this.id, id: 1, body }));
  }

  sayText(text: string): void {
    this.#handlers.onText(text);
  }

  ping(): void {
    this.#handlers.onAlive();
  }

  end(end: Partial<SocketEnd> = {}): void {
    this.#handlers.onClosed({ code: 1006, reason: '', ...end });
  }
}

/** Every socket that was asked for, in order. */
export class FakeSockets {
  readonly all: FakeSocket[] = [];

  readonly open: OpenSocket = (url, options, handlers) => {
    const socket = new FakeSocket(url, options, handlers);
    this.all.push(socket);
    return socket;
  };

  get last(): FakeSocket {
    const socket = this.all.at(-1);
    if (socket === undefined) throw new Error('no socket was asked for');
    return socket;
  }

  get hosts(): string[] {
    return this.all.map(({ url }) => new URL(url).hostname);
  }
}
