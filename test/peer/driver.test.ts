import t from 'tap';
import { Driver, type DriverEvent, type DriverOptions } from '../../peer/Driver.ts';
import type { Effect, StorageStep } from '../../peer/raft/effect.ts';
import type { Input } from '../../peer/raft/input.ts';
import { InvariantViolation } from '../../peer/raft/invariant.ts';
import { ELECTION_DEFAULTS } from '../../peer/raft/options.ts';
import { Raft } from '../../peer/raft/Raft.ts';
import type { RaftStatus } from '../../peer/raft/status.ts';
import { openMemoryStorage } from '../../peer/storage/openMemoryStorage.ts';
import { clusterId, peerId, type PeerId } from '../../shared/ids.ts';
import { seededRandom } from '../../shared/random.ts';
import type { RaftMessage } from '../../shared/protocol.ts';
import { lineTrace, type TraceRecord } from '../../shared/trace.ts';
import { VirtualClock } from '../../sim/VirtualClock.ts';
import { OWNER } from '../contract/storage.contract.ts';
import { FaultyStorage } from '../support/FaultyStorage.ts';
import { MemoryNetwork, type MemoryTransport } from '../support/MemoryNetwork.ts';
import { VirtualStorage } from '../support/VirtualStorage.ts';

const CLUSTER = clusterId('demo');
const [p1, p2, p3] = [peerId('p1'), peerId('p2'), peerId('p3')];

const STATUS: RaftStatus = {
  ...{ role: 'follower', term: 0, votedFor: null, leader: null, lastLogIndex: 0, lastLogTerm: 0, commitIndex: 0 },
  ...{ lastApplied: 0, voters: OWNER.voters, canCommit: false },
  ...ELECTION_DEFAULTS,
};

/** A core that does what the test says: every input is written down, and answered with the effects prepared for its type. */
class ScriptedCore {
  readonly inputs: Input[] = [];
  answers: Partial<Record<Input['type'], (input: Input) => Effect[]>> = {};
  current: RaftStatus = STATUS;

  step(input: Input): Effect[] {
    this.inputs.push(input);
    return this.answers[input.type]?.(input) ?? [];
  }

  status(): RaftStatus {
    return this.current;
  }

  of(type: Input['type']): Input[] {
    return this.inputs.filter((input) => input.type === type);
  }
}

interface Stage {
  readonly clock: VirtualClock;
  readonly core: ScriptedCore;
  readonly storage: VirtualStorage;
  readonly transport: MemoryTransport;
  readonly driver: Driver;
  readonly events: DriverEvent[];
  readonly failures: Error[];
  readonly receive: (message?: RaftMessage) => void;
}

const VOTE_REQUEST: RaftMessage = { type: 'RequestVote', body: { term: 1, lastLogIndex: 0, lastLogTerm: 0 } };

function reply(id: number, after: number): Effect {
  const body = { term: 1, requestTerm: 1, inReplyTo: 1, voteGranted: true };
  return { type: 'send', id, to: p2, message: { type: 'RequestVoteReply', body }, after };
}

function persist(sequence: number, currentTerm = sequence): Effect {
  const steps: StorageStep[] = [{ type: 'setHardState', hardState: { currentTerm, votedFor: p2 } }];
  return { type: 'persist', sequence, steps };
}

/** A driver on a scripted core, in virtual time, whose writes wait until the test lets them happen. */
function stage(options: Partial<DriverOptions> = {}): Stage {
  const clock = new VirtualClock();
  const core = new ScriptedCore();
  const storage = new VirtualStorage();
  const transport = new MemoryNetwork(clock).transport(p1);
  const events: DriverEvent[] = [];
  const failures: Error[] = [];
  const driver = new Driver(
    { cluster: CLUSTER, id: p1, raft: core, storage, transport, clock, ...options },
    {
      onEvent: (event) => events.push(event),
      onConnected: () => undefined,
      onFailed: (error) => failures.push(error),
    },
  );
  driver.start();
  clock.advance(1);
  const receive = (message = VOTE_REQUEST): void => transport.deliver(p2, 1, message);
  return { clock, core, storage, transport, driver, events, failures, receive };
}

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
    const entry = { term: 1, command: sequence };
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
      { type: 'append', firstIndex: 2, entries: [{ term: 1, command: 2 }] },
      { type: 'append', firstIndex: 3, entries: [{ term: 1, command: 3 }] },
      { type: 'append', firstIndex: 4, entries: [{ term: 1, command: 4 }] },
      { type: 'setHardState', hardState: { currentTerm: 5, votedFor: null } },
      { type: 'append', firstIndex: 5, entries: [{ term: 1, command: 5 }] },
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
  const { core, storage, transport, driver, receive } = stage();
  let sequence = 0;
  core.answers.message = () => {
    sequence += 1;
    return [persist(sequence), ...Array.from({ length: 10 }, (_, at) => reply(sequence * 10 + at, sequence))];
  };
  for (let at = 0; at < 2000; at += 1) receive();
  t.ok(sequence < 1100, `${sequence} messages were taken`);
  t.equal(driver.counters().ignoredBusy, 2000 - sequence);
  t.equal(driver.counters().droppedHeld, sequence * 10 - 4096);
  storage.finish();
  storage.finish();
  t.equal(transport.sent.length, 4096);
  core.answers.message = () => [reply(1, sequence)];
  receive();
  t.equal(transport.sent.length, 4097);
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

