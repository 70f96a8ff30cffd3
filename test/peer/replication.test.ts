import t from 'tap';
import { Peer } from '../../peer/Peer.ts';
import { listenRelay } from '../../server/listen.ts';
import { isErrorCode } from '../../shared/errors.ts';
import type { KeyValueAnswer } from '../../shared/keyValue.ts';
import { IDS, StoreCluster, WITHIN_MS } from '../support/StoreCluster.ts';
import { until } from '../support/until.ts';

function valueOf(answer: KeyValueAnswer): string | undefined {
  return answer.type === 'get' ? answer.item?.value : undefined;
}

t.test('three peers hold one store: writes through the leader, reads at every peer', async (t) => {
  const cluster = await StoreCluster.start(t);
  t.same(await cluster.put('a', '1'), { changed: true, revision: 1 });
  t.same(await cluster.put('a', '2'), { changed: true, revision: 2 });
  for (const peer of cluster.peers.values()) {
    t.equal(valueOf(await peer.read({ type: 'get', key: 'a' })), '2', `read at ${peer.id}, a ${peer.status().role}`);
  }
  for (const peer of cluster.peers.values()) {
    t.same(peer.members(), { voters: IDS, votersOutgoing: [], learners: [] });
  }
  const follower = [...cluster.peers.values()].find((peer) => peer.status().role === 'follower');
  if (follower === undefined) throw new Error('no follower');
  await t.rejects(follower.propose({ type: 'put', key: 'a', value: '3' }), { code: 'NOT_LEADER' });
  await t.rejects(
    cluster.onLeader((leader) => leader.propose({ type: 'put', key: '', value: '' })),
    { code: 'COMMAND_REFUSED' },
  );
  const many = await cluster.onLeader((leader) =>
    Promise.all(
      Array.from({ length: 500 }, (_, at) => leader.propose({ type: 'append', key: 'list', value: `${at},` })),
    ),
  );
  t.same(
    many.map(({ revision }) => revision),
    Array.from({ length: 500 }, (_, at) => at + 3),
    'answered in the order in which they were proposed',
  );
  await cluster.settled();
  const values = [...cluster.peers.values()].map((peer) => valueOf(peer.readStale({ type: 'get', key: 'list' })));
  t.equal(new Set(values).size, 1);
});

t.test('C: restarted one by one and all at once, the store is as it was', async (t) => {
  const cluster = await StoreCluster.start(t);
  for (const id of IDS) {
    await cluster.put('visited', id);
    await cluster.stopPeer(id);
    await cluster.put('without', id);
    await cluster.startPeer(id);
  }
  await cluster.settled();
  for (const id of IDS) await cluster.stopPeer(id);
  for (const id of IDS) await cluster.startPeer(id);
  t.equal(valueOf(await cluster.onLeader((leader) => leader.read({ type: 'get', key: 'without' }))), 'p3');
  t.same(await cluster.put('last', 'x'), { changed: true, revision: 7 });
});

t.test('D: snapshots shorten the log, survive a restart, and bring up who was away for too long', async (t) => {
  const replication = { snapshotEntries: 50, trailingEntries: 5 };
  const cluster = await StoreCluster.start(t, { replication });
  const away = await cluster.onLeader(async (leader) => IDS.find((id) => id !== leader.id) ?? '');
  await cluster.stopPeer(away);
  const value = 'x'.repeat(10_000);
  for (let at = 0; at < 120; at += 1) await cluster.put(`key ${at}`, value);
  await cluster.startPeer(away, { replication });
  await cluster.settled();
  const late = cluster.peers.get(away);
  t.equal(valueOf(late?.readStale({ type: 'get', key: 'key 3' }) ?? { type: 'get', item: null, revision: 0 }), value);
  for (const id of IDS) await cluster.stopPeer(id);
  for (const id of IDS) await cluster.startPeer(id, { replication });
  t.match(await cluster.put('after', 'y'), { changed: true, revision: 121 });
  await cluster.settled();
  for (const peer of cluster.peers.values()) {
    t.equal(valueOf(peer.readStale({ type: 'get', key: 'key 119' })), value, peer.id);
  }
});

t.test('leadership is handed over, and given up', async (t) => {
  const cluster = await StoreCluster.start(t);
  await cluster.put('a', '1');
  await cluster.settled();
  const target = await cluster.onLeader(async (leader) => {
    const to = IDS.find((id) => id !== leader.id) ?? '';
    await leader.transferLeadership(to);
    return to;
  });
  await until(() => cluster.peers.get(target)?.status().role === 'leader', {
    withinMs: WITHIN_MS,
    what: `${target} leads`,
  });
  t.same(await cluster.put('a', '2'), { changed: true, revision: 2 });
});

t.test('without a state machine there is nothing to propose to', async (t) => {
  const relay = await listenRelay({ port: 0 });
  t.teardown(() => relay.close());
  const peer = await Peer.start({ cluster: 'demo', id: 'p1', relay: relay.url, voters: ['p1'] });
  t.teardown(() => peer.stop());
  await t.rejects(peer.propose({}), { code: 'COMMAND_REFUSED' });
  t.ok(isErrorCode('NOT_LEADER'));
});

t.test('a peer that stops tells who waits', async (t) => {
  const cluster = await StoreCluster.start(t);
  await cluster.put('a', '1');
  await cluster.settled();
  const leader = [...cluster.peers.values()].find((peer) => peer.status().role === 'leader');
  if (leader === undefined) throw new Error('no leader');
  await Promise.all(IDS.filter((id) => id !== leader.id).map((id) => cluster.stopPeer(id)));
  const proposed = leader.propose({ type: 'put', key: 'b', value: '1' });
  const read = leader.read({ type: 'get', key: 'a' });
  const late = leader.propose({ type: 'put', key: 'c', value: '1' }, { timeoutMs: 50 });
  const settled = Promise.allSettled([proposed, read, late]);
  await t.rejects(late, { code: 'OUTCOME_UNKNOWN', definite: false });
  await cluster.stopPeer(leader.id);
  const outcomes = await settled;
  t.ok(outcomes.every(({ status }) => status === 'rejected'));
});
