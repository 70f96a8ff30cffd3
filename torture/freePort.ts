import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below those that systems give to outgoing connections: while the relay is down, one of a peer that tries to reach it could else be
 * given the relay's own port, connect to itself, and keep the relay from coming back.
 */
const PORTS = { first: 20_000, last: 31_999 };
const TRIES_MAX = 100;

/** A port of 127.0.0.1 that nobody listens on, and that nobody is given by chance. */
export async function freePort(): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const port = PORTS.first + Math.floor(Math.random() * (PORTS.last - PORTS.first + 1));
    const server = createServer();
    try {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      server.close();
      await once(server, 'close');
      return port;
    } catch (error) {
      if (tries === TRIES_MAX) throw error;
    }
  }
}
