import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import type { ClusterView } from '../../shared/http/ClusterView.ts';
import { COMMAND } from '../support/processes.ts';
import { peerOf } from '../support/ProcessCluster.ts';
import { run, WITHIN_MS } from './endings.ts';
import { RunningUp } from './RunningUp.ts';

const IDS = ['p1', 'p2', 'p3'];
/** What `up` promises is two seconds; beside busy loops its own process is late too. */
const STOPPED_WITHIN_MS = 3000;
const LEADER_WITHIN_MS = 10_000;
/** On a machine that has no time for us: a leader needs about as long as a few processes need to start. */
const LEADER_WITHIN_STARTS = 20;

t.test('up: a leader soon, commands that work, and processes that come back', async (t) => {
  const beganAtMs = performance.now();
  t.match((await run(t, ['--version'])).stdout, /^whitewater \d/);
  const startMs = performance.now() - beganAtMs;
  const up = await RunningUp.start(t, '--peers', '3', '--trace-dir', join(t.testdir(), 'traces'));
  const elected = await up.process.line(/p\d leads in term \d+, (\d+) ms after the relay began to listen/, WITHIN_MS);
  t.comment(
    `a leader ${elected[1]} ms after the relay began to listen; one process starts in ${Math.round(startMs)} ms`,
  );
  const withinMs = Math.max(LEADER_WITHIN_MS, LEADER_WITHIN_STARTS * startMs);
  t.ok(Number(elected[1]) < withinMs, 'a leader soon after the relay listened');
  t.match(up.process.text('stdout'), /^The page: http:/m);
  t.match(up.process.text('stdout'), /^ {2}npx whitewater partition "p1\|p2,p3" --url http:/m);
  const { leader, peers } = await up.settled(IDS);

  await t.test('status', async (t) => {
    const table = await up.command(t, 'status');
    t.match(table, /^demo {2}leader p\d, term \d+, 3 of 3 peers connected$/m);
    for (const id of IDS) t.match(table, new RegExp(`^${id} +(leader|follower) +\\d+ +p\\d +`, 'm'));
    const view = JSON.parse(await up.command(t, 'status', '--json', '--cluster', 'demo')) as ClusterView;
    t.same(
      view.peers.map(({ id }) => id),
      IDS,
    );
    const only = JSON.parse(await up.command(t, 'status', '--json')) as ClusterView;
    t.equal(only.id, 'demo', 'the only cluster need not be named');
    t.equal(only.peers.length, IDS.length);
    // A reader that goes away is no error.
    const script = `unset NODE_OPTIONS; "${process.execPath}" "${COMMAND}" status --watch --json --url ${up.url} | head -n 1`;
    const { stdout, stderr } = await promisify(execFile)('sh', ['-c', script], { timeout: WITHIN_MS });
    t.match(JSON.parse(stdout), { id: 'demo', leader: /p\d/, peers: [{ id: 'p1' }, { id: 'p2' }, { id: 'p3' }] });
    t.equal(stderr, '');
  });

  await t.test('partition, isolate, heal, disconnect', async (t) => {
    const others = IDS.filter((id) => id !== leader).join(',');
    const cut = await up.command(t, 'partition', `${leader}|${others}`);
    t.equal(cut, `demo: cut into ${leader} | ${others}; ${others} can have a leader (2 of 3 voters)\n`);
    const view = await up.when('the others elect one', (now) => now.leader !== null && now.leader !== leader);
    t.ok(others.includes(String(view.leader)));
    const none = 'no side has 2 of the 3 voters, so none can elect a leader';
    const each = await up.command(t, 'isolate', 'p1,p2', '--each');
    t.equal(each, `demo: cut into p1 | p2 | p3 (all others); ${none}\n`);
    const together = JSON.parse(await up.command(t, 'isolate', 'p1', 'p2', '--json')) as ClusterView;
    t.strictSame(together.partition, { groups: [['p1', 'p2']] });
    t.equal(await up.command(t, 'heal'), 'demo: healed; all 3 peers can reach each other\n');

    const away = await up.command(t, 'disconnect', 'p2', '--for', '1s');
    t.equal(away, 'demo: cut the connection of p2; it is refused for 1.0 s\n');
    await up.when('p2 comes back by itself', (now) => {
      const { connected, connections } = peerOf(now, 'p2');
      return connected && connections > (peers.find(({ id }) => id === 'p2')?.connections ?? 0);
    });
  });

  await t.test('kill -9 of a peer, and of the relay: both are started again', async (t) => {
    const { pid } = up.childOf('--id p1');
    process.kill(pid, 'SIGKILL');
    await up.process.line(/p1 ended \(SIGKILL\); starting it again in 200 ms/, WITHIN_MS);
    const view = await up.when('p1 is back', (now) => {
      const { connected, status } = peerOf(now, 'p1');
      return connected && status?.pid !== undefined && status.pid !== pid;
    });
    t.equal(peerOf(view, 'p1').status?.pid, up.childOf('--id p1').pid);
    await up.command(t, 'isolate', 'p1');
    await up.process.line(/partitioned: p1$/, WITHIN_MS);
    process.kill(up.childOf(' relay ').pid, 'SIGKILL');
    await up.process.line(/the relay ended \(SIGKILL\)/, WITHIN_MS);
    await up.process.line(/the partition p1 \| p2,p3 \(all others\) is gone with the relay/, WITHIN_MS);
    await up.process.line(new RegExp(`the relay listens again at ${up.url}$`), WITHIN_MS);
    await up.settled(IDS);
  });

  await t.test('Ctrl-C ends all, one that hangs too, and leaves nothing behind', async (t) => {
    t.equal(up.children().length, 4, 'a relay and three peers');
    const data = up.dataDirectory;
    t.ok(existsSync(join(data, 'demo/p1')));
    process.kill(up.childOf('--id p3').pid, 'SIGSTOP');
    const askedAtMs = performance.now();
    up.process.signal('SIGINT');
    t.strictSame(await up.process.exit(WITHIN_MS), { code: 0, signal: null });
    const tookMs = Math.round(performance.now() - askedAtMs);
    t.comment(`ended ${tookMs} ms after SIGINT, with one process that had to be killed`);
    t.ok(tookMs < STOPPED_WITHIN_MS, 'soon');
    t.same(up.children(), [], 'no process is left');
    t.notOk(existsSync(data), 'nor the temporary directory');
    t.equal(up.process.text('stderr'), '');
  });
});
