import t from 'tap';
import type { RouteOptions } from 'fastify';
import { buildRelay } from '../../server/app.ts';
import type { Connection } from '../../server/hub/Connection.ts';
import { Endpoint } from '../../server/hub/Endpoint.ts';
import { leadershipOf } from '../../server/hub/leadership.ts';
import { allows, TOKEN_ROLES, type Access, type Grant } from '../../server/locks/access.ts';
import { readTokens, TOKENS_MAX, type Tokens } from '../../server/locks/tokens.ts';
import type { ClusterView } from '../../shared/http/ClusterView.ts';
import { clusterId, peerId } from '../../shared/ids.ts';
import { PROTOCOL_VERSION } from '../../shared/protocol.ts';
import { statusBody, TestPeer, UpgradeRefused } from './support/TestPeer.ts';
import { TestRelay } from './support/relay.ts';

const TOKENS = {
  admin: ['all-admin'],
  readOnly: ['all-read'],
  clusters: {
    demo: { admin: ['demo-admin'], readOnly: ['demo-read'], peer: ['demo-peer'], client: ['demo-client'] },
    other: { admin: ['other-admin'], peer: ['other-peer'], client: ['other-client'] },
  },
} satisfies Tokens;
const ALL = readTokens(TOKENS).map(({ secret }) => secret);
const bearer = (secret: string): Record<string, string> => ({ authorization: `Bearer ${secret}` });

/** Who may use what, route by route, in one table that somebody has to change when a route is added. */
const ROUTES: Readonly<Record<string, Access>> = {
  'GET /': 'open',
  'GET /healthz': 'open',
  'GET /readyz': 'open',
  'GET /api/session': 'open',
  'POST /api/session': 'open',
  'DELETE /api/session': 'open',
  'GET /api/openapi.json': 'token',
  'GET /metrics': 'read',
  'GET /api/clusters': 'token',
  'GET /api/clusters/:cluster': 'read',
  'GET /api/clusters/:cluster/live': 'read',
  'GET /api/clusters/:cluster/members': 'read',
  'GET /api/clusters/:cluster/partition': 'read',
  'PUT /api/clusters/:cluster/partition': 'admin',
  'DELETE /api/clusters/:cluster/partition': 'admin',
  'POST /api/clusters/:cluster/heal': 'admin',
  'GET /api/clusters/:cluster/network': 'read',
  'PUT /api/clusters/:cluster/network': 'admin',
  'GET /api/clusters/:cluster/profile': 'read',
  'PUT /api/clusters/:cluster/profile': 'admin',
  'PUT /api/clusters/:cluster/seed': 'admin',
  'GET /api/clusters/:cluster/rules': 'read',
  'PUT /api/clusters/:cluster/rules': 'admin',
  'DELETE /api/clusters/:cluster/rules': 'admin',
  'GET /api/clusters/:cluster/rules/:rule': 'read',
  'PUT /api/clusters/:cluster/rules/:rule': 'admin',
  'DELETE /api/clusters/:cluster/rules/:rule': 'admin',
  'POST /api/clusters/:cluster/rules/:rule/release': 'admin',
  'GET /api/clusters/:cluster/journal': 'read',
  'GET /api/clusters/:cluster/frames/:seq': 'read',
  'GET /api/clusters/:cluster/safety': 'read',
  'DELETE /api/clusters/:cluster/safety': 'admin',
  'POST /api/clusters/:cluster/peers/:peer/disconnect': 'admin',
  'POST /api/clusters/:cluster/peers/:peer/timeout': 'admin',
  'GET /api/clusters/:cluster/processes': 'read',
  'POST /api/clusters/:cluster/peers/:peer/process': 'admin',
  'PUT /api/clusters/:cluster/processes/settings': 'admin',
  'PUT /api/clusters/:cluster/members/:peer': 'admin',
  'DELETE /api/clusters/:cluster/members/:peer': 'admin',
  'POST /api/clusters/:cluster/transfer': 'admin',
  'GET /api/clusters/:cluster/kv': 'readKeys',
  'GET /api/clusters/:cluster/kv/:key': 'readKeys',
  'GET /api/clusters/:cluster/kv-watch': 'readKeys',
  'PUT /api/clusters/:cluster/kv/:key': 'writeKeys',
  'POST /api/clusters/:cluster/kv/:key/append': 'writeKeys',
  'DELETE /api/clusters/:cluster/kv/:key': 'writeKeys',
  'GET /peer': 'peer',
  'GET /client': 'client',
};

