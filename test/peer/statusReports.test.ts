import t from 'tap';
import { peerId } from '../../shared/ids.ts';
import { OWNER } from '../contract/storage.contract.ts';
import { driverStage as stage, persist, STATUS } from '../support/driverStage.ts';

const [p2, p3] = [peerId('p2'), peerId('p3')];

t.test('status: told on connecting, at once when a fact changes, never before it is durable', async (t) => {
  const { clock, core, storage, transport, receive } = stage();
  t.match(transport.statuses, [{ status: { term: 0, role: 'follower', storage: 'memory' } }]);
  clock.advance(1000);
  core.answers.message = () => [persist(1), { type: 'report', event: { type: 'termChanged', from: 0, to: 1 } }];
  core.current = { ...STATUS, term: 1 };
  receive();
  clock.advance(80);
  t.equal(transport.statuses.length, 1, 'the term is not durable yet');
  // It has just looked for news of lesser weight.
  core.answers.message = () => [];
  receive();
  clock.advance(10);
  const atMs = clock.nowMs();
  storage.finish();
  t.match(transport.statuses[1], { atMs, status: { term: 1 } });
  transport.setConnected(false);
  core.answers.message = () => [{ type: 'report', event: { type: 'leaderChanged', leader: p2 } }];
  core.current = { ...STATUS, term: 1, leader: p2 };
  receive();
  clock.advance(1000);
  t.equal(transport.statuses.length, 2);
  transport.setConnected(true);
  t.match(transport.statuses[2], { status: { leader: 'p2' } }, 'the newest, as soon as there is a connection');
});

t.test('status: while writes follow each other without a pause, what is durable is told all the same', async (t) => {
  const { clock, core, storage, transport, receive } = stage();
  let term = 0;
  core.answers.message = () => {
    term += 1;
    core.current = { ...STATUS, term };
    return [persist(term), { type: 'report', event: { type: 'termChanged', from: term - 1, to: term } }];
  };
  receive();
  for (let at = 0; at < 100; at += 1) {
    // The next write is always gathered before the one under way ends.
    receive();
    clock.advance(10);
    const durable = storage.termUnderWay;
    storage.finish();
    const told = transport.statuses.at(-1)?.status.term ?? 0;
    t.ok(told <= durable, `told ${told}, durable ${durable}`);
  }
  t.ok((transport.statuses.at(-1)?.status.term ?? 0) > 85, 'and it does not lag far behind');
  t.ok(transport.statuses.length <= 1 + 1000 / 50, `${transport.statuses.length} statuses in a second`);
});

t.test('status: at most one in 50 ms however much happens, and the last change is never lost', async (t) => {
  const { clock, core, transport, receive } = stage();
  clock.advance(1000);
  const before = transport.statuses.length;
  core.answers.message = () => [{ type: 'report', event: { type: 'leaderChanged', leader: p2 } }];
  for (let at = 0; at < 1010; at += 1) {
    core.current = { ...STATUS, leader: OWNER.voters[at % 3] ?? null };
    receive();
    clock.advance(1);
  }
  core.current = { ...STATUS, leader: p3, canCommit: false };
  receive();
  clock.advance(100);
  const told = transport.statuses.slice(before);
  t.ok(told.length <= 22 && told.length >= 15, `${told.length} in a second`);
  for (const [at, { atMs }] of told.entries()) {
    const next = told[at + 1];
    if (next !== undefined) t.ok(next.atMs - atMs >= 50);
  }
  t.equal(told.at(-1)?.status.leader, 'p3');
});

t.test(
  'status: a fact that changed without a word, just after a connection was made, waits its 50 ms too',
  async (t) => {
    const { clock, core, transport, receive } = stage();
    clock.advance(1000);
    transport.setConnected(false);
    transport.setConnected(true);
    const atMs = clock.nowMs();
    const before = transport.statuses.length;
    clock.advance(10);
    core.current = { ...STATUS, canCommit: true };
    receive();
    clock.advance(39);
    t.equal(transport.statuses.length, before);
    clock.advance(1);
    t.match(transport.statuses.at(-1), { atMs: atMs + 50, status: { canCommit: true } });
  },
);

t.test('status: indexes alone are told every 100 ms, and the last one soon', async (t) => {
  const { clock, core, transport, receive } = stage();
  clock.advance(1000);
  const before = transport.statuses.length;
  for (let index = 1; index <= 1000; index += 1) {
    core.current = { ...STATUS, lastLogIndex: index, lastLogTerm: 1 };
    receive();
    clock.advance(1);
  }
  const told = transport.statuses.slice(before);
  t.ok(told.length <= 11 && told.length >= 9, `${told.length} in a second`);
  for (const [at, { atMs }] of told.entries()) {
    const next = told[at + 1];
    if (next !== undefined) t.ok(next.atMs - atMs >= 100);
  }
  clock.advance(100);
  t.equal(transport.statuses.at(-1)?.status.lastLogIndex, 1000);
  const atRest = transport.statuses.length;
  core.current = { ...core.current, commitIndex: 1000 };
  const atMs = clock.nowMs();
  receive();
  clock.advance(5000);
  t.match(transport.statuses[atRest], { status: { commitIndex: 1000 } });
  t.ok((transport.statuses[atRest]?.atMs ?? 0) - atMs <= 100);
  t.equal(transport.statuses.length, atRest + 1, 'and once');
});

