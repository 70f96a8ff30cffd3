import { ELECTION_PRESETS, type ElectionPreset, type ReplicationOptions } from '../peer/raft/options.ts';
import { type Random, seededRandom } from '../shared/random.ts';
import { drawRate } from './clockRates.ts';
import type { ClockRate } from './SimulatedProcess.ts';
import type { SimulationOptions } from './Simulation.ts';
import type { WorkloadOptions } from './Workload.ts';
import type { WorkOptions } from './WorkingMachine.ts';

const PRESETS: readonly ElectionPreset[] = ['default', 'relaxed', 'fast', 'lab', 'labRelaxed'];
/** Of the worlds, for each bound; and for priorities. */
const SHARE_SMALL = 0.25;
const PEERS = [3, 5, 3, 5, 4, 7, 2, 1] as const;

/** The world of one seed: how many peers, of what habits, on what machines, with what clients. */
export function drawWorld(seed: string | number): SimulationOptions {
  const random = seededRandom(seed, 'world');
  const preset = pick(PRESETS, random);
  const founders = pick(PEERS, random);
  const spares = founders >= 3 && random() < 0.5 ? 1 + Math.floor(random() * 2) : 0;
  const election = ELECTION_PRESETS[preset];
  const peers = founders + spares;
  return {
    seed,
    peers,
    election,
    machine: true,
    spares,
    statuses: random() < 0.25,
    replication: { ...drawReplication(election.checkQuorum, random), ...drawBounds(seed) },
    ...drawPriorities(seed, founders + spares),
    clients: drawClients(random),
    ...(random() < 0.5 ? {} : { clockRates: drawClockRates(peers, random) }),
    ...drawHardware(seed),
  };
}

/** Small, so that what is rare elsewhere is common: snapshots in the midst of everything, messages that hold few entries. */
function drawReplication(checkQuorum: boolean, random: Random): Partial<ReplicationOptions> {
  return {
    snapshotEntries: 4 + Math.floor(random() ** 2 * 60),
    snapshotShareMin: random() < 0.5 ? 0 : 0.25,
    trailingEntries: Math.floor(random() * 10),
    entriesPerMessageMax: random() < 0.5 ? 1_024 : 1 + Math.floor(random() * 4),
    messagesInFlightMax: random() < 0.5 ? 32 : 1 + Math.floor(random() * 3),
    leaseReads: checkQuorum && random() < 0.4,
  };
}

/** In a share of worlds so small that they are met, each by itself, from a stream of their own. */
function drawBounds(seed: string | number): Partial<ReplicationOptions> {
  const random = seededRandom(seed, 'bounds');
  const sometimes = (min: number, max: number): number | undefined => {
    const [isSmall, value] = [random() < SHARE_SMALL, min + Math.floor(random() ** 2 * (max - min))];
    return isSmall ? value : undefined;
  };
  const bounds = {
    uncommittedBytesMax: sometimes(1, 1000),
    readsWaitingMax: sometimes(1, 4),
    bytesPerMessageMax: sometimes(1, 1000),
    snapshotBytes: sometimes(200, 4000),
  };
  return Object.fromEntries(Object.entries(bounds).filter(([, bound]) => bound !== undefined));
}

/** None is 0: of a group in which only such a peer has what is committed nobody could be elected. */
function drawPriorities(seed: string | number, peers: number): Pick<SimulationOptions, 'priorities'> {
  const random = seededRandom(seed, 'priorities');
  if (random() >= SHARE_SMALL) return {};
  const ids = Array.from({ length: peers }, (_, at) => `p${at + 1}`);
  return { priorities: Object.fromEntries(ids.map((id) => [id, 1 + Math.floor(random() * 3)])) };
}

function drawClients(random: Random): WorkloadOptions {
  return {
    clients: 1 + Math.floor(random() * 4),
    threads: 1 + Math.floor(random() * 3),
    keys: 1 + Math.floor(random() * 4),
    thinkMs: 50 + random() * 500,
    timeoutMs: random() < 0.3 ? 500 : 3000,
    ...(random() < 0.3 ? { sessionTimeToLiveMs: 1000 + Math.floor(random() * 4000) } : {}),
  };
}

function drawClockRates(peers: number, random: Random): Record<string, ClockRate> {
  return Object.fromEntries(
    Array.from({ length: peers }, (_, at) => [
      `p${at + 1}`,
      { rate: drawRate(random), wallOffsetMs: Math.round((2 * random() - 1) * 3000) },
    ]),
  );
}

/** From a stream of its own, so that the rest of a world stays the same when there is more to draw here. */
function drawHardware(seed: string | number): Partial<SimulationOptions> {
  const random = seededRandom(seed, 'hardware');
  // The snapshots of a few keys come to a few pieces.
  const snapshotPieceBytes = 64 + Math.floor(random() * 449);
  const work = random() < 0.4 ? {} : { work: drawWork(random) };
  return { snapshotPieceBytes, ...work, carriage: random() < 0.15 ? 'text' : 'frozen' };
}

/** Now and then more than a peer does in one go (8 ms), so that others have their turn in the midst of it. */
function drawWork(random: Random): WorkOptions {
  return {
    applyMsMax: pick([0.2, 3, 15], random),
    queryMsMax: pick([0.2, 3, 15], random),
    recordMsMax: pick([0.2, 3, 15], random),
  };
}

function pick<Item>(items: readonly [Item, ...Item[]] | readonly Item[], random: Random): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('there is nothing to pick from');
  return item;
}