t.test('every route says who may use it, and no route is open that is not known to be', async (t) => {
  const app = buildRelay({ dashboardDirectory: '/nowhere' });
  t.teardown(() => app.close());
  const routes: RouteOptions[] = [];
  app.addHook('onRoute', (route) => void routes.push(route));
  await app.ready();
  const held = routes.flatMap(({ method, url, config }) =>
    [method]
      .flat()
      .flatMap((name) => (name === 'HEAD' ? [] : [[`${name} ${url}`, config?.access ?? 'admin'] as const])),
  );
  t.same(Object.fromEntries(held), ROUTES);
});

t.test('a route that declares nothing is for admins', async (t) => {
  const relay = buildRelay({ tokens: TOKENS, dashboardDirectory: '/nowhere' });
  t.teardown(() => relay.close());
  const seen: Record<string, number> = {};
  for (const secret of ['all-admin', ...ALL]) {
    const { statusCode } = await relay.inject({
      method: 'POST',
      url: '/api/clusters/demo/heal',
      headers: { host: 'localhost', ...bearer(secret) },
    });
    seen[secret] = statusCode;
  }
  t.same(seen, {
    ...{ 'all-admin': 404, 'all-read': 403, 'demo-admin': 404, 'demo-read': 403, 'demo-peer': 403 },
    ...{ 'demo-client': 403, 'other-admin': 403, 'other-peer': 403, 'other-client': 403 },
  });
});

t.test('each token may do what its role says, in its own cluster', async (t) => {
  const relay = await TestRelay.start(t, { tokens: TOKENS });
  await relay.dial('p1', { socket: { headers: bearer('demo-peer') } });
  await relay.dial('p1', { cluster: 'other', socket: { headers: bearer('other-peer') } });
  const requests: [string, string, Access, string | undefined][] = [
    ['GET', '/metrics', 'read', undefined],
    ['GET', '/metrics?cluster=demo', 'read', undefined],
    ['GET', '/api/openapi.json', 'token', undefined],
    ['GET', '/api/clusters', 'token', undefined],
    ['GET', '/api/no-such-route', 'token', undefined],
    ...(['demo', 'other'] as const).flatMap((cluster): [string, string, Access, string][] => [
      ['GET', `/api/clusters/${cluster}`, 'read', cluster],
      ['GET', `/api/clusters/${cluster}?cluster=demo`, 'read', cluster],
      ['GET', `/api/clusters/${cluster}/partition`, 'read', cluster],
      ['PUT', `/api/clusters/${cluster}/partition`, 'admin', cluster],
      ['POST', `/api/clusters/${cluster}/heal`, 'admin', cluster],
      ['POST', `/api/clusters/${cluster}/transfer`, 'admin', cluster],
      ['GET', `/api/clusters/${cluster}/kv/x?timeoutMs=1`, 'readKeys', cluster],
      ['PUT', `/api/clusters/${cluster}/kv/x?timeoutMs=1`, 'writeKeys', cluster],
      ['DELETE', `/api/clusters/${cluster}/kv/x?timeoutMs=1`, 'writeKeys', cluster],
    ]),
  ];
  for (const { secret, role, cluster: own } of readTokens(TOKENS)) {
    const grant: Grant = { role, cluster: own };
    for (const [method, path, access, cluster] of requests) {
      const { status, body } = await relay.request(method, path, undefined, bearer(secret));
      if (allows(grant, access, cluster)) t.notOk([401, 403].includes(status), `${secret}: ${method} ${path}`);
      else t.match({ status, body }, { status: 403, body: { code: 'ACCESS_DENIED' } }, `${secret}: ${method} ${path}`);
    }
  }
  t.equal((await relay.request('GET', '/metrics', undefined, bearer('all-read'))).status, 200);
  t.notOk(
    ALL.some((secret) => relay.log.join('\n').includes(secret)),
    'no token stands in the log',
  );
});

