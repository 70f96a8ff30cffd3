import t from 'tap';
import { Driver } from '../../peer/Driver.ts';
import type { Effect } from '../../peer/raft/effect.ts';
import { InvariantViolation } from '../../peer/raft/invariant.ts';
import { openMemoryStorage } from '../../peer/storage/openMemoryStorage.ts';
import { peerId } from '../../shared/ids.ts';
import { VirtualClock } from '../../sim/VirtualClock.ts';
import { OWNER } from '../contract/storage.contract.ts';
import {
  CLUSTER,
  driverStage as stage,
  persist,
  reply,
  ScriptedCore,
  STATUS,
  VOTE_REQUEST,
} from '../support/driverStage.ts';
import { FaultyStorage } from '../support/FaultyStorage.ts';
import { MemoryNetwork } from '../support/MemoryNetwork.ts';
import { VirtualStorage } from '../support/VirtualStorage.ts';

const [p1, p2] = [peerId('p1'), peerId('p2')];

t.test('E43: a reply leaves when the write that it reveals is done, and not before', async (t) => {
  const { clock, core, storage, transport, receive } = stage();
  core.answers.message = () => [persist(1), reply(1, 1)];
  receive();
  clock.advance(10_000);
  t.same(transport.sent, [], 'however long the disk takes');
  t.equal(storage.writes.length, 1);
  storage.finish();
  t.same(
    transport.sent.map(({ id }) => id),
    [1],
  );
  t.match(core.of('persisted'), [{ sequence: 1 }]);
});

t.test('E43: a crash before the write is done: nothing was sent', async (t) => {
  const { core, storage, transport, driver, events, receive } = stage();
  core.answers.message = () => [
    persist(1),
    reply(1, 1),
    { type: 'report', event: { type: 'termChanged', from: 0, to: 1 } },
  ];
  core.current = { ...STATUS, term: 1 };
  receive();
  driver.stop();
  storage.finish();
  t.same(transport.sent, []);
  t.same(events, []);
  t.equal(core.of('persisted').length, 0);
});

t.test('E43: a repeated request is not answered before the first answer is durable', async (t) => {
  const { core, storage, transport, receive } = stage();
  let times = 0;
  core.answers.message = () => {
    times += 1;
    return times === 1 ? [persist(1), reply(1, 1)] : [reply(times, 1)];
  };
  receive();
  receive();
  t.same(transport.sent, []);
  storage.finish();
  t.same(
    transport.sent.map(({ id }) => id),
    [1, 2],
    'in order',
  );
});

t.test('what names an older write leaves while a newer one is under way', async (t) => {
  const { core, storage, transport, receive } = stage();
  core.answers.message = () => [persist(1)];
  receive();
  storage.finish();
  core.answers.message = () => [persist(2), reply(1, 1), reply(2, 2)];
  receive();
  t.same(
    transport.sent.map(({ id }) => id),
    [1],
  );
  storage.finish();
  t.same(
    transport.sent.map(({ id }) => id),
    [1, 2],
  );
});

t.test('group commit: one write at a time, and what comes meanwhile is one more', async (t) => {
  const { core, storage, transport, receive } = stage();
  let sequence = 0;
  core.answers.message = () => {
    sequence += 1;
    const entry = { term: 1, type: 'command' as const, command: `${sequence}` };
    return [
      {
        type: 'persist',
        sequence,
        steps: [
          { type: 'setHardState', hardState: { currentTerm: sequence, votedFor: null } },
          { type: 'append', firstIndex: sequence, entries: [entry] },
        ],
      },
      reply(sequence, sequence),
    ];
  };
  for (let at = 0; at < 5; at += 1) receive();
  t.equal(storage.writes.length, 1);
  storage.finish();
  t.equal(storage.writes.length, 2);
  t.same(transport.sent.length, 1);
  t.same(
    storage.writes[1],
    [
      { type: 'append', firstIndex: 2, entries: [{ term: 1, type: 'command', command: '2' }] },
      { type: 'append', firstIndex: 3, entries: [{ term: 1, type: 'command', command: '3' }] },
      { type: 'append', firstIndex: 4, entries: [{ term: 1, type: 'command', command: '4' }] },
      { type: 'setHardState', hardState: { currentTerm: 5, votedFor: null } },
      { type: 'append', firstIndex: 5, entries: [{ term: 1, type: 'command', command: '5' }] },
    ],
    'in order, and of several hard states the last',
  );
  storage.finish();
  t.match(core.of('persisted'), [{ sequence: 1 }, { sequence: 5 }]);
  t.equal(transport.sent.length, 5);
});

