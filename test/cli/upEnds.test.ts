import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { RunningProcess } from '../support/processes.ts';
import { until } from '../support/until.ts';
import { alone, endedWith, run, WITHIN_MS } from './endings.ts';
import { RunningUp } from './RunningUp.ts';

t.test('SIGKILL of up leaves no process and no temporary directory', async (t) => {
  const up = await RunningUp.start(t, '--peers', '2');
  // At once: the children are still loading.
  const options = { withinMs: WITHIN_MS, what: 'all children', everyMs: 100 };
  await until(() => up.children().length === 3, options);
  const data = up.dataDirectory;
  up.process.signal('SIGKILL');
  await up.process.exit(WITHIN_MS);
  const killedAtMs = performance.now();
  await up.noneLeft();
  t.comment(`no child was left ${Math.round(performance.now() - killedAtMs)} ms after SIGKILL`);
  t.notOk(existsSync(data));
});

t.test('a peer whose damaged table makes LevelDB abort is not started for ever', async (t) => {
  const data = t.testdir();
  // Steps enough, and starts enough, for a table.
  for (let start = 1; start <= 2; start += 1) {
    const peer = RunningProcess.start(t, { name: 'p1', args: alone('--data', join(data, 'demo/p1')) });
    await peer.line(/term \d+ {2}leader/, WITHIN_MS);
    peer.signal('SIGTERM');
    await peer.exit(WITHIN_MS);
  }
  const database = join(data, 'demo/p1/database');
  const [table = 'none'] = readdirSync(database).filter((name) => name.endsWith('.ldb'));
  const bytes = readFileSync(join(database, table));
  // The length of the key `format`, which stands two bytes before it: LevelDB asserts that a key has at least the eight bytes
  // that it puts behind each.
  const at = bytes.indexOf('form') - 2;
  t.equal(bytes[at], 'format'.length + 8, 'the length is where it was looked for');
  bytes[at] = 'form'.length;
  writeFileSync(join(database, table), bytes);
  const ended = await run(t, ['up', '--port', '0', '--peers', '1', '--data', data]);
  t.match(ended.stdout, /p1 ended \(SIGABRT\); starting it again in 200 ms/);
  t.equal(ended.code, 5);
  const told =
    /^whitewater: STORE_DAMAGED: the data directory (\S+) is damaged: .* again \(SIGABRT\)\. .*another name/m;
  t.equal(told.exec(ended.stderr)?.[1], join(data, 'demo/p1'));
});

t.test('--data keeps votes from one run to the next', async (t) => {
  const data = join(t.testdir(), 'data');
  const first = await RunningUp.start(t, '--peers', '1', '--data', data);
  const { term } = await first.settled(['p1']);
  first.process.signal('SIGTERM');
  t.strictSame(await first.process.exit(WITHIN_MS), { code: 0, signal: null });
  t.ok(existsSync(join(data, 'demo/p1')));

  const again = await RunningUp.start(t, '--peers', '1', '--data', data);
  t.ok((await again.settled(['p1'])).term > term, 'a later term than before');
  // A second Ctrl-C does not wait for one that hangs.
  process.kill(again.childOf('--id p1').pid, 'SIGSTOP');
  again.process.signal('SIGINT');
  await again.process.line(/stopping/, WITHIN_MS);
  again.process.signal('SIGINT');
  t.strictSame(await again.process.exit(WITHIN_MS), { code: 130, signal: null });
  await again.noneLeft();

  const others = await run(t, ['up', '--port', '0', '--peers', '2', '--data', data]);
  endedWith(t, others, 'MEMBERSHIP_DIFFERS', /was begun with the peers p1, not with p1, p2: start it with --peers p1,/);
  t.notOk(existsSync(join(data, 'demo/p2')), 'p2 has founded nothing');
  // Of a run that did not write down with whom it began.
  rmSync(join(data, 'demo/@founders.json'));
  // A peer that may not start again is told of; when it was the last one, that is the end.
  const more = await RunningUp.start(t, '--peers', '2', '--data', data);
  await more.process.line(/p1 is not started again \(--peers 2\): MEMBERSHIP_DIFFERS: /, WITHIN_MS);
  t.ok(more.process.isRunning, 'p2 goes on');
  more.process.signal('SIGINT');
  t.strictSame(await more.process.exit(WITHIN_MS), { code: 0, signal: null });
  rmSync(join(data, 'demo/p1/database'), { recursive: true });
  rmSync(join(data, 'demo/@founders.json'));
  const last = await run(t, ['up', '--port', '0', '--peers', '1', '--data', data]);
  endedWith(t, last, 'STORE_DAMAGED', /the database is gone/);
});
