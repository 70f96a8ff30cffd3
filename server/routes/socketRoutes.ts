import type { Socket } from 'node:net';
import type { WebSocket } from '@fastify/websocket';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { WhitewaterError } from '../../shared/errors.ts';
import { ClusterId, PeerId } from '../../shared/ids.ts';
import { ErrorAnswer } from '../../shared/http/ErrorAnswer.ts';
import type { RelayApp } from '../http/RelayApp.ts';
import type { Hub } from '../hub/Hub.ts';
import { Viewer } from '../live/Viewer.ts';
import { Type } from '../../shared/schema.ts';

const EndpointQuery = Type.Object({ cluster: ClusterId, id: PeerId });
const ClusterParams = Type.Object({ cluster: ClusterId });

const UPGRADED = Type.Unsafe<never>(Type.Null({ description: 'Switching protocols' }));
const socketAnswers = { 101: UPGRADED, default: ErrorAnswer };

/** The WebSockets: of peers, of clients of their state machine, and of those who watch. */
export function socketRoutes(app: RelayApp, hub: Hub): void {
  const endpointRoute = (url: string, summary: string, isEphemeral: boolean): void => {
    app.route({
      method: 'GET',
      url,
      schema: { summary, querystring: EndpointQuery, response: socketAnswers },
      preHandler: async ({ query }) => hub.checkUpgrade(query.cluster, query.id),
      handler: refuseWithoutUpgrade,
      wsHandler: (webSocket, request) => {
        const { cluster, id } = request.query;
        hub.accept(webSocket, socketOf(request), { cluster, id, isEphemeral, remoteAddress: request.ip });
      },
    });
  };
  endpointRoute('/peer', 'WebSocket of a peer; see docs/PROTOCOL.md', false);
  // Clients draw an id for each session; remembering them all would help nobody.
  endpointRoute('/client', 'WebSocket of a client of the state machine; the relay forgets it when it goes', true);
  app.route({
    method: 'GET',
    url: '/api/clusters/:cluster/live',
    schema: {
      summary: 'WebSocket: a snapshot of the cluster, then what changes, at a bounded rate',
      ...{ params: ClusterParams, response: socketAnswers },
    },
    preHandler: async ({ params }) => {
      hub.cluster(params.cluster);
      hub.checkViewers();
    },
    handler: refuseWithoutUpgrade,
    wsHandler: (webSocket, request) => {
      const { cluster } = request.params;
      watch(hub, webSocket, socketOf(request), cluster);
    },
  });
}

function watch(hub: Hub, webSocket: WebSocket, socket: Socket, clusterId: ClusterId): void {
  const { feed } = hub.cluster(clusterId);
  const viewer = new Viewer(webSocket);
  const endWatch = hub.liveness.watch({ webSocket, socket, onDead: () => webSocket.terminate() });
  webSocket.on('close', () => {
    endWatch();
    feed.remove(viewer);
  });
  webSocket.on('error', () => webSocket.terminate());
  webSocket.on('message', () => webSocket.close(1008, 'a live feed takes no messages'));
  feed.add(viewer);
}

function socketOf(request: FastifyRequest): Socket {
  return request.raw.socket;
}

async function refuseWithoutUpgrade(_request: unknown, reply: FastifyReply): Promise<never> {
  reply.header('connection', 'Upgrade').header('upgrade', 'websocket');
  throw new WhitewaterError('REQUEST_INVALID', 'this is a WebSocket: connect with ws:// or wss://');
}
