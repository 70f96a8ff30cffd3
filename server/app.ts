import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import fastifySwagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastifyWebsocket from '@fastify/websocket';
import { fastify } from 'fastify';
import { KEY_LENGTH_MAX } from '../shared/keyValue.ts';
import { VERSION } from '../shared/version.ts';
import { answerBadUrl, answerErrors } from './http/errorAnswers.ts';
import { closeQueries } from './http/closedQueries.ts';
import { guardRequests } from './http/guards.ts';
import { answerOneAtATime } from './http/oneAtATime.ts';
import { answerClientError, answerRawRequests } from './http/rawAnswers.ts';
import type { RelayApp } from './http/RelayApp.ts';
import { sendSecurityHeaders } from './http/securityHeaders.ts';
import { Gateway } from './gateway/Gateway.ts';
import { Hub } from './hub/Hub.ts';
import { takeJson } from './http/takeJson.ts';
import { UpgradeSockets } from './http/UpgradeSockets.ts';
import { validatorCompiler } from './http/validatorCompiler.ts';
import { CertificateFiles, TLS_VERSION_MIN, type Certificate } from './locks/CertificateFiles.ts';
import { HostGuard } from './locks/HostGuard.ts';
import { TokenGuard } from './locks/TokenGuard.ts';
import { RelayMetrics } from './metrics/RelayMetrics.ts';
import { resolveOptions, type RelayOptions, type ResolvedOptions } from './options.ts';
import { clusterRoutes } from './routes/clusterRoutes.ts';
import { faultRoutes } from './routes/faultRoutes.ts';
import { frameRoutes } from './routes/frameRoutes.ts';
import { healthRoutes } from './routes/healthRoutes.ts';
import { journalRoutes } from './routes/journalRoutes.ts';
import { keyValueRoutes } from './routes/keyValueRoutes.ts';
import { memberRoutes } from './routes/memberRoutes.ts';
import { pageRoutes } from './routes/pageRoutes.ts';
import { partitionRoutes } from './routes/partitionRoutes.ts';
import { peerRoutes } from './routes/peerRoutes.ts';
import { processRoutes } from './routes/processRoutes.ts';
import { safetyRoutes } from './routes/safetyRoutes.ts';
import { sessionRoutes } from './routes/sessionRoutes.ts';
import { socketRoutes } from './routes/socketRoutes.ts';
import { stopSockets } from './stopSockets.ts';

/** How long a request may take to arrive whole: HTTP here is small, and sockets that trickle are not waited for. */
const REQUEST_TIMEOUT_MS = 10_000;
/** TCP connections that are no WebSocket, at most. */
const PLAIN_CONNECTIONS_MAX = 1024;

/**
 * Builds a relay that does not listen yet; `listenRelay` does that. `close()` ends it within about `closeGraceMs`,
 * whatever its clients do.
 * @throws {WhitewaterError} USAGE when an option makes no sense, CERTIFICATE_UNUSABLE
 */
export function buildRelay(given: RelayOptions = {}): RelayApp {
  const options = resolveOptions(given);
  const hub = new Hub(options);
  const tokens = new TokenGuard(options, hub.clock);
  const gateway = new Gateway(hub);
  const certificate = options.tls === undefined ? undefined : new CertificateFiles(options.tls, options.logger);
  const app = newApp(hub, certificate?.current);
  if (certificate !== undefined) keepCertificate(app, certificate);

  app.setValidatorCompiler(validatorCompiler);
  // Answers are plain values of the types that their schemas describe; the schemas are for OpenAPI and for the tests.
  app.setSerializerCompiler(() => (answer) => `${JSON.stringify(answer)}\n`);
  takeJson(app);
  closeQueries(app);
  answerErrors(app, hub);
  sendSecurityHeaders(app);

  void app.register(fastifyWebsocket, {
    options: webSocketOptions(options),
    // Every socket has an error handler of its own; without this one the plugin would cut it before its close code left.
    errorHandler: () => undefined,
    preClose: stopSockets(hub, gateway, new UpgradeSockets(app.server, REQUEST_TIMEOUT_MS)),
  });
  app.server.on('connection', (socket: Socket) => {
    if (!hub.limits.connected(socket)) socket.destroy();
  });
  answerRawRequests(app, hub);
  void app.register(fastifySwagger, { openapi: openapi() });
  void app.register(async (scope: RelayApp) => {
    answerOneAtATime(app);
    guardRequests(app, hub, new HostGuard(options), tokens);
    clusterRoutes(scope, hub);
    partitionRoutes(scope, hub);
    faultRoutes(scope, hub);
    journalRoutes(scope, hub);
    frameRoutes(scope, hub);
    safetyRoutes(scope, hub);
    keyValueRoutes(scope, hub, gateway);
    memberRoutes(scope, hub, gateway);
    peerRoutes(scope, hub);
    processRoutes(scope, hub);
    socketRoutes(scope, hub);
    sessionRoutes(scope, tokens);
    healthRoutes(scope, new RelayMetrics(hub));
    openapiRoute(scope);
  });
  void app.register(async (scope: RelayApp) => pageRoutes(scope, options.dashboardDirectory));
  return app;
}

