import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { RelayClient } from '../../client/RelayClient.ts';
import type { ClusterView } from '../../shared/http/ClusterView.ts';
import { RunningProcess } from '../support/processes.ts';
import { isSettled, peerOf } from '../support/ProcessCluster.ts';
import { until } from '../support/until.ts';
import { run, WITHIN_MS } from './endings.ts';

const IDS = ['p1', 'p2', 'p3'];
/** What `up` promises is two seconds; beside busy loops its own process is late too. */
const STOPPED_WITHIN_MS = 3000;
const LEADER_WITHIN_MS = 10_000;
/** On a machine that has no time for us: a leader needs about as long as a few processes need to start. */
const LEADER_WITHIN_STARTS = 20;

/** A running `up`, and what can be seen of it from outside. */
class RunningUp {
  readonly process: RunningProcess;
  readonly url: string;
  readonly client: RelayClient;

  static async start(t: Test, ...args: string[]): Promise<RunningUp> {
    const process = RunningProcess.start(t, { name: 'up', args: ['up', '--port', '0', '--peers', '3', ...args] });
    const [, url = ''] = await process.line(/the relay listens at (http:\S+)/, WITHIN_MS);
    const up = new RunningUp(process, url);
    t.teardown(async () => {
      await until(() => up.children().length === 0, { withinMs: WITHIN_MS, what: 'no child is left' });
    });
    return up;
  }

  private constructor(process: RunningProcess, url: string) {
    this.process = process;
    this.url = url;
    this.client = new RelayClient({ url });
  }

  /** The relay and the peers, those whose parent has gone too, by a word that stands in the command line of each. */
  children(): Child[] {
    const { port } = new URL(this.url);
    const own = this.process.pid;
    return processes().filter(
      ({ parent, words }) =>
        parent === own || (words.includes('main.js') && new RegExp(`:${port}\\b|--port ${port}\\b`).test(words)),
    );
  }

  childOf(name: string): Child {
    const child = this.children().find(({ words }) => words.includes(name));
    if (child === undefined) throw new Error(`there is no process of ${name}`);
    return child;
  }

  /** Where the peers keep their data. */
  get dataDirectory(): string {
    const directory = /--data (\S+)\/demo\/p1/.exec(this.childOf('--id p1').words)?.[1];
    if (directory === undefined) throw new Error('p1 has no data directory');
    return directory;
  }

  async when(what: string, isWanted: (view: ClusterView) => boolean): Promise<ClusterView> {
    const look = async (): Promise<ClusterView | undefined> => {
      const view = await this.client.cluster('demo');
      return isWanted(view) ? view : undefined;
    };
    return until(look, { withinMs: WITHIN_MS, what, everyMs: 25 });
  }

  settled(): Promise<ClusterView> {
    return this.when('all are connected and follow one leader', (view) => isSettled(view, IDS));
  }

  /** Runs another command against it, and gives what that printed. */
  async command(t: Test, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await run(t, args, { WHITEWATER_URL: this.url });
    t.equal(code, 0, `${args.join(' ')}: ${stderr}`);
    return stdout;
  }
}

interface Child {
  readonly pid: number;
  readonly parent: number;
  readonly words: string;
}

function processes(): Child[] {
  const lines = execFileSync('ps', ['-ww', '-eo', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const [, pid, parent, state = '', words = ''] = /^ *(\d+) +(\d+) +(\S+) +(.*)$/.exec(line) ?? [];
    const isOver = pid === undefined || state.startsWith('Z') || words.startsWith('ps ');
    return isOver ? [] : [{ pid: Number(pid), parent: Number(parent), words }];
  });
}