t.test('sockets ask for the token of their own cluster and kind', async (t) => {
  const relay = await TestRelay.start(t, { tokens: TOKENS });
  const tryIt = async (path: 'peer' | 'client', cluster: string, secret: string): Promise<string> => {
    try {
      const peer = await relay.open(`${path}-${secret}`, { path, cluster, socket: { headers: bearer(secret) } });
      peer.end();
      return 'open';
    } catch (error) {
      if (error instanceof UpgradeRefused) return error.code;
      throw error;
    }
  };
  for (const { secret, role, cluster: own } of readTokens(TOKENS)) {
    for (const cluster of ['demo', 'other']) {
      for (const path of ['peer', 'client'] as const) {
        const expected = allows({ role, cluster: own }, path, cluster) ? 'open' : 'ACCESS_DENIED';
        t.equal(await tryIt(path, cluster, secret), expected, `${secret}: /${path} of ${cluster}`);
      }
    }
  }
  t.equal(await tryIt('peer', 'demo', 'unknown'), 'TOKEN_WRONG');
  const twice = { query: 'cluster=demo&cluster=other&id=x', socket: { headers: bearer('demo-peer') } };
  await t.rejects(relay.open('x', twice), { code: 'ACCESS_DENIED' }, 'two clusters at once are none');
  await relay.dial('p9', { socket: { headers: bearer('demo-peer') } });
  await t.rejects(relay.watch('demo', { headers: bearer('demo-client') }), { status: 403, code: 'ACCESS_DENIED' });
  const viewer = await relay.watch('demo', { headers: bearer('demo-read') });
  await viewer.until('the snapshot', () => viewer.snapshots.length === 1);
});

t.test('nobody learns of clusters that are not his', async (t) => {
  const relay = await TestRelay.start(t, { tokens: TOKENS });
  await relay.dial('p1', { cluster: 'other', socket: { headers: bearer('other-peer') } });
  const listed = async (secret: string): Promise<string[]> =>
    ((await relay.request('GET', '/api/clusters', undefined, bearer(secret))).body as { id: string }[]).map(
      ({ id }) => id,
    );
  t.same(await listed('demo-admin'), []);
  t.same(await listed('other-client'), ['other']);
  t.same(await listed('all-read'), ['other']);
  const unknown = await relay.request('GET', '/api/clusters/demo', undefined, bearer('demo-read'));
  t.match(unknown, { status: 404, body: { code: 'CLUSTER_UNKNOWN' } });
  t.notMatch(unknown.text, /other/);
  const told = await relay.request('GET', '/api/clusters/demo', undefined, bearer('all-read'));
  t.match(told.text, /known are other/, 'who may see all is told all');
  const [there, nowhere] = await Promise.all(
    ['other', 'nowhere'].map((name) => relay.request('GET', `/api/clusters/${name}`, undefined, bearer('demo-read'))),
  );
  t.equal(there?.status, 403);
  t.equal(nowhere?.status, 403, 'which clusters there are cannot be found out by asking');
});

