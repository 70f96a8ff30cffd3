import { setTimeout as after } from 'node:timers/promises';
import t from 'tap';
import { seededRandom } from '../../shared/random.ts';
import { FlakyProxy } from '../support/FlakyProxy.ts';
import { ProcessCluster } from '../support/ProcessCluster.ts';
import { testSeed } from '../support/testSeed.ts';
import { until } from '../support/until.ts';

const FLAPPING_MS = 6000;
const PAUSE_MS_MAX = 150;
/** Files that a relay may open meanwhile for other reasons than sockets. */
const FILES_MORE_MAX = 3;

t.test('connections break at random: all come back, none leaks, never two leaders in a term', async (t) => {
  const seed = testSeed(t);
  const random = seededRandom(seed, 'flapping');
  let proxy: FlakyProxy | undefined;
  const cluster = await ProcessCluster.start(t, {
    ...{ size: 3, name: 'flappingSockets' },
    between: async (relayPort) => {
      const flaky = await FlakyProxy.listen(relayPort, random);
      t.teardown(() => flaky.close());
      proxy = flaky;
      return flaky.port;
    },
  });
  if (proxy === undefined) throw new Error('nothing stands between peers and relay');
  await cluster.settled(40_000);
  const filesBefore = await metric(cluster.relayUrl, 'process_open_fds');

  const endMs = performance.now() + FLAPPING_MS;
  while (performance.now() < endMs) {
    proxy.breakOne();
    await cluster.view();
    await after(random() * PAUSE_MS_MAX);
  }
  const { reset, end, freeze } = proxy.done;
  t.comment(`${reset} connections were reset, ${end} ended, ${freeze} frozen; ${proxy.accepted} were made`);
  t.ok(reset > 0 && end > 0 && freeze > 0, 'every kind of trouble was made');

  const view = await cluster.settled(20_000);
  t.comment(`${view.leader ?? ''} leads term ${view.term}`);
  for (const { id, connections } of view.peers) t.ok(connections > 1, `${id} connected ${connections} times`);
  await until(async () => (await metric(cluster.relayUrl, 'whitewater_connections')) === cluster.ids.length, {
    withinMs: 10_000,
    what: 'the relay has one connection for each peer, and no other',
  });
  await until(async () => (await metric(cluster.relayUrl, 'process_open_fds')) <= filesBefore + FILES_MORE_MAX, {
    withinMs: 10_000,
    what: 'the relay has closed the sockets of the broken connections',
  });

  await cluster.stop();
  cluster.readTraces();
  t.same(cluster.ledger.violations(), []);
});

async function metric(relayUrl: string, name: string): Promise<number> {
  const text = await (await fetch(`${relayUrl}/metrics`)).text();
  const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`/metrics has no ${name}`);
  return Number(value);
}
