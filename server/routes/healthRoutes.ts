import type { RelayApp } from '../http/RelayApp.ts';
import type { RelayMetrics } from '../metrics/RelayMetrics.ts';
import { answers } from './answers.ts';
import { Type } from '../../shared/schema.ts';

const Well = Type.Object({ status: Type.Literal('ok') });

/** For whoever supervises the relay: it lives, it takes work, and what it did. */
export function healthRoutes(app: RelayApp, metrics: RelayMetrics): void {
  const open = { access: 'open' } as const;
  app.get('/healthz', { config: open, schema: answers('The process answers', Well) }, async () => {
    return { status: 'ok' as const };
  });
  // While the relay stops, the guards answer every request with RELAY_STOPPING before it gets here.
  app.get('/readyz', { config: open, schema: answers('The relay takes connections', Well) }, async () => {
    return { status: 'ok' as const };
  });
  app.get(
    '/metrics',
    { config: { access: 'read' }, schema: { summary: 'Counters and gauges for Prometheus', produces: ['text/plain'] } },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()),
  );
}
