import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { WhitewaterError, type ErrorCode } from '../../shared/errors.ts';
import type { ErrorAnswer } from '../../shared/http/ErrorAnswer.ts';
import type { HubServices } from '../hub/HubServices.ts';
import type { RelayApp } from './RelayApp.ts';
import { validationError, type RouteHints } from './validationErrors.ts';

/** Every answer that is no success has the shape of ErrorAnswer, whoever made it. */
export function answerErrors(app: RelayApp, services: HubServices): void {
  app.setErrorHandler((error: FastifyError | WhitewaterError, request, reply) => {
    // The caller hung up in the midst of its body, or was too slow and has been answered: nobody is told anything here.
    if ('code' in error && error.code === 'ECONNRESET') {
      void reply.code(400).send();
      return;
    }
    const isTooLarge = error.code === 'FST_ERR_CTP_BODY_TOO_LARGE' && request.routeOptions.config.holdsValue === true;
    const told = isTooLarge ? tooLarge(request) : toWhitewaterError(error, services, request);
    sendError(told, request, reply, services);
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const hint = slashHint(path) ?? '/api/openapi.json lists what there is';
    const message = `there is no ${request.method} ${path.slice(0, 256)}; ${hint}`;
    sendError(new WhitewaterError('ROUTE_UNKNOWN', message), request, reply, services);
  });
}

export function sendError(
  error: WhitewaterError,
  request: FastifyRequest,
  reply: FastifyReply,
  { refusals }: HubServices,
): void {
  const { code, definite, message, details } = asFarAsSeen(error, request);
  // A wrong caller is told; what may be an attack, or keeps a peer out, is also told to whoever runs the relay.
  if (isWorthALine(error))
    refusals.report(code, request.ip, `${request.method} ${request.routeOptions.url ?? ''}: ${message}`);
  else refusals.count(code);
  const answer: ErrorAnswer = { code, message, definite, ...(details === undefined ? {} : { details }) };
  if (code === 'TOKEN_WRONG') reply.header('www-authenticate', 'Bearer');
  if (code === 'RATE_LIMITED') reply.header('retry-after', '1').header('connection', 'close');
  reply
    .code(error.httpStatus)
    .type('application/json; charset=utf-8')
    .send(`${JSON.stringify(answer)}\n`);
}

/** Whoever may see one cluster is not told the names of others. */
function asFarAsSeen(error: WhitewaterError, { grant }: FastifyRequest): WhitewaterError {
  if (error.code !== 'CLUSTER_UNKNOWN' || grant?.cluster === undefined) return error;
  const message = `no endpoint of the cluster ${grant.cluster} ever connected to this relay`;
  return new WhitewaterError('CLUSTER_UNKNOWN', message, { details: { known: [] } });
}

/** What fastify refuses by itself, and what to do about it. */
const ADVICE: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'the body must be JSON: send it with "content-type: application/json"',
  FST_ERR_CTP_BODY_TOO_LARGE: 'the body is larger than this relay takes',
  FST_ERR_CTP_INVALID_JSON_BODY: 'the body is not JSON',
  FST_ERR_BAD_URL: 'the path is not a good URL',
};

/** How a request to a cluster ends when its peers do not answer: its caller's matter, and no trouble of the relay. */
const OF_PEERS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(['NO_PEER', 'TIMED_OUT', 'OUTCOME_UNKNOWN', 'NOT_LEADER', 'OVERLOADED', 'PROPOSAL_LOST'] as const),
  ...(['PEER_STOPPED', 'SESSION_EXPIRED', 'CLIENT_CLOSED'] as const),
]);

function isWorthALine({ code, httpStatus }: WhitewaterError): boolean {
  if (OF_PEERS.has(code)) return false;
  return httpStatus === 401 || httpStatus === 403 || httpStatus === 429 || httpStatus >= 500;
}

function tooLarge({ routeOptions }: FastifyRequest): WhitewaterError {
  const message = `the body has more than ${routeOptions.bodyLimit} bytes: store less under one key`;
  return new WhitewaterError('COMMAND_TOO_LARGE', message);
}

function toWhitewaterError(
  error: FastifyError | WhitewaterError,
  { options }: HubServices,
  request?: FastifyRequest,
): WhitewaterError {
  if (error instanceof WhitewaterError) return error;
  if (error.validation !== undefined) return validationError(error, hintsOf(error, request));
  const { statusCode = 500 } = error;
  // What fastify itself refuses: a body that is not JSON, too large, of another type, and the like.
  if (statusCode >= 400 && statusCode < 500)
    return new WhitewaterError('REQUEST_INVALID', ADVICE[error.code] ?? error.message);
  options.logger.error('INTERNAL: a request met a defect of the relay', { error });
  return new WhitewaterError('INTERNAL', 'the relay met a defect of its own; please report it');
}

function hintsOf({ validationContext = 'body' }: FastifyError, request: FastifyRequest | undefined): RouteHints {
  const { schema, config } = request?.routeOptions ?? {};
  return {
    schema: (schema as Readonly<Record<string, unknown>> | undefined)?.[validationContext],
    value: validationContext === 'body' ? request?.body : undefined,
    bodyExample: config?.bodyExample,
  };
}

/**
 * Of a path that is not one, fastify makes a request that no hook and no other handler sees. So if it asked for an
 * upgrade, its socket has to be ended here.
 */
export function answerBadUrl(error: FastifyError, request: unknown, reply: unknown, services: HubServices): void {
  const { raw } = reply as FastifyReply;
  const { socket, headers } = (request as FastifyRequest).raw;
  if (headers.upgrade !== undefined) raw.once('finish', () => socket.destroySoon());
  sendError(toWhitewaterError(error, services), request as FastifyRequest, reply as FastifyReply, services);
}

/** A key whose slashes were not encoded makes a path of too many parts. */
function slashHint(path: string): string | undefined {
  const [, cluster, key] = /^\/api\/clusters\/([^/]+)\/kv\/(.*\/.*)$/.exec(path) ?? [];
  if (cluster === undefined || key === undefined) return undefined;
  const encoded = key.replace(/\/(?!append$)/g, '%2F');
  if (encoded === key) return undefined;
  return `if the slash belongs to the key, encode it as %2F: /api/clusters/${cluster}/kv/${encoded.slice(0, 256)}`;
}
