import { once } from 'node:events';
import { WebSocket } from 'ws';
import { encodeFrame, RELAY_ADDRESS } from '../../shared/envelope.ts';
import type { PeerId } from '../../shared/ids.ts';
import { PROTOCOL_VERSION } from '../../shared/protocol.ts';

/** An endpoint that says what it is told to. */
export class Puppet {
  readonly id: PeerId;
  readonly #socket: WebSocket;
  #framesSent = 0;

  /** Resolves when the relay has accepted it. */
  static async connect(relay: string, cluster: string, id: PeerId): Promise<Puppet> {
    const socket = new WebSocket(`${relay.replace('http', 'ws')}/peer?cluster=${cluster}&id=${id}`);
    const puppet = new Puppet(id, socket);
    await once(socket, 'open');
    const welcomed = once(socket, 'message');
    const body = { protocolVersion: PROTOCOL_VERSION, application: 'raft', instance: `bench-${id}`, software: 'bench' };
    puppet.send(RELAY_ADDRESS, 'Hello', body);
    await welcomed;
    return puppet;
  }

  private constructor(id: PeerId, socket: WebSocket) {
    this.id = id;
    this.#socket = socket;
  }

  /** @returns the number of the frame */
  send(to: PeerId | typeof RELAY_ADDRESS, type: string, body: unknown): number {
    this.#framesSent += 1;
    this.#socket.send(encodeFrame({ type, from: this.id, to, id: this.#framesSent, body }));
    return this.#framesSent;
  }

  stop(): void {
    this.#socket.terminate();
  }
}
