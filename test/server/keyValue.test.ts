import t, { type Test } from 'tap';
import { KeyValueMachine } from '../../peer/machine/keyValue/KeyValueMachine.ts';
import { Peer } from '../../peer/Peer.ts';
import { ErrorAnswer } from '../../shared/http/ErrorAnswer.ts';
import { ListAnswer, MembersAnswer, WriteAnswer } from '../../shared/http/KeyValueAnswers.ts';
import { ClusterView } from '../../shared/http/ClusterView.ts';
import { KEY_LENGTH_MAX, KeyValueItem, VALUE_BYTES_MAX } from '../../shared/keyValue.ts';
import { WhitewaterError, type ErrorCode } from '../../shared/errors.ts';
import { IDS, StoreCluster, WITHIN_MS } from '../support/StoreCluster.ts';
import { until } from '../support/until.ts';
import { conforming } from './support/conforming.ts';
import { TestPeer } from './support/TestPeer.ts';
import { TestRelay } from './support/relay.ts';

const demo = '/api/clusters/demo';
const PATIENT = 'timeoutMs=30000';

interface Answer {
  readonly status: number;
  // What a route gives is of no known type until an assertion has looked at it.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

async function ask(cluster: StoreCluster, method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(cluster.relay.url + path, {
    method,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

function refused(t: Test, { status, body }: Answer, code: ErrorCode, message: RegExp = /./): void {
  const { httpStatus, definite } = new WhitewaterError(code, '');
  const answer = conforming(ErrorAnswer, body);
  t.equal(answer.code, code, answer.message);
  t.equal(status, httpStatus, `${code} has the status ${httpStatus}`);
  t.equal(answer.definite, definite, `${code} says whether it is definite`);
  t.match(answer.message, message);
}

/** A cluster that has a leader. */
async function started(t: Test): Promise<StoreCluster> {
  const cluster = await StoreCluster.start(t);
  await until(() => [...cluster.peers.values()].some((peer) => peer.status().canCommit), {
    ...{ withinMs: WITHIN_MS, what: 'a leader' },
  });
  return cluster;
}

t.test('write, read, list and delete', async (t) => {
  const cluster = await started(t);
  const key = `${demo}/kv/a%2Fb`;
  refused(t, await ask(cluster, 'GET', `${key}?${PATIENT}`), 'KEY_UNKNOWN', /"a\/b"/);
  t.same(conforming(WriteAnswer, (await ask(cluster, 'PUT', key, { value: 'x' })).body), { key: 'a/b', revision: 1 });
  t.same((await ask(cluster, 'POST', `${key}/append`, { value: 'y' })).body, { key: 'a/b', revision: 2 });
  const item = { key: 'a/b', value: 'xy', revision: 2, createdRevision: 1 };
  t.same(conforming(KeyValueItem, (await ask(cluster, 'GET', key)).body), item);
  for (const at of cluster.peers.keys()) t.same((await ask(cluster, 'GET', `${key}?at=${at}`)).body, item, at);
  await cluster.settled();
  t.same((await ask(cluster, 'GET', `${key}?read=stale&at=p2`)).body, item);

  const other = await ask(cluster, 'PUT', key, { value: 'z', expectedRevision: 1 });
  refused(t, other, 'REVISION_DIFFERS', /has revision 2, not 1/);
  t.same(other.body.details, { revision: 2 });
  refused(t, await ask(cluster, 'PUT', key, { value: 'z', expectedRevision: 0 }), 'REVISION_DIFFERS');
  refused(t, await ask(cluster, 'PUT', `${demo}/kv/none`, { value: 'z', expectedRevision: 7 }), 'REVISION_DIFFERS');
  t.equal((await ask(cluster, 'PUT', key, { value: 'z', expectedRevision: 2 })).body.revision, 3);
  t.equal((await ask(cluster, 'PUT', `${demo}/kv/new`, { value: '', expectedRevision: 0 })).body.revision, 4);

  const strange = `${demo}/kv/${encodeURIComponent('ключ 🗝?&#')}`;
  t.equal((await ask(cluster, 'PUT', strange, { value: 'ö\u0000\u2028' })).status, 200);
  t.match((await ask(cluster, 'GET', strange)).body, { key: 'ключ 🗝?&#', value: 'ö\u0000\u2028' });

  const list = conforming(ListAnswer, (await ask(cluster, 'GET', `${demo}/kv?limit=1`)).body);
  t.match(list, { items: [{ key: 'a/b' }], more: true, revision: 5 });
  t.match((await ask(cluster, 'GET', `${demo}/kv?after=a%2Fb&prefix=n&read=stale&at=p1`)).status, 200);
  t.match((await ask(cluster, 'GET', `${demo}/kv?prefix=n`)).body, { items: [{ key: 'new', value: '' }], more: false });

  refused(t, await ask(cluster, 'DELETE', `${key}?expectedRevision=1`), 'REVISION_DIFFERS');
  t.same((await ask(cluster, 'DELETE', `${key}?expectedRevision=3`)).body, { key: 'a/b', revision: 0 });
  refused(t, await ask(cluster, 'DELETE', key), 'KEY_UNKNOWN');
  refused(t, await ask(cluster, 'DELETE', `${key}?expectedRevision=3`), 'REVISION_DIFFERS', /is not there/);
});

t.test('bad requests of every kind', async (t) => {
  const cluster = await started(t);
  const key = `${demo}/kv/k`;
  const bad: [method: string, path: string, body?: unknown][] = [
    ['PUT', key, { value: 7 }],
    ['PUT', key, {}],
    ['PUT', key, { value: 'x', more: 1 }],
    ['PUT', key, { value: 'x', expectedRevision: -1 }],
    ['PUT', key, { value: 'x', expectedRevision: '1' }],
    ['PUT', key, 'not JSON'],
    ['PUT', key],
    ['PUT', `${key}?expectedRevision=1`, { value: 'x' }],
    ['POST', `${key}/append`, { value: null }],
    ['GET', `${key}?read=fast`],
    ['GET', `${key}?at=@relay`],
    ['GET', `${key}?timeoutMs=0`],
    ['GET', `${key}?timeoutMs=60001`],
    ['GET', `${key}?timeoutMs=soon`],
    ['GET', `${key}?timeoutMs=5&timeoutMs=6`],
    ['GET', `${demo}/kv?limit=0`],
    ['GET', `${demo}/kv?limit=1001`],
    ['GET', `${demo}/kv?prefix=${'x'.repeat(KEY_LENGTH_MAX + 1)}`],
    ['GET', `${demo}/kv/${'x'.repeat(KEY_LENGTH_MAX + 1)}`],
    ['GET', `${demo}/kv/%E0%A4%A`],
    ['DELETE', `${key}?expectedRevision=x`],
    ['GET', `${demo}/kv-watch?afterRevision=-1`],
    ['PUT', `${demo}/members/p4`, { role: 'king' }],
    ['PUT', `${demo}/members/@p4`, { role: 'voter' }],
    ['POST', `${demo}/transfer`, { to: '' }],
    ['POST', `${demo}/transfer`, {}],
  ];
  for (const [method, path, body] of bad) {
    t.comment(`${method} ${path.slice(0, 80)} ${JSON.stringify(body) ?? ''}`);
    refused(t, await ask(cluster, method, path, body), 'REQUEST_INVALID');
  }
  const long = `${demo}/kv/${encodeURIComponent('界'.repeat(KEY_LENGTH_MAX))}`;
  t.equal((await ask(cluster, 'PUT', `${long}?${PATIENT}`, { value: 'x' })).status, 200, 'the longest key');
  const huge = { value: 'x'.repeat(VALUE_BYTES_MAX - 2) };
  t.equal((await ask(cluster, 'PUT', `${key}?${PATIENT}`, huge)).status, 200, 'the largest value');
  t.equal((await ask(cluster, 'GET', `${key}?${PATIENT}`)).body.value.length, VALUE_BYTES_MAX - 2);
  refused(t, await ask(cluster, 'PUT', key, { value: `${huge.value}xxx` }), 'COMMAND_TOO_LARGE', /524288 bytes/);
  refused(t, await ask(cluster, 'POST', `${key}/append`, { value: 'x' }), 'COMMAND_REFUSED');
  refused(t, await ask(cluster, 'PUT', key, { value: '界'.repeat(VALUE_BYTES_MAX) }), 'COMMAND_TOO_LARGE');
  refused(t, await ask(cluster, 'PUT', key, { value: 'x'.repeat(3_000_000) }), 'COMMAND_TOO_LARGE', /1048576 bytes/);
  refused(t, await ask(cluster, 'GET', '/api/clusters/none/kv/a'), 'CLUSTER_UNKNOWN');
  refused(t, await ask(cluster, 'GET', '/api/clusters/none/kv-watch'), 'CLUSTER_UNKNOWN');
  refused(t, await ask(cluster, 'GET', '/api/clusters/none/members'), 'CLUSTER_UNKNOWN');
  refused(t, await ask(cluster, 'PATCH', key, { value: 'x' }), 'ROUTE_UNKNOWN', /openapi/);
});

t.test('a refusal says what would have been right', async (t) => {
  const relay = await TestRelay.start(t);
  const peer = await relay.dial('p1');
  const invalid: [method: string, path: string, message: RegExp][] = [
    ['POST', 'transfer', /^body .*; send for example \{"to":"p2"\}$/],
    ['PUT', 'members/p1', /; send for example \{"role":"voter"\}$/],
    ['PUT', 'kv/a', /; send for example \{"value":"blue"\}$/],
    ['POST', 'kv/a/append', /; send for example \{"value":"blue"\}$/],
    ['PUT', 'partition', /; send for example \{"groups":\[\["p1","p2"\],\["p3"\]\]\}$/],
  ];
  for (const [method, path, message] of invalid) {
    refused(t, await relay.request(method, `${demo}/${path}`), 'REQUEST_INVALID', message);
    refused(t, await relay.request(method, `${demo}/${path}`, ''), 'REQUEST_INVALID', message);
    refused(t, await relay.request(method, `${demo}/${path}`, '{}'), 'REQUEST_INVALID', message);
  }
  const wrong: [method: string, path: string, body: string | undefined, message: RegExp][] = [
    ['GET', 'kv/a?foo=1&read=x', undefined, /^"foo" is unknown in the query; it may have read, at, timeoutMs$/],
    ['GET', 'kv/a?timeout=1', undefined, /^"timeout" is unknown in the query; did you mean timeoutMs\?$/],
    ['GET', 'kv/a?read=x', undefined, /^query\/read must be "linearizable" or "stale"$/],
    ['GET', 'kv/a?timeoutMs=x', undefined, /^query\/timeoutMs .* \(Milliseconds, 1 to 60000\)$/],
    [
      'PUT',
      'kv/a',
      '{"value":"x","more":1}',
      /^"more" is unknown in the body; it may have value, expectedRevision; send for/,
    ],
    ['PUT', 'kv/a', '{"value":7}', /^body\/value must be string; send for/],
    ['PUT', 'members/p1', '{"role":"king"}', /^body\/role must be "voter" or "learner"; send for/],
    ['POST', 'peers/p1/disconnect', '{"forMss":1}', /^"forMss" is unknown in the body; did you mean forMs\?/],
  ];
  for (const [method, path, body, message] of wrong) {
    refused(t, await relay.request(method, `${demo}/${path}`, body), 'REQUEST_INVALID', message);
  }
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', undefined]) {
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
    const body = Buffer.from('{"value":"x"}');
    const response = await fetch(`${relay.url}${demo}/kv/a`, { method: 'PUT', body, headers });
    const answer = conforming(ErrorAnswer, await response.json());
    t.match(
      answer,
      { code: 'REQUEST_INVALID', message: /send it with "content-type: application\/json"/ },
      String(type),
    );
  }
  const slash = await relay.request('GET', `${demo}/kv/users/1?timeoutMs=5`);
  refused(t, slash, 'ROUTE_UNKNOWN', /encode it as %2F: \/api\/clusters\/demo\/kv\/users%2F1$/);
  const append = await relay.request('POST', `${demo}/kv/a/b/append`, { value: 'x' });
  refused(t, append, 'ROUTE_UNKNOWN', /: \/api\/clusters\/demo\/kv\/a%2Fb\/append$/);
  refused(t, await relay.request('GET', `${demo}/kv/a/append`), 'ROUTE_UNKNOWN', /openapi/);

  // Nobody answers here: whoever waited for one to do so would be told TIMED_OUT.
  await relay.dial('p2');
  peer.end();
  await relay.until('p1 is gone', async () => (await relay.view()).peers[0]?.connected === false);
  for (const path of ['kv/a?', 'kv/a?read=stale&', 'kv?', 'kv?read=stale&']) {
    const at = (id: string): Promise<Answer> => relay.request('GET', `${demo}/${path}at=${id}`);
    refused(t, await at('p9'), 'PEER_UNKNOWN', /no peer of demo is called p9; connected are p2; ask another/);
    refused(
      t,
      await at('p1'),
      'PEER_NOT_CONNECTED',
      /p1 is not connected to this relay; connected are p2; ask another/,
    );
  }
});

t.test('the relay uses a cluster as an endpoint of its own, whose links can be cut', async (t) => {
  const cluster = await started(t);
  const get = (more = ''): Promise<Answer> => ask(cluster, 'GET', `${demo}/kv/a?timeoutMs=400${more}`);
  const view = async (): Promise<ClusterView> => conforming(ClusterView, (await ask(cluster, 'GET', demo)).body);
  t.notOk(
    (await view()).peers.some(({ kind }) => kind === 'client'),
    'not before it is needed',
  );
  await ask(cluster, 'PUT', `${demo}/kv/a?${PATIENT}`, { value: '1' });
  const http = (await view()).peers.find(({ id }) => id === 'http');
  t.match(http, { kind: 'client', connected: true, remoteAddress: 'this relay', role: null, connections: 1 });
  t.match((await ask(cluster, 'GET', '/api/clusters')).body, [{ peers: 3, connected: 3, clients: 1 }]);

  await ask(cluster, 'PUT', `${demo}/partition`, { groups: [['http'], ['p1', 'p2', 'p3']] });
  refused(t, await get(), 'TIMED_OUT');
  refused(
    t,
    await ask(cluster, 'PUT', `${demo}/kv/a?timeoutMs=400`, { value: '2' }),
    'OUTCOME_UNKNOWN',
    /cannot be told/,
  );
  await ask(cluster, 'PUT', `${demo}/partition`, { groups: [['p1'], ['p2', 'p3']] });
  t.equal((await ask(cluster, 'GET', `${demo}/kv/a?${PATIENT}`)).status, 200, 'a partition without it leaves it alone');
  t.equal((await get('&read=stale&at=p1')).status, 200, 'on either side');
  await ask(cluster, 'POST', `${demo}/heal`);

  await ask(cluster, 'POST', `${demo}/peers/http/disconnect`, { forMs: 60_000 });
  refused(t, await get(), 'NO_PEER');
  t.match(await view(), { peers: [{ id: 'http', connected: false, kind: 'client' }, {}, {}, {}] });
  await ask(cluster, 'POST', `${demo}/heal`);
  t.match((await ask(cluster, 'GET', `${demo}/kv/a?${PATIENT}`)).status, 200, 'it comes back');
});

t.test('its name is whatever is free', async (t) => {
  const cluster = await started(t);
  const peer = await TestPeer.dial(cluster.relay.url, { id: 'http' });
  t.teardown(() => peer.end());
  t.equal((await ask(cluster, 'GET', `${demo}/kv?${PATIENT}`)).status, 200);
  const kinds = async (): Promise<string> => {
    const { peers } = (await ask(cluster, 'GET', demo)).body as ClusterView;
    return peers.map(({ id, kind }) => `${id} ${kind}`).join(', ');
  };
  t.equal(await kinds(), 'http peer, http-2 client, p1 peer, p2 peer, p3 peer');
  const thief = await TestPeer.dial(cluster.relay.url, { id: 'http-2' });
  t.teardown(() => thief.end());
  t.equal((await ask(cluster, 'GET', `${demo}/kv?${PATIENT}`)).status, 200, 'a peer that takes its name may have it');
  t.equal(await kinds(), 'http peer, http-2 peer, http-3 client, p1 peer, p2 peer, p3 peer');
});

t.test('without a majority, without a leader, without a peer, and with a relay that stops', async (t) => {
  const cluster = await started(t);
  const put = (timeoutMs: number): Promise<Answer> =>
    ask(cluster, 'PUT', `${demo}/kv/a?timeoutMs=${timeoutMs}`, { value: '1' });
  t.equal((await put(30_000)).status, 200);
  // Whoever is asked for a stale answer must have one.
  await until(() => new Set([...cluster.peers.values()].map((peer) => peer.status().lastApplied)).size === 1, {
    ...{ withinMs: WITHIN_MS, what: 'all have applied the same' },
  });
  await ask(cluster, 'PUT', `${demo}/partition`, { groups: [['p1'], ['p2'], ['p3']] });
  await until(() => [...cluster.peers.values()].every((peer) => peer.status().role !== 'leader'), {
    ...{ withinMs: WITHIN_MS, what: 'no leader' },
  });
  const situation = /; no peer leads; a partition is in force: p1 \| p2 \| p3; "whitewater status" shows more$/;
  refused(t, await ask(cluster, 'GET', `${demo}/kv/a?timeoutMs=500`), 'TIMED_OUT', situation);
  refused(t, await put(500), 'TIMED_OUT', situation);
  const transfer = await ask(cluster, 'POST', `${demo}/transfer?timeoutMs=500`, { to: 'p2' });
  t.match(transfer.body.message, /; no peer leads; a partition is in force: p1 \| p2 \| p3; /);
  t.match((await ask(cluster, 'GET', `${demo}/kv/a?read=stale`)).body, { value: '1' });
  const waiting = put(30_000);
  const reading = ask(cluster, 'GET', `${demo}/kv/a?${PATIENT}`);
  // The relay takes requests in their order: when this one is answered, those are under way.
  for (let turn = 0; turn < 5; turn += 1) await ask(cluster, 'GET', '/healthz');
  await cluster.relay.close();
  for (const outcome of [waiting, reading]) {
    const { code } = conforming(ErrorAnswer, (await outcome).body);
    t.match(code, /^(RELAY_STOPPING|OUTCOME_UNKNOWN)$/);
  }
});

t.test('a cluster whose peers have gone, and one that replicates nothing', async (t) => {
  const relay = await TestRelay.start(t);
  const peer = await relay.dial('p1');
  peer.end();
  await relay.until('p1 is gone', async () => (await relay.view()).peers[0]?.connected === false);
  refused(
    t,
    await relay.request('GET', `${demo}/kv/a?timeoutMs=300`),
    'NO_PEER',
    /; no peer leads; 0 of 1 peers are connected$/,
  );
  refused(t, await relay.request('PUT', `${demo}/kv/a?timeoutMs=300`, { value: 'x' }), 'NO_PEER', /session .* no peer/);
  t.same((await relay.request('GET', `${demo}/members`)).body, {
    ...{ leader: null, term: 0, members: [], changing: false },
  });
});

t.test('the guards of the relay hold here too', async (t) => {
  const relay = await TestRelay.start(t, { token: 'secret' });
  for (const [method, path] of [
    ['GET', 'kv/a'],
    ['GET', 'kv'],
    ['GET', 'kv-watch'],
    ['PUT', 'kv/a'],
    ['DELETE', 'kv/a'],
    ['GET', 'members'],
    ['PUT', 'members/p1'],
    ['DELETE', 'members/p1'],
    ['POST', 'transfer'],
  ] as const) {
    refused(t, await relay.request(method, `${demo}/${path}`), 'TOKEN_WRONG');
  }
  const foreign = { authorization: 'Bearer secret', origin: 'http://evil.example' };
  refused(t, await relay.request('PUT', `${demo}/kv/a`, { value: 'x' }, foreign), 'ORIGIN_REFUSED');
});

t.test('a watch tells what changes, line by line', async (t) => {
  const cluster = await started(t);
  await ask(cluster, 'PUT', `${demo}/kv/a?${PATIENT}`, { value: '1' });
  const abort = new AbortController();
  const watch = (query: string): Promise<Response> =>
    fetch(`${cluster.relay.url}${demo}/kv-watch?${query}`, { signal: abort.signal });
  const [now, all] = [await watch('prefix=a'), await watch('prefix=a&afterRevision=0')];
  t.equal(now.headers.get('content-type'), 'application/x-ndjson; charset=utf-8');
  const lines = (response: Response): { text: string } => {
    const seen = { text: '' };
    void (async () => {
      const decoder = new TextDecoder();
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        seen.text += decoder.decode(chunk, { stream: true });
      }
    })().catch(() => undefined);
    return seen;
  };
  const [ofNow, ofAll] = [lines(now), lines(all)];
  await ask(cluster, 'PUT', `${demo}/kv/b`, { value: 'not this' });
  await ask(cluster, 'DELETE', `${demo}/kv/a`);
  const told = '{"revision":3,"key":"a","value":null}\n';
  await until(() => ofNow.text.endsWith(told) && ofAll.text.endsWith(told), {
    ...{ withinMs: WITHIN_MS, what: 'both watches have told it' },
  });
  t.equal(ofNow.text, `{"afterRevision":1}\n${told}`);
  t.equal(ofAll.text, `{"afterRevision":0}\n{"revision":1,"key":"a","value":"1"}\n${told}`);
  abort.abort();
});

t.test('members come, learn, vote, lead and go', async (t) => {
  const cluster = await started(t);
  await ask(cluster, 'PUT', `${demo}/kv/a?${PATIENT}`, { value: '1' });
  await cluster.startPeer('p4');
  const learner = await ask(cluster, 'PUT', `${demo}/members/p4`, { role: 'learner' });
  t.equal(learner.status, 200, JSON.stringify(learner.body.message));
  conforming(ClusterView, learner.body);
  const members = async (): Promise<MembersAnswer> =>
    conforming(MembersAnswer, (await ask(cluster, 'GET', `${demo}/members`)).body);
  t.match(await members(), { changing: false, members: [{}, {}, {}, { id: 'p4', role: 'learner', connected: true }] });
  t.equal((await ask(cluster, 'PUT', `${demo}/members/p4`, { role: 'voter' })).status, 200);
  t.match(
    (await members()).members.map(({ role }) => role),
    ['voter', 'voter', 'voter', 'voter'],
  );
  t.equal((await ask(cluster, 'POST', `${demo}/transfer?${PATIENT}`, { to: 'p4' })).status, 200);
  t.equal((await members()).leader, 'p4');
  const transfer = (to: string): Promise<Answer> => ask(cluster, 'POST', `${demo}/transfer?${PATIENT}`, { to });
  const stranger = /^p9 is not a member of demo, so it cannot lead; choose one of the voters: p1, p2, p3, p4$/;
  refused(t, await transfer('p9'), 'MEMBERSHIP_REFUSED', stranger);
  const unstarted = await ask(cluster, 'PUT', `${demo}/members/p9?timeoutMs=50`, { role: 'voter' });
  refused(t, unstarted, 'PEER_UNKNOWN', /start it first, with "whitewater peer --id p9/);
  refused(t, await ask(cluster, 'PUT', `${demo}/members/http?timeoutMs=50`, { role: 'voter' }), 'PEER_UNKNOWN');
  t.equal((await ask(cluster, 'PUT', `${demo}/members/p4`, { role: 'learner' })).status, 200);
  refused(t, await transfer('p4'), 'MEMBERSHIP_REFUSED', /^p4 is a learner, .* choose one of the voters: p1, p2, p3$/);
  t.equal((await ask(cluster, 'DELETE', `${demo}/members/p4`)).status, 200);
  await until(async () => (await members()).members.length === 3, { withinMs: WITHIN_MS, what: 'p4 has gone' });
  const [summary] = (await ask(cluster, 'GET', '/api/clusters')).body as { peers: number; connected: number }[];
  t.match(summary, { peers: 3, connected: 3 }, 'p4 is connected, and counts no more');
  for (const peer of ['p4', 'p9']) {
    const nothing = new RegExp(`^${peer} is not a member of demo, .* nothing to remove; members are p1, p2, p3$`);
    refused(t, await ask(cluster, 'DELETE', `${demo}/members/${peer}?${PATIENT}`), 'MEMBERSHIP_REFUSED', nothing);
  }
  await until(async () => (await members()).leader !== null, { withinMs: WITHIN_MS, what: 'a leader' });
  const away = IDS.find((id) => cluster.peers.get(id)?.status().role !== 'leader') ?? '';
  await cluster.stopPeer(away);
  await until(async () => (await members()).members.some(({ connected }) => !connected), {
    ...{ withinMs: WITHIN_MS, what: 'one voter is away' },
  });
  refused(
    t,
    await transfer(away),
    'PEER_NOT_CONNECTED',
    /is not connected to this relay; connected are .*; choose a voter that is/,
  );
  t.equal((await ask(cluster, 'GET', `${demo}/kv/a?${PATIENT}`)).body.value, '1');
});

t.test('the only voter stays', async (t) => {
  const relay = await TestRelay.start(t);
  const machine = new KeyValueMachine();
  const peer = await Peer.start({ cluster: 'demo', id: 'p1', relay: relay.url, voters: ['p1'], machine });
  t.teardown(() => peer.stop());
  await until(() => peer.status().canCommit, { withinMs: WITHIN_MS, what: 'a leader' });
  const only = /^p1 is the only voter of demo, .* make another peer a voter first$/;
  const path = `${demo}/members/p1?${PATIENT}`;
  refused(t, await relay.request('DELETE', path), 'MEMBERSHIP_REFUSED', only);
  refused(t, await relay.request('PUT', path, { role: 'learner' }), 'MEMBERSHIP_REFUSED', only);
});
