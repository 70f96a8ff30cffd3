import t from 'tap';
import { EVERYTHING, type Grant } from '../../server/locks/access.ts';
import { HostGuard } from '../../server/locks/HostGuard.ts';
import { Sessions, SESSION_HOURS } from '../../server/locks/Sessions.ts';
import { TestRelay } from './support/relay.ts';

const token = 'correct-horse-battery-staple';
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
const WRONG = ['', 'x', `${token}x`, token.slice(1), token.toUpperCase()];

t.test('with a token, nothing of use is open without it', async (t) => {
  const relay = await TestRelay.start(t, { token });
  const closed: [string, string][] = [
    ['GET', '/api/clusters'],
    ['GET', '/api/clusters/demo'],
    ['PUT', '/api/clusters/demo/partition'],
    ['DELETE', '/api/clusters/demo/partition'],
    ['POST', '/api/clusters/demo/heal'],
    ['POST', '/api/clusters/demo/peers/p1/disconnect'],
    ['GET', '/api/openapi.json'],
    ['GET', '/metrics'],
    ['GET', '/api/no-such-route'],
  ];
  for (const [method, path] of closed) {
    const { status, body, headers } = await relay.request(method, path);
    t.match({ status, body }, { status: 401, body: { code: 'TOKEN_WRONG' } }, `${method} ${path}`);
    t.equal(headers.get('www-authenticate'), 'Bearer');
  }
  for (const path of ['/healthz', '/readyz', '/api/session'])
    t.equal((await relay.request('GET', path)).status, 200, path);
  t.not((await relay.request('GET', '/')).status, 401, 'the page, which asks for the token');
  for (const secret of WRONG) {
    t.equal((await relay.request('GET', '/api/clusters', undefined, bearer(secret))).status, 401, `"${secret}"`);
  }
  t.equal((await relay.request('GET', '/api/clusters', undefined, { authorization: `Basic ${token}` })).status, 401);
  t.equal((await relay.request('GET', `/api/clusters?token=${token}`)).status, 401, 'a token in a query is none');
  t.same((await relay.request('GET', '/api/clusters', undefined, bearer(token))).body, []);
  t.notOk(relay.log.join('\n').includes(token), 'the token stands in no log');
});

t.test('upgrades need the token too', async (t) => {
  const relay = await TestRelay.start(t, { token });
  for (const secret of [undefined, ...WRONG]) {
    const socket = secret === undefined ? {} : { headers: bearer(secret) };
    await t.rejects(relay.open('p1', { socket }), { status: 401, code: 'TOKEN_WRONG' });
    await t.rejects(relay.open('c1', { path: 'client', socket }), { status: 401, code: 'TOKEN_WRONG' });
  }
  const p1 = await relay.dial('p1', { socket: { headers: bearer(token) } });
  await p1.settled();
  await t.rejects(relay.watch(), { status: 401, code: 'TOKEN_WRONG' });
  const viewer = await relay.watch('demo', { headers: bearer(token) });
  await viewer.until('the snapshot', () => viewer.snapshots.length === 1);
  const { text } = await relay.request('GET', '/metrics', undefined, bearer(token));
  t.match(text, /whitewater_refusals_total\{code="TOKEN_WRONG"\} 13\n/);
  t.ok(relay.log.some((line) => line.startsWith('TOKEN_WRONG 127.0.0.1: ')));
});

