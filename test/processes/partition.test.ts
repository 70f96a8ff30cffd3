import t, { type Test } from 'tap';
import { ClusterView } from '../../shared/http/ClusterView.ts';
import { CLUSTER, peerOf, ProcessCluster } from '../support/ProcessCluster.ts';
import { Compile } from '../../shared/schema.ts';

const LEADER_WITHIN_MS = 5000;

t.test('five processes: a partition over HTTP, with the leader in the minority', async (t) => {
  const cluster = await ProcessCluster.start(t, { size: 5, name: 'partition' });
  const { before, minority, majority } = await cutLeaderOff(t, cluster);
  const old = before.leader ?? '';
  const cutAtMs = performance.now();
  const cut = await cluster.viewWhen(
    'the majority elects a leader and the old one steps down',
    LEADER_WITHIN_MS,
    ({ leader, peers }) =>
      leader !== null && majority.includes(leader) && !peers.some(({ id, role }) => id === old && role === 'leader'),
  );
  t.comment(`${cut.leader ?? ''} leads term ${cut.term} after ${Math.round(performance.now() - cutAtMs)} ms`);
  t.ok(cut.term > before.term, 'the new leader has a new term');
  t.same(cut.partition, { groups: [minority, majority] }, 'the route tells the partition');
  t.ok(cut.traffic.framesDropped.partition > 0, 'the route counts what the cut swallowed');
  for (const { id, connected } of cut.peers) t.ok(connected, `${id} is connected: a partition is no disconnection`);
  const deposed = peerOf(cut, old);
  t.equal(deposed.term, before.term, 'CheckQuorum: the old leader stepped down in its own term');
  t.equal(deposed.status?.canCommit, false);

  // The minority asks in vain: with PreVote nobody's term grows by asking.
  await cluster.viewWhen('the minority asks for votes', 10_000, (view) =>
    minority.some((id) => peerOf(view, id).role === 'preCandidate'),
  );
  const answered = await fetch(`${cluster.relayUrl}/api/clusters/${CLUSTER}`);
  const told = (await answered.json()) as ClusterView;
  t.ok(Compile(ClusterView).Check(told), 'the answer has the documented shape');
  for (const id of minority) t.equal(peerOf(told, id).term, before.term, `the term of ${id} has not grown`);
  for (const id of majority) t.ok((peerOf(told, id).term ?? 0) >= cut.term, `${id} has the new term`);

  const healed = await fetch(`${cluster.relayUrl}/api/clusters/${CLUSTER}/heal`, { method: 'POST' });
  t.equal(healed.status, 200);
  const after = await cluster.settled(20_000);
  t.equal(after.partition, null);
  t.comment(`healed: ${after.leader ?? ''} leads term ${after.term}`);
  if (after.leader !== cut.leader) t.comment('another leader than before the healing: this machine is busy');

  await cluster.stop();
  cluster.readTraces();
  t.same(cluster.ledger.violations(), []);
  t.ok(cluster.ledger.termsLed.includes(before.term) && cluster.ledger.termsLed.includes(cut.term));
});

interface Cut {
  readonly before: ClusterView;
  readonly minority: readonly string[];
  readonly majority: readonly string[];
}

/** Cuts the leader and one other off. On a busy machine another may have been elected just then: then once more. */
async function cutLeaderOff(t: Test, cluster: ProcessCluster): Promise<Cut> {
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    const before = await cluster.settled(40_000);
    const minority = cluster.ids.filter((id) => id === before.leader);
    minority.push(...cluster.ids.filter((id) => id !== before.leader).slice(0, 1));
    const majority = cluster.ids.filter((id) => !minority.includes(id));
    const answer = await put(`${cluster.relayUrl}/api/clusters/${CLUSTER}/partition`, { groups: [minority, majority] });
    const { leader, term } = (await answer.json()) as ClusterView;
    if (answer.status === 200 && leader === before.leader && term === before.term) {
      t.comment(`${leader ?? ''} leads term ${term}; cut into ${minority.join(',')}|${majority.join(',')}`);
      return { before, minority, majority };
    }
    t.comment(`the partition was answered with ${answer.status} and ${leader ?? 'no leader'} in term ${term}`);
    await cluster.client.heal(CLUSTER);
  }
  throw new Error('no leader stayed for as long as it takes to cut it off');
}

function put(url: string, body: unknown): Promise<Response> {
  return fetch(url, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}
