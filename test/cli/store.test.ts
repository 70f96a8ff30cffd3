import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { CommandResult } from '../support/processes.ts';
import { RunningProcess } from '../support/processes.ts';
import { endedWith, run, WITHIN_MS } from './endings.ts';
import { RunningUp } from './RunningUp.ts';

/** Ids of peers whose command lines no other test's search for processes meets. */
const IDS = ['p1', 'p2', 'p3'];

async function start(t: Test): Promise<{ up: RunningUp; command: (...args: string[]) => Promise<CommandResult> }> {
  const up = await RunningUp.start(t, '--peers', '3', '--preset', 'relaxed');
  t.teardown(() => up.process.signal('SIGTERM'));
  await up.settled(IDS);
  return { up, command: (...args) => run(t, args, { WHITEWATER_URL: up.url }) };
}

t.test('the store from the command line', async (t) => {
  const { up, command } = await start(t);
  const prints = async (text: string, ...args: string[]): Promise<void> => {
    const { code, stdout, stderr } = await command(...args);
    t.same({ code, stdout }, { code: 0, stdout: text }, `${args.join(' ')}: ${stderr}`);
  };
  await prints('colour has revision 1\n', 'put', 'colour', 'blue', '--timeout', '30s');
  await prints('blue\n', 'get', 'colour');
  await prints('colour has revision 2\n', 'append', 'colour', ' and\ngreen');
  await prints('colour\t"blue and\\ngreen"\n', 'list');
  await prints('a/b has revision 3\n', 'cas', 'a/b', '-', '--revision', '0');
  await prints('\n', 'get', 'a/b', '--read', 'stale', '--at', (await up.client.cluster('demo')).leader ?? '');
  await prints('a/b has revision 4\n', 'put', 'a/b', '--', '-1');
  const list = JSON.parse((await command('list', 'a', '--limit', '5', '--json')).stdout) as unknown;
  const item = { key: 'a/b', value: '-1', revision: 4, createdRevision: 3 };
  t.same(list, { items: [item], more: false, revision: 4 });
  t.same(JSON.parse((await command('get', 'a/b', '--json')).stdout), item);

  endedWith(t, await command('get', 'none'), 'KEY_UNKNOWN', /no key "none" in demo/);
  endedWith(t, await command('cas', 'colour', 'x', '--revision', '1'), 'REVISION_DIFFERS', /has revision 2, not 1/);
  endedWith(t, await command('cas', 'colour', 'x'), 'USAGE', /--revision is missing/);
  endedWith(t, await command('delete', 'colour', '--revision', '7'), 'REVISION_DIFFERS', /has revision 2, not 7/);
  await prints('colour is deleted\n', 'delete', 'colour');
  endedWith(t, await command('delete', 'colour'), 'KEY_UNKNOWN', /"colour"/);
  endedWith(t, await command('get', 'x', '--timeout', '2m'), 'USAGE', /--timeout: "2m" is not a time to wait/);
  endedWith(t, await command('get', 'x', '--read', 'fast'), 'USAGE', /--read: "fast" is not a kind of read/);
  endedWith(t, await command('put', '', 'x'), 'REQUEST_INVALID', /the key is empty: give at least one character$/);
  endedWith(t, await command('put', 'x'), 'USAGE', /missing required argument 'value'/);

  await up.command(t, 'isolate', 'http');
  endedWith(
    t,
    await command('get', 'a/b', '--timeout', '300ms'),
    'TIMED_OUT',
    /within 300 ms.*in force: http; "whitewater status"/,
  );
  endedWith(
    t,
    await command('put', 'a/b', 'x', '--timeout', '300ms'),
    'OUTCOME_UNKNOWN',
    /cannot be told.*read the key before trying/,
  );
  t.match(await up.command(t, 'status'), /3 of 3 peers connected[^]*\nclients http\n/);
  t.match(await up.command(t, 'heal'), /all 3 peers/);
  await up.command(t, 'isolate', 'p1', 'p2', 'p3', '--each');
  await up.when('nobody leads', ({ leader }) => leader === null);
  t.match(await up.command(t, 'members'), /^p3 {2}voter\nno peer leads; these are the members as a peer last told/m);
});

t.test('a watch prints what changes until it is stopped', async (t) => {
  const { up, command } = await start(t);
  await up.command(t, 'put', 'a', '1', '--timeout', '30s');
  const env = { WHITEWATER_URL: up.url };
  const watch = RunningProcess.start(t, { name: 'watch', args: ['watch', 'a', '--after-revision', '0'], env });
  await watch.line(/^1 {2}a = 1$/, WITHIN_MS);
  await command('put', 'b', 'not this');
  await command('delete', 'a');
  await watch.line(/^3 {2}a deleted$/, WITHIN_MS);
  process.kill(up.childOf(' relay ').pid, 'SIGKILL');
  await watch.line(/the watch is interrupted, and is tried again: /, WITHIN_MS);
  await up.process.line(/the relay listens again/, WITHIN_MS);
  await up.settled(IDS);
  await watch.line(/the watch goes on after revision 3$/, WITHIN_MS);
  await up.command(t, 'put', 'a', '2', '--timeout', '30s');
  await watch.line(/^4 {2}a = 2$/, WITHIN_MS);
  t.equal(watch.text('stdout'), '1  a = 1\n3  a deleted\n4  a = 2\n', 'each change once');
  watch.signal('SIGINT');
  t.strictSame(await watch.exit(WITHIN_MS), { code: 0, signal: null });
});