t.test('up: a leader soon, commands that work, and processes that come back', async (t) => {
  const beganAtMs = performance.now();
  t.match((await run(t, ['--version'])).stdout, /^whitewater \d/);
  const startMs = performance.now() - beganAtMs;
  const up = await RunningUp.start(t, '--trace-dir', join(t.testdir(), 'traces'));
  const elected = await up.process.line(/p\d leads in term \d+, (\d+) ms after the relay began to listen/, WITHIN_MS);
  t.comment(
    `a leader ${elected[1]} ms after the relay began to listen; one process starts in ${Math.round(startMs)} ms`,
  );
  const withinMs = Math.max(LEADER_WITHIN_MS, LEADER_WITHIN_STARTS * startMs);
  t.ok(Number(elected[1]) < withinMs, 'a leader soon after the relay listened');
  await up.settled();
  t.match(up.process.text('stdout'), /^The page: http:/m);
  t.match(up.process.text('stdout'), /^ {2}npx whitewater partition "p1\|p2,p3" --url http:/m);

  await t.test('status', async (t) => {
    const table = await up.command(t, 'status');
    t.match(table, /^demo {2}leader p\d, term \d+, 3 of 3 peers connected$/m);
    for (const id of IDS) t.match(table, new RegExp(`^${id} +(leader|follower) +\\d+ +p\\d +`, 'm'));
    const view = JSON.parse(await up.command(t, 'status', '--json', '--cluster', 'demo')) as ClusterView;
    t.same(
      view.peers.map(({ id }) => id),
      IDS,
    );
    const list = JSON.parse(await up.command(t, 'status', '--json'));
    t.match(list, [{ id: 'demo', peers: 3, connected: 3, partitioned: false }]);
  });

  await t.test('partition, isolate, heal, disconnect', async (t) => {
    const leader = String((await up.settled()).leader);
    const others = IDS.filter((id) => id !== leader).join(',');
    const cut = await up.command(t, 'partition', `${leader}|${others}`);
    t.equal(cut, `demo: cut into ${leader} | ${others}; ${others} can have a leader (2 of 3 voters)\n`);
    const view = await up.when('the others elect one', (now) => now.leader !== null && now.leader !== leader);
    t.ok(others.includes(String(view.leader)));
    t.match(await up.command(t, 'status'), new RegExp(`^partition ${leader} \\| ${others};`, 'm'));

    const alone = await up.command(t, 'isolate', 'p1,p2', '--each');
    t.equal(
      alone,
      'demo: cut into p1 | p2 | p3 (all others); no side has 2 of the 3 voters, so none can elect a leader\n',
    );
    const together = JSON.parse(await up.command(t, 'isolate', 'p1', 'p2', '--json')) as ClusterView;
    t.strictSame(together.partition, { groups: [['p1', 'p2']] });
    t.equal(await up.command(t, 'heal'), 'demo: healed; all 3 peers can reach each other\n');
    await up.settled();

    const before = peerOf(await up.client.cluster('demo'), 'p2').connections;
    const away = await up.command(t, 'disconnect', 'p2', '--for', '1s');
    t.equal(away, 'demo: cut the connection of p2; it is refused for 1.0 s\n');
    await up.when('p2 comes back by itself', (now) => {
      const { connected, connections } = peerOf(now, 'p2');
      return connected && connections > before;
    });
    const unknown = await run(t, ['disconnect', 'p9'], { WHITEWATER_URL: up.url });
    t.equal(unknown.code, 4);
    t.match(unknown.stderr, /^whitewater: PEER_UNKNOWN: .*p9/);
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
    await up.settled();
    process.kill(up.childOf(' relay ').pid, 'SIGKILL');
    await up.process.line(/the relay ended \(SIGKILL\)/, WITHIN_MS);
    await up.process.line(new RegExp(`the relay listens again at ${up.url}$`), WITHIN_MS);
    await up.settled();
  });

  await t.test('Ctrl-C ends all, one that hangs too, and leaves nothing behind', async (t) => {
    const children = up.children();
    t.equal(children.length, 4, 'a relay and three peers');
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

t.test('SIGKILL of up leaves no process and no temporary directory', async (t) => {
  const up = await RunningUp.start(t);
  // At once: the children are still loading.
  await until(() => up.children().length === 4, { withinMs: WITHIN_MS, what: 'all children' });
  const data = up.dataDirectory;
  up.process.signal('SIGKILL');
  await up.process.exit(WITHIN_MS);
  const killedAtMs = performance.now();
  await until(() => up.children().length === 0, { withinMs: WITHIN_MS, what: 'no child is left' });
  t.comment(`no child was left ${Math.round(performance.now() - killedAtMs)} ms after SIGKILL`);
  t.notOk(existsSync(data));
});

t.test('--data keeps votes from one run to the next, and refuses other peers', async (t) => {
  const data = join(t.testdir(), 'data');
  const first = await RunningUp.start(t, '--data', data);
  const { term } = await first.settled();
  first.process.signal('SIGTERM');
  t.strictSame(await first.process.exit(WITHIN_MS), { code: 0, signal: null });
  t.ok(existsSync(join(data, 'demo/p3')));
  const again = await RunningUp.start(t, '--data', data);
  t.ok((await again.settled()).term > term, 'a later term than before');
  // A second Ctrl-C does not wait for one that hangs.
  process.kill(again.childOf('--id p3').pid, 'SIGSTOP');
  again.process.signal('SIGINT');
  await again.process.line(/stopping/, WITHIN_MS);
  again.process.signal('SIGINT');
  t.strictSame(await again.process.exit(WITHIN_MS), { code: 130, signal: null });
  await until(() => again.children().length === 0, { withinMs: WITHIN_MS, what: 'no child is left' });

  const other = await run(t, ['up', '--port', '0', '--peers', 'p1,p2', '--data', data]);
  t.equal(other.code, 5);
  t.match(other.stderr, /^whitewater: MEMBERSHIP_DIFFERS: /);
});
