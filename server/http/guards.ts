import { WhitewaterError } from '../../shared/errors.ts';
import type { Hub } from '../hub/Hub.ts';
import type { HostGuard } from '../locks/HostGuard.ts';
import type { TokenGuard } from '../locks/TokenGuard.ts';
import type { RelayApp } from './RelayApp.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Anybody may have it, whether the relay has a token or not. */
    isOpen?: boolean;
    /** Takes upgrades to a WebSocket; no other route does. */
    isSocket?: boolean;
    /** Its body holds a value for a cluster: one that is too large is told as such. */
    holdsValue?: boolean;
    /** A body that it takes, for whoever sent another. */
    bodyExample?: string;
  }
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What every request and every upgrade has to pass before its route. */
export function guardRequests(app: RelayApp, hub: Hub, hosts: HostGuard, tokens: TokenGuard): void {
  app.addHook('onRequest', async (request) => {
    const { headers } = request;
    hosts.checkHost(headers.host);
    if (request.ws || !SAFE_METHODS.has(request.method)) hosts.checkOrigin(headers.origin, headers.host);
    if (headers.host === undefined && request.raw.httpVersion === '1.1') {
      throw new WhitewaterError('REQUEST_INVALID', 'a request of HTTP/1.1 needs a Host header');
    }
    if (hub.isStopping) throw new WhitewaterError('RELAY_STOPPING', 'the relay is shutting down');
    // A route that does not exist is not open either: what a locked relay has is nobody's business.
    if (request.routeOptions.config.isOpen !== true) tokens.check(headers);
    if (request.ws && !request.is404 && request.routeOptions.config.isSocket !== true) {
      throw new WhitewaterError('REQUEST_INVALID', 'this is no WebSocket: ask for it without "Upgrade"');
    }
  });
}
