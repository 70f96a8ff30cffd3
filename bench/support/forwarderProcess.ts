// The bare forwarder that the relay is measured against: `ws` as its documentation shows it, and nothing else. It never
// looks into a frame, knows nobody, checks nothing. Connections are paired in the order in which they come.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { serveBench } from './childProtocol.ts';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
let unpaired: WebSocket | undefined;

server.on('connection', (webSocket) => {
  if (unpaired === undefined) {
    unpaired = webSocket;
    return;
  }
  forward(unpaired, webSocket);
  forward(webSocket, unpaired);
  unpaired = undefined;
});

function forward(from: WebSocket, to: WebSocket): void {
  from.on('message', (data) => to.send(data, { binary: false }));
  from.on('error', () => undefined);
  from.on('close', () => to.terminate());
}

await serveBench(
  async () => {
    if (server.address() === null) await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  },
  async () => {
    for (const webSocket of server.clients) webSocket.terminate();
    await new Promise((resolve) => server.close(resolve));
  },
);