t.test('status: told on connecting, at once when a fact changes, never before it is durable', async (t) => {
  const { clock, core, storage, transport, receive } = stage();
  t.match(transport.statuses, [{ status: { term: 0, role: 'follower', storage: 'memory' } }]);
  clock.advance(1000);
  core.answers.message = () => [persist(1), { type: 'report', event: { type: 'termChanged', from: 0, to: 1 } }];
  core.current = { ...STATUS, term: 1 };
  receive();
  clock.advance(5000);
  t.equal(transport.statuses.length, 1, 'the term is not durable yet');
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

interface Member {
  readonly id: PeerId;
  readonly transport: MemoryTransport;
  readonly driver: Driver;
  readonly records: TraceRecord[];
}

/** A cluster of real cores in virtual time. Disks take 1 ms. */
function cluster(seed: number): { clock: VirtualClock; members: Member[] } {
  const clock = new VirtualClock();
  const network = new MemoryNetwork(clock);
  const members = OWNER.voters.map((id) => {
    const random = seededRandom(seed, id);
    const raft = new Raft(
      { ...ELECTION_DEFAULTS, id, voters: OWNER.voters, random },
      { hardState: { currentTerm: 0, votedFor: null }, entries: [] },
    );
    const records: TraceRecord[] = [];
    const trace = lineTrace(['election', 'vote', 'timer', 'frame', 'storage'], (line) => {
      records.push(JSON.parse(line) as TraceRecord);
    });
    const transport = network.transport(id);
    const storage = new VirtualStorage(clock, 1);
    const driver = new Driver(
      { cluster: CLUSTER, id, raft, storage, transport, clock, trace },
      { onEvent: () => undefined, onConnected: () => undefined, onFailed: (error) => t.fail(error) },
    );
    driver.start();
    return { id, transport, driver, records };
  });
  return { clock, members };
}

t.test(
  'A15: an idle cluster of 3 keeps its leader, at 60 frames a second or fewer each way, statuses included',
  async (t) => {
    const { clock, members } = cluster(1);
    clock.advance(5000);
    const leader = members.find(({ driver }) => driver.status().role === 'leader');
    const term = leader?.driver.status().term;
    const count = (): number =>
      members.reduce((sum, { transport }) => sum + transport.sent.length + transport.statuses.length, 0);
    const before = count();
    clock.advance(60_000);
    t.equal(leader?.driver.status().role, 'leader');
    t.equal(leader?.driver.status().term, term);
    const perSecond = (count() - before) / 60;
    t.comment(`${perSecond} frames a second to the relay`);
    t.ok(perSecond <= 60 && perSecond > 35);
  },
);

t.test('the same seed gives the same run, to the last trace record', async (t) => {
  const run = (seed: number): string => {
    const { clock, members } = cluster(seed);
    clock.advance(10_000);
    members[0]?.transport.setConnected(false);
    clock.advance(3000);
    members[0]?.transport.setConnected(true);
    clock.advance(3000);
    return JSON.stringify(members.map(({ records, transport }) => [records, transport.statuses]));
  };
  t.equal(run(5), run(5));
  t.not(run(5), run(6));
});

t.test('E43: over 100 seeds with slow disks, no vote or term leaves before its write is done', async (t) => {
  for (let seed = 0; seed < 100; seed += 1) {
    const random = seededRandom(seed, 'disks');
    const clock = new VirtualClock();
    const network = new MemoryNetwork(clock);
    const checks: string[] = [];
    for (const id of OWNER.voters) {
      const raft = new Raft(
        { ...ELECTION_DEFAULTS, id, voters: OWNER.voters, random: seededRandom(seed, id), preVote: seed % 2 === 0 },
        { hardState: { currentTerm: 0, votedFor: null }, entries: [] },
      );
      const storage = new VirtualStorage(clock, () => 1 + random() * 400);
      const transport = network.transport(id);
      const send = transport.send.bind(transport);
      const sendStatus = transport.sendStatus.bind(transport);
      transport.send = (to, frameId, message) => {
        const { term } = message.body;
        const shown = message.type === 'PreVote' ? term - 1 : term;
        if (shown > storage.durable.currentTerm)
          checks.push(`seed ${seed}: ${id} sent ${message.type} of term ${term}`);
        if (message.type === 'RequestVoteReply' && message.body.voteGranted) {
          const { currentTerm, votedFor } = storage.durable;
          if (currentTerm === term && votedFor !== to)
            checks.push(`seed ${seed}: ${id} voted for ${to}, wrote ${votedFor}`);
        }
        return send(to, frameId, message);
      };
      transport.sendStatus = (status) => {
        if (status.term > storage.durable.currentTerm) checks.push(`seed ${seed}: ${id} told term ${status.term}`);
        return sendStatus(status);
      };
      new Driver(
        { cluster: CLUSTER, id, raft, storage, transport, clock },
        { onEvent: () => undefined, onConnected: () => undefined, onFailed: (error) => checks.push(error.message) },
      ).start();
    }
    clock.advance(5000);
    if (checks.length > 0) t.same(checks, [], `seed ${seed}`);
  }
  t.pass('100 seeds');
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
