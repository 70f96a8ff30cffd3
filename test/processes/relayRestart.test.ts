import { setTimeout as after } from 'node:timers/promises';
import t from 'tap';
import { isSettled, ProcessCluster } from '../support/ProcessCluster.ts';

const BACK_WITHIN_MS = 5000;
/** One election is enough. On a machine with other work a split vote or two come to it, and no more. */
const TERMS_GAINED_MAX = 5;

t.test(
  'the relay is killed and started again on its port: all peers back, one leader, terms do not run away',
  async (t) => {
    const cluster = await ProcessCluster.start(t, { size: 5, name: 'relayRestart' });
    let before = await cluster.settled(40_000);

    for (const outageMs of [0, 3000]) {
      await cluster.relay.kill('SIGKILL');
      // The outage is what is tried here: as long as peers need to lose their leader, ask for votes, and back off.
      await after(outageMs);
      await cluster.startRelay();
      const startedAtMs = performance.now();
      const back = await cluster.viewWhen('all peers are back and follow one leader', BACK_WITHIN_MS, (view) =>
        isSettled(view, cluster.ids),
      );
      const gained = back.term - before.term;
      t.pass(
        `after ${outageMs} ms without a relay: ${back.leader ?? ''} leads ${Math.round(performance.now() - startedAtMs)} ms later`,
      );
      t.ok(gained >= 0 && gained <= TERMS_GAINED_MAX, `the term went from ${before.term} to ${back.term}`);
      before = back;
    }
    for (const id of cluster.ids) t.ok(cluster.peer(id).isRunning, `${id} is still the process that it was`);

    await cluster.stop();
    cluster.readTraces();
    t.same(cluster.ledger.violations(), []);
  },
);
