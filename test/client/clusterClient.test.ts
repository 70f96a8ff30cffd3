import t, { type Test } from 'tap';
import type { ClusterClient } from '../../client/ClusterClient.ts';
import { connectCluster } from '../../client/connectCluster.ts';
import { KeyValueClient } from '../../client/KeyValueClient.ts';
import { RelayClient } from '../../client/RelayClient.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { KeyValueAnswer, KeyValueCommand, KeyValueQuery, KeyValueResult } from '../../shared/keyValue.ts';
import { StoreCluster, WITHIN_MS } from '../support/StoreCluster.ts';
import { until } from '../support/until.ts';

type Client = ClusterClient<KeyValueCommand, KeyValueResult, KeyValueQuery, KeyValueAnswer>;

const PATIENT = { timeoutMs: WITHIN_MS };

function connect(t: Test, cluster: StoreCluster, id = 'client'): { client: Client; store: KeyValueClient } {
  const client: Client = connectCluster({ cluster: 'demo', relay: cluster.relay.url, id });
  t.teardown(() => client.close());
  return { client, store: new KeyValueClient(client) };
}

async function leaderOf(cluster: StoreCluster): Promise<string> {
  return until(() => [...cluster.peers.values()].find((peer) => peer.status().canCommit)?.id, {
    withinMs: WITHIN_MS,
    what: 'a leader',
  });
}

t.test('a client finds the leader and uses the store', async (t) => {
  const cluster = await StoreCluster.start(t);
  const { store } = connect(t, cluster);
  t.equal(await store.get('a', PATIENT), null);
  t.equal(await store.put('a', '1', PATIENT), 1);
  t.equal(await store.append('a', '2', PATIENT), 2);
  t.match(await store.get('a'), { key: 'a', value: '12', revision: 2, createdRevision: 1 });
  t.same(await store.compareAndSet('a', 'x', 1), { changed: false, revision: 2 });
  t.same(await store.compareAndSet('b', 'y', 0), { changed: true, revision: 3 });
  t.match(await store.list('', { limit: 1 }), { items: [{ key: 'a' }], more: true, revision: 3 });
  t.match(await store.list('', { after: 'a' }), { items: [{ key: 'b' }], more: false });
  t.equal(await store.delete('a', { expectedRevision: 1 }), false);
  t.equal(await store.delete('a'), true);
  t.equal(await store.delete('a'), false);
  for (const { id } of cluster.peers.values())
    t.match(await store.get('b', { at: id }), { value: 'y' }, `read at ${id}`);
  await cluster.settled();
  t.match(await store.get('b', { consistency: 'stale' }), { value: 'y' });
});

t.test('many commands at once, beyond the window of a session: each takes effect once', async (t) => {
  const cluster = await StoreCluster.start(t);
  const { store } = connect(t, cluster);
  const count = 3_000;
  await Promise.all(Array.from({ length: count }, () => store.append('list', 'x', PATIENT)));
  t.equal((await store.get('list'))?.value.length, count);
});

t.test('leaders come and go, and every acknowledged command took effect exactly once', async (t) => {
  const cluster = await StoreCluster.start(t);
  const { store } = connect(t, cluster);
  let isDone = false;
  let next = 0;
  const writer = async (name: string): Promise<number> => {
    let written = 0;
    while (!isDone) {
      next += 1;
      await store.append(name, `${next},`, PATIENT);
      written += 1;
    }
    return written;
  };
  const writers = ['k1', 'k2', 'k3', 'k4'].map(writer);
  for (let round = 0; round < 3; round += 1) {
    const leader = await leaderOf(cluster);
    await cluster.stopPeer(leader);
    const before = next;
    await until(() => next > before + 20, { withinMs: WITHIN_MS, what: 'writes under another leader' });
    await cluster.startPeer(leader);
  }
  isDone = true;
  const written = await Promise.all(writers);
  for (const [at, name] of ['k1', 'k2', 'k3', 'k4'].entries()) {
    const values = ((await store.get(name, PATIENT))?.value ?? '').split(',').slice(0, -1);
    t.equal(values.length, written[at], `${name}: as many as were acknowledged`);
    t.equal(new Set(values).size, values.length, `${name}: none twice`);
  }
});

t.test('a client whose link is cut: a read fails for certain, a write may have happened', async (t) => {
  const cluster = await StoreCluster.start(t);
  const { store } = connect(t, cluster, 'cut');
  await store.put('a', '1', PATIENT);
  const relay = new RelayClient({ url: cluster.relay.url });
  await relay.setPartition('demo', [['cut'], ['p1', 'p2', 'p3']]);
  await t.rejects(store.get('a', { timeoutMs: 300 }), { code: 'TIMED_OUT', definite: true });
  await t.rejects(store.put('a', '2', { timeoutMs: 300 }), { code: 'OUTCOME_UNKNOWN', definite: false });
  const abort = new AbortController();
  const aborted = store.put('a', '3', { signal: abort.signal });
  setImmediate(() => abort.abort(new Error('enough')));
  await t.rejects(aborted, { code: 'OUTCOME_UNKNOWN' });
  const late = store.put('a', '4', PATIENT);
  await relay.heal('demo');
  await late;
  t.match(await store.get('a'), { value: '4' });
});

