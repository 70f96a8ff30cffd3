import t from 'tap';
import { ProcessCluster } from '../support/ProcessCluster.ts';
import { WireTap } from '../support/WireTap.ts';

const LEADER_WITHIN_MS = 5000;
const ROUNDS = 3;

t.test('kill -9 of the leader, and its return with --data: one vote in a term, and no term is forgotten', async (t) => {
  const cluster = await ProcessCluster.start(t, {
    ...{ size: 3, name: 'killLeader' },
    between: async (relayPort, ledger) => {
      const tap = await WireTap.listen(relayPort, (frame) => ledger.readFrame(frame));
      t.teardown(() => tap.close());
      return tap.port;
    },
  });
  let { term, leader } = await cluster.settled(40_000);

  for (let round = 1; round <= ROUNDS; round += 1) {
    const old = leader ?? '';
    const oldTerm = term;
    await cluster.peer(old).kill('SIGKILL');
    const next = await cluster.viewWhen(
      `another leader than ${old}, in a later term`,
      LEADER_WITHIN_MS,
      (view) => view.leader !== null && view.leader !== old && view.term > oldTerm,
    );
    t.pass(`round ${round}: after ${old} of term ${oldTerm}, ${next.leader ?? ''} leads term ${next.term}`);
    cluster.startPeer(old);
    ({ term, leader } = await cluster.settled(20_000));
  }

  // Without waiting: the dead return while the others elect, and vote in elections that they have voted in before.
  for (let round = 1; round <= ROUNDS; round += 1) {
    const killed = round % 2 === 0 ? cluster.ids : [leader ?? ''];
    await Promise.all(killed.map((id) => cluster.peer(id).kill('SIGKILL')));
    for (const id of killed) cluster.startPeer(id);
    const oldTerm = term;
    ({ term, leader } = await cluster.viewWhen(
      `a leader of a later term, after ${killed.join(', ')} came back`,
      20_000,
      (view) => view.leader !== null && view.term > oldTerm,
    ));
  }
  await cluster.settled(20_000);

  await cluster.stop();
  cluster.readTraces();
  const { ledger } = cluster;
  t.same(ledger.violations(), []);
  t.comment(`${ledger.termsLed.length} terms had a leader, ${ledger.votesSeen} votes were seen`);
  t.ok(ledger.termsLed.length > 2 * ROUNDS, 'each round had a leader of its own');
  t.ok(ledger.votesSeen >= 2 * ledger.termsLed.length, 'the votes of a majority were seen for each leader');
});