/** How Node reads requests. */
const HTTP_OPTIONS = {
  // Node takes the larger of the two for the whole request, and its own default for the head is a minute.
  headersTimeout: REQUEST_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  connectionsCheckingInterval: 1000,
  // The guards say in our own shape that it is missing.
  requireHostHeader: false,
};

/** To fastify's types a server with TLS is another kind of app; nothing here asks for what only one of them has. */
function newApp(hub: Hub, certificate: Certificate | undefined): RelayApp {
  const encryption = certificate && {
    ...{ ...certificate, ...HTTP_OPTIONS, minVersion: TLS_VERSION_MIN, handshakeTimeout: REQUEST_TIMEOUT_MS },
  };
  const app = fastify({
    bodyLimit: hub.options.bodyBytesMax,
    requestTimeout: REQUEST_TIMEOUT_MS,
    ...(encryption === undefined ? { http: HTTP_OPTIONS } : ({ https: encryption } as object)),
    forceCloseConnections: true,
    // The guards answer while the relay stops, in our own shape.
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => answerClientError(error, socket, hub),
    frameworkErrors: (error, request, reply) => answerBadUrl(error, request, reply, hub),
    // A key of the longest, each of its characters as three bytes, each of those as `%xx`.
    routerOptions: { maxParamLength: KEY_LENGTH_MAX * 9 },
  }).withTypeProvider<TypeBoxTypeProvider>();
  // Beyond what the hub may have, so that a relay which is full can still say so.
  app.server.maxConnections = hub.options.connectionsMax + hub.options.viewersMax + PLAIN_CONNECTIONS_MAX;
  return app;
}

/** Puts each new certificate in force for the connections that come after it. */
function keepCertificate(app: RelayApp, certificate: CertificateFiles): void {
  const server: object = app.server;
  if (!(server instanceof TlsServer)) throw new Error('a relay with a certificate has a server without TLS');
  certificate.watch((next) => server.setSecureContext({ ...next, minVersion: TLS_VERSION_MIN }));
  app.addHook('onClose', async () => certificate.stop());
}

/** `closeTimeout` is an option of `ws` that its types do not have yet. */
function webSocketOptions(options: ResolvedOptions): {
  maxPayload: number;
  perMessageDeflate: false;
  autoPong: false;
  closeTimeout: number;
} {
  return {
    maxPayload: options.frameBytesMax,
    // Ten times slower for frames of this size, and a way to make a relay unpack a bomb.
    perMessageDeflate: false,
    // The relay answers pings itself, so that a flood of them is refused with a code.
    autoPong: false,
    closeTimeout: options.closeGraceMs,
  };
}

/** Written once: it takes milliseconds, for which everybody would wait. */
function openapiRoute(app: RelayApp): void {
  let written: string | undefined;
  app.get('/api/openapi.json', { config: { access: 'token' }, schema: { hide: true } }, async (_request, reply) => {
    written ??= `${JSON.stringify(app.swagger())}\n`;
    void reply.type('application/json; charset=utf-8');
    return written;
  });
}

function openapi(): NonNullable<FastifyDynamicSwaggerOptions['openapi']> {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Whitewater relay',
      version: VERSION,
      description: 'Clusters on a relay that misbehaves on command. Every answer that is no success is an ErrorAnswer.',
    },
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'Only if the relay was started with a token' },
      },
    },
    security: [{}, { bearer: [] }],
  };
}