t.test('a failed write stops the peer: nothing waits, nothing leaves, nothing is tried again', async (t) => {
  const { clock, core, storage, transport, failures, receive } = stage();
  core.answers.message = () => [persist(1), reply(1, 1), { type: 'setDeadline', atMs: 50 }];
  receive();
  receive();
  storage.finish(new Error('ENOSPC: no space left on device'));
  t.match(failures, [{ code: 'STORE_WRITE_FAILED', message: /no space left on device/ }]);
  clock.advance(1000);
  receive();
  t.same(transport.sent, []);
  t.equal(storage.writes.length, 1);
  t.equal(core.of('deadline').length, 0);
  t.equal(core.of('message').length, 2, 'the core hears nothing more');
});

t.test('a store that throws instead of calling back stops the peer too', async (t) => {
  const storage = new VirtualStorage();
  storage.write = () => {
    throw new Error('no');
  };
  const { core, failures, receive } = stage({ storage });
  core.answers.message = () => [persist(1)];
  receive();
  t.match(failures, [{ code: 'STORE_WRITE_FAILED' }]);
});

t.test('a failed assertion stops the peer and is reported', async (t) => {
  const { clock, core, transport, failures, receive } = stage();
  core.answers.start = () => [];
  core.answers.message = () => {
    throw new InvariantViolation('the commit index went back from 3 to 2');
  };
  receive();
  receive();
  t.match(failures, [{ code: 'INVARIANT_VIOLATED', message: /commit index went back.*Please report it/ }]);
  t.equal(failures.length, 1);
  t.equal(core.of('message').length, 1, 'it never goes on');
  clock.advance(1000);
  t.same(transport.sent, []);
});

t.test('a newer deadline takes the place of the older one', async (t) => {
  const { clock, core, receive } = stage();
  core.answers.message = () => [{ type: 'setDeadline', atMs: 100 }];
  receive();
  core.answers.message = () => [{ type: 'setDeadline', atMs: 200 }];
  receive();
  clock.advanceTo(199);
  t.equal(core.of('deadline').length, 0);
  clock.advanceTo(200);
  t.match(core.of('deadline'), [{ nowMs: 200 }]);
  clock.advanceTo(1000);
  t.equal(core.of('deadline').length, 1);
  core.answers.message = () => [{ type: 'setDeadline', atMs: Number.POSITIVE_INFINITY }];
  receive();
  t.equal(clock.nextAtMs(), undefined, 'never is no timer');
});

t.test('a heartbeat that arrived by the time of the deadline is heard first', async (t) => {
  const { clock, core, transport } = stage();
  core.answers.start = () => [];
  core.answers.message = () => [{ type: 'setDeadline', atMs: 300 }];
  clock.setTimer(100, () => undefined);
  core.inputs.length = 0;
  transport.deliver(p2, 1, VOTE_REQUEST);
  core.answers.message = () => [{ type: 'setDeadline', atMs: 600 }];
  clock.setArrival(300, () => transport.deliver(p2, 2, VOTE_REQUEST));
  clock.advanceTo(599);
  t.same(
    core.inputs.map(({ type }) => type),
    ['message', 'message'],
    'and has moved the deadline',
  );
});

