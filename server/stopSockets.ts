import type { FastifyInstance } from 'fastify';
import type { Hub } from './hub/Hub.ts';

const POLL_MS = 10;

/**
 * The hook that ends all WebSockets before the server closes: each is told, and those that have not answered within the
 * grace are destroyed. Without it a server waits for frozen clients for ever.
 */
export function stopSockets(hub: Hub): (this: FastifyInstance) => Promise<void> {
  return async function () {
    hub.stop();
    const { clients } = this.websocketServer;
    const deadlineMs = hub.clock() + hub.options.closeGraceMs;
    while (clients.size > 0 && hub.clock() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    for (const client of clients) client.terminate();
    this.websocketServer.close();
  };
}