t.test('a browser has the role of the token that it gave', async (t) => {
  const relay = await TestRelay.start(t, { tokens: TOKENS });
  await relay.dial('p1', { socket: { headers: bearer('demo-peer') } });
  const logIn = await relay.request('POST', '/api/session', { token: 'demo-read' });
  t.same(logIn.body, { locked: true, open: true, role: 'readOnly', cluster: 'demo' });
  const headers = { cookie: logIn.headers.get('set-cookie')?.split(';')[0] ?? '' };
  t.same((await relay.request('GET', '/api/session', undefined, headers)).body, logIn.body);
  t.equal((await relay.request('GET', '/api/clusters/demo', undefined, headers)).status, 200);
  const heal = await relay.request('POST', '/api/clusters/demo/heal', undefined, headers);
  t.match(heal, { status: 403, body: { code: 'ACCESS_DENIED', details: { role: 'readOnly', cluster: 'demo' } } });
  t.equal(heal.headers.get('www-authenticate'), null, 'another login is not asked for');
  const viewer = await relay.watch('demo', { headers });
  await viewer.until('the snapshot', () => viewer.snapshots.length === 1);
});

t.test('a client token does not speak as a peer, whatever application it names', async (t) => {
  const relay = await TestRelay.start(t, { tokens: TOKENS });
  const p1 = await relay.dial('p1', { socket: { headers: bearer('demo-peer') } });
  const client = { path: 'client', socket: { headers: bearer('demo-client') } } as const;
  const c1 = await relay.dial('c1', { ...client, application: 'chess' });
  for (const type of ['AppendEntries', 'RequestVote', 'TimeoutNow', 'ClientReply']) c1.send(type, 'p1', { term: 9 });
  c1.send('Move', 'p1', 'e4');
  await p1.heard('Move');
  t.same(
    p1.frames.map(({ type }) => type).filter((type) => type !== 'Welcome'),
    ['Move'],
  );
});

t.test('a client token tells no status: it leads nothing, names no voters and makes no peer of itself', async (t) => {
  const relay = await TestRelay.start(t, { tokens: TOKENS });
  const dialClient = (id: string, options = {}): Promise<TestPeer> =>
    relay.dial(id, { path: 'client', socket: { headers: bearer('demo-client') }, ...options });
  const p1 = await relay.dial('p1', { socket: { headers: bearer('demo-peer') } });
  const voters = ['p1', 'p2', 'p3'].map((id) => peerId(id));
  p1.status({ role: 'leader', term: 4, leader: peerId('p1'), voters });
  await p1.settled();
  const c1 = await dialClient('c1');
  const chess = await dialClient('c3', { application: 'chess' });
  for (const client of [c1, chess]) {
    const id = peerId(client.id);
    const made = Array.from({ length: 50 }, (_, at) => peerId(`ghost${at}`));
    client.status({ role: 'leader', term: 999, leader: id, voters: [id, peerId('c2'), ...made] });
    await client.settled();
    t.match(await client.heard('Refused'), { body: { code: 'FRAME_TYPE_UNKNOWN', inReplyTo: 2 } });
    t.equal(client.webSocket.readyState, 1, 'the connection stays');
  }
  const view = await relay.request('GET', '/api/clusters/demo', undefined, bearer('demo-read'));
  const { peers, ...rest } = view.body as ClusterView;
  t.match(rest, { leader: 'p1', term: 4 });
  t.notOk(rest.safety?.checks.some(({ state }) => state === 'broken'));
  t.same(
    peers.map(({ id, kind, status }) => [id, kind, status?.term]),
    [
      ['c1', 'client', undefined],
      ['c3', 'client', undefined],
      ['p1', 'peer', 4],
      ['p2', 'peer', undefined],
      ['p3', 'peer', undefined],
    ],
  );
  const c2 = await dialClient('c2');
  c2.send('Lookup', '@relay');
  t.match(await c2.heard('Directory'), { body: { leader: 'p1', peers: [{ id: 'p1' }] } });
  const cut = await relay.request(
    'PUT',
    '/api/clusters/demo/partition',
    { shape: 'isolate-leader' },
    bearer('demo-admin'),
  );
  t.equal(cut.status, 200);
  t.match(cut.text, '[["p1"]]');
  const journal = await relay.request('GET', '/api/clusters/demo/journal?kinds=status', undefined, bearer('demo-read'));
  t.notMatch(journal.text, /ghost/);
});

