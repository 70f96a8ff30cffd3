import type { FastifyInstance } from 'fastify';
import type { UpgradeSockets } from './http/UpgradeSockets.ts';
import type { Gateway } from './gateway/Gateway.ts';
import type { Hub } from './hub/Hub.ts';

const POLL_MS = 10;

/**
 * The hook that ends all WebSockets before the server closes: each is told, and those that have not answered within the
 * grace are destroyed. Without it a server waits for frozen clients for ever.
 */
export function stopSockets(
  hub: Hub,
  gateway: Gateway,
  sockets: UpgradeSockets,
): (this: FastifyInstance) => Promise<void> {
  return async function () {
    gateway.stop();
    hub.stop();
    const deadlineMs = hub.clock() + hub.options.closeGraceMs;
    while (sockets.size > 0 && hub.clock() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    sockets.destroyAll();
    this.websocketServer.close();
  };
}
