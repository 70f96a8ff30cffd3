import t from 'tap';
import { operate } from '../../sim/operate.ts';
import { Simulation } from '../../sim/Simulation.ts';
import { electionOf } from '../support/simulate.ts';

async function settled(): Promise<Simulation> {
  const simulation = new Simulation({
    ...{ seed: 11, peers: 4, spares: 1, machine: true, election: electionOf('fast') },
    clients: { clients: 1, threads: 1, keys: 1, thinkMs: 50, timeoutMs: 2000 },
  });
  simulation.start();
  await simulation.run(3000);
  simulation.workload?.end();
  return simulation;
}

t.test(
  'a cluster without faults does what an operator asks: a transfer, a voter that goes and comes back',
  async (t) => {
    const simulation = await settled();
    const before = simulation.leader()?.id;
    const terms = simulation.invariants.termsLed;
    await operate(simulation, new Set());
    t.ok(simulation.invariants.termsLed > terms, `somebody else than ${before ?? 'nobody'} came to lead`);
    t.strictSame(
      [...(simulation.leader()?.status().voters ?? [])].sort(),
      ['p1', 'p2', 'p3', 'p4'],
      'the spare came in',
    );
  },
);

t.test('one that cannot do it fails', async (t) => {
  const simulation = await settled();
  const leader = simulation.leader();
  for (const peer of simulation.peers.values()) if (peer !== leader) simulation.crash(peer);
  await t.rejects(operate(simulation, new Set()), /what an operator asks is not done/);
});
