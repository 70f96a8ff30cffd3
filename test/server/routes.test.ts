import t from 'tap';
import { ClusterSummary, ClusterView } from '../../shared/http/ClusterView.ts';
import { ErrorAnswer } from '../../shared/http/ErrorAnswer.ts';
import { Partition } from '../../shared/http/Partition.ts';
import { conforming } from './support/conforming.ts';
import { TestRelay } from './support/relay.ts';
import { Type } from '../../shared/schema.ts';

const demo = '/api/clusters/demo';

t.test('the clusters, and one of them, as their peers tell it', async (t) => {
  const relay = await TestRelay.start(t);
  t.same((await relay.request('GET', '/api/clusters')).body, []);
  const [p1, p2] = [await relay.dial('p1'), await relay.dial('p2')];
  p1.status({
    role: 'leader',
    term: 4,
    votedFor: 'p1' as never,
    leader: 'p1' as never,
    lastLogIndex: 3,
    commitIndex: 2,
  });
  p2.status({ role: 'follower', term: 5 });
  await p1.settled();
  await p2.settled();
  const summaries = conforming(Type.Array(ClusterSummary), (await relay.request('GET', '/api/clusters')).body);
  t.same(summaries, [{ id: 'demo', leader: 'p1', term: 5, peers: 2, connected: 2, clients: 0, partitioned: false }]);
  const view = conforming(ClusterView, (await relay.request('GET', demo)).body);
  t.match(view, {
    ...{ id: 'demo', leader: 'p1', term: 5, partition: null },
    peers: [
      {
        id: 'p1',
        role: 'leader',
        term: 4,
        votedFor: 'p1',
        leader: 'p1',
        lastLogIndex: 3,
        commitIndex: 2,
        lastApplied: 0,
      },
      { id: 'p2', role: 'follower', term: 5, status: { electionTimeoutMsMax: 400 }, refusedForMs: null },
    ],
  });
  for (const { heardMsAgo, statusMsAgo } of view.peers) {
    t.ok(heardMsAgo !== null && heardMsAgo < 60_000 && statusMsAgo !== null && statusMsAgo < 60_000);
  }
});

t.test('of two that call themselves leader, the one of the higher term is; one that is gone is not', async (t) => {
  const relay = await TestRelay.start(t);
  const [p1, p2] = [await relay.dial('p1'), await relay.dial('p2')];
  p1.status({ role: 'leader', term: 4 });
  p2.status({ role: 'leader', term: 6 });
  await p1.settled();
  await p2.settled();
  t.match(await relay.view(), { leader: 'p2', term: 6 });
  p2.end();
  await relay.until('p2 is gone', async () => (await relay.view()).leader === 'p1');
  t.match(await relay.view(), { leader: 'p1', term: 6 }, 'its term was reported all the same');
});

t.test('partition: put, got, deleted, healed', async (t) => {
  const relay = await TestRelay.start(t);
  for (const id of ['p1', 'p2', 'p3']) await relay.dial(id);
  const partition = { groups: [['p1', 'p2'], ['p3']] };
  const current = async () => (await relay.request('GET', `${demo}/partition`)).body as { partition: Partition | null };
  t.same(await current(), { partition: null });
  t.match(conforming(ClusterView, (await relay.request('PUT', `${demo}/partition`, partition)).body), { partition });
  t.same(conforming(Type.Object({ partition: Partition }), await current()), { partition });
  t.match(conforming(ClusterView, (await relay.request('DELETE', `${demo}/partition`)).body), { partition: null });
  t.equal((await relay.request('DELETE', `${demo}/partition`)).status, 200, 'healing what is whole is no error');
  await relay.request('PUT', `${demo}/partition`, partition);
  t.match(conforming(ClusterView, (await relay.request('POST', `${demo}/heal`)).body), { partition: null });
});