t.test('status: how far a follower got is news, when it was heard is not', async (t) => {
  const { clock, core, transport, receive } = stage();
  const progress = { peer: p2, mode: 'replicate' as const, nextIndex: 5, matchIndex: 4, heardMsAgo: 1 };
  core.current = { ...STATUS, role: 'leader', progress: [progress] };
  clock.advance(1000);
  receive();
  clock.advance(1000);
  const before = transport.statuses.length;
  core.current = { ...core.current, progress: [{ ...progress, heardMsAgo: 50 }] };
  receive();
  clock.advance(1000);
  t.equal(transport.statuses.length, before);
  core.current = { ...core.current, progress: [{ ...progress, nextIndex: 9, matchIndex: 8 }] };
  receive();
  t.match(transport.statuses[before], { status: { progress: [{ matchIndex: 8 }] } });
});

t.test('status: what a slow disk owes is told as of this moment, beside what is durable', async (t) => {
  const { clock, core, storage, transport, driver, receive } = stage();
  clock.advance(1000);
  const before = transport.statuses.length;
  const entries = [1, 2, 3].map((at) => ({ term: 1, type: 'command' as const, command: `${at}` }));
  core.answers.message = () => [{ type: 'persist', sequence: 1, steps: [{ type: 'append', firstIndex: 1, entries }] }];
  const durable = { lastLogIndex: 0, durableIndex: 0 };
  core.current = { ...STATUS, lastLogIndex: 3, lastLogTerm: 1 };
  receive();
  core.answers.message = () => [];
  clock.advance(40);
  t.match(driver.status(), { ...durable, disk: { unsyncedEntries: 3, writingMs: 40, lastWriteMs: 0 } });
  receive();
  t.equal(transport.statuses.length, before, 'a write that takes no time is no news');
  for (let at = 0; at < 100; at += 1) {
    clock.advance(10);
    receive();
  }
  const told = transport.statuses.slice(before);
  t.ok(told.length >= 8 && told.length <= 11, `${told.length} in a second`);
  t.match(told[0], { status: { ...durable, disk: { unsyncedEntries: 3, lastWriteMs: 0 } } });
  const waits = told.map(({ status }) => status.disk?.writingMs ?? 0);
  t.ok(
    waits.every((ms, at) => ms >= 100 && ms > (waits[at - 1] ?? 0)),
    waits.join(),
  );
  core.answers.persisted = () => {
    core.current = { ...core.current, durableIndex: 3 };
    return [];
  };
  storage.finish();
  clock.advance(100);
  t.match(transport.statuses.at(-1)?.status, {
    ...{ lastLogIndex: 3, durableIndex: 3 },
    disk: { unsyncedEntries: 0, writingMs: 0, lastWriteMs: 1040 },
  });
});

t.test('status: what a snapshot took the place of is not owed to the disk', async (t) => {
  const { core, driver, receive } = stage();
  core.answers.message = () => [persist(1)];
  core.current = { ...STATUS, firstLogIndex: 101, lastLogIndex: 104, durableIndex: 0 };
  receive();
  t.equal(driver.status().disk?.unsyncedEntries, 4);
});

t.test('status: a leader tells how long its commits take; it grows old, and ends with the reign', async (t) => {
  const { clock, core, transport, driver, receive } = stage();
  core.current = { ...STATUS, role: 'leader', term: 1 };
  t.equal(driver.status().commits, undefined);
  for (let index = 1; index <= 3; index += 1) {
    core.answers.message = () => [{ type: 'accepted', requestId: index, index, term: 1 }];
    receive();
    clock.advance(10 * index);
    const entries = [{ term: 1, type: 'noOp' as const }];
    core.answers.message = () => [{ type: 'apply', firstIndex: index, entries }];
    core.current = { ...core.current, lastLogIndex: index, commitIndex: index };
    receive();
  }
  clock.advance(100);
  t.same(driver.status().commits, { count: 3, p50Ms: 20, p99Ms: 30 });
  core.answers.message = () => [];
  // Heartbeats, and no more.
  for (let at = 0; at < 120; at += 1) {
    clock.advance(100);
    receive();
  }
  const last = transport.statuses.at(-1);
  t.equal(last?.status.commits, undefined, 'that there were none in the last ten seconds is told');
  t.ok(transport.statuses.length < 12, `${transport.statuses.length} statuses`);
  core.answers.message = () => [
    { type: 'accepted', requestId: 9, index: 4, term: 1 },
    { type: 'report', event: { type: 'roleChanged', from: 'leader', to: 'follower', reason: 'lostQuorum' } },
    { type: 'report', event: { type: 'roleChanged', from: 'candidate', to: 'leader', reason: 'wonElection' } },
    { type: 'apply', firstIndex: 4, entries: [{ term: 2, type: 'noOp' }] },
  ];
  receive();
  clock.advance(100);
  t.equal(driver.status().commits, undefined, 'what an earlier reign took is not counted');
  core.current = { ...STATUS, role: 'follower', term: 3 };
  t.equal(driver.status().commits, undefined);
});

t.test('status: timers alone are told at most every 500 ms', async (t) => {
  const { clock, core, transport, receive } = stage();
  clock.advance(1000);
  const before = transport.statuses.length;
  for (let at = 0; at < 100; at += 1) {
    const electionTimer = { timeoutMs: 250 + at, remainingMs: 100, reason: 'heardFromLeader' as const };
    core.current = { ...STATUS, electionTimer };
    receive();
    clock.advance(100);
  }
  const told = transport.statuses.slice(before);
  t.ok(told.length <= 21 && told.length >= 18, `${told.length} in ten seconds`);
  clock.advance(1000);
  const after = transport.statuses.length;
  core.current = { ...core.current, leaderHeardMsAgo: 77 };
  receive();
  clock.advance(5000);
  t.equal(transport.statuses.length, after, 'what changes with time alone is not news');
});
