import { TLSSocket } from 'node:tls';
import type { FastifyRequest } from 'fastify';
import { WhitewaterError } from '../../shared/errors.ts';
import type { Hub } from '../hub/Hub.ts';
import type { Access, Grant } from '../locks/access.ts';
import type { HostGuard } from '../locks/HostGuard.ts';
import type { TokenGuard } from '../locks/TokenGuard.ts';
import type { RelayApp } from './RelayApp.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may use it. A route that does not say so is for admins. */
    access?: Access;
    /** Takes upgrades to a WebSocket; no other route does. */
    isSocket?: boolean;
    /** Its body holds a value for a cluster: one that is too large is told as such. */
    holdsValue?: boolean;
    /** A body that it takes, for whoever sent another. */
    bodyExample?: string;
  }
  interface FastifyRequest {
    /** What whoever sends it may do; undefined without a good token. */
    grant: Grant | undefined;
    /** Why it is refused, for a browser that cannot see the answer to an upgrade: it gets its socket, and a close code. */
    lateRefusal: WhitewaterError | undefined;
  }
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What every request and every upgrade has to pass before its route. */
export function guardRequests(app: RelayApp, hub: Hub, hosts: HostGuard, tokens: TokenGuard): void {
  app.decorateRequest('grant', undefined);
  app.decorateRequest('lateRefusal', undefined);
  app.addHook('onRequest', async (request) => {
    const { headers } = request;
    try {
      hub.limits.checkRequest(request.raw.socket);
    } catch (error) {
      const isBrowser = request.ws && headers.origin !== undefined && request.routeOptions.config.isSocket === true;
      if (!isBrowser || !(error instanceof WhitewaterError)) throw error;
      request.lateRefusal = error;
    }
    refuseSeveralHosts(request.raw.rawHeaders);
    hosts.checkHost(headers.host);
    if (request.ws || !SAFE_METHODS.has(request.method)) {
      const isEncrypted = request.raw.socket instanceof TLSSocket;
      hosts.checkOrigin(headers.origin, headers.host, isEncrypted);
    }
    if (headers.host === undefined && request.raw.httpVersion === '1.1') {
      throw new WhitewaterError('REQUEST_INVALID', 'a request of HTTP/1.1 needs a Host header');
    }
    if (hub.isStopping) throw new WhitewaterError('RELAY_STOPPING', 'the relay is shutting down');
    request.grant = tokens.grantOf(headers);
    const hasToken = headers.authorization !== undefined;
    tokens.check(request.grant, { access: accessOf(request), cluster: clusterOf(request), hasToken });
    if (request.ws && !request.is404 && request.routeOptions.config.isSocket !== true) {
      throw new WhitewaterError('REQUEST_INVALID', 'this is no WebSocket: ask for it without "Upgrade"');
    }
  });
}

/** Node gives the first, and whatever stands before the relay might have looked at another (RFC 9112, 3.2). */
function refuseSeveralHosts(rawHeaders: readonly string[]): void {
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length;
  if (hosts > 1) throw new WhitewaterError('REQUEST_INVALID', `the request has ${hosts} Host headers: send one`);
}

/** A route that does not exist is not open: what a locked relay has is nobody's business. */
function accessOf({ is404, routeOptions }: FastifyRequest): Access {
  return is404 ? 'token' : (routeOptions.config.access ?? 'admin');
}

/**
 * By the path, or for an endpoint by the query; on any other route a query says nothing of what the request is about.
 * Not checked yet, and of any kind: what is no name of a cluster is none of a token's either.
 */
function clusterOf({ params, query, routeOptions: { config } }: FastifyRequest): string | undefined {
  const isEndpoint = config.access === 'peer' || config.access === 'client';
  const { cluster } = (isEndpoint ? query : params) as { readonly cluster?: unknown };
  return typeof cluster === 'string' ? cluster : undefined;
}
