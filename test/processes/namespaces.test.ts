import t from 'tap';
import type { ClusterView } from '../../shared/http/ClusterView.ts';
import { type Host, NamespaceNetwork } from '../support/namespaces.ts';
import { isSettled, peerOf } from '../support/ProcessCluster.ts';
import { RunningProcess, type Teardown } from '../support/processes.ts';
import { until } from '../support/until.ts';

const RELAY_PORT = 7070;
const IDS = ['p1', 'p2'];
const STARTED_WITHIN_MS = 30_000;
/** Both ends look for silence: 1.8 s by their settings. The rest is for a busy machine. */
const NOTICED_WITHIN_MS = 4000;

const whyNot = await NamespaceNetwork.whyNot();

t.test('two peers and a relay, each with a network and an address of its own', { skip: whyNot ?? false }, async (t) => {
  const network = new NamespaceNetwork();
  t.teardown(() => network.remove());
  const relayHost = await network.addHub();
  const hosts = new Map<string, Host>();
  for (const id of IDS) hosts.set(id, await network.addHost());
  const env = { WHITEWATER_TOKEN: `secret-${process.pid}` };

  const bind = ['--host', relayHost.address, '--port', String(RELAY_PORT)];
  const relay = RunningProcess.start(t, { name: 'relay', args: ['relay', ...bind], env, prefix: relayHost.prefix });
  await relay.line(/listens at/, STARTED_WITHIN_MS);
  const peers = new Map<string, RunningProcess>();
  for (const [id, { prefix }] of hosts) {
    const args = ['peer', '--id', id, '--peers', IDS.join(','), '--relay', `ws://${relayHost.address}:${RELAY_PORT}`];
    peers.set(id, RunningProcess.start(t, { name: id, args, env, prefix }));
    await relay.line(new RegExp(`${id} connected`), STARTED_WITHIN_MS);
  }
  const watch = new Watch(t, relayHost, env);

  const before = await watch.viewWhen('one peer leads and the other follows', 20_000, (view) => isSettled(view, IDS));
  for (const [id, { address }] of hosts) t.equal(peerOf(before, id).remoteAddress, address, `the address of ${id}`);

  const victim = before.leader ?? '';
  const other = IDS.find((id) => id !== victim) ?? '';
  const host = hosts.get(victim);
  if (host === undefined) throw new Error(`${victim} has no host`);
  await network.setCable(host, 'down');
  const cutAtMs = performance.now();
  const cut = await watch.viewWhen(
    `the relay notices that ${victim} is gone`,
    NOTICED_WITHIN_MS,
    (view) => !peerOf(view, victim).connected,
  );
  t.pass(`a pulled cable was noticed after ${Math.round(performance.now() - cutAtMs)} ms`);
  t.equal(cut.leader, null, 'one of two cannot lead');
  await peers.get(victim)?.line(/lost the connection: .*CONNECTION_LOST/, NOTICED_WITHIN_MS);
  t.ok(peerOf(cut, other).connected, `${other} is connected as before`);

  await network.setCable(host, 'up');
  const healed = await watch.viewWhen('both are connected and one leads', 20_000, (view) => isSettled(view, IDS));
  t.ok(healed.term >= before.term);
  t.ok(peerOf(healed, victim).connections > peerOf(before, victim).connections, `${victim} connected again`);
  t.equal(peerOf(healed, other).connections, peerOf(before, other).connections, `${other} never lost its connection`);
});

/** `status --watch --json` in the relay's own network: nobody outside can reach it. */
class Watch {
  readonly #process: RunningProcess;

  constructor(t: Teardown, { address, prefix }: Host, env: Readonly<Record<string, string>>) {
    const args = ['status', '--watch', '--json', '--cluster', 'demo', '--url', `http://${address}:${RELAY_PORT}`];
    this.#process = RunningProcess.start(t, { name: 'status', args, env, prefix });
  }

  /** Waits until the newest view is as wanted. */
  async viewWhen(what: string, withinMs: number, isWanted: (view: ClusterView) => boolean): Promise<ClusterView> {
    return until(
      () => {
        const newest = this.#process.lines.findLast(({ stream }) => stream === 'stdout');
        if (newest === undefined) return undefined;
        const view = JSON.parse(newest.text) as ClusterView;
        return isWanted(view) ? view : undefined;
      },
      { withinMs, what },
    );
  }
}
