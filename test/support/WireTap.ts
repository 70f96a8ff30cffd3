import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { decodeFrame, type Frame } from '../../shared/envelope.ts';

/** Frames that came before the way to the relay was open; an endpoint sends no more than its Hello by then. */
const WAITING_FRAMES_MAX = 100;

/**
 * Stands between endpoints and a relay on 127.0.0.1 and reads what endpoints send. What it has seen did leave the
 * endpoint's process, whatever that process wrote down about itself before it was killed.
 */
export class WireTap {
  readonly #http: Server = createServer((_request, response) => response.writeHead(404).end());
  readonly #webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  readonly #onFrame: (frame: Frame) => void;
  readonly #relayPort: number;

  /** @param onFrame gets every frame that an endpoint sent, before the relay does */
  static async listen(relayPort: number, onFrame: (frame: Frame) => void): Promise<WireTap> {
    const tap = new WireTap(relayPort, onFrame);
    tap.#http.listen(0, '127.0.0.1');
    await once(tap.#http, 'listening');
    return tap;
  }

  private constructor(relayPort: number, onFrame: (frame: Frame) => void) {
    this.#relayPort = relayPort;
    this.#onFrame = onFrame;
    this.#http.on('upgrade', (request, socket, head) => {
      this.#webSockets.handleUpgrade(request, socket, head, (endpoint) => this.#join(endpoint, request));
    });
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = once(this.#http, 'close');
    for (const endpoint of this.#webSockets.clients) endpoint.terminate();
    this.#http.close();
    this.#http.closeAllConnections();
    await closed;
  }

  #join(endpoint: WebSocket, { url = '/' }: IncomingMessage): void {
    const relay = new WebSocket(`ws://127.0.0.1:${this.#relayPort}${url}`, { perMessageDeflate: false });
    const waiting: string[] = [];
    endpoint.on('message', (data: Buffer) => {
      const text = data.toString();
      const decoded = decodeFrame(text);
      if (decoded.ok) this.#onFrame(decoded.frame);
      if (relay.readyState === WebSocket.OPEN) relay.send(text);
      else if (waiting.push(text) > WAITING_FRAMES_MAX) endpoint.terminate();
    });
    relay.on('open', () => {
      for (const text of waiting.splice(0)) relay.send(text);
    });
    relay.on('message', (data: Buffer) => endpoint.send(data.toString()));
    endWith(endpoint, relay);
    endWith(relay, endpoint);
  }
}

/** When one ends the other ends alike. */
function endWith(one: WebSocket, other: WebSocket): void {
  one.on('error', () => other.terminate());
  one.on('close', (code, reason) => {
    // 1005 and 1006 say that there was no close frame, and cannot be sent in one.
    if (code === 1005 || code === 1006 || other.readyState !== WebSocket.OPEN) other.terminate();
    else other.close(code, reason);
  });
}
