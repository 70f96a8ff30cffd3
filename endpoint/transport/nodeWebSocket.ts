import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket, type ClientOptions, type RawData } from 'ws';
import type { OpenSocket, RelaySocket, SocketEnd, SocketHandlers } from './RelaySocket.ts';

/** The largest message taken from a relay, which may be set to forward more than its default of 1 MiB. */
const MESSAGE_BYTES_MAX = 16 * 1_048_576;
/** How much of a refusal's HTTP body is read. */
const REFUSAL_BYTES_MAX = 4096;
const CLOSE_TIMEOUT_MS = 500;

/** `closeTimeout` is an option of `ws` that its types do not have yet. */
const OPTIONS: ClientOptions & { closeTimeout: number } = {
  // Ten times slower for frames of this size.
  perMessageDeflate: false,
  maxPayload: MESSAGE_BYTES_MAX,
  closeTimeout: CLOSE_TIMEOUT_MS,
};

/** A WebSocket of the package `ws`. The token goes into the header `Authorization`. */
export const openNodeWebSocket: OpenSocket = (url, { token }, handlers) => {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const webSocket = new WebSocket(url, { ...OPTIONS, headers });
  return new NodeRelaySocket(webSocket, handlers);
};

class NodeRelaySocket implements RelaySocket {
  readonly #webSocket: WebSocket;
  readonly #handlers: SocketHandlers;
  #socket: Socket | undefined;
  #isCorked = false;
  #hasEnded = false;
  #error: string | undefined;

  constructor(webSocket: WebSocket, handlers: SocketHandlers) {
    this.#webSocket = webSocket;
    this.#handlers = handlers;
    webSocket.on('upgrade', (response) => {
      this.#socket = response.socket;
    });
    webSocket.on('open', () => handlers.onOpen());
    webSocket.on('message', (data, isBinary) => {
      if (isBinary) handlers.onBinary();
      else handlers.onText(textOf(data));
    });
    webSocket.on('ping', () => handlers.onAlive());
    webSocket.on('pong', () => handlers.onAlive());
    webSocket.on('unexpected-response', (_request, response) => this.#refused(response));
    webSocket.on('error', (error) => {
      this.#error = describe(error);
    });
    webSocket.on('close', (code, reason) => this.#end({ code, reason: reason.toString() }));
  }

  get bufferedBytes(): number {
    return this.#webSocket.bufferedAmount;
  }

  send(text: string): void {
    this.#cork();
    // A write that fails ends the socket, and that is told by 'close'.
    this.#webSocket.send(text, () => undefined);
  }

  close(): void {
    this.#webSocket.close(1000);
  }

  terminate(): void {
    this.#webSocket.terminate();
  }

  /** What one turn sends leaves in one system call: a leader's heartbeats, or the replies to all that one read brought. */
  #cork(): void {
    const socket = this.#socket;
    if (socket === undefined || this.#isCorked) return;
    this.#isCorked = true;
    socket.cork();
    process.nextTick(() => {
      this.#isCorked = false;
      socket.uncork();
    });
  }

  #refused(response: IncomingMessage): void {
    const status = response.statusCode ?? 0;
    let body = '';
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      body = (body + text).slice(0, REFUSAL_BYTES_MAX);
      if (body.length === REFUSAL_BYTES_MAX) response.destroy();
    });
    response.on('close', () => {
      this.#end({ code: 1006, reason: '', http: { status, body } });
      this.#webSocket.terminate();
    });
  }

  #end(end: SocketEnd): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#handlers.onClosed(this.#error === undefined ? end : { ...end, error: this.#error });
  }
}

/** `ws` gives a text message as one Buffer unless told otherwise. */
function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return (Buffer.isBuffer(data) ? data : Buffer.from(data)).toString('utf8');
}

/** When a name has several addresses and none answers, Node gives an error without a message that holds one for each. */
function describe(error: Error): string {
  if (error instanceof AggregateError) {
    return error.errors.map((each: unknown) => (each instanceof Error ? each.message : String(each))).join('; ');
  }
  return error.message;
}
