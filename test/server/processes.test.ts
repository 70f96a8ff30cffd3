import t from 'tap';
import { RelayClient } from '../../client/RelayClient.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { NOT_OWNED, ProcessesView } from '../../shared/http/Processes.ts';
import { FakeOwner, SETTINGS } from '../support/FakeOwner.ts';
import { conforming } from './support/conforming.ts';
import { TestRelay } from './support/relay.ts';

const DEMO = '/api/clusters/demo';

t.test('what is asked goes to the owner, and the answer is how all are when it is done', async (t) => {
  const processes = new FakeOwner();
  const relay = await TestRelay.start(t, { processes });
  const { status, body } = await relay.request('GET', `${DEMO}/processes`);
  t.equal(status, 200, 'the owner is known before any peer is');
  t.same(conforming(ProcessesView, body), processes.view);
  const client = new RelayClient({ url: relay.url }).processes('demo');
  t.match((await client.act('p1', 'pause')).processes, [{ id: 'p1', state: 'paused' }, { state: 'running' }]);
  t.match((await client.act('p2', 'kill')).processes, [{ state: 'paused' }, { id: 'p2', state: 'down', pid: null }]);
  const slow = { heartbeatMs: 500, electionTimeoutMsMin: 3000, electionTimeoutMsMax: 6000 };
  t.same((await client.restartWith(slow)).settings, { ...SETTINGS, ...slow });
  t.same(processes.asked, [['p1', 'pause'], ['p2', 'kill'], slow]);
});

t.test('what makes no sense is refused before the owner hears of it', async (t) => {
  const processes = new FakeOwner();
  const relay = await TestRelay.start(t, { processes });
  const refused: [method: string, path: string, body: unknown][] = [
    ['POST', '/peers/p1/process', { action: 'explode' }],
    ['POST', '/peers/p1/process', { action: 'kill', signal: 9 }],
    ['POST', '/peers/p1/process', {}],
    ['POST', '/peers/p1/process', undefined],
    ['POST', '/peers/not%20an%20id/process', { action: 'kill' }],
    ['PUT', '/processes/settings', { heartbeatMs: 0 }],
    ['PUT', '/processes/settings', { heartbeatMs: 1.5 }],
    ['PUT', '/processes/settings', { heartbeatMs: '100' }],
    ['PUT', '/processes/settings', { electionTimeoutMsMax: 86_400_001 }],
    // The good half of it is not taken either.
    ['PUT', '/processes/settings', { preVote: false, checkQuorum: 'no' }],
    ['PUT', '/processes/settings', { preVote: false, noOpOnElection: false }],
  ];
  for (const [method, path, body] of refused) {
    const what = `${path} ${JSON.stringify(body)}`;
    t.match(
      await relay.request(method, `${DEMO}${path}`, body),
      { status: 400, body: { code: 'REQUEST_INVALID' } },
      what,
    );
  }
  t.same(processes.asked, []);
  t.same((await relay.request('GET', `${DEMO}/processes`)).body.settings, SETTINGS);
});

t.test('what the owner refuses is the answer', async (t) => {
  const processes = new FakeOwner();
  const relay = await TestRelay.start(t, { processes });
  const client = new RelayClient({ url: relay.url }).processes('demo');
  for (const code of ['PROCESS_NOT_OWNED', 'PROCESS_NOT_RUNNING', 'OVERLOADED', 'OUTCOME_UNKNOWN'] as const) {
    processes.failure = new WhitewaterError(code, 'for a reason');
    await t.rejects(client.act('p1', 'start'), { code, message: /for a reason/ });
  }
  processes.failure = new WhitewaterError('REQUEST_INVALID', 'nothing was changed');
  await t.rejects(client.restartWith({ heartbeatMs: 1000 }), { code: 'REQUEST_INVALID' });
});

t.test(
  'without an owner, and for the cluster of another: nothing is owned, and it says who would be one',
  async (t) => {
    const processes = new FakeOwner();
    for (const [options, cluster, why] of [
      [{}, 'demo', /no owner of any.*whitewater up/],
      [{ processes }, 'other', /of demo/],
    ] as const) {
      const relay = await TestRelay.start(t, options);
      await relay.dial('p1', { cluster });
      const client = new RelayClient({ url: relay.url });
      t.same(await client.processes(cluster).view(), NOT_OWNED);
      const { processes: told } = await client.cluster(cluster);
      t.equal(told, undefined);
      await t.rejects(client.processes(cluster).act('p1', 'kill'), { code: 'PROCESS_NOT_OWNED', message: why });
      await t.rejects(client.processes(cluster).restartWith({ preVote: false }), { code: 'PROCESS_NOT_OWNED' });
      await t.rejects(client.processes('none').view(), { code: 'CLUSTER_UNKNOWN' });
      await t.rejects(client.processes('none').act('p1', 'kill'), { code: 'CLUSTER_UNKNOWN' });
    }
    t.same(processes.asked, []);
  },
);

t.test('who may look may not touch, and a token of another cluster may neither', async (t) => {
  const processes = new FakeOwner();
  const clusters = { demo: { admin: ['boss'], readOnly: ['reader'], peer: ['peer'] }, other: { admin: ['stranger'] } };
  const relay = await TestRelay.start(t, { processes, token: 'all', tokens: { clusters } });
  const as = async (token: string | undefined, method: string, path: string, body?: unknown): Promise<number> => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return (await relay.request(method, `${DEMO}${path}`, body, headers)).status;
  };
  const seen: Record<string, number[]> = {};
  for (const token of [undefined, 'all', 'boss', 'reader', 'peer', 'stranger']) {
    seen[token ?? 'nobody'] = [
      await as(token, 'GET', '/processes'),
      await as(token, 'POST', '/peers/p1/process', { action: 'pause' }),
      await as(token, 'PUT', '/processes/settings', { preVote: false }),
    ];
  }
  t.same(seen, {
    ...{ nobody: [401, 401, 401], all: [200, 200, 200], boss: [200, 200, 200] },
    ...{ reader: [200, 403, 403], peer: [403, 403, 403], stranger: [403, 403, 403] },
  });
  t.equal(processes.asked.length, 4);
});

t.test('a feed begins with the processes, tells when they are otherwise, and nothing when they are not', async (t) => {
  const processes = new FakeOwner();
  const relay = await TestRelay.start(t, { processes, liveIntervalMs: 10 });
  const peer = await relay.dial('p1');
  await peer.settled();
  const viewer = await relay.watch();
  await viewer.until('a snapshot', () => viewer.snapshots.length > 0);
  t.same(viewer.snapshots[0]?.cluster.processes, processes.view);
  const told = (): unknown[] =>
    viewer.deltas.flatMap((delta) => (delta.processes === undefined ? [] : [delta.processes]));
  // Another object that says the same.
  processes.view = { ...processes.view };
  peer.status({ role: 'follower', term: 3 });
  await viewer.until('news of the peer', () => viewer.deltas.some(({ term }) => term === 3));
  t.same(told(), []);
  processes.become('p1', { state: 'paused' });
  await viewer.until('the pause', () => told().length === 1);
  t.same(told(), [processes.view]);
  processes.view = NOT_OWNED;
  await viewer.until('the end of the owner', () => told().length === 2);
  t.same(told()[1], NOT_OWNED);
  const { processes: none } = await relay.view();
  t.equal(none, undefined);
});
