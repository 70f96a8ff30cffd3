import t from 'tap';
import { ELECTION_PRESETS } from '../../peer/raft/options.ts';
import type { FaultsChange } from '../../server/faults/Faults.ts';
import { encodeFrame } from '../../shared/envelope.ts';
import type { Rule } from '../../shared/http/Rule.ts';
import { peerId, type PeerId } from '../../shared/ids.ts';
import { seededRandom } from '../../shared/random.ts';
import { type Fate, RELIABLE_NETWORK, SimulatedNetwork } from '../../sim/Network.ts';
import { Simulation } from '../../sim/Simulation.ts';
import { VirtualClock } from '../../sim/VirtualClock.ts';
import { requestVote } from '../support/raftMessages.ts';

const [p1, p2, p3] = [peerId('p1'), peerId('p2'), peerId('p3')] as const;
const EVERYBODY = { from: '*', to: '*' } as const;

const rules = (of: Readonly<Record<string, unknown>>): FaultsChange => ({
  rules: new Map(Object.entries(of)) as ReadonlyMap<string, Rule>,
});

class Stage {
  readonly clock = new VirtualClock();
  readonly fates: Fate[] = [];
  readonly arrivals: { readonly to: PeerId; readonly id: number; readonly atMs: number }[] = [];
  readonly network = new SimulatedNetwork(this.clock, seededRandom('stage'), (_, __, ___, ____, fate) => {
    this.fates.push(fate);
  });
  #sent = 0;

  constructor() {
    this.network.options = { ...RELIABLE_NETWORK, delayMsMin: 1, delayMsMax: 1 };
    for (const to of [p1, p2, p3]) {
      this.network.attach(to, (_, id) => this.arrivals.push({ to, id, atMs: this.clock.nowMs() }));
    }
  }

  send(count = 1, from: PeerId = p1, to: PeerId = p2): void {
    for (let one = 0; one < count; one += 1) this.network.send(from, to, (this.#sent += 1), requestVote(1));
  }

  get ids(): number[] {
    return this.arrivals.map(({ id }) => id);
  }
}

t.test('rules are put in force over the weather, and taken back', async (t) => {
  const stage = new Stage();
  stage.network.change(rules({ slow: { ...EVERYBODY, delay: '50ms' }, first: { ...EVERYBODY, drop: 1, first: 2 } }));
  stage.send(3);
  stage.clock.advance(100);
  t.same(stage.fates, ['lost', 'lost', 'delivered']);
  t.same(stage.arrivals, [{ to: p2, id: 3, atMs: 51 }]);
  stage.network.change(rules({}));
  stage.send();
  stage.clock.advance(100);
  t.equal(stage.arrivals.at(-1)?.atMs, 101, 'the weather is still there');
});

t.test('what is held goes on, in order, when the rule is gone: by hand, or by its time', async (t) => {
  for (const [how, ttlMs] of [
    ['by hand', undefined],
    ['by its time', 40],
  ] as const) {
    const stage = new Stage();
    const hold = { ...EVERYBODY, to: ['p2'], hold: true, ...(ttlMs === undefined ? {} : { ttlMs }) };
    stage.network.change(rules({ hold }));
    stage.send(3);
    stage.send(1, p1, p3);
    stage.clock.advance(39);
    t.same(stage.ids, [4], 'only the one to p3 arrives');
    stage.network.change({ partition: null });
    t.same(stage.ids, [4], 'another change lets nothing go');
    if (ttlMs === undefined) stage.network.change(rules({}));
    stage.clock.advance(1);
    t.same(stage.ids, [4, 1, 2, 3], how);
    t.same(
      stage.network.faults.rules.filter(({ ofProfile }) => !ofProfile),
      [],
    );
  }
});

t.test('what is damaged is never read', async (t) => {
  const stage = new Stage();
  stage.network.change(rules({ bad: { ...EVERYBODY, corrupt: 1, every: 2 } }));
  stage.send(4);
  stage.clock.advance(10);
  t.same(stage.fates, ['delivered', 'damaged', 'delivered', 'damaged']);
  t.same(stage.ids, [1, 3]);
});

t.test('bandwidth counts the bytes that a frame would have', async (t) => {
  const stage = new Stage();
  stage.network.change({
    profile: { name: 'reliable' },
    ...rules({ narrow: { ...EVERYBODY, rate: { bytesPerSecond: 1000 } } }),
  });
  stage.send();
  stage.clock.advance(1000);
  const message = requestVote(1);
  t.equal(stage.arrivals[0]?.atMs, encodeFrame({ ...message, from: p1, to: p2, id: 1 }).length);
});

t.test('roles in rules are those of the simulated peers', async (t) => {
  const simulation = new Simulation({ seed: 1, peers: 3, election: ELECTION_PRESETS.default });
  simulation.start();
  await simulation.runUntil(() => simulation.agreedLeader() !== undefined, 5000, 'a leader');
  const leader = simulation.agreedLeader();
  simulation.network.change(rules({ mute: { from: 'leader', to: '*', drop: 1 } }));
  const successor = () => simulation.leaders().find(({ id }) => id !== leader?.id);
  await simulation.runUntil(() => successor() !== undefined, 10_000, 'another leader');
  t.ok((successor()?.term ?? 0) > (leader?.term ?? 0), 'nobody heard the old one');
});

t.test('cuts go on from a partition with absences, and mending heals all', async (t) => {
  const stage = new Stage();
  const { network, clock } = stage;
  network.change({ partition: { groups: [], absences: [{ id: p3, fromMs: 10, untilMs: 30 }] } });
  clock.advance(20);
  network.cut(p1, p2);
  t.same([network.isCut(p1, p2), network.isCut(p2, p1), network.isCut(p1, p3)], [true, false, true]);
  clock.advance(10);
  t.same([network.isCut(p1, p2), network.isCut(p1, p3)], [true, false], 'p3 comes back when it was to');
  network.cut(p2, p1);
  network.mend(p1, p2);
  t.same([network.isCut(p1, p2), network.isCut(p2, p1)], [false, true]);
  network.mendAll();
  t.notOk(network.isCut(p2, p1));
  network.partition([[p1], [p2, p3]]);
  t.same([network.isCut(p1, p2), network.isCut(p2, p3)], [true, false]);
  network.change({ partition: null });
  t.notOk(network.isCut(p1, p2));
});

t.test('a change that makes no sense is refused, and changes nothing', async (t) => {
  const stage = new Stage();
  const { epoch } = stage.network.faults;
  t.throws(() => stage.network.change(rules({ bad: { ...EVERYBODY } })), { code: 'RULE_INVALID' });
  t.equal(stage.network.faults.epoch, epoch);
});

t.test('the profile of the lab in virtual time: a leader is found', async (t) => {
  for (const seed of [1, 2, 3]) {
    const simulation = new Simulation({ seed, peers: 5, election: ELECTION_PRESETS.labRelaxed });
    simulation.network.change({ profile: { name: 'labrpc-long-reordering' } });
    simulation.start();
    await simulation.runUntil(() => simulation.agreedLeader() !== undefined, 20_000, 'a leader');
    t.ok(simulation.leader());
  }
});
