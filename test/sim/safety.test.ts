import t from 'tap';
import { Adversary } from '../../sim/faults/Adversary.ts';
import { BARE_KINDS, drawFaults, type FaultKind } from '../../sim/faults/FaultPlan.ts';
import { Simulation, type SimulationOptions } from '../../sim/Simulation.ts';
import { validateBody } from '../../shared/validate.ts';
import { BOTH_FAMILIES, distribution, electionOf, range, runSeeds, type Scenario } from '../support/simulate.ts';
import { testSeed } from '../support/testSeed.ts';

const FAULTS_MS = 8000;
/** Until the last message that was held back has arrived. */
const AFTERMATH_MS = 2500;

interface Totals {
  readonly faults: Map<FaultKind, number>;
  readonly settledMs: number[];
  termsLed: number;
  votesTold: number;
  removals: number;
}

function noTotals(): Totals {
  return { faults: new Map(), settledMs: [], termsLed: 0, votesTold: 0, removals: 0 };
}

/** What a seed means here: size, rules and past vary with it. */
function optionsOf(seed: number | string): SimulationOptions {
  const number = typeof seed === 'number' ? seed : Number.parseInt(seed.slice(seed.lastIndexOf('/') + 1), 10);
  return {
    seed,
    peers: [3, 5, 4, 7, 5, 2, 1][number % 7] ?? 3,
    election: electionOf(BOTH_FAMILIES[number % BOTH_FAMILIES.length] ?? 'default'),
    logs: 'random',
    statuses: number % 2 === 0,
    ...(number % 3 === 0 ? { replication: { entriesPerMessageMax: 2 } } : {}),
  };
}

/** Faults of all kinds, held against the rules after each event; then none, and the cluster must find its way. */
function faultsThenPeace(totals: Totals, checkWire = false): Scenario {
  return async (seed, listeners) => {
    const options = optionsOf(seed);
    const simulation = new Simulation(options, {
      ...listeners,
      onEvent: (_, __, { type }) => {
        if (type === 'entriesTruncated') totals.removals += 1;
      },
      onSend: (_, from, { message }) => {
        if (!checkWire) return;
        const validated = validateBody(message.type, JSON.parse(JSON.stringify(message.body)) as unknown);
        if (!validated.ok)
          throw new Error(`${from} sends a ${message.type} that nobody may read: ${validated.message}`);
      },
    });
    const adversary = new Adversary(simulation, drawFaults(seed, FAULTS_MS, BARE_KINDS));
    simulation.start();
    adversary.start();
    await simulation.run(FAULTS_MS);
    adversary.end();
    totals.settledMs.push(
      await simulation.runUntil(() => simulation.agreedLeader() !== undefined, 10_000, 'one leader'),
    );
    await simulation.run(AFTERMATH_MS);
    await simulation.runUntil(() => simulation.agreedLeader() !== undefined, 5000, 'one leader, for good');
    await simulation.run(500);
    checkPeace(simulation);
    for (const [kind, count] of adversary.counts) totals.faults.set(kind, (totals.faults.get(kind) ?? 0) + count);
    totals.termsLed += simulation.invariants.termsLed;
    totals.votesTold += simulation.invariants.votesTold;
  };
}

/** Without faults the leader stays, and every log begins with all of its log. */
function checkPeace(simulation: Simulation): void {
  const leader = simulation.agreedLeader();
  if (leader === undefined) throw simulation.failure('the leader is gone, without any fault');
  for (const peer of simulation.peers.values()) {
    for (const [at, entry] of leader.log.entries()) {
      if (JSON.stringify(peer.log[at]) !== JSON.stringify(entry)) {
        throw simulation.failure(`${peer.id} lacks entry ${at + 1} of its leader`);
      }
    }
    const { role, term, leader: followed } = peer.status();
    if (role !== peer.role || term !== peer.term || followed !== peer.leader) {
      throw simulation.failure(`${peer.id} reports another state than it has`);
    }
  }
}

function tell(t: { comment(text: string): void }, totals: Totals): void {
  const faults = BARE_KINDS.map((kind) => `${kind} ${totals.faults.get(kind) ?? 0}`).join(', ');
  t.comment(`faults: ${faults}`);
  t.comment(`terms led ${totals.termsLed}, votes told ${totals.votesTold}, logs cut back ${totals.removals}`);
  t.comment(`one leader after the faults [ms]: ${distribution(totals.settledMs)}`);
}

t.test('E43, A6, A8: faults of all kinds break no rule, and when they end the cluster finds a leader', async (t) => {
  const totals = noTotals();
  await runSeeds(t, range(550), faultsThenPeace(totals));
  tell(t, totals);
  for (const kind of BARE_KINDS) t.ok((totals.faults.get(kind) ?? 0) > 200, `${kind} struck often`);
  t.ok(totals.termsLed > 1200, 'there were elections');
  t.ok(totals.removals > 100, 'and conflicting logs');
});

t.test('the same with seeds that nobody has tried before', async (t) => {
  const base = testSeed(t);
  const totals = noTotals();
  await runSeeds(
    t,
    range(150).map((number) => `${base}/${number}`),
    faultsThenPeace(totals),
  );
  tell(t, totals);
});

t.test('the same, each message held against its schema', async (t) => {
  await runSeeds(
    t,
    range(60).map((number) => `wire/${number}`),
    faultsThenPeace(noTotals(), true),
  );
});

t.test(
  'A10, A6: where messages take longer than the timeouts, elections overlap and no term has two leaders',
  async (t) => {
    let termsLed = 0;
    await runSeeds(t, range(200), async (seed, listeners) => {
      const preset = BOTH_FAMILIES[Number(seed) % BOTH_FAMILIES.length] ?? 'lab';
      const network = { delayMsMin: 0, delayMsMax: 700, duplicateRate: 0.2, lossRate: 0.05 };
      const simulation = new Simulation({ seed, peers: 3, election: electionOf(preset), network }, listeners);
      simulation.start();
      await simulation.run(20_000);
      termsLed += simulation.invariants.termsLed;
    });
    t.comment(`terms led ${termsLed}`);
    t.ok(termsLed > 500);
  },
);

t.test('E43: on disks that are slower than the timeouts, terms rise no faster than the disks write', async (t) => {
  const disk = { writeMsMin: 900, writeMsMax: 1000 };
  for (const preset of ['lab', 'default'] as const) {
    await runSeeds(t, range(10), async (seed, listeners) => {
      const simulation = new Simulation({ seed, peers: 3, election: electionOf(preset), disk }, listeners);
      simulation.start();
      await simulation.run(60_000);
      const terms = [...simulation.peers.values()].map(({ term }) => term);
      if (Math.max(...terms) > 60_000 / disk.writeMsMin) throw simulation.failure(`terms ${terms.join()}`);
    });
  }
});
