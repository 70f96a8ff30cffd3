import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { RelayClient } from '../../client/RelayClient.ts';
import type { KeyValueChange } from '../../shared/keyValue.ts';
import { StoreCluster, WITHIN_MS } from '../support/StoreCluster.ts';
import { until } from '../support/until.ts';

const PATIENT = { timeoutMs: WITHIN_MS };

async function started(t: Test): Promise<{ cluster: StoreCluster; client: RelayClient }> {
  const cluster = await StoreCluster.start(t);
  const client = new RelayClient({ url: cluster.relay.url });
  await until(async () => (await client.clusters())[0]?.connected === 3, { withinMs: WITHIN_MS, what: 'three peers' });
  return { cluster, client };
}

t.test('the store, through the relay', async (t) => {
  const { client } = await started(t);
  t.equal(await client.get('demo', 'a/ö ?', PATIENT), null);
  t.same(await client.put('demo', 'a/ö ?', '1', PATIENT), { key: 'a/ö ?', revision: 1 });
  t.same(await client.append('demo', 'a/ö ?', '2'), { key: 'a/ö ?', revision: 2 });
  t.match(await client.get('demo', 'a/ö ?', { consistency: 'stale', at: 'p1' }), { key: 'a/ö ?' });
  t.match(await client.get('demo', 'a/ö ?'), { value: '12', revision: 2, createdRevision: 1 });
  const late = client.put('demo', 'a/ö ?', '3', { expectedRevision: 1 });
  await t.rejects(late, { code: 'REVISION_DIFFERS', definite: true, exitCode: 8, details: { revision: 2 } });
  t.equal((await client.put('demo', 'b', '', { expectedRevision: 0 })).revision, 3);
  t.match(await client.list('demo', '', { limit: 1 }), { items: [{ key: 'a/ö ?' }], more: true, revision: 3 });
  t.match(await client.list('demo', '', { after: 'a/ö ?' }), { items: [{ key: 'b' }], more: false });
  await t.rejects(client.delete('demo', 'b', { expectedRevision: 9 }), { code: 'REVISION_DIFFERS' });
  t.same(await client.delete('demo', 'b'), { key: 'b', revision: 0 });
  await t.rejects(client.delete('demo', 'b'), { code: 'KEY_UNKNOWN', exitCode: 8 });
  await t.rejects(client.put('demo', 'b', 'x'.repeat(600_000)), { code: 'COMMAND_TOO_LARGE' });
  for (const key of ['', '.', '..', '\ud800']) await t.rejects(client.get('demo', key), { code: 'REQUEST_INVALID' });
  await t.rejects(client.get('none', 'a'), { code: 'CLUSTER_UNKNOWN' });
});

t.test('a watch goes on where it was told to, and ends with its signal', async (t) => {
  const { client } = await started(t);
  await client.put('demo', 'a/1', 'x', PATIENT);
  const abort = new AbortController();
  const seen: KeyValueChange[] = [];
  const watching = (async () => {
    for await (const change of client.watch('demo', 'a/', { afterRevision: 0, signal: abort.signal })) {
      seen.push(change);
      if (seen.length === 3) abort.abort();
    }
  })();
  await client.put('demo', 'b', 'not this');
  await client.put('demo', 'a/2', 'line\nbreak');
  await client.delete('demo', 'a/1');
  await watching;
  t.same(seen, [
    { revision: 1, key: 'a/1', value: 'x' },
    { revision: 3, key: 'a/2', value: 'line\nbreak' },
    { revision: 4, key: 'a/1', value: null },
  ]);
  await t.rejects(client.watch('none').next(), { code: 'CLUSTER_UNKNOWN' });
  const aborted = new AbortController();
  aborted.abort();
  t.same(await client.watch('demo', '', { signal: aborted.signal }).next(), { value: undefined, done: true });
});

t.test('members and leadership', async (t) => {
  const { cluster, client } = await started(t);
  await client.put('demo', 'a', '1', PATIENT);
  await cluster.startPeer('p4');
  t.match((await client.setMember('demo', 'p4', 'learner')).id, 'demo');
  t.match(await client.members('demo'), { members: [{}, {}, {}, { id: 'p4', role: 'learner' }] });
  await client.setMember('demo', 'p4', 'voter');
  await client.transferLeadership('demo', 'p4', PATIENT);
  t.equal((await client.members('demo')).leader, 'p4');
  await client.removeMember('demo', 'p4');
  await until(async () => (await client.members('demo')).members.length === 3, { withinMs: WITHIN_MS, what: 'three' });
  await t.rejects(client.transferLeadership('demo', 'p4'), { code: 'MEMBERSHIP_REFUSED', definite: true });
});

t.test('what the network swallowed may have happened; what never left has not', async (t) => {
  const { client } = await started(t);
  await client.put('demo', 'a', '1', PATIENT);
  await client.setPartition('demo', [['http'], ['p1', 'p2', 'p3']]);
  await t.rejects(client.put('demo', 'a', '2', { timeoutMs: 300 }), { code: 'OUTCOME_UNKNOWN', exitCode: 9 });
  await t.rejects(client.get('demo', 'a', { timeoutMs: 300 }), { code: 'TIMED_OUT', exitCode: 4, definite: true });

  const silent = createServer((request) => request.socket.destroy());
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const lost = new RelayClient({ url });
  await t.rejects(lost.put('demo', 'a', '2'), { code: 'OUTCOME_UNKNOWN', definite: false });
  await t.rejects(lost.get('demo', 'a'), { code: 'RELAY_UNREACHABLE' });
  await t.rejects(lost.watch('demo').next(), { code: 'RELAY_UNREACHABLE' });
  await new Promise((resolve) => silent.close(resolve));
  await t.rejects(lost.put('demo', 'a', '2'), { code: 'RELAY_UNREACHABLE' }, 'nobody was there to take it');
});

t.test('an answer that begins and does not end is given up in time, whatever is collected meanwhile', async (t) => {
  const endless = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{');
  });
  await new Promise<void>((resolve) => endless.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    endless.closeAllConnections();
    endless.close();
  });
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const url = `http://127.0.0.1:${(endless.address() as AddressInfo).port}`;
  let isOver = false;
  const answer = new RelayClient({ url, timeoutMs: 1000 }).cluster('demo').finally(() => (isOver = true));
  answer.catch(() => undefined);
  await until(
    () => {
      collect();
      return isOver;
    },
    { withinMs: WITHIN_MS, what: 'it is given up', everyMs: 100 },
  );
  await t.rejects(answer, { code: 'RELAY_UNREACHABLE' });
});