t.test('a cluster that is not there, and one without a majority', async (t) => {
  const cluster = await StoreCluster.start(t);
  const elsewhere: Client = connectCluster({ cluster: 'nobody', relay: cluster.relay.url });
  t.teardown(() => elsewhere.close());
  await t.rejects(new KeyValueClient(elsewhere).get('a', { timeoutMs: 300 }), { code: 'NO_PEER', definite: true });
  const missing = { code: 'NO_PEER', definite: true, message: /no session .*: the relay knows no peer/ };
  await t.rejects(new KeyValueClient(elsewhere).put('a', '1', { timeoutMs: 300 }), missing);
  const nowhere: Client = connectCluster({ cluster: 'demo', relay: '127.0.0.1:1' });
  t.teardown(() => nowhere.close());
  const silent = { code: 'NO_PEER', definite: true, message: /no session .*: no relay answers/ };
  await t.rejects(new KeyValueClient(nowhere).put('a', '1', { timeoutMs: 300 }), silent);
  const { store } = connect(t, cluster);
  await store.put('a', '1', PATIENT);
  const leader = await leaderOf(cluster);
  for (const id of [...cluster.peers.keys()]) if (id !== leader) await cluster.stopPeer(id);
  await t.rejects(store.put('a', '2', { timeoutMs: 1_000 }), { code: 'OUTCOME_UNKNOWN' });
  await t.rejects(store.get('a', { timeoutMs: 1_000 }), { code: 'TIMED_OUT' });
  t.match(await store.get('a', { consistency: 'stale' }), { value: '1' });
});

t.test('what a client may not send is refused, and says so', async (t) => {
  const cluster = await StoreCluster.start(t);
  const { store, client } = connect(t, cluster);
  await t.rejects(store.put('', '1', PATIENT), { code: 'COMMAND_REFUSED', definite: true });
  await t.rejects(client.query({ type: 'nonsense' } as never, PATIENT), { code: 'COMMAND_REFUSED' });
  await t.rejects(store.put('a', 'x'.repeat(2_000_000), PATIENT), { code: 'COMMAND_TOO_LARGE' });
  await t.rejects(client.changeMembers({}, PATIENT), { code: 'MEMBERSHIP_REFUSED' });
  const deep: unknown[] = [];
  for (let at: unknown[] = deep, depth = 0; depth < 600; depth += 1) at.push((at = []));
  for (const odd of [undefined, () => 1, 1n, { n: 1n }, deep]) {
    await t.rejects(client.command(odd as never, PATIENT), { code: 'USAGE', definite: true });
    await t.rejects(client.query(odd as never, PATIENT), { code: 'USAGE' });
  }
  for (const timeoutMs of [Number.NaN, -1]) {
    await t.rejects(store.put('a', '1', { timeoutMs }), { code: 'USAGE' });
    await t.rejects(store.get('a', { timeoutMs }), { code: 'USAGE' });
  }
  for (const timeoutMs of [3e9, 1e308, Number.POSITIVE_INFINITY]) {
    t.ok((await store.put('a', '1', { timeoutMs })) > 0, `a timeout of ${timeoutMs} ms`);
    t.ok(await store.get('a', { timeoutMs }));
  }
  await client.close();
  await t.rejects(store.get('a'), { code: 'CLIENT_CLOSED' });
});

t.test('a peer joins, learns, votes, leads and leaves', async (t) => {
  const cluster = await StoreCluster.start(t);
  const { store, client } = connect(t, cluster);
  for (let count = 0; count < 50; count += 1) await store.put(`key ${count}`, 'value', PATIENT);
  t.same((await cluster.startPeer('p4')).status().voters, []);
  // It waits through a restart, too.
  await cluster.stopPeer('p4');
  await cluster.startPeer('p4');
  await client.changeMembers({ learners: ['p4'] });
  await cluster.stopPeer('p4');
  const joined = await cluster.startPeer('p4');
  await until(() => joined.status().role === 'learner', { withinMs: WITHIN_MS, what: 'p4 knows that it learns' });
  await client.changeMembers({ voters: ['p4'] });
  await until(() => joined.status().voters.includes(joined.id), { withinMs: WITHIN_MS, what: 'p4 votes' });
  await client.transferLeadership('p4', PATIENT);
  await until(() => joined.status().role === 'leader', { withinMs: WITHIN_MS, what: 'p4 leads' });
  await store.put('by p4', 'x', PATIENT);
  await client.changeMembers({ removed: ['p4'] });
  await until(() => joined.status().role !== 'leader', { withinMs: WITHIN_MS, what: 'p4 leads no longer' });
  await store.put('after p4', 'x', PATIENT);
  const leader = cluster.peers.get(await leaderOf(cluster));
  t.same([...(leader?.status().voters ?? [])].sort(), ['p1', 'p2', 'p3']);
});

t.test('a watch tells each change once, and ends with its signal', async (t) => {
  const cluster = await StoreCluster.start(t);
  const { store } = connect(t, cluster);
  const revision = await store.put('a/1', 'x', PATIENT);
  const abort = new AbortController();
  const seen: string[] = [];
  const watching = (async () => {
    for await (const { key, value } of store.watch('a/', { afterRevision: revision, signal: abort.signal })) {
      seen.push(`${key}=${value}`);
      if (seen.length === 3) abort.abort();
    }
  })();
  await store.put('a/1', 'y');
  await store.put('b', 'not this');
  await store.put('a/2', 'z');
  await store.delete('a/1');
  await watching;
  t.same(seen, ['a/1=y', 'a/2=z', 'a/1=null']);
  await t.rejects(async () => {
    for await (const change of store.watch('', { afterRevision: -1 })) t.fail(JSON.stringify(change));
  }, WhitewaterError);
});
