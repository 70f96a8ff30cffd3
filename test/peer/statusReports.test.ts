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
  clock.advance(5000);
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

t.test('status: timers and indexes alone are told at most every 500 ms', async (t) => {
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