t.test('a browser logs in for a cookie that scripts cannot read, and out again', async (t) => {
  const relay = await TestRelay.start(t, { token });
  t.same((await relay.request('GET', '/api/session')).body, { locked: true, open: false, role: null, cluster: null });
  const wrong = await relay.request('POST', '/api/session', { token: 'wrong' });
  t.match(wrong, { status: 401, body: { code: 'TOKEN_WRONG' } });
  t.equal(wrong.headers.get('set-cookie'), null);
  const right = await relay.request('POST', '/api/session', { token });
  t.same(right.body, { locked: true, open: true, role: 'admin', cluster: null });
  const setCookie = right.headers.get('set-cookie') ?? '';
  t.match(setCookie, /^whitewater_session=[\w-]{32}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/);
  t.notOk(setCookie.includes(token));
  const cookie = { cookie: `theme=dark; ${setCookie.split(';')[0] ?? ''}` };
  t.same((await relay.request('GET', '/api/session', undefined, cookie)).body, {
    locked: true,
    open: true,
    role: 'admin',
    cluster: null,
  });
  t.equal((await relay.request('GET', '/api/clusters', undefined, cookie)).status, 200);
  await relay.dial('p1', { socket: { headers: cookie } });
  const viewer = await relay.watch('demo', { headers: cookie });
  await viewer.until('the snapshot', () => viewer.snapshots.length === 1);
  const out = await relay.request('DELETE', '/api/session', undefined, cookie);
  t.match(out.headers.get('set-cookie'), /^whitewater_session=; Path=\/; Max-Age=0;/);
  t.equal(
    (await relay.request('GET', '/api/clusters', undefined, cookie)).status,
    401,
    'the cookie alone is worth nothing now',
  );
  t.equal((await relay.request('GET', '/api/clusters', undefined, { cookie: 'whitewater_session=' })).status, 401);
});

t.test('sessions end by themselves, and are bounded', async (t) => {
  let nowMs = 0;
  const sessions = new Sessions(() => nowMs);
  const looker: Grant = { role: 'readOnly', cluster: undefined };
  const first = sessions.start(looker);
  t.equal(sessions.grantOf(first), looker);
  nowMs = SESSION_HOURS * 3_600_000 - 1;
  t.equal(sessions.grantOf(first), looker);
  nowMs += 1;
  t.equal(sessions.grantOf(first), undefined);
  const second = sessions.start(EVERYTHING);
  for (let count = 0; count < 999; count += 1) sessions.start(looker);
  t.equal(sessions.grantOf(second), EVERYTHING, 'a thousand are kept');
  sessions.start(looker);
  t.equal(sessions.grantOf(second), undefined, 'then the oldest goes');
});

t.test('a request for another host is refused: DNS rebinding', async (t) => {
  const relay = await TestRelay.start(t);
  const { request } = await import('node:http');
  const get = (host: string, path = '/api/clusters') =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: relay.port, path, headers: { host } }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      });
      sent.on('error', reject);
      sent.end();
    });
  for (const host of [`localhost:${relay.port}`, `127.0.0.1:${relay.port}`, '[::1]:80', 'LOCALHOST', 'localhost']) {
    t.equal((await get(host)).status, 200, host);
  }
  for (const host of [
    'evil.example',
    `evil.example:${relay.port}`,
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '10.0.0.1',
    'localhost:99999',
  ]) {
    const { status, text } = await get(host);
    t.equal(status, 403, host);
    t.match(JSON.parse(text), { code: 'HOST_REFUSED', details: { allowed: Array } });
  }
  t.equal((await get('evil.example', '/')).status, 403, 'not even the page');
  await t.rejects(relay.open('p1', { socket: { headers: { host: 'evil.example' } } }), {
    status: 403,
    code: 'HOST_REFUSED',
  });
  t.equal(await relay.refusals('HOST_REFUSED'), 8);
});