t.test('who leads is told by peers alone', async (t) => {
  const status = statusBody({ role: 'leader', term: 9 });
  const endpoints = [true, false].map((isEphemeral) => {
    const endpoint = new Endpoint(peerId(isEphemeral ? 'c1' : 'p1'), { isEphemeral, nowMs: 0 });
    endpoint.status = isEphemeral ? status : { ...status, term: 4 };
    endpoint.connection = {} as Connection;
    return endpoint;
  });
  t.same(leadershipOf(endpoints), { leader: 'p1', leaderTerm: 4, term: 4 });
});

t.test('the token that stands alone is an admin of all, beside others', async (t) => {
  const relay = await TestRelay.start(t, { token: 'one', tokens: { clusters: { demo: { readOnly: ['two'] } } } });
  const session = async (token: string): Promise<unknown> =>
    (await relay.request('POST', '/api/session', { token })).body;
  t.match(await session('one'), { role: 'admin', cluster: null });
  t.match(await session('two'), { role: 'readOnly', cluster: 'demo' });
});

t.test('tokens are refused whole, with the place and what is legal, and without the secret', async (t) => {
  const cases: [unknown, RegExp][] = [
    [[], /^tokens is no object/],
    [{}, /^tokens holds no token/],
    [{ clusters: {} }, /holds no token/],
    [{ admins: ['s3cret'] }, /^"admins" in tokens is unknown; did you mean admin\?/],
    [{ peer: ['s3cret'] }, /^"peer" in tokens is unknown; it may have admin, readOnly, clusters/],
    [{ admin: 's3cret' }, /^tokens\.admin is no list/],
    [{ admin: ['fine', 's3cret with blanks'] }, /^tokens\.admin\[1\] is no token: give 1 to 1024 visible/],
    [{ admin: [''] }, /^tokens\.admin\[0\] is no token/],
    [{ admin: ['x'.repeat(1025)] }, /^tokens\.admin\[0\] is no token/],
    [{ admin: [7] }, /^tokens\.admin\[0\] is no token/],
    [
      { admin: ['s3cret'], clusters: { demo: { peer: ['s3cret'] } } },
      /demo\.peer\[0\] is the same token as tokens\.admin\[0\]/,
    ],
    [{ clusters: { 'no name': { peer: ['s3cret'] } } }, /^tokens\.clusters\.no name is no name of a cluster/],
    [{ clusters: { demo: ['s3cret'] } }, /^tokens\.clusters\.demo is no object/],
    [{ clusters: { demo: { viewer: ['s3cret'] } } }, /^"viewer" in tokens\.clusters\.demo is unknown/],
    [{ admin: Array.from({ length: TOKENS_MAX + 1 }, (_, at) => `t${at}`) }, /holds 1001 tokens: give 1000 at most/],
  ];
  for (const [value, message] of cases) {
    t.throws(() => buildRelay({ tokens: value as Tokens }), { code: 'USAGE', message });
    try {
      readTokens(value);
    } catch (error) {
      t.notMatch((error as Error).message, /s3cret/);
    }
  }
});

t.test('grants, by role', async (t) => {
  const demo = clusterId('demo');
  const may = (access: Access): string[] =>
    TOKEN_ROLES.filter((role) => allows({ role, cluster: demo }, access, 'demo')).sort();
  t.same(may('admin'), ['admin']);
  t.same(may('read'), ['admin', 'readOnly']);
  t.same(may('writeKeys'), ['admin', 'client', 'peer']);
  t.same(may('readKeys'), ['admin', 'client', 'peer', 'readOnly']);
  t.same(may('peer'), ['admin', 'peer']);
  t.same(may('client'), ['admin', 'client', 'peer']);
  t.notOk(allows({ role: 'admin', cluster: demo }, 'admin', undefined), "the relay itself is no cluster's");
  t.notOk(allows({ role: 'admin', cluster: demo }, 'admin', '__proto__'));
});

