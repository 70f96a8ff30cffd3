import type { Socket } from 'node:net';
import type { WebSocket } from '@fastify/websocket';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { WhitewaterError, type ErrorCode } from '../../shared/errors.ts';
import { ClusterId, PeerId } from '../../shared/ids.ts';
import { ErrorAnswer } from '../../shared/http/ErrorAnswer.ts';
import type { RelayApp } from '../http/RelayApp.ts';
import type { Hub } from '../hub/Hub.ts';
import { answerPings, breachIn } from '../hub/webSocketTrouble.ts';
import { Viewer } from '../live/Viewer.ts';
import { Type } from '../../shared/schema.ts';

const EndpointQuery = Type.Object({ cluster: ClusterId, id: PeerId });
const ClusterParams = Type.Object({ cluster: ClusterId });
const LiveQuery = Type.Object({
  frames: Type.Optional(
    Type.Literal('sampled', { description: 'Tell of some frames of each link too, behind each other message' }),
  ),
});

const UPGRADED = Type.Unsafe<never>(Type.Null({ description: 'Switching protocols' }));
const socketAnswers = { 101: UPGRADED, default: ErrorAnswer };

/** The WebSockets: of peers, of clients of their state machine, and of those who watch. */
export function socketRoutes(app: RelayApp, hub: Hub): void {
  const endpointRoute = (url: string, summary: string, access: 'peer' | 'client'): void => {
    // Clients draw an id for each session; remembering them all would help nobody.
    const isEphemeral = access === 'client';
    app.route({
      method: 'GET',
      url,
      config: { isSocket: true, access },
      schema: { summary, querystring: EndpointQuery, response: socketAnswers },
      preHandler: async (request) => {
        const { cluster, id } = request.query;
        hub.checkUpgrade(cluster, id, isEphemeral);
        await hub.slowAccept(cluster, id, isEphemeral, socketOf(request));
      },
      handler: refuseWithoutUpgrade,
      wsHandler: (webSocket, request) => {
        if (refusedLate(hub, webSocket, request)) return;
        const { cluster, id } = request.query;
        hub.accept(webSocket, socketOf(request), {
          ...{ cluster, id, isEphemeral, remoteAddress: request.ip },
          isLimited: request.grant?.role === 'client',
        });
      },
    });
  };
  endpointRoute('/peer', 'WebSocket of a peer; see docs/PROTOCOL.md', 'peer');
  endpointRoute('/client', 'WebSocket of a client of the state machine; the relay forgets it when it goes', 'client');
  app.route({
    method: 'GET',
    url: '/api/clusters/:cluster/live',
    config: { isSocket: true, access: 'read' },
    schema: {
      summary: 'WebSocket: a snapshot of the cluster, then what changes, at a bounded rate',
      ...{ params: ClusterParams, querystring: LiveQuery, response: socketAnswers },
    },
    preHandler: async ({ params }) => {
      hub.cluster(params.cluster);
      hub.checkViewers();
    },
    handler: refuseWithoutUpgrade,
    wsHandler: (webSocket, request) => {
      if (refusedLate(hub, webSocket, request)) return;
      const { cluster } = request.params;
      const viewer = new Viewer(webSocket, { wantsFrames: request.query.frames === 'sampled' });
      watch(hub, webSocket, request, cluster, viewer);
    },
  });
}

/** A browser tells its page no more of a refused upgrade than that it failed. */
function refusedLate(hub: Hub, webSocket: WebSocket, request: FastifyRequest): boolean {
  const { lateRefusal } = request;
  if (lateRefusal === undefined) return false;
  hub.refusals.report(lateRefusal.code, request.ip, lateRefusal.message);
  webSocket.on('error', () => webSocket.terminate());
  webSocket.close(lateRefusal.closeCode, lateRefusal.code);
  return true;
}

function watch(hub: Hub, webSocket: WebSocket, request: FastifyRequest, clusterId: ClusterId, viewer: Viewer): void {
  const { feed } = hub.cluster(clusterId);
  const count = (code: ErrorCode, message: string): boolean =>
    hub.refusals.report(code, `${clusterId}/live ${request.ip}`, message);
  const refuse = (code: ErrorCode, message: string): void => {
    if (webSocket.readyState !== webSocket.OPEN) return;
    count(code, message);
    webSocket.close(new WhitewaterError(code, message).closeCode, code);
  };
  const endWatch = hub.liveness.watch({ webSocket, socket: socketOf(request), onDead: () => webSocket.terminate() });
  webSocket.on('close', () => {
    endWatch();
    feed.remove(viewer);
  });
  webSocket.on('error', (error) => {
    const breach = breachIn(error, hub.options.frameBytesMax);
    if (breach === undefined) webSocket.terminate();
    else count(breach.code, breach.message);
  });
  answerPings(webSocket, (message) => refuse('PING_FLOOD', message));
  webSocket.on('message', () => refuse('FRAME_MALFORMED', 'a live feed takes no messages'));
  feed.add(viewer);
}

function socketOf(request: FastifyRequest): Socket {
  return request.raw.socket;
}

async function refuseWithoutUpgrade(_request: unknown, reply: FastifyReply): Promise<never> {
  reply.header('connection', 'Upgrade').header('upgrade', 'websocket');
  throw new WhitewaterError('REQUEST_INVALID', 'this is a WebSocket: connect with ws:// or wss://');
}
