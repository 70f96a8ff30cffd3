import t from 'tap';
import { ELECTION_PRESETS } from '../../peer/raft/options.ts';
import { Adversary } from '../../sim/faults/Adversary.ts';
import type { FaultKind, PlannedFault } from '../../sim/faults/FaultPlan.ts';
import { RecordDisk } from '../../sim/RecordDisk.ts';
import { Simulation } from '../../sim/Simulation.ts';

const CLIENTS = { clients: 1, threads: 1, keys: 2, thinkMs: 20, timeoutMs: 2000 };

/** What is counted when these faults strike a cluster of three, at these times. */
async function counted(
  faults: readonly (readonly [atMs: number, kind: FaultKind])[],
  { peers = 3, forMs = 4000, prepare = (_: Simulation): void => undefined } = {},
): Promise<Record<string, number>> {
  const options = { seed: 'counts', peers, election: ELECTION_PRESETS.default, machine: true, clients: CLIENTS };
  const simulation = new Simulation(options);
  const planned = faults.map(([atMs, kind], at): PlannedFault => ({ number: at + 1, atMs, kind }));
  const adversary = new Adversary(simulation, planned);
  simulation.start();
  prepare(simulation);
  adversary.start();
  await simulation.run(forMs);
  return Object.fromEntries(adversary.counts);
}

t.test('a fault that finds nothing to do is not counted', async (t) => {
  t.same(await counted([[1, 'isolateLeader']]), {}, 'nobody leads yet');
  t.same(await counted([[1, 'crashLeader']]), {}, 'nobody leads yet');
  t.same(await counted([[1, 'changeMembers']]), {}, 'there is no leader to ask');
  t.same(await counted([[2000, 'heal']]), {}, 'nothing is cut');
  t.same(await counted([[2000, 'isolateLeader']], { peers: 1 }), {}, 'there is nobody to cut it off from');
  t.same(await counted([[2000, 'shape']], { peers: 2 }), {}, 'shapes are for three and more');
  t.same(await counted([[2000, 'lostTail']], { peers: 2 }), {}, 'a majority has to remain');
  t.same(await counted([[2000, 'crashAtWrite']], { forMs: 2000 }), {}, 'nobody wrote since');
  const allDown = (simulation: Simulation): void => simulation.peers.forEach((peer) => simulation.crash(peer));
  t.same(await counted([[10, 'crash'], [20, 'pause']], { prepare: allDown }), {}, 'all are down'); // prettier-ignore
});

t.test('what was done is counted, once', async (t) => {
  const quiet = (simulation: Simulation): void => {
    for (const { disk } of simulation.peers.values()) disk.options = { writeMsMin: 0.1, writeMsMax: 0.2 };
  };
  t.same(await counted([[2000, 'isolateLeader'], [2500, 'heal'], [2600, 'heal']]), { isolateLeader: 1, heal: 1 }); // prettier-ignore
  t.same(await counted([[2000, 'lostTail'], [3500, 'lostTail']], { prepare: quiet }), { lostTail: 1 }); // prettier-ignore
  t.same(await counted([[2000, 'relayRestart'], [2000, 'relayRestart']]), { relayRestart: 1 }); // prettier-ignore
  t.match(await counted([[1000, 'transfer'], [2000, 'transfer'], [3000, 'transfer']]), { transfer: Number }); // prettier-ignore
});

t.test('a full disk counts when it refuses a write, and not before', async (t) => {
  const disks: RecordDisk[] = [];
  const prepare = (simulation: Simulation): void => {
    for (const { disk } of simulation.peers.values()) if (disk instanceof RecordDisk) disks.push(disk);
  };
  t.same(await counted([[2000, 'fullDisk']], { prepare, forMs: 2000 }), {}, 'nobody wrote since');
  t.equal(disks.filter(({ isFull }) => isFull !== 'not').length, 1);
  const often = [1500, 2000, 2500, 3000].map((atMs): [number, FaultKind] => [atMs, 'fullDisk']);
  const { fullDisk = 0 } = await counted(often, { forMs: 6000 });
  t.ok(fullDisk >= 1 && fullDisk <= often.length, `${fullDisk} refused`);
});
