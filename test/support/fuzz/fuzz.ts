import type { PeerId } from '../../../shared/ids.ts';
import { type FuzzCounts, FuzzWorld } from './FuzzWorld.ts';

/** Faults until here, then none. */
const CALM_MS = 14_000;
const HORIZON_MS = 20_000;
/** From here on the cluster must commit again. */
const SETTLED_MS = CALM_MS + 2000;
/** Clients are quiet from here, so that everybody can catch up. */
const QUIET_MS = 18_000;
const CLIENTS = 3;

export interface FuzzResult extends FuzzCounts {
  readonly commits: number;
  readonly elections: number;
}

/**
 * Clients, faults and changes of members at random, from one seed; the properties of Raft are held after every step, and without
 * faults the cluster must go on.
 *
 * @param prepare something more that is to happen
 * @throws {Error} whose message names the seed and the time
 */
export function fuzz(seed: number, prepare?: (world: FuzzWorld) => void): FuzzResult {
  const world = new FuzzWorld(seed);
  try {
    prepare?.(world);
    for (const peer of world.peers.values()) peer.start();
    for (let client = 0; client < CLIENTS; client += 1) actAsClient(world);
    world.at(500, () => disturb(world));
    world.run(SETTLED_MS);
    const { length } = world.checks.committed;
    world.run(HORIZON_MS);
    if (world.checks.committed.length <= length)
      throw new Error(`nothing is committed without faults: ${accountOf(world)}`);
    // Without PreVote and CheckQuorum a peer that was removed while it was away may depose leaders for ever (thesis, 4.2.3).
    if (world.options.raft.checkQuorum) checkConverged(world);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const options = JSON.stringify(world.options);
    throw new Error(`seed ${seed} at ${world.nowMs.toFixed(1)} ms: ${reason}; options ${options}`, { cause });
  }
  return { ...world.counts, commits: world.checks.committed.length, elections: world.checks.elections };
}

let nextRequestId = 1;

function actAsClient(world: FuzzWorld): void {
  if (world.nowMs > QUIET_MS) return;
  const { random, ids } = world;
  const peer = pick(world, [...world.peers.values()]);
  const kind = random();
  const requestId = nextRequestId++;
  if (kind < 0.8) {
    const count = 1 + Math.floor(random() * 4);
    const proposals = Array.from({ length: count }, () => ({
      requestId: nextRequestId++,
      command: `c${nextRequestId}`,
    }));
    peer.step({ type: 'propose', proposals });
  } else if (kind < 0.95) {
    world.readAsked(requestId);
    peer.step({ type: 'read', requestId });
  } else if (kind < 0.97) {
    const members = ids.filter(() => random() < 0.7);
    const learners = members.filter(() => random() < 0.3);
    const voters = members.filter((member) => !learners.includes(member));
    if (world.nowMs < CALM_MS && members.length >= 3)
      peer.step({ type: 'changeMembership', requestId, voters, learners });
  } else if (kind < 0.99) {
    peer.step({ type: 'transfer', requestId, to: pick(world, ids) });
  } else {
    peer.step({ type: 'stepDown' });
  }
  world.later(20, () => actAsClient(world));
}

function disturb(world: FuzzWorld): void {
  const { random, ids } = world;
  if (world.nowMs > CALM_MS) {
    world.cuts = new Set();
    world.isCalm = true;
    for (const peer of world.peers.values()) if (!peer.isUp) peer.start();
    return;
  }
  const kind = random();
  if (kind < 0.3) world.cuts = new Set();
  else if (kind < 0.6) world.cuts = partition(ids, new Set(ids.filter(() => random() < 0.5)));
  else if (kind < 0.7) world.cuts.add(`${pick(world, ids)}>${pick(world, ids)}`);
  else crash(world);
  world.later(700, () => disturb(world));
}

function crash(world: FuzzWorld): void {
  const peer = pick(world, [...world.peers.values()]);
  if (!peer.isUp) return;
  peer.crash();
  world.later(1500, () => {
    if (!peer.isUp) peer.start();
  });
}

function partition(ids: readonly PeerId[], side: ReadonlySet<PeerId>): Set<string> {
  const apart = ids.flatMap((from) => ids.filter((to) => side.has(from) !== side.has(to)).map((to) => `${from}>${to}`));
  return new Set(apart);
}

/** Every member that the leader still feeds has all that was committed when the clients went quiet. */
function checkConverged(world: FuzzWorld): void {
  const leader = [...world.peers.values()].find(({ status }) => status.role === 'leader' && status.canCommit);
  if (leader === undefined) throw new Error(`nobody leads without faults: ${accountOf(world)}`);
  for (const id of [...leader.status.voters, ...leader.status.learners]) {
    const applied = world.peers.get(id)?.applied;
    if (applied !== world.checks.committed.length) {
      throw new Error(`${id} applied ${applied} of ${world.checks.committed.length}: ${accountOf(world)}`);
    }
  }
}

function accountOf(world: FuzzWorld): string {
  const accounts = [...world.peers.values()].map(({ id, isUp, status }) => {
    const { role, term, leader, lastLogIndex, commitIndex, voters, votersOutgoing, learners, progress } = status;
    return { id, isUp, role, term, leader, lastLogIndex, commitIndex, voters, votersOutgoing, learners, progress };
  });
  return JSON.stringify(accounts);
}

function pick<Item>(world: FuzzWorld, items: readonly Item[]): Item {
  const item = items[Math.floor(world.random() * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}