t.test('a captured Hello is worth nothing on the connection of another', async (t) => {
  const relay = await TestRelay.start(t, { tokens: TOKENS });
  const p1 = await relay.dial('p1', { socket: { headers: bearer('demo-peer') } });
  const captured =
    '{"type":"Hello","from":"p1","to":"@relay","id":1,"body":{"protocolVersion":2,"application":"raft","instance":"p1-process","software":"test"}}'.replace(
      '"protocolVersion":2',
      `"protocolVersion":${PROTOCOL_VERSION}`,
    );
  const thieves = [
    ['as another client of the cluster', 'c1', 'client', 'demo', 'demo-client'],
    ['as a client under the name of the peer', 'p1', 'client', 'demo', 'demo-client'],
    ['in another cluster', 'p1', 'peer', 'other', 'other-peer'],
  ] as const;
  for (const [what, id, path, cluster, token] of thieves) {
    const options = { path, cluster, socket: { headers: bearer(token) } };
    const thief = await relay.open(id, options).catch((error: unknown) => error);
    if (thief instanceof UpgradeRefused) {
      t.equal(thief.code, 'IDENTITY_TAKEN', what);
      continue;
    }
    if (!(thief instanceof TestPeer)) throw new Error('neither a socket nor a refusal', { cause: thief });
    thief.sendText(captured);
    if (cluster === 'other') await thief.heard('Welcome');
    else t.match(await thief.closed(), { code: 4403, reason: 'FRAME_FORGED' }, what);
  }
  await p1.settled();
  const view = await relay.request('GET', '/api/clusters/demo', undefined, bearer('all-read'));
  t.match(view.body, { peers: [{ id: 'p1', connected: true, connections: 1 }] }, 'the peer noticed nothing');
  p1.sendText(captured);
  t.match(await p1.closed(), { code: 4401, reason: 'HELLO_EXPECTED' }, 'nor may it say its own again');
});

t.test('a client token changes no members over its socket, however the request is written', async (t) => {
  const relay = await TestRelay.start(t, { tokens: TOKENS });
  const p1 = await relay.dial('p1', { socket: { headers: bearer('demo-peer') } });
  const request = (type: string, more: object = {}): object => ({
    requests: [{ requestId: 1, timeoutMs: 1000, operation: { type, ...more } }],
  });
  const write = { command: { type: 'put', key: 'x', value: 'changeMembers' } };
  const dial = (id: string, token: string) => relay.dial(id, { path: 'client', socket: { headers: bearer(token) } });
  const client = await dial('c1', 'demo-client');
  client.send('ClientRequest', 'p1', request('changeMembers', { change: { removed: ['p1'] } }));
  client.send('ClientRequest', 'p1', request('transferLeadership', { to: 'p1' }));
  const escaped = JSON.stringify(request('changeMembers')).replace('changeMembers', '\\u0063hangeMembers');
  client.sendText(`{"type":"ClientRequest","from":"c1","to":"p1","id":77,"body":${escaped}}`);
  client.sendText(`{"id":78,"type":"ClientRequest","from":"c1","to":"p1","body":${escaped}}`);
  client.send('ClientRequest', 'p1', request('command', write));
  await p1.heard('ClientRequest', ({ from }) => from === 'c1');
  t.equal(p1.frames.filter(({ type }) => type === 'ClientRequest').length, 1, 'the write alone');
  t.equal(client.frames.filter(({ body }) => (body as { code?: string }).code === 'ACCESS_DENIED').length, 4);
  const admin = await dial('c2', 'demo-admin');
  admin.send('ClientRequest', 'p1', request('changeMembers', { change: { removed: ['p1'] } }));
  await p1.heard('ClientRequest', ({ from }) => from === 'c2');
});
