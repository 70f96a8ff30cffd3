import { createHash } from 'node:crypto';
import t from 'tap';
import { ELECTION_PRESETS } from '../../peer/raft/options.ts';
import type { Entry } from '../../shared/messages/Entry.ts';
import { peerId } from '../../shared/ids.ts';
import { seededRandom } from '../../shared/random.ts';
import { SimulatedDisk } from '../../sim/Disk.ts';
import { Adversary } from '../../sim/faults/Adversary.ts';
import { BARE_KINDS, drawFaults } from '../../sim/faults/FaultPlan.ts';
import { Invariants } from '../../sim/invariants.ts';
import { type Fate, type NetworkOptions, RELIABLE_NETWORK, SimulatedNetwork } from '../../sim/Network.ts';
import { randomPast } from '../../sim/randomLogs.ts';
import { Simulation, type SimulationOptions } from '../../sim/Simulation.ts';
import { SimulationFailure } from '../../sim/SimulationFailure.ts';
import { StoredImage } from '../../sim/StoredImage.ts';
import { VirtualClock } from '../../sim/VirtualClock.ts';
import { entriesOf, requestVote } from '../support/raftMessages.ts';
import { range } from '../support/simulate.ts';
import { storedState } from '../../sim/randomLogs.ts';

const [p1, p2, p3] = [peerId('p1'), peerId('p2'), peerId('p3')];

/** Everything that happens in a run with faults, as one hash, and how much it was. */
async function hashOfRun(seed: number): Promise<{ hash: string; lines: number }> {
  const hash = createHash('sha256');
  let lines = 0;
  const simulation = new Simulation(
    { seed, peers: 5, election: ELECTION_PRESETS.default, logs: 'random' },
    {
      record: (line) => {
        hash.update(line + '\n');
        lines += 1;
      },
    },
  );
  const adversary = new Adversary(simulation, drawFaults(seed, 10_000, BARE_KINDS));
  simulation.start();
  adversary.start();
  await simulation.run(10_000);
  adversary.end();
  await simulation.run(1000);
  return { hash: hash.digest('hex'), lines };
}

t.test('two runs of one seed are the same to the last event; other seeds are others', async (t) => {
  const hashes = new Set<string>();
  for (const seed of range(10)) {
    const first = await hashOfRun(seed);
    t.same(first, await hashOfRun(seed));
    t.ok(first.lines > 500, `${first.lines} events`);
    hashes.add(first.hash);
  }
  t.equal(hashes.size, 10);
});