t.test('a page of another origin can neither open a socket nor change anything', async (t) => {
  const relay = await TestRelay.start(t);
  const p1 = await relay.dial('p1', { socket: { origin: relay.url } });
  const foreign = [
    'http://evil.example',
    'null',
    'http://localhost:1',
    `http://localhost:${relay.port}`,
    'file://',
    'rubbish',
    `${relay.url}/page`,
    relay.url.replace('//', '//user@'),
  ];
  for (const origin of foreign) {
    await t.rejects(relay.open('p2', { socket: { origin } }), { status: 403, code: 'ORIGIN_REFUSED' }, origin);
    await t.rejects(relay.watch('demo', { origin }), { status: 403, code: 'ORIGIN_REFUSED' }, origin);
    for (const [method, path] of [
      ['PUT', 'partition'],
      ['DELETE', 'partition'],
      ['POST', 'heal'],
      ['POST', 'peers/p1/disconnect'],
    ]) {
      const { status, body } = await relay.request(method ?? '', `/api/clusters/demo/${path ?? ''}`, undefined, {
        origin,
      });
      t.match({ status, body }, { status: 403, body: { code: 'ORIGIN_REFUSED' } }, `${origin} ${path ?? ''}`);
    }
  }
  await p1.settled();
  t.equal(
    (await relay.request('POST', '/api/clusters/demo/heal', undefined, { origin: relay.url })).status,
    200,
    'its own page may',
  );
  const viewer = await relay.watch('demo', { origin: relay.url });
  await viewer.until('the snapshot', () => viewer.snapshots.length === 1);
});

t.test('hosts that are allowed by name', async (t) => {
  const guard = new HostGuard({ host: '127.0.0.1', allowedHosts: ['Raft.example.org', 'other.example:8443'] });
  t.doesNotThrow(() => guard.checkHost('raft.example.org'));
  t.doesNotThrow(() => guard.checkHost('raft.example.org:7070'), 'on any port');
  t.doesNotThrow(() => guard.checkHost('other.example:8443'));
  t.throws(() => guard.checkHost('other.example:1'), { code: 'HOST_REFUSED' });
  t.throws(() => guard.checkHost('other.example'), { code: 'HOST_REFUSED' });
  t.throws(() => guard.checkHost(undefined), { code: 'HOST_REFUSED' });
  t.doesNotThrow(
    () => guard.checkOrigin('https://raft.example.org', '127.0.0.1:7070'),
    'behind a proxy that changes the host',
  );
  t.throws(() => guard.checkOrigin('https://evil.example', '127.0.0.1:7070'), { code: 'ORIGIN_REFUSED' });
  t.throws(() => guard.checkOrigin('http://localhost', '127.0.0.1:7070'), { code: 'ORIGIN_REFUSED' });
  t.throws(() => guard.checkOrigin('http://raft.example.org', 'raft.example.org', true), { code: 'ORIGIN_REFUSED' });
  t.doesNotThrow(() => guard.checkOrigin('https://raft.example.org', 'raft.example.org', true));
  t.doesNotThrow(
    () => guard.checkOrigin('https://raft.example.org', 'raft.example.org', false),
    'something before the relay may speak TLS',
  );
  t.doesNotThrow(() => guard.checkOrigin(undefined, '127.0.0.1:7070'), 'programs send none');
});

t.test('beyond loopback the token is the guard, unless hosts are named', async (t) => {
  const open = new HostGuard({ host: '0.0.0.0', allowedHosts: [] });
  t.doesNotThrow(() => open.checkHost('whatever.example'));
  t.throws(() => open.checkOrigin('http://evil.example', 'whatever.example'), { code: 'ORIGIN_REFUSED' });
  const named = new HostGuard({ host: '0.0.0.0', allowedHosts: ['raft.example'] });
  t.doesNotThrow(() => named.checkHost('raft.example:80'));
  t.throws(() => named.checkHost('whatever.example'), { code: 'HOST_REFUSED' });
});

t.test('a page can be read by its own origin only, framed by nobody, and loads nothing from elsewhere', async (t) => {
  const relay = await TestRelay.start(t);
  for (const path of ['/', '/api/clusters', '/nothing']) {
    const { headers } = await relay.request('GET', path);
    const policy = headers.get('content-security-policy') ?? '';
    t.match(policy, /default-src 'none'; script-src 'self';/, path);
    t.match(policy, /frame-ancestors 'none'/);
    t.notMatch(policy, /unsafe|\*|http/);
    t.equal(headers.get('x-content-type-options'), 'nosniff');
    t.equal(headers.get('referrer-policy'), 'no-referrer');
    t.equal(headers.get('access-control-allow-origin'), null);
  }
});