t.test('a bad partition is refused whole, and what was in force stays', async (t) => {
  const relay = await TestRelay.start(t);
  for (const id of ['p1', 'p2', 'p10']) await relay.dial(id);
  await relay.request('PUT', `${demo}/partition`, { groups: [['p1'], ['p2']] });
  const cases: [unknown, number, object][] = [
    [{ groups: [['p1', 'p2'], ['p2']] }, 400, { code: 'PARTITION_OVERLAPS', details: { overlapping: ['p2'] } }],
    [{ groups: [['p1', 'p1']] }, 400, { code: 'PARTITION_OVERLAPS', details: { overlapping: ['p1'] } }],
    [
      { groups: [['p1', 'p7']] },
      404,
      { code: 'PEER_UNKNOWN', details: { unknown: ['p7'], known: ['p1', 'p2', 'p10'] } },
    ],
    [{ groups: [] }, 400, { code: 'REQUEST_INVALID', details: { problems: [{ place: 'body/groups' }] } }],
    [{ groups: [[]] }, 400, { code: 'REQUEST_INVALID', details: { problems: [{ place: 'body/groups/0' }] } }],
    [{ groups: [['p 1']] }, 400, { code: 'REQUEST_INVALID', details: { problems: [{ place: 'body/groups/0/0' }] } }],
    [{ groups: [['p1']], lossy: true }, 400, { code: 'REQUEST_INVALID' }],
    [{ groups: 'p1|p2' }, 400, { code: 'REQUEST_INVALID', details: { problems: [{ legal: { type: 'array' } }] } }],
    [null, 400, { code: 'REQUEST_INVALID', details: { problems: [{ place: 'body' }] } }],
    ['{"groups":', 400, { code: 'REQUEST_INVALID', message: 'the body is not JSON' }],
  ];
  for (const [body, status, answer] of cases) {
    const got = await relay.request('PUT', `${demo}/partition`, body);
    conforming(ErrorAnswer, got.body);
    t.match(got, { status, body: answer }, JSON.stringify(body));
  }
  t.match((await relay.request('GET', `${demo}/partition`)).body, { partition: { groups: [['p1'], ['p2']] } });
  t.equal(await relay.refusals('PARTITION_OVERLAPS'), 2);
  t.equal(await relay.refusals('PEER_UNKNOWN'), 1);
});

t.test('other bad requests', async (t) => {
  const relay = await TestRelay.start(t, { bodyBytesMax: 2048 });
  await relay.dial('p1');
  const cases: [string, string, unknown, number, string][] = [
    ['GET', '/api/clusters/none', undefined, 404, 'CLUSTER_UNKNOWN'],
    ['PUT', '/api/clusters/none/partition', { groups: [['p1']] }, 404, 'CLUSTER_UNKNOWN'],
    ['GET', '/api/clusters/a%20b', undefined, 400, 'REQUEST_INVALID'],
    ['GET', '/api/nothing', undefined, 404, 'ROUTE_UNKNOWN'],
    ['POST', '/api/clusters', {}, 404, 'ROUTE_UNKNOWN'],
    ['GET', '/%zz', undefined, 400, 'REQUEST_INVALID'],
    ['GET', '/../../etc/passwd', undefined, 404, 'ROUTE_UNKNOWN'],
    ['GET', '/peer?cluster=demo&id=p1', undefined, 400, 'REQUEST_INVALID'],
    ['GET', `${demo}/live`, undefined, 400, 'REQUEST_INVALID'],
    ['POST', `${demo}/peers/p9/disconnect`, {}, 404, 'PEER_UNKNOWN'],
    ['POST', `${demo}/peers/p1/disconnect`, { forMs: -1 }, 400, 'REQUEST_INVALID'],
    ['POST', `${demo}/peers/p1/disconnect`, { forMs: '5s' }, 400, 'REQUEST_INVALID'],
    ['POST', `${demo}/peers/p1/disconnect`, { for: 5 }, 400, 'REQUEST_INVALID'],
    ['PUT', `${demo}/partition`, { groups: [['x'.repeat(4000)]] }, 400, 'REQUEST_INVALID'],
  ];
  for (const [method, path, body, status, code] of cases) {
    const got = await relay.request(method, path, body);
    conforming(ErrorAnswer, got.body);
    t.match(got, { status, body: { code } }, `${method} ${path}`);
  }
  const form = await relay.request('PUT', `${demo}/partition`, 'groups=p1', {
    'content-type': 'application/x-www-form-urlencoded',
  });
  t.match(form, { status: 400, body: { code: 'REQUEST_INVALID', message: /application\/json/ } });
  t.match((await relay.view()).peers, [{ id: 'p1', connected: true }], 'nobody was cut');
});