t.test('too much waits for the store: messages are dropped both ways, counted, and the peer goes on', async (t) => {
  const { clock, core, storage, transport, driver, receive } = stage();
  let sequence = 0;
  const tenReplies = (): Effect[] => Array.from({ length: 10 }, (_, at) => reply(at, sequence));
  core.answers.message = () => {
    sequence += 1;
    return [persist(sequence), ...tenReplies()];
  };
  for (let at = 0; at < 2000; at += 1) receive();
  t.ok(sequence < 1100, `${sequence} messages were taken`);
  t.equal(driver.counters().ignoredBusy, 2000 - sequence);
  // Timers go on, and have to say something as well.
  core.answers.message = () => [];
  core.answers.deadline = () => [...tenReplies(), { type: 'setDeadline', atMs: clock.nowMs() + 10 }];
  storage.finish();
  core.answers.message = () => {
    sequence += 1;
    return [persist(sequence), ...tenReplies(), { type: 'setDeadline', atMs: clock.nowMs() + 10 }];
  };
  receive();
  const before = transport.sent.length;
  clock.advance(10_000);
  t.ok(driver.counters().droppedHeld > 0);
  storage.finish();
  storage.finish();
  t.equal(transport.sent.length - before, 4096);
  core.answers.message = () => [reply(1, sequence)];
  receive();
  t.equal(transport.sent.length - before, 4097);
});

t.test('D40: what is committed is told once, in order, however much waits for the store', async (t) => {
  const { core, storage, driver, events, receive } = stage();
  let index = 0;
  core.answers.message = () => {
    index += 1;
    const entries = [{ term: 1, type: 'command' as const, command: String(index) }];
    const replies = Array.from({ length: 30 }, (_, at) => reply(at, 1));
    return [...(index === 1 ? [persist(1)] : []), ...replies, { type: 'apply', firstIndex: index, entries }];
  };
  for (let at = 0; at < 5000; at += 1) receive();
  t.ok(driver.counters().ignoredBusy > 0);
  storage.finish();
  t.same(
    events.flatMap((event) => (event.type === 'committed' ? [event.firstIndex] : [])),
    Array.from({ length: index }, (_, at) => at + 1),
  );
});

t.test('events of roles, terms and leaders are told when they are durable', async (t) => {
  const { core, storage, events, receive } = stage();
  core.answers.message = () => [
    persist(1),
    { type: 'report', event: { type: 'termChanged', from: 0, to: 1 } },
    { type: 'report', event: { type: 'roleChanged', from: 'follower', to: 'candidate', reason: 'electionTimeout' } },
    { type: 'report', event: { type: 'timerReset', reason: 'startedElection', timeoutMs: 300 } },
  ];
  core.current = { ...STATUS, term: 1, role: 'candidate' };
  receive();
  t.same(events, []);
  storage.finish();
  t.match(events, [
    { type: 'termChanged', from: 0, to: 1 },
    { type: 'roleChanged', to: 'candidate', term: 1 },
  ]);
  core.answers.message = () => [{ type: 'report', event: { type: 'leaderChanged', leader: p2 } }];
  receive();
  t.match(events.at(-1), { type: 'leaderChanged', leader: 'p2', term: 1 }, 'at once, when nothing is being written');
});

t.test('H58: a listener that stops the peer in the middle of a step ends it there', async (t) => {
  const context: { driver?: Driver } = {};
  const clock = new VirtualClock();
  const core = new ScriptedCore();
  const storage = new VirtualStorage();
  const transport = new MemoryNetwork(clock).transport(p1);
  const driver = new Driver(
    { cluster: CLUSTER, id: p1, raft: core, storage, transport, clock },
    { onEvent: () => context.driver?.stop(), onConnected: () => undefined, onFailed: () => undefined },
  );
  context.driver = driver;
  driver.start();
  clock.advance(1);
  core.answers.message = () => [
    { type: 'report', event: { type: 'leaderChanged', leader: p2 } },
    reply(1, 0),
    persist(1),
    { type: 'setDeadline', atMs: 50 },
  ];
  transport.deliver(p2, 1, VOTE_REQUEST);
  t.same(transport.sent, []);
  t.same(storage.writes, []);
  t.equal(clock.nextAtMs(), undefined);
});

t.test('a real store under the driver: what was acknowledged is there after a crash', async (t) => {
  const { storage, stored } = await openMemoryStorage(OWNER);
  const faulty = new FaultyStorage(storage);
  t.equal(stored.hardState.currentTerm, 0);
  const { core, transport, receive } = stage({ storage: faulty });
  core.answers.message = () => [persist(1, 7), reply(1, 1)];
  faulty.holding = true;
  receive();
  t.equal(faulty.held.length, 1);
  t.same(transport.sent, []);
  faulty.held[0]?.release();
  await new Promise((resolve) => setImmediate(resolve));
  t.equal(transport.sent.length, 1);
  await faulty.close();
});
