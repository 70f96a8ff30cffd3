import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { decodeFrame, encodeFrame, FRAME_BYTES_MAX, RELAY_ADDRESS, type Frame } from '../../shared/envelope.ts';
import { PROTOCOL_VERSION } from '../../shared/protocol.ts';

/** One endpoint's socket at the double. */
export interface DoubleClient {
  readonly id: string;
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  /** Whole frames that came, `Hello` too, in order. */
  readonly frames: Frame[];
  /** Its TCP socket's reads so far: several frames in one read left in one write. */
  reads: number;
}

/** How the double treats those who come from now on. */
export interface Manners {
  /** Answers no upgrade at all: a host that takes connections and is silent. */
  swallowUpgrades: boolean;
  /** Answers upgrades with this instead. */
  refusal: { readonly status: number; readonly body: string } | undefined;
  /** Answers `Hello` with a close instead of a `Welcome`. */
  closeOnHello: { readonly code: number; readonly reason: string; readonly message?: string } | undefined;
  answerHello: boolean;
  answerPings: boolean;
  forward: boolean;
  protocolVersion: number;
  frameBytesMax: number;
}

const GOOD: Manners = {
  swallowUpgrades: false,
  refusal: undefined,
  closeOnHello: undefined,
  answerHello: true,
  answerPings: true,
  forward: true,
  protocolVersion: PROTOCOL_VERSION,
  frameBytesMax: FRAME_BYTES_MAX,
};

/** A relay in small whose manners can be spoiled, for tests of the transport alone. */
export class RelayDouble {
  readonly manners: Manners = { ...GOOD };
  /** Every socket that was upgraded, in order; also those that are gone. */
  readonly clients: DoubleClient[] = [];
  upgrades = 0;
  #server: Server | undefined;
  readonly #webSockets = new WebSocketServer({ noServer: true });
  readonly #sockets = new Set<Socket>();
  #port = 0;

  get url(): string {
    return `ws://127.0.0.1:${this.#port}/`;
  }

  /** Listens; after `stop`, on the same port again. */
  async start(): Promise<void> {
    const server = createServer((_request, response) => response.writeHead(404).end());
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Cuts every connection and stops listening. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(server, 'close');
  }

  /** Reads nothing and says nothing any more, while the kernel keeps all connections alive: a half-open relay. */
  freeze(): void {
    for (const socket of this.#sockets) socket.pause();
    Object.assign(this.manners, { answerHello: false, answerPings: false, forward: false, swallowUpgrades: true });
  }

  /** The open client of that id. */
  client(id: string): DoubleClient | undefined {
    return this.clients.findLast((client) => client.id === id && client.socket.readyState === client.socket.OPEN);
  }

  /** Sends a text as it is to the client of that id. */
  say(id: string, text: string): void {
    const client = this.client(id);
    if (client === undefined) throw new Error(`${id} is not connected`);
    client.socket.send(text);
  }

  sayFrame(to: string, type: string, body: unknown, from: string = RELAY_ADDRESS): void {
    this.say(to, encodeFrame({ type, from: from as Frame['from'], to: to as Frame['to'], id: 1, body }));
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.upgrades += 1;
    const { swallowUpgrades, refusal } = this.manners;
    if (swallowUpgrades) return;
    if (refusal !== undefined) {
      const { status, body } = refusal;
      socket.end(`HTTP/1.1 ${status} Refused\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
      return;
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const id = new URL(request.url ?? '', 'http://double').searchParams.get('id') ?? '';
      const client: DoubleClient = { id, socket: webSocket, request, frames: [], reads: 0 };
      this.clients.push(client);
      socket.on('data', () => {
        client.reads += 1;
      });
      webSocket.on('message', (data: Buffer) => this.#received(client, data.toString()));
      webSocket.on('error', () => undefined);
    });
  }

  #received(client: DoubleClient, text: string): void {
    const decoded = decodeFrame(text);
    if (!decoded.ok) throw new Error(`${client.id} sent what is not a frame: ${text}`);
    const { frame } = decoded;
    client.frames.push(frame);
    if (frame.to !== RELAY_ADDRESS) {
      if (this.manners.forward) this.client(frame.to)?.socket.send(text);
    } else if (frame.type === 'Hello') this.#hello(client);
    else if (frame.type === 'Ping' && this.manners.answerPings)
      this.sayFrame(client.id, 'Pong', { inReplyTo: frame.id });
  }

  #hello({ id, socket }: DoubleClient): void {
    const { closeOnHello, answerHello, protocolVersion, frameBytesMax } = this.manners;
    if (closeOnHello !== undefined) {
      const { code, reason, message } = closeOnHello;
      if (message !== undefined) this.sayFrame(id, 'Refused', { code: reason, message });
      socket.close(code, reason);
    } else if (answerHello) {
      this.sayFrame(id, 'Welcome', { protocolVersion, connectionId: `c${this.clients.length}`, frameBytesMax });
    }
  }
}