t.test('disconnect cuts a socket now, and the peer may come back', async (t) => {
  const relay = await TestRelay.start(t);
  const p1 = await relay.dial('p1');
  const { status, body } = await relay.request('POST', `${demo}/peers/p1/disconnect`);
  t.equal(status, 200);
  t.match(conforming(ClusterView, body), { peers: [{ id: 'p1', connected: false, refusedForMs: null }] });
  t.match((await p1.heard('Refused')).body, { code: 'DISCONNECTED_BY_OPERATOR' });
  t.same(await p1.closed(), { code: 4410, reason: 'DISCONNECTED_BY_OPERATOR' });
  t.match(await relay.request('POST', `${demo}/peers/p1/disconnect`, {}), {
    status: 409,
    body: { code: 'PEER_NOT_CONNECTED' },
  });
  await relay.dial('p1');
  t.match((await relay.view()).peers, [{ connected: true, connections: 2 }]);
});

t.test('disconnect with forMs refuses the peer meanwhile, at its upgrade and at its Hello', async (t) => {
  const relay = await TestRelay.start(t);
  await relay.dial('p1');
  await relay.dial('p2');
  const early = await relay.open('p1');
  const cut = await relay.request('POST', `${demo}/peers/p1/disconnect`, { forMs: 60_000 });
  t.ok(cut.body.peers[0].refusedForMs > 50_000);
  await t.rejects(relay.dial('p1'), { status: 403, code: 'DISCONNECTED_BY_OPERATOR' });
  early.hello();
  t.match((await early.heard('Refused')).body, { code: 'DISCONNECTED_BY_OPERATOR' });
  t.equal((await early.closed()).code, 4410);
  await relay.dial('p3');
  await relay.request('POST', `${demo}/heal`);
  await relay.dial('p1');
  t.pass('heal lets it in again');

  await relay.request('POST', `${demo}/peers/p1/disconnect`, { forMs: 100 });
  await relay.until('the time passes', async () => {
    return relay.dial('p1').then(
      () => true,
      () => false,
    );
  });
  t.match((await relay.view()).peers[0], { id: 'p1', connected: true, refusedForMs: null });
});

t.test('health, readiness and metrics', async (t) => {
  const relay = await TestRelay.start(t);
  t.match(await relay.request('GET', '/healthz'), { status: 200, body: { status: 'ok' } });
  t.match(await relay.request('GET', '/readyz'), { status: 200, body: { status: 'ok' } });
  const { headers, text } = await relay.request('GET', '/metrics');
  t.match(headers.get('content-type'), /^text\/plain; version=/);
  const names = ['frames_in_total', 'frames_out_total', 'bytes_in_total', 'bytes_out_total', 'control_frames_total'];
  names.push('connections', 'viewers', 'clusters', 'endpoints', 'partitions', 'buffer_bytes');
  for (const name of names) t.match(text, new RegExp(`^whitewater_${name} 0$`, 'm'));
  for (const cause of ['partition', 'absent', 'slowReader']) {
    t.match(text, new RegExp(`^whitewater_frames_dropped_total\\{cause="${cause}"\\} 0$`, 'm'));
  }
  for (const name of ['nodejs_eventloop_lag_seconds', 'process_resident_memory_bytes', 'process_cpu_seconds_total']) {
    t.match(text, new RegExp(`^${name} `, 'm'));
  }
});

t.test('two relays in one process count apart', async (t) => {
  const [one, other] = [await TestRelay.start(t), await TestRelay.start(t)];
  await one.dial('p1');
  t.equal(await one.metric('connections'), 1);
  t.equal(await other.metric('connections'), 0);
});