t.test('a run that fails says what happened when, and what replays it', async (t) => {
  const options: SimulationOptions = { seed: 'abc', peers: 3, election: ELECTION_PRESETS.lab, logs: { p1: [1, 2] } };
  const simulation = new Simulation(options);
  simulation.start();
  simulation.clock.setTimer(1234.5, () => {
    throw new SimulationFailure('on purpose');
  });
  const failure = await failureOf(() => simulation.run(5000));
  t.match(failure.message, /^seed abc, at 1234\.500 ms: on purpose\nreplay with \{/);
  t.same(JSON.parse(failure.replay ?? ''), options);
  t.match((await failureOf(() => new Simulation(options).runUntil(() => false, 10, 'rain'))).message, /in vain: rain/);
  t.match((await failureOf(() => new Simulation(options).peer('p9'))).message, /there is no peer p9/);
});

async function failureOf(act: () => unknown): Promise<SimulationFailure> {
  try {
    await act();
  } catch (error) {
    if (error instanceof SimulationFailure) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

interface Travelled {
  readonly arrivals: { readonly atMs: number; readonly id: number }[];
  readonly fates: Map<Fate, number>;
}

function sendMany(
  count: number,
  options: Partial<NetworkOptions>,
  before?: (network: SimulatedNetwork) => void,
): Travelled {
  const clock = new VirtualClock();
  const fates = new Map<Fate, number>();
  const network = new SimulatedNetwork(clock, seededRandom('network'), (_, __, ___, ____, fate) => {
    fates.set(fate, (fates.get(fate) ?? 0) + 1);
  });
  network.options = { ...RELIABLE_NETWORK, ...options };
  const arrivals: { atMs: number; id: number }[] = [];
  network.attach(p2, (_, id) => arrivals.push({ atMs: clock.nowMs(), id }));
  before?.(network);
  for (const id of range(count)) network.send(p1, p2, id, requestVote(1));
  clock.advance(100_000);
  return { arrivals, fates };
}

t.test('the network: delay, loss, duplication and reordering as asked for', async (t) => {
  const reliable = sendMany(1000, { delayMsMin: 3, delayMsMax: 7 });
  t.equal(reliable.arrivals.length, 1000);
  t.ok(reliable.arrivals.every(({ atMs }) => atMs >= 3 && atMs < 7));
  const lossy = sendMany(10_000, { lossRate: 0.1 });
  t.ok(Math.abs(lossy.arrivals.length - 9000) < 150, `${lossy.arrivals.length} of 10,000 arrive`);
  t.equal((lossy.fates.get('lost') ?? 0) + lossy.arrivals.length, 10_000);
  const doubled = sendMany(10_000, { duplicateRate: 0.2 });
  t.ok(Math.abs(doubled.arrivals.length - 12_000) < 200, `${doubled.arrivals.length} arrive`);
  t.equal(new Set(doubled.arrivals.map(({ id }) => id)).size, 10_000);
  const held = sendMany(10_000, { reorderRate: 0.3, reorderMsMax: 1000 });
  const late = held.arrivals.filter(({ atMs }) => atMs > 5).length;
  t.ok(Math.abs(late - 3000) < 200, `${late} are held back`);
  t.ok(held.arrivals.every(({ atMs }) => atMs < 1005));
});

t.test('the network: cuts are one way, looked at when a message is sent, and mended', async (t) => {
  t.equal(sendMany(10, {}, (network) => network.cut(p1, p2)).arrivals.length, 0);
  t.equal(sendMany(10, {}, (network) => network.cut(p2, p1)).arrivals.length, 10);
  t.equal(sendMany(10, {}, (network) => network.isolate(p2, [p1, p2, p3])).fates.get('cut'), 10);
  t.equal(sendMany(10, {}, (network) => network.partition([[p1], [p2, p3]])).arrivals.length, 0);
  t.equal(sendMany(10, {}, (network) => network.partition([[p1, p2], [p3]])).arrivals.length, 10);
  t.equal(sendMany(10, {}, (network) => network.detach(p2)).fates.get('nobody'), 10);
  const mended = sendMany(10, {}, (network) => {
    network.cut(p1, p2);
    network.mend(p1, p2);
  });
  t.equal(mended.arrivals.length, 10);
  const underWay = sendMany(0, {}, (network) => {
    network.send(p1, p2, 7, requestVote(1));
    network.cut(p1, p2);
  });
  t.same(
    underWay.arrivals.map(({ id }) => id),
    [7],
  );
});

t.test('the disk: durable when it is done; a crash before that loses the write or not, and tells nobody', async (t) => {
  const survived = new Set<boolean>();
  for (const seed of range(50)) {
    const clock = new VirtualClock();
    const disk = new SimulatedDisk(clock, seededRandom(seed), storedState([p1]));
    const done: number[] = [];
    disk.write(
      [
        { type: 'setHardState', hardState: { currentTerm: 1, votedFor: p1 } },
        { type: 'append', firstIndex: 1, entries: entriesOf(1, 1) },
      ],
      () => done.push(1),
    );
    t.equal(disk.hardState.currentTerm, 0, 'not yet');
    clock.advance(10);
    t.same(done, [1]);
    t.equal(disk.hardState.currentTerm, 1);
    disk.write(
      [
        { type: 'setHardState', hardState: { currentTerm: 2, votedFor: null } },
        { type: 'truncate', fromIndex: 2 },
      ],
      () => done.push(2),
    );
    disk.crash();
    clock.advance(10);
    t.same(done, [1]);
    const { hardState, entries } = disk.stored;
    t.equal(hardState.currentTerm === 2, entries.length === 1, 'all of it or nothing');
    survived.add(hardState.currentTerm === 2);
  }
  t.equal(survived.size, 2, 'both happen');
});

t.test('a stopped peer takes in what arrived before its timer goes on', async (t) => {
  const simulation = new Simulation({ seed: 5, peers: 3, election: ELECTION_PRESETS.default });
  simulation.start();
  await simulation.runUntil(() => simulation.agreedLeader() !== undefined, 5000, 'a leader');
  const leader = simulation.agreedLeader();
  const follower = [...simulation.peers.values()].find((peer) => peer !== leader);
  if (leader === undefined || follower === undefined) throw new Error('no leader');
  const { term } = leader;
  for (let stops = 0; stops < 20; stops += 1) {
    simulation.pause(follower);
    await simulation.run(700 + stops * 13);
    simulation.resume(follower);
    await simulation.run(300);
  }
  t.equal(simulation.agreedLeader(), leader);
  t.equal(leader.term, term, 'its late timer found unread heartbeats, and started nothing');
});

t.test('a made-up past is one that could have been', async (t) => {
  let conflicts = 0;
  let committed = 0;
  for (const seed of range(500)) {
    const voters = range([3, 4, 5, 7][seed % 4] ?? 3).map((at) => peerId(`p${at + 1}`));
    const past = randomPast(voters, seededRandom(seed, 'past'));
    const invariants = new Invariants();
    const logs = [...past.stored.values()];
    for (const [id, { entries, hardState }] of past.stored) {
      invariants.appended(id, 1, entries, image(entries));
      if ((entries.at(-1)?.term ?? 0) > hardState.currentTerm) t.fail('an entry past the own term');
    }
    for (const [at, { entry }] of past.committed.entries()) {
      const holders = logs.filter(({ entries }) => entries[at]?.term === entry.term).length;
      if (holders <= voters.length / 2) t.fail(`seed ${seed}: a committed entry is on ${holders} of ${voters.length}`);
    }
    committed += past.committed.length;
    const [first] = logs;
    if (logs.some(({ entries }) => entries.some(({ term }, at) => (first?.entries[at]?.term ?? term) !== term)))
      conflicts += 1;
  }
  t.ok(conflicts > 50, `${conflicts} of 500 with conflicting logs`);
  t.ok(committed > 500, `${committed} committed entries`);
});

function image(entries: readonly Entry[]): StoredImage {
  return new StoredImage(storedState([], { currentTerm: 0, votedFor: null }, entries));
}
