import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { nanoid } from 'nanoid';
import { Type, type Static } from 'typebox';
import type { WebSocket } from 'ws';
import { WhitewaterError } from '../../shared/errors.ts';
import { ClusterId, peerId, PeerId } from '../../shared/ids.ts';
import { ErrorAnswer } from '../../shared/http/ErrorAnswer.ts';
import type { RelayApp } from '../http/RelayApp.ts';
import type { Hub } from '../hub/Hub.ts';
import { Viewer } from '../live/Viewer.ts';

const PeerQuery = Type.Object({ cluster: ClusterId, id: PeerId });
const ClientQuery = Type.Object({ cluster: ClusterId, id: Type.Optional(PeerId) });
const ClusterParams = Type.Object({ cluster: ClusterId });

const UPGRADED = Type.Unsafe<never>(Type.Null({ description: 'Switching protocols' }));
const socketAnswers = { 101: UPGRADED, default: ErrorAnswer };

/** The WebSockets: of peers, of clients of their state machine, and of those who watch. */
export function socketRoutes(app: RelayApp, hub: Hub): void {
  app.route({
    method: 'GET',
    url: '/peer',
    schema: { summary: 'WebSocket of a peer; see docs/PROTOCOL.md', querystring: PeerQuery, response: socketAnswers },
    preHandler: async ({ query }) => hub.checkUpgrade(query.cluster, query.id),
    handler: refuseWithoutUpgrade,
    wsHandler: (webSocket, request) => {
      const { cluster, id } = request.query as Static<typeof PeerQuery>;
      accept(hub, webSocket, request, { cluster, id, isEphemeral: false });
    },
  });
  app.route({
    method: 'GET',
    url: '/client',
    schema: {
      summary: 'WebSocket of a client: an endpoint like a peer, with an id of its own or one from the relay',
      ...{ querystring: ClientQuery, response: socketAnswers },
    },
    preHandler: async ({ query }) => hub.checkUpgrade(query.cluster, query.id ?? clientId()),
    handler: refuseWithoutUpgrade,
    wsHandler: (webSocket, request) => {
      const { cluster, id } = request.query as Static<typeof ClientQuery>;
      accept(hub, webSocket, request, { cluster, id: id ?? clientId(), isEphemeral: id === undefined });
    },
  });
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
      const { cluster } = request.params as Static<typeof ClusterParams>;
      watch(hub, webSocket, socketOf(request), cluster);
    },
  });
}

function accept(
  hub: Hub,
  webSocket: WebSocket,
  request: FastifyRequest,
  identity: { cluster: ClusterId; id: PeerId; isEphemeral: boolean },
): void {
  hub.accept(webSocket, socketOf(request), { ...identity, remoteAddress: request.ip });
}

function watch(hub: Hub, webSocket: WebSocket, socket: Socket, clusterId: ClusterId): void {
  const { feed } = hub.cluster(clusterId);
  const viewer = new Viewer(webSocket);
  const endWatch = hub.liveness.watch(webSocket, socket, () => webSocket.terminate());
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

function clientId(): PeerId {
  return peerId(`client_${nanoid(12)}`);
}

async function refuseWithoutUpgrade(_request: unknown, reply: FastifyReply): Promise<never> {
  reply.header('connection', 'Upgrade').header('upgrade', 'websocket');
  throw new WhitewaterError('REQUEST_INVALID', 'this is a WebSocket: connect with ws:// or wss://');
}
