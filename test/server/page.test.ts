import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { TestRelay } from './support/relay.ts';

t.test('the built page is served, with nothing beside it', async (t) => {
  const directory = join(t.testdir({ page: {}, 'secret.txt': 'secret' }), 'page');
  mkdirSync(join(directory, 'fonts'), { recursive: true });
  writeFileSync(join(directory, 'index.html'), '<!doctype html><title>Whitewater</title>');
  writeFileSync(join(directory, 'app.js'), 'export const page = 1;');
  writeFileSync(join(directory, 'fonts', 'a.woff2'), 'font');
  const relay = await TestRelay.start(t, { dashboardDirectory: directory });
  const page = await relay.request('GET', '/');
  t.match(page, { status: 200, text: /<title>Whitewater/ });
  t.match(page.headers.get('content-type'), /^text\/html/);
  t.equal(page.headers.get('cache-control'), 'no-cache');
  t.match(page.headers.get('content-security-policy'), /script-src 'self'/);
  t.match((await relay.request('GET', '/app.js')).headers.get('content-type'), /javascript/);
  t.equal((await relay.request('GET', '/fonts/a.woff2')).text, 'font');
  for (const path of ['/..%2fsecret.txt', '/fonts/..%2f..%2fsecret.txt', '/%2e%2e/secret.txt', '/nothing.js']) {
    const { status, body } = await relay.request('GET', path);
    t.equal(status, 404, path);
    t.equal(body.code, 'ROUTE_UNKNOWN');
  }
  t.equal((await relay.request('GET', '/api/clusters')).status, 200, 'the routes are not hidden by it');
});

t.test('the page needs no token: it asks for it', async (t) => {
  const directory = t.testdir({ 'index.html': '<!doctype html>', 'app.js': '' });
  const relay = await TestRelay.start(t, { dashboardDirectory: directory, token: 'secret' });
  t.equal((await relay.request('GET', '/')).status, 200);
  t.equal((await relay.request('GET', '/app.js')).status, 200);
  t.equal((await relay.request('GET', '/api/clusters')).status, 401);
});

t.test('without a built page it says what to do', async (t) => {
  const relay = await TestRelay.start(t, { dashboardDirectory: t.testdir({}) });
  const { status, text, headers } = await relay.request('GET', '/');
  t.equal(status, 503);
  t.match(headers.get('content-type'), /^text\/html/);
  t.match(text, /npm run build/);
});
