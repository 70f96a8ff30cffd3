import t from 'tap';
import type { ElectionPreset } from '../../peer/raft/options.ts';
import type { RaftMessage } from '../../shared/protocol.ts';
import type { NetworkOptions } from '../../sim/Network.ts';
import { Simulation } from '../../sim/Simulation.ts';
import type { SimulatedPeer } from '../../sim/SimulatedPeer.ts';
import { BOTH_FAMILIES, distribution, electionOf, range, runSeeds, settle } from '../support/simulate.ts';

/** labrpc's unreliable network: a tenth of the requests and of the replies lost, and up to 27 ms on the way. */
const UNRELIABLE: Partial<NetworkOptions> = { delayMsMin: 0, delayMsMax: 27, lossRate: 0.1 };

/** In no window of a second does a leader send more than ten heartbeats to a peer. */
class HeartbeatRate {
  readonly #sent = new Map<string, number[]>();
  count = 0;

  note(atMs: number, from: string, to: string): void {
    const link = `${from} ${to}`;
    const times = this.#sent.get(link) ?? [];
    this.#sent.set(link, times);
    times.push(atMs);
    this.count += 1;
    const eleventhBefore = times[times.length - 11];
    if (eleventhBefore !== undefined && atMs - eleventhBefore < 1000 - 1e-6) {
      throw new Error(`11 heartbeats from ${link} within ${atMs - eleventhBefore} ms`);
    }
  }
}

function isHeartbeat(message: RaftMessage): boolean {
  return message.type === 'AppendEntries' && message.body.entries.length === 0;
}

const LOSSES = ['crash', 'isolate', 'pause'] as const;

function lose(simulation: Simulation, leader: SimulatedPeer, how: (typeof LOSSES)[number]): void {
  if (how === 'crash') simulation.crash(leader);
  else if (how === 'pause') simulation.pause(leader);
  else simulation.network.isolate(leader.id, simulation.ids);
}

for (const preset of BOTH_FAMILIES) {
  t.test(`A14: ${preset}: at most 10 heartbeats a second, a new leader within 5 s of losing the old`, async (t) => {
    const first: number[] = [];
    const next: number[] = [];
    const idleFrames: number[] = [];
    const seeds = preset === 'default' || preset === 'lab' ? 1000 : 250;
    await runSeeds(t, range(seeds), async (seed, listeners) => {
      const number = Number(seed);
      const heartbeats = new HeartbeatRate();
      const simulation = new Simulation(
        {
          seed,
          peers: [3, 5, 7][number % 3] ?? 3,
          election: electionOf(preset),
          network: number % 2 === 0 ? {} : UNRELIABLE,
        },
        {
          ...listeners,
          onSend: (atMs, from, { to, message }) => {
            if (isHeartbeat(message)) heartbeats.note(atMs, from, to);
          },
        },
      );
      simulation.start();
      await settle(simulation);
      first.push(simulation.nowMs);
      await simulation.run(500 + number);
      const leader = await settle(simulation);
      const others = simulation.ids.filter((id) => id !== leader.id);
      lose(simulation, leader, LOSSES[Math.floor(number / 3) % LOSSES.length] ?? 'crash');
      next.push(
        await simulation.runUntil(
          () => simulation.agreedLeader(others) !== undefined && simulation.agreedLeader(others) !== leader,
          5000,
          'a new leader that all the others follow',
        ),
      );
      idleFrames.push(heartbeats.count);
    });
    t.equal(next.length, seeds);
    t.comment(`${preset}: first leader after [ms]: ${distribution(first)}`);
    t.comment(`${preset}: next leader after [ms]: ${distribution(next)}`);
    t.ok(idleFrames.every((count) => count > 0));
  });

  t.test(`A15: ${preset}: without faults one leader and one term for 60 s and more`, async (t) => {
    for (const peers of [3, 5, 7]) {
      await runSeeds(t, range(6), async (seed, listeners) => {
        let disturbances = 0;
        const simulation = new Simulation(
          { seed, peers, election: electionOf(preset), network: { delayMsMin: 0, delayMsMax: 27 } },
          {
            ...listeners,
            onEvent: (_, __, { type }) => {
              if (type === 'roleChanged' || type === 'termChanged' || type === 'leaderChanged') disturbances += 1;
            },
          },
        );
        simulation.start();
        const leader = await settle(simulation);
        const { term } = leader;
        disturbances = 0;
        await simulation.run(61_000);
        if (disturbances > 0) throw simulation.failure(`${disturbances} changes of role, term or leader`);
        if (simulation.agreedLeader() !== leader || leader.term !== term) throw simulation.failure('another leader');
      });
    }
  });
}

t.test('A15: labRelaxed with a tenth of all messages lost: hardly an election in a minute', async (t) => {
  // Four heartbeats in a row would have to be lost; with 250 to 400 ms two are enough, and so elections are frequent.
  const elections = async (preset: ElectionPreset): Promise<number> => {
    let termsLed = 0;
    await runSeeds(t, range(20), async (seed, listeners) => {
      const simulation = new Simulation(
        { seed, peers: 5, election: electionOf(preset), network: UNRELIABLE },
        listeners,
      );
      simulation.start();
      await simulation.run(60_000);
      termsLed += simulation.invariants.termsLed;
    });
    return termsLed / 20;
  };
  const relaxed = await elections('labRelaxed');
  const quick = await elections('lab');
  t.comment(`terms led in a minute: labRelaxed ${relaxed}, lab ${quick}`);
  t.ok(relaxed < 3);
  t.ok(quick > 2 * relaxed);
});
