import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { Socket } from 'node:net';

/**
 * The sockets that asked for an upgrade.
 *
 * Node gives such a socket away: from then on neither the server's timeouts nor its closing know of it, and nobody reads
 * from it, so not even its end is noticed. The WebSocket plugin ends those that a route or a hook refused; for any other
 * there is a time limit here, which `ws` lifts when it takes a socket over.
 */
export class UpgradeSockets {
  readonly #sockets = new Set<Duplex>();

  constructor(server: Server, timeoutMs: number) {
    server.on('upgrade', (_request, socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      if (socket instanceof Socket) socket.setTimeout(timeoutMs, () => socket.destroy());
    });
  }

  get size(): number {
    return this.#sockets.size;
  }

  destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
