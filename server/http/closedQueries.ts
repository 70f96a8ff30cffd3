import type { TSchema } from '../../shared/schema.ts';
import type { RelayApp } from './RelayApp.ts';

/**
 * Refuses what a route's query does not know, as bodies do: a guard such as `?epoch=7` that is written wrong would otherwise
 * guard nothing. The routes of endpoints are left out, whose peers may be of another version.
 */
export function closeQueries(app: RelayApp): void {
  app.addHook('onRoute', (route) => {
    if (!route.url.startsWith('/api/')) return;
    const known = route.schema?.querystring as TSchema | undefined;
    const querystring = { type: 'object', properties: {}, ...known, additionalProperties: false };
    route.schema = { ...route.schema, querystring };
  });
}
