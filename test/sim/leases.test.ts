import t from 'tap';
import { Simulation } from '../../sim/Simulation.ts';
import { electionOf, range } from '../support/simulate.ts';

/** Elects somebody while a leader, whose clock goes at this rate, is cut off and holds the lease that it had last. @returns how it ended */
async function elects(seed: number, rate: number): Promise<string> {
  const simulation = new Simulation({ seed, peers: 3, election: electionOf('default') });
  simulation.start();
  try {
    await simulation.runUntil(() => simulation.agreedLeader() !== undefined, 5000, 'a leader');
    const first = simulation.agreedLeader();
    if (first === undefined) return 'nobody leads';
    first.setClockRate(rate);
    await simulation.run(1000);
    simulation.network.isolate(first.id, simulation.ids);
    await simulation.runUntil(
      () => simulation.leader() !== first && simulation.leader() !== undefined,
      5000,
      'another',
    );
    return 'elected';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

t.test(
  'nobody is elected while another one holds a lease, which takes a clock that is slower than allowed',
  async (t) => {
    const ends = (rate: number): Promise<string[]> => Promise.all(range(60).map((seed) => elects(seed, rate)));
    const right = await ends(0.91);
    t.same(new Set(right), new Set(['elected']), 'within what leases allow');
    const wrong = await ends(0.5);
    const seen = wrong.filter((end) => /p. is elected while p. holds a lease for another [\d.]+ ms/.test(end));
    t.ok(seen.length > 30, `seen in ${seen.length} of ${wrong.length}`);
  },
);
