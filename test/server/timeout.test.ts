import t from 'tap';
import { Peer } from '../../peer/Peer.ts';
import { ELECTION_PRESETS } from '../../peer/raft/options.ts';
import { RelayClient } from '../../client/RelayClient.ts';
import { ClusterView } from '../../shared/http/ClusterView.ts';
import { until } from '../support/until.ts';
import { conforming } from './support/conforming.ts';
import { TestRelay } from './support/relay.ts';

const WITHIN_MS = 30_000;
const path = (peer: string): string => `/api/clusters/demo/peers/${peer}/timeout`;

t.test('the peer is told by the relay itself, whatever faults there are, and the cluster is the answer', async (t) => {
  const relay = await TestRelay.start(t);
  const [p1, p2] = [await relay.dial('p1'), await relay.dial('p2')];
  await relay.request('PUT', '/api/clusters/demo/partition', { groups: [['p1'], ['p2']] });
  const rule = { from: '*', to: '*', drop: 1 };
  await relay.request('PUT', '/api/clusters/demo/rules', { rules: { all: rule } });
  const { status, body } = await relay.request('POST', path('p2'));
  t.equal(status, 200);
  t.match(conforming(ClusterView, body).peers, [{ id: 'p1' }, { id: 'p2' }]);
  const frame = await p2.heard('TimeOut');
  t.match(frame, { from: '@relay', to: 'p2', body: {} });
  const welcome = await p2.heard('Welcome');
  t.ok(frame.id > welcome.id, 'numbered as all that the relay says');
  await p1.settled();
  t.notOk(p1.frames.some(({ type }) => type === 'TimeOut'));
});

t.test('who is not there cannot be asked', async (t) => {
  const relay = await TestRelay.start(t);
  const [p1] = [await relay.dial('p1'), await relay.dial('client-x', { path: 'client' })];
  p1.status({ voters: ['p1', 'p7'] as never[] });
  await p1.settled();
  t.match(await relay.request('POST', path('p9')), {
    status: 404,
    body: { code: 'PEER_UNKNOWN', message: /no peer of demo is called p9; connected are p1; nobody was asked/ },
  });
  t.match(await relay.request('POST', path('client-x')), { status: 404, body: { code: 'PEER_UNKNOWN' } });
  t.match(await relay.request('POST', path('p7')), {
    status: 409,
    body: { code: 'PEER_NOT_CONNECTED', message: /p7 is not connected/ },
  });
  t.match(await relay.request('POST', '/api/clusters/none/peers/p1/timeout'), {
    status: 404,
    body: { code: 'CLUSTER_UNKNOWN' },
  });
  const client = new RelayClient({ url: relay.url });
  await t.rejects(client.timeOut('demo', 'p9'), { code: 'PEER_UNKNOWN' });
  t.match(await client.timeOut('demo', 'p1'), { id: 'demo' });
  await p1.heard('TimeOut');
});

t.test('only the relay may ask: a peer that sends it is refused, and the cluster does not change', async (t) => {
  const relay = await TestRelay.start(t);
  const [p1, p2] = [await relay.dial('p1'), await relay.dial('p2')];
  p1.send('TimeOut', 'p2');
  await p1.heard('Refused', ({ body }) => (body as { code: string }).code === 'FRAME_TYPE_UNKNOWN');
  await p2.settled();
  t.notOk(p2.frames.some(({ type }) => type === 'TimeOut'));
});

t.test('real peers: nothing comes of it while a leader lives; a cluster of slow timers elects at once', async (t) => {
  const relay = await TestRelay.start(t);
  const voters = ['p1', 'p2', 'p3'];
  const peers = await Promise.all(
    voters.map((id) =>
      Peer.start({
        ...{ cluster: 'demo', id, voters, relay: relay.url },
        // Nobody stands by himself within this test.
        election: { ...ELECTION_PRESETS.default, electionTimeoutMsMin: 500_000, electionTimeoutMsMax: 600_000 },
      }),
    ),
  );
  t.teardown(() => Promise.all(peers.map((peer) => peer.stop())));
  const client = new RelayClient({ url: relay.url });
  const peerOf = (id: string): Peer => {
    const found = peers.find((peer) => peer.id === id);
    if (found === undefined) throw new Error(`there is no ${id}`);
    return found;
  };
  await until(() => peers.every((peer) => peer.status().connected), { withinMs: WITHIN_MS, what: 'all are connected' });
  t.equal((await client.cluster('demo')).leader, null);
  await client.timeOut('demo', 'p2');
  await until(() => peers.every((peer) => peer.status().leader === 'p2'), { withinMs: WITHIN_MS, what: 'p2 leads' });
  const { term } = peerOf('p2').status();
  await until(
    async () => (await client.cluster('demo')).peers.find(({ id }) => id === 'p2')?.status?.role === 'leader',
    { withinMs: WITHIN_MS, what: 'the relay is told' },
  );
  const roles: string[] = [];
  peerOf('p3').events.on('roleChanged', ({ to }) => roles.push(to));
  await client.timeOut('demo', 'p3');
  await until(() => roles.includes('follower'), { withinMs: WITHIN_MS, what: 'p3 asked, and follows again' });
  t.same(roles, ['preCandidate', 'follower']);
  t.match(peerOf('p3').status(), { role: 'follower', term, leader: 'p2' });
  await client.timeOut('demo', 'p2');
  await client.timeOut('demo', 'p2');
  t.match(peerOf('p2').status(), { role: 'leader', term }, 'a leader has no election timer');
});