t.test('the OpenAPI document names every route and its errors', async (t) => {
  const relay = await TestRelay.start(t);
  const { status, body } = await relay.request('GET', '/api/openapi.json');
  t.equal(status, 200);
  t.equal(body.openapi, '3.1.0');
  t.same(Object.keys(body.paths).sort(), [
    '/api/clusters',
    '/api/clusters/{cluster}',
    '/api/clusters/{cluster}/frames/{seq}',
    '/api/clusters/{cluster}/heal',
    '/api/clusters/{cluster}/journal',
    '/api/clusters/{cluster}/kv',
    '/api/clusters/{cluster}/kv-watch',
    '/api/clusters/{cluster}/kv/{key}',
    '/api/clusters/{cluster}/kv/{key}/append',
    '/api/clusters/{cluster}/live',
    '/api/clusters/{cluster}/members',
    '/api/clusters/{cluster}/members/{peer}',
    '/api/clusters/{cluster}/network',
    '/api/clusters/{cluster}/partition',
    '/api/clusters/{cluster}/peers/{peer}/disconnect',
    '/api/clusters/{cluster}/peers/{peer}/process',
    '/api/clusters/{cluster}/peers/{peer}/timeout',
    '/api/clusters/{cluster}/processes',
    '/api/clusters/{cluster}/processes/settings',
    '/api/clusters/{cluster}/profile',
    '/api/clusters/{cluster}/rules',
    '/api/clusters/{cluster}/rules/{rule}',
    '/api/clusters/{cluster}/rules/{rule}/release',
    '/api/clusters/{cluster}/safety',
    '/api/clusters/{cluster}/seed',
    '/api/clusters/{cluster}/transfer',
    '/api/session',
    '/client',
    '/healthz',
    '/metrics',
    '/peer',
    '/readyz',
  ]);
  t.same(Object.keys(body.paths['/api/clusters/{cluster}/partition']).sort(), ['delete', 'get', 'put']);
  const put = body.paths['/api/clusters/{cluster}/partition'].put;
  const [byGroups, byShape] = put.requestBody.content['application/json'].schema.anyOf;
  t.same(Object.keys(byGroups.properties), ['groups', 'cuts', 'inFlight']);
  t.same(byShape.required, ['shape']);
  t.same(put.responses.default.content['application/json'].schema.required, ['code', 'message', 'definite']);
});

t.test('a full relay says so, and makes room from who is gone', async (t) => {
  const relay = await TestRelay.start(t, { clustersMax: 2, endpointsMax: 2, connectionsMax: 4 });
  const refusedHello = async (id: string, cluster: string) => {
    const peer = await relay.open(id, { cluster });
    peer.hello();
    t.match((await peer.heard('Refused')).body, { code: 'RELAY_FULL' });
    t.equal((await peer.closed()).code, 4429);
  };
  const [a1, a2] = [await relay.dial('p1', { cluster: 'a' }), await relay.dial('p2', { cluster: 'a' })];
  await refusedHello('p3', 'a');
  const b1 = await relay.dial('p1', { cluster: 'b' });
  await refusedHello('p1', 'c');
  await relay.dial('p2', { cluster: 'b' });
  await t.rejects(relay.open('p3', { cluster: 'b' }), { status: 503, code: 'RELAY_FULL' });
  t.equal(await relay.refusals('RELAY_FULL'), 3);

  a1.send('RequestVote', 'p2');
  await a2.heard('RequestVote');
  a2.end();
  await relay.until('p2 is gone', async () => (await relay.view('a')).peers[1]?.connected === false);
  await relay.dial('p3', { cluster: 'a' });
  t.same(
    (await relay.view('a')).peers.map(({ id }) => id),
    ['p1', 'p3'],
    'p2 is forgotten',
  );

  for (const id of ['p1', 'p3']) await relay.request('POST', `/api/clusters/a/peers/${id}/disconnect`);
  await relay.dial('p1', { cluster: 'c' });
  t.same(
    ((await relay.request('GET', '/api/clusters')).body as { id: string }[]).map(({ id }) => id),
    ['b', 'c'],
  );
  t.equal(await relay.metric('frames_in_total'), 1, 'what passed in a forgotten cluster still counts');
  await b1.settled();
});
