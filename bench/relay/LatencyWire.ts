import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { sliceHead } from '../../shared/envelope.ts';
import type { PeerId } from '../../shared/ids.ts';
import { FIRST_FRAME_ID, frameOf, type Link } from '../support/frames.ts';
import { endpointPath, helloFrame } from '../support/greeting.ts';
import type { Target } from '../support/Target.ts';

/** The ways from a sender to a receiver that are compared. */
export const WAYS = ['direct', 'forwarder', 'relay'] as const;
export type Way = (typeof WAYS)[number];

/** A sender and a receiver, both of this process and both of the WebSocket library, as peers use it. */
export class LatencyWire {
  readonly #sender: WebSocket;
  readonly #receiver: WebSocket;
  readonly #textBeforeId: string;
  readonly #textAfterId: string;

  private constructor(sender: WebSocket, receiver: WebSocket, link: Link, frameBytes: number) {
    this.#sender = sender;
    this.#receiver = receiver;
    const text = frameOf(link, FIRST_FRAME_ID, frameBytes);
    const at = text.indexOf(String(FIRST_FRAME_ID));
    this.#textBeforeId = text.slice(0, at);
    this.#textAfterId = text.slice(at + String(FIRST_FRAME_ID).length);
  }

  /** @param target undefined for the direct way */
  static async open(target: Target | undefined, link: Link, frameBytes: number): Promise<LatencyWire> {
    const [sender, receiver] = target === undefined ? await openDirect() : await openThrough(target, link);
    return new LatencyWire(sender, receiver, link, frameBytes);
  }

  /** @param id at least FIRST_FRAME_ID, and of as many digits */
  send(id: number): void {
    this.#sender.send(`${this.#textBeforeId}${id}${this.#textAfterId}`);
  }

  /** @param onFrame gets the frame's id, and when it came by `performance.now()` */
  listen(onFrame: (id: number, atMs: number) => void): void {
    this.#receiver.on('message', (data: Buffer) => {
      const atMs = performance.now();
      onFrame(sliceHead(data.toString())?.id ?? NaN, atMs);
    });
  }

  close(): void {
    this.#sender.terminate();
    this.#receiver.terminate();
  }
}

/** A connection without anybody between: the receiver is the server. */
async function openDirect(): Promise<[WebSocket, WebSocket]> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[WebSocket]>;
  const sender = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    perMessageDeflate: false,
  });
  await once(sender, 'open');
  const [receiver] = await accepted;
  server.close();
  return [sender, receiver];
}

async function openThrough(target: Target, { from, to }: Link): Promise<[WebSocket, WebSocket]> {
  return [await openEndpoint(target, from), await openEndpoint(target, to)];
}

async function openEndpoint({ name, child }: Target, id: PeerId): Promise<WebSocket> {
  const url = `ws://127.0.0.1:${child.port}${endpointPath('latency', id)}`;
  const webSocket = new WebSocket(url, { perMessageDeflate: false });
  await once(webSocket, 'open');
  if (name === 'relay') {
    webSocket.send(helloFrame(id));
    const [answer] = (await once(webSocket, 'message')) as [Buffer];
    if (sliceHead(answer.toString())?.type !== 'Welcome') throw new Error(`the relay said ${answer.toString()}`);
  }
  return webSocket;
}
