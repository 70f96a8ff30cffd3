import { mock } from 'node:test';
import t from 'tap';
import { NetworkView } from '../../shared/http/Network.ts';
import { Hub } from '../../server/hub/Hub.ts';
import { resolveOptions } from '../../server/options.ts';
import { clusterId } from '../../shared/ids.ts';
import { conforming } from './support/conforming.ts';
import { BASE } from './support/FaultStage.ts';
import { TestRelay } from './support/relay.ts';

const clusters = async (relay: TestRelay): Promise<string[]> =>
  ((await relay.request('GET', '/api/clusters')).body as { id: string }[]).map(({ id }) => id);

t.test('faults can be in force before the first endpoint connects', async (t) => {
  const relay = await TestRelay.start(t);
  t.equal((await relay.request('PUT', `${BASE}/seed`, { seed: '7' })).status, 200);
  const profile = { name: 'wan', regions: { eu: ['p1', 'p2'], us: ['p3'] } };
  t.equal((await relay.request('PUT', `${BASE}/profile`, profile)).status, 200);
  const rule = { from: 'p1', to: '*', drop: 1, first: 2 };
  t.match(await relay.request('PUT', `${BASE}/rules/mute`, rule), { status: 200, body: { name: 'mute' } });
  const view = conforming(NetworkView, (await relay.request('GET', `${BASE}/network`)).body);
  t.match(view, { seed: '7', profile, epoch: 3 });
  t.match((await relay.view()).peers, [], 'it has no endpoints');

  const [p1, p2] = [await relay.dial('p1'), await relay.dial('p2')];
  for (let number = 1; number <= 3; number += 1) p1.send('RequestVote', 'p2', number);
  const { body } = await p2.heard('RequestVote');
  t.equal(body, 3, 'the very first frames are struck');
  const stranger = await relay.request('PUT', `${BASE}/rules/mute`, { ...rule, from: 'p9' });
  t.match(stranger.body, { code: 'PEER_UNKNOWN' }, 'and from then on, names are those of who is known');
});

t.test('a change that is refused makes no cluster, and neither does one that only takes away', async (t) => {
  const relay = await TestRelay.start(t, { tokens: { admin: ['an-admin'], readOnly: ['a-reader'] } });
  const as = (token: string) => ({ authorization: `Bearer ${token}` });
  const refused: readonly [method: string, path: string, body: unknown, code: string][] = [
    ['PUT', 'rules/x', { from: '*', to: '*', delay: '50' }, 'RULE_INVALID'],
    ['PUT', 'profile', { name: 'nowhere' }, 'PROFILE_UNKNOWN'],
    ['PUT', 'profile', { name: 'wan' }, 'RULE_INVALID'],
    ['PUT', 'network', { partition: { shape: 'halves' } }, 'PARTITION_SHAPE_UNFIT'],
    ['PUT', 'network?epoch=7', {}, 'EPOCH_DIFFERS'],
    ['PUT', 'partition', { groups: [['p1']] }, 'CLUSTER_UNKNOWN'],
    ['DELETE', 'rules', undefined, 'CLUSTER_UNKNOWN'],
    ['POST', 'heal', undefined, 'CLUSTER_UNKNOWN'],
  ];
  for (const [method, path, body, code] of refused) {
    const answer = await relay.request(method, `${BASE}/${path}`, body, as('an-admin'));
    t.match(answer.body, { code }, `${method} ${path}`);
  }
  const reader = await relay.request('PUT', `${BASE}/seed`, { seed: '7' }, as('a-reader'));
  t.match(reader.body, { code: 'ACCESS_DENIED' });
  const seen = await relay.request('GET', '/api/clusters', undefined, as('an-admin'));
  t.same(seen.body, []);
});

t.test('so many clusters may wait for their peers, and no more; one that has peers waits no longer', async (t) => {
  const relay = await TestRelay.start(t);
  const prepare = async (number: number) => relay.request('PUT', `/api/clusters/c${number}/seed`, { seed: '7' });
  for (let number = 1; number <= 16; number += 1) t.equal((await prepare(number)).status, 200);
  t.match(await prepare(17), { status: 503, body: { code: 'RELAY_FULL', message: /start the peers/ } });
  t.equal((await prepare(3)).status, 200, 'one that waits can be changed');
  await relay.dial('p1', { cluster: 'c1' });
  t.equal((await prepare(17)).status, 200);
  t.equal((await clusters(relay)).length, 17);
});

t.test('a cluster to which nobody connects is forgotten ten minutes after its last change', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  const hub = new Hub(resolveOptions({}));
  t.teardown(() => hub.stop());
  const change = () => hub.changeFaults(clusterId('demo'), ({ faults }) => faults.setSeed('7'));
  change();
  mock.timers.tick(590_000);
  change();
  mock.timers.tick(590_000);
  t.ok(hub.known('demo'), 'each change puts it off');
  mock.timers.tick(10_000);
  t.notOk(hub.known('demo'));
});
