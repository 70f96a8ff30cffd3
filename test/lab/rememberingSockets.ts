import { openNodeWebSocket } from '../../endpoint/transport/nodeWebSocket.ts';
import type { OpenSocket, RelaySocket } from '../../endpoint/transport/RelaySocket.ts';

/** Opens sockets as peers do anyway, and adds each of them to the list, so that it can be torn. */
export function rememberingSockets(sockets: RelaySocket[]): OpenSocket {
  return (url, options, handlers) => {
    const socket = openNodeWebSocket(url, options, handlers);
    sockets.push(socket);
    return socket;
  };
}
