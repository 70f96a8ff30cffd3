import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { ProcessesView, ProcessView } from '../../shared/http/Processes.ts';
import { until } from '../support/until.ts';
import { endedWith, run, WITHIN_MS } from './endings.ts';
import { RunningUp } from './RunningUp.ts';

const IDS = ['p1', 'p2', 'p3'];

/** What the system says of a process: `T` when it was stopped in its tracks; undefined when it is none. */
function systemState(pid: number): string | undefined {
  try {
    const [state] = execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    // It has ended, and nobody asked yet how.
    return state === 'Z' ? undefined : state;
  } catch {
    return undefined;
  }
}

function of(view: ProcessesView | undefined, id: string): ProcessView {
  const found = view?.processes.find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no process of ${id}`);
  return found;
}

t.test('a peer is stopped, killed, started, paused and resumed, by command and over HTTP', async (t) => {
  const up = await RunningUp.start(t, '--peers', '3');
  await up.settled(IDS);
  const processes = up.client.processes('demo');
  const list = await up.command(t, 'process', 'list');
  t.match(list, /^PEER +STATE +PID +RESTARTS\n(?:p\d +running +\d+ +0\n){3}heartbeats of 100 ms, .* CheckQuorum on\n$/);
  t.equal(of(await processes.view(), 'p1').pid, up.childOf('--id p1').pid, 'these are the processes themselves');

  await t.test('kill: gone until it is started', async (t) => {
    const { pid } = of(await processes.view(), 'p1');
    t.equal(await up.command(t, 'process', 'kill', 'p1'), 'demo: p1 is down\n');
    t.equal(systemState(Number(pid)), undefined);
    await up.process.line(/p1 killed, as somebody asked/, WITHIN_MS);
    const { processes: told } = await up.when('the cluster is told', (view) => view.processes !== undefined);
    t.match(of(told, 'p1'), { state: 'down', pid: null });
    t.match(of(await processes.act('p1', 'stop'), 'p1'), { state: 'down' }, 'to stop one that is down is no error');
    for (const action of ['pause', 'resume'] as const) {
      const wanted = { code: 'PROCESS_NOT_RUNNING', message: /p1 to \w+: it is down/ };
      await t.rejects(processes.act('p1', action), wanted, action);
    }
    const started = of(await processes.act('p1', 'start'), 'p1');
    t.match(started, { state: 'running', restarts: 1 });
    t.not(started.pid, pid);
    t.match(of(await processes.act('p1', 'start'), 'p1'), started, 'to start one that runs changes nothing');
  });

  await t.test('pause: twice is once; what is paused can be stopped', async (t) => {
    const paused = of(await processes.act('p2', 'pause'), 'p2');
    t.match(paused, { state: 'paused', pid: Number });
    await until(() => systemState(Number(paused.pid)) === 'T', { withinMs: WITHIN_MS, what: 'p2 stands still' });
    t.same(of(await processes.act('p2', 'pause'), 'p2'), paused);
    t.match(await up.command(t, 'process', 'resume', 'p2', 'p3'), /^demo: p2 is running, pid \d+; p3 is running/);
    await until(() => systemState(Number(paused.pid)) !== 'T', { withinMs: WITHIN_MS, what: 'p2 goes on' });
    await processes.act('p2', 'pause');
    t.match(of(await processes.act('p2', 'stop'), 'p2'), { state: 'down', pid: null });
    t.equal(systemState(Number(paused.pid)), undefined);
    t.match(of(await processes.act('p2', 'restart'), 'p2'), { state: 'running', restarts: 1 });
    await up.settled(IDS);
  });

  await t.test('who is not among them, and what is no action', async (t) => {
    await t.rejects(processes.act('p9', 'kill'), { code: 'PROCESS_NOT_OWNED', message: /are p1, p2, p3/ });
    const env = { WHITEWATER_URL: up.url };
    endedWith(t, await run(t, ['process', 'kill', 'p9'], env), 'PROCESS_NOT_OWNED', /p9 was not started here/);
    endedWith(t, await run(t, ['process', 'paws', 'p1'], env), 'USAGE', /did you mean pause/);
    endedWith(t, await run(t, ['process', 'pause'], env), 'USAGE', /name the peers/);
    endedWith(t, await run(t, ['process', 'pause', 'p1', '--heartbeat', '9'], env), 'USAGE', /process settings/);
    endedWith(t, await run(t, ['process', 'settings'], env), 'USAGE', /say what to change: --heartbeat/);
  });

  await t.test('a start that fails says why, and the others go on', async (t) => {
    const data = up.dataDirectory;
    await processes.act('p3', 'stop');
    rmSync(join(data, 'demo/p3/database'), { recursive: true });
    const wanted = { code: 'PROCESS_NOT_RUNNING', message: /p3 ended before it was connected: STORE_DAMAGED: / };
    await t.rejects(processes.act('p3', 'start'), wanted);
    t.match(of(await processes.view(), 'p3'), { state: 'over', pid: null });
    await t.rejects(processes.act('p3', 'restart'), wanted, 'it is tried anew each time that somebody asks');
    await up.settled(['p1', 'p2']);
  });

  up.process.signal('SIGTERM');
  t.strictSame(await up.process.exit(WITHIN_MS), { code: 0, signal: null });
});

t.test('settings: refused whole or in force at every peer; a relay that is started again knows them', async (t) => {
  const up = await RunningUp.start(t, '--peers', '3');
  const { term } = await up.settled(IDS);
  const processes = up.client.processes('demo');
  const before = await processes.view();
  const env = { WHITEWATER_URL: up.url };
  const refused = await run(t, ['process', 'settings', '--no-pre-vote', '--heartbeat', '300'], env);
  endedWith(t, refused, 'REQUEST_INVALID', /not longer than the heartbeat of 300 ms/);
  t.same(await processes.view(), before, 'no process was touched');
  t.same(await processes.restartWith({ heartbeatMs: 100 }), before, 'what is so already starts nobody anew');

  await processes.act('p3', 'stop');
  const slower = ['--heartbeat', '150ms', '--election-timeout', '600..900', '--no-check-quorum'];
  const text = 'heartbeats of 150 ms, election timeouts of 600 to 900 ms, PreVote on, CheckQuorum off';
  t.equal(await up.command(t, 'process', 'settings', ...slower), `demo: ${text}\n`);
  const after = await processes.view();
  for (const id of ['p1', 'p2']) t.not(of(after, id).pid, of(before, id).pid, `${id} was started anew`);
  t.match(of(after, 'p3'), { state: 'down' }, 'who was down stays so');
  await processes.act('p3', 'start');
  const isSlow = { electionTimeoutMsMin: 600, electionTimeoutMsMax: 900, checkQuorum: false, preVote: true };
  const view = await up.when('all tell the new settings', ({ peers }) =>
    peers.every(({ status }) => status?.electionTimeoutMsMin === 600),
  );
  for (const { id, status } of view.peers) t.match(status, isSlow, id);
  t.ok((await up.settled(IDS)).term >= term, 'they remember their terms');

  const relay = up.childOf('main.js relay').pid;
  process.kill(relay, 'SIGKILL');
  await up.process.line(/the relay listens again/, WITHIN_MS);
  const known = await until(async () => (await processes.view()).owned && processes.view(), {
    ...{ withinMs: WITHIN_MS, what: 'the new relay is told', everyMs: 50 },
  });
  t.match(known.settings, { heartbeatMs: 150, checkQuorum: false });
  t.match(of(await processes.act('p1', 'pause'), 'p1'), { state: 'paused' });
  up.process.signal('SIGINT');
  t.strictSame(await up.process.exit(WITHIN_MS), { code: 0, signal: null }, 'one that is paused ends as well');
});

t.test('SIGKILL of the owner leaves no peer, one that was paused neither', async (t) => {
  const up = await RunningUp.start(t, '--peers', '2');
  await up.settled(['p1', 'p2']);
  const { pid } = of(await up.client.processes('demo').act('p1', 'pause'), 'p1');
  await until(() => systemState(Number(pid)) === 'T', { withinMs: WITHIN_MS, what: 'p1 stands still' });
  up.process.signal('SIGKILL');
  await up.noneLeft();
  t.equal(systemState(Number(pid)), undefined);
});
