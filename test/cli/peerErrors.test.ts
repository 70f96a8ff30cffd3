import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { RunningProcess } from '../support/processes.ts';
import { RelayDouble } from '../support/RelayDouble.ts';
import { alone, endedWith, run, startRelay, WITHIN_MS } from './endings.ts';

const LEADS = /p1 {2}term \d+ {2}leader/;

t.test('a data directory that is in use, of another, damaged, or none', async (t) => {
  const folder = t.testdir({ file: 'no directory' });
  const directory = join(folder, 'p1');
  const data = ['--data', directory];
  const peer = RunningProcess.start(t, { name: 'p1', args: alone(...data) });
  await peer.line(LEADS, WITHIN_MS);
  const [inUse, unreadable] = await Promise.all([
    run(t, alone(...data)),
    run(t, alone('--data', join(folder, 'file', 'p1'))),
  ]);
  endedWith(t, inUse, 'STORE_IN_USE', /is open in another process/);
  endedWith(t, unreadable, 'STORE_UNREADABLE', /cannot open the data directory/);
  t.ok(peer.isRunning, 'the peer whose directory it is goes on');
  peer.signal('SIGTERM');
  t.strictSame(await peer.exit(WITHIN_MS), { code: 0, signal: null });

  // One after the other, or they would find the directory in use.
  endedWith(t, await run(t, alone(...data, '--cluster', 'other')), 'STORE_BELONGS_TO_ANOTHER', /demo/);
  const two = ['peer', '--id', 'p1', '--peers', 'p1,p2', ...data];
  endedWith(t, await run(t, two), 'MEMBERSHIP_DIFFERS', /p1/);
  damage(join(directory, 'database'));
  endedWith(t, await run(t, alone(...data)), 'STORE_DAMAGED', /damaged/);
  rmSync(join(directory, 'database'), { recursive: true });
  endedWith(t, await run(t, alone(...data)), 'STORE_DAMAGED', /the database is gone/);
});

/** Turns over a bit in many places of each of LevelDB's own logs and tables; a single one may meet what nobody reads. */
function damage(database: string): void {
  const names = readdirSync(database).filter((name) => /\.(?:log|ldb)$/.test(name));
  for (const name of names) {
    const bytes = readFileSync(join(database, name));
    for (let at = bytes.length >> 2; at < bytes.length >> 1; at += 7) bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(join(database, name), bytes);
  }
}

t.test('two peers with one id: the newest wins, the older is told and ends', async (t) => {
  const { relay, url } = await startRelay(t);
  const args = ['peer', '--id', 'p1', '--peers', 'p1,p2', '--relay', url];
  const data = t.testdir();
  const older = RunningProcess.start(t, { name: 'older', args: [...args, '--data', join(data, 'older')] });
  await older.line(/connected to/, WITHIN_MS);
  const newer = RunningProcess.start(t, { name: 'newer', args: [...args, '--data', join(data, 'newer')] });
  await newer.line(/connected to/, WITHIN_MS);
  const { code } = await older.exit(WITHIN_MS);
  endedWith(t, { code, stdout: '', stderr: older.text('stderr') }, 'IDENTITY_REPLACED', /p1/);
  t.ok(newer.isRunning);
  t.ok(relay.isRunning);
});

t.test('a peer of another version of the protocol is told so and ends', async (t) => {
  const relay = new RelayDouble();
  relay.manners.closeOnHello = { code: 4426, reason: 'PROTOCOL_VERSION_UNSUPPORTED', message: 'version 2 only' };
  await relay.start();
  t.teardown(() => relay.stop());
  const data = join(t.testdir(), 'p1');
  const result = await run(t, ['peer', '--id', 'p1', '--peers', '3', '--relay', relay.url, '--data', data]);
  endedWith(t, result, 'PROTOCOL_VERSION_UNSUPPORTED', /version/);
});

t.test('a peer without a data directory says in one line that it forgets', async (t) => {
  const peer = RunningProcess.start(t, { name: 'p1', args: alone() });
  await peer.line(LEADS, WITHIN_MS);
  t.match(peer.text('stderr'), /^[\d:.]+ {2}warning: .*memory.*\n$/);
  peer.signal('SIGINT');
  t.strictSame(await peer.exit(WITHIN_MS), { code: 0, signal: null });
});
