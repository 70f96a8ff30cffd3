import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { RelayApp } from '../http/RelayApp.ts';

/**
 * The dashboard. Anybody may have the page: it holds nothing, and asks for the token itself.
 * @param directory where the built page lies, if not where the build puts it
 */
export async function pageRoutes(app: RelayApp, directory = builtPage()): Promise<void> {
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, access: 'open' };
    route.schema = { ...route.schema, hide: true };
  });
  if (existsSync(join(directory, 'index.html'))) {
    // Only what was there at the start: no name in a request reaches the file system.
    await app.register(fastifyStatic, {
      root: directory,
      wildcard: false,
      cacheControl: false,
      setHeaders: revalidate,
    });
  } else {
    app.get('/', async (_request, reply) => reply.code(503).type('text/html; charset=utf-8').send(NOT_BUILT));
  }
}

/** Beside this code, where the build puts both. */
function builtPage(): string {
  return fileURLToPath(new URL('../dashboard', import.meta.url));
}

function revalidate(reply: { header(name: string, value: string): unknown }): void {
  reply.header('cache-control', 'no-cache');
}

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Whitewater: the page is not built</title>
<h1>The page is not built</h1>
<p>The relay works, but its page is missing. Run <code>npm run build</code> and start the relay again.</p>
<p>Until then: <a href="/api/clusters">/api/clusters</a>, <a href="/metrics">/metrics</a>.</p>
</html>
`;