t.test('a fourth peer joins, learns, votes, leads, and the first one goes', async (t) => {
  const { up, command } = await start(t);
  await up.command(t, 'put', 'a', '1', '--timeout', '30s');
  const data = join(t.testdir(), 'p4');
  const args = ['peer', '--id', 'p4', '--relay', up.url, '--data', data, '--preset', 'relaxed'];
  const peer = RunningProcess.start(t, { name: 'p4', args });
  await peer.line(
    new RegExp(`p4 waits to be added: npx whitewater member add p4 --cluster demo --url ${up.url}$`),
    WITHIN_MS,
  );
  await peer.line(/connected to/, WITHIN_MS);
  const watched = RunningProcess.start(t, { name: 'watched', args: ['status', '--watch', '--url', up.url] });
  await watched.line(/leads in term/, WITHIN_MS);
  t.match(await up.command(t, 'status'), /3 of 3 peers connected, and 1 that is no member$[^]*^p4 +not a member /m);
  endedWith(t, await command('transfer', 'p4'), 'MEMBERSHIP_REFUSED', /choose one of the voters: p1, p2, p3/);
  t.match(await up.command(t, 'member', 'add', 'p4', '--learner'), /p4 learns; voters p1, p2, p3; learners p4/);
  for (const teller of [peer, watched, up.process]) await teller.line(/p4 was added as a learner$/, WITHIN_MS);
  t.match(await up.command(t, 'members'), /^p4 {2}learner$/m);
  t.match(await up.command(t, 'member', 'promote', 'p4'), /p4 votes; voters p1, p2, p3, p4/);
  for (const teller of [peer, watched, up.process]) await teller.line(/p4 is a voter now$/, WITHIN_MS);
  t.match(await up.command(t, 'transfer', 'p4', '--timeout', '30s'), /p4 leads term \d+/);
  t.match(await up.command(t, 'members'), /^p4 {2}voter {4}leader$/m);
  t.match(await up.command(t, 'member', 'remove', 'p1'), /p1 is no member any more; voters p2, p3, p4/);
  await watched.line(/p1 was removed$/, WITHIN_MS);
  t.equal(await up.command(t, 'get', 'a', '--at', 'p4', '--timeout', '30s'), '1\n');
  endedWith(t, await command('member', 'ad', 'p4'), 'USAGE', /did you mean add\?/);
  endedWith(t, await command('member', 'remove', 'p4', '--learner'), 'USAGE', /--learner goes with add/);
  endedWith(t, await command('member', 'add', 'p9', '--timeout', '50ms'), 'PEER_UNKNOWN', /start it first/);
  endedWith(t, await command('transfer', 'p1'), 'MEMBERSHIP_REFUSED', /choose one of the voters: p2, p3, p4/);
  const again = await command('member', 'remove', 'p1');
  endedWith(t, again, 'MEMBERSHIP_REFUSED', /p1 is not a member of demo, .* nothing to remove; members are p2, p3, p4/);
  t.match(await up.command(t, 'status'), /3 of 3 peers connected, and 1 that is no member$[^]*^p1 +removed /m);
  process.kill(up.childOf(' relay ').pid, 'SIGKILL');
  await watched.line(/the relay at \S+ is lost; .* tried again$/, WITHIN_MS);
  await watched.line(/the relay at \S+ is back$/, WITHIN_MS);
  await up.when('all are back', ({ peers }) => peers.filter(({ connected }) => connected).length === 4);
  endedWith(t, await command('get', 'a', '--at', 'p9'), 'PEER_UNKNOWN', /connected are p1, p2, p3, p4/);
  peer.signal('SIGTERM');
  t.strictSame(await peer.exit(WITHIN_MS), { code: 0, signal: null });
});

t.test('a peer that has nothing and is given no peers says so and waits', async (t) => {
  const result = await run(t, ['peer', '--id', 'p1', '--lease-reads', '--preset', 'lab']);
  endedWith(t, result, 'USAGE', /--lease-reads needs CheckQuorum/);
  endedWith(t, await run(t, ['peer', '--id', 'p1', '--snapshot-bytes', '3']), 'USAGE', /not a legal size/);
  endedWith(t, await run(t, ['peer', '--id', 'p1', '--peers', 'p2,p3']), 'USAGE', /does not name this peer, p1/);
});
