import type { PeerId } from '../shared/ids.ts';
import { judgeByLog } from './judgeByLog.ts';
import { judgeReads } from './judgeReads.ts';
import { drawWorld } from './drawWorld.ts';
import { Adversary } from './faults/Adversary.ts';
import { FAULTS_MS } from './faultsMs.ts';
import { operate } from './operate.ts';
import { drawFaults, FAULT_KINDS, FAULTS_OF_MEMBERS, type FaultKind, type PlannedFault } from './faults/FaultPlan.ts';
import type { SimulatedPeer } from './SimulatedPeer.ts';
import { SimulationFailure } from './SimulationFailure.ts';
import { Simulation, type SimulationListeners } from './Simulation.ts';
import type { OperationCounts } from './Workload.ts';

export interface SeedOptions {
  readonly seed: string | number;
  /** How long faults strike, in virtual milliseconds. */
  readonly faultsMs: number;
  /** Only these faults of the plan, by their numbers; all by default. */
  readonly faults?: readonly number[];
  /** Only so many of the clients; all by default. */
  readonly clients?: number;
}

export interface SeedListeners extends SimulationListeners {
  /** Called before anything happens. */
  readonly onBegin?: (simulation: Simulation) => void;
}

export interface SeedReport {
  /** Virtual. */
  readonly elapsedMs: number;
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly operations: OperationCounts;
  readonly committed: number;
  readonly termsLed: number;
}

/** How long a cluster may take to find a leader when all faults are over. */
const LEADER_WITHIN_MS = 10_000;
/** And then to answer whatever clients wait for. */
const ANSWERS_WITHIN_MS = 15_000;
const CAUGHT_UP_WITHIN_MS = 10_000;
const WRITES_MAX = 4;
/** The failure of a wait, as against a rule that was broken meanwhile. */
const WAITED = 'waited ';

/**
 * One seed, from its beginning to its verdict: faults of all kinds against a cluster whose clients write and read, with the rules
 * held after every event; then no faults any more, and the cluster must find a leader, answer everybody and come to one state; last,
 * what the clients were told must be linearizable.
 *
 * @throws {SimulationFailure} saying what went wrong when
 */
export async function runSeed(options: SeedOptions, listeners: SeedListeners = {}): Promise<SeedReport> {
  const { faultsMs } = options;
  const simulation = new Simulation(worldOf(options), listeners);
  const adversary = new Adversary(simulation, planOf(options));
  listeners.onBegin?.(simulation);
  simulation.start();
  adversary.start();
  await simulation.run(faultsMs);
  adversary.end();
  await comeToPeace(simulation, adversary);
  checkHistory(simulation);
  return {
    elapsedMs: simulation.nowMs,
    faults: adversary.counts,
    operations: simulation.workload?.counts ?? { answered: 0, unknown: 0, failed: 0 },
    committed: simulation.invariants.committed.length,
    termsLed: simulation.invariants.termsLed,
  };
}

function worldOf({ seed, clients }: SeedOptions) {
  const world = drawWorld(seed);
  if (clients === undefined || world.clients === undefined) return world;
  return { ...world, clients: { ...world.clients, clients: Math.min(clients, world.clients.clients) } };
}

/** The faults that will strike. */
export function planOf({ seed, faultsMs, faults }: SeedOptions): readonly PlannedFault[] {
  // By the plain rules, members that were removed stand again and again, and disturb the others for ever (section 6).
  const { checkQuorum } = drawWorld(seed).election;
  const kinds = FAULT_KINDS.filter((kind) => checkQuorum || !FAULTS_OF_MEMBERS.includes(kind));
  // The plan of a shorter run is the beginning of a longer one's.
  const plan = drawFaults(seed, Math.max(faultsMs, FAULTS_MS), kinds).filter(({ atMs }) => atMs < faultsMs);
  return faults === undefined ? plan : plan.filter(({ number }) => faults.includes(number));
}

/** Nothing goes wrong any more: there is a leader, it stays, everybody is answered, all peers hold the same, and operators get what they ask for. */
async function comeToPeace(simulation: Simulation, { lost }: Adversary): Promise<void> {
  const { workload } = simulation;
  const left = (ids: readonly PeerId[] = []): readonly PeerId[] => ids.filter((id) => !lost.has(id));
  const voters = (): readonly PeerId[] => left(simulation.leader()?.status().voters);
  const members = (): readonly PeerId[] => [...voters(), ...left(simulation.leader()?.status().learners)];
  const isAtOne = (): boolean => voters().length > 0 && simulation.agreedLeader(voters()) !== undefined;
  await simulation.runUntil(isAtOne, LEADER_WITHIN_MS, 'one leader that all voters follow');
  workload?.end();
  await simulation.runUntil(() => workload?.isAtRest !== false, ANSWERS_WITHIN_MS, 'an end of what clients asked for');
  await writeUntilAtOne(simulation, members);
  await operate(simulation, lost);
  await writeUntilAtOne(simulation, members);
}

/** Without a no-op, a leader that was elected meanwhile commits what is there only behind a write of its own term (section 8). */
async function writeUntilAtOne(simulation: Simulation, members: () => readonly PeerId[]): Promise<void> {
  for (let writesLeft = simulation.options.election.noOpOnElection ? 1 : WRITES_MAX; writesLeft > 0; writesLeft -= 1) {
    await probe(simulation);
    if (await comeToOne(simulation, members, writesLeft === 1)) return;
  }
}

/** All members hold the same, learners too. @returns whether they do; throws instead if it `mustBe` */
async function comeToOne(simulation: Simulation, members: () => readonly PeerId[], mustBe: boolean): Promise<boolean> {
  const holdTheSame = (): boolean =>
    haveAll(simulation, members()) && statesDiffer(simulation, members()) === undefined;
  try {
    await simulation.runUntil(holdTheSame, CAUGHT_UP_WITHIN_MS, 'all members hold the same, and all that is committed');
    return true;
  } catch (error) {
    const isLate = error instanceof SimulationFailure && error.what?.startsWith(WAITED) === true;
    if (isLate && !mustBe) return false;
    const difference = statesDiffer(simulation, members());
    throw difference === undefined ? error : simulation.failure(difference, error);
  }
}

/** A new write is answered, and reads are, or the cluster does not make progress. */
async function probe(simulation: Simulation): Promise<void> {
  const client = simulation.workload?.clients[0];
  if (client === undefined) return;
  let isDone = false;
  let error: unknown;
  simulation.clock.settles();
  client
    .write()
    .then(() => client.readAll())
    .then(
      () => (isDone = true),
      (reason: unknown) => {
        isDone = true;
        error = reason;
      },
    );
  await simulation.runUntil(() => isDone, ANSWERS_WITHIN_MS, 'an answer to one more write');
  if (error !== undefined)
    throw simulation.failure(
      `a write without any fault fails: ${error instanceof Error ? error.message : 'for no reason'}`,
      error,
    );
}

function haveAll(simulation: Simulation, voters: readonly PeerId[]): boolean {
  const { length } = simulation.invariants.committed;
  return voters.every((id) => {
    const peer = simulation.peer(id);
    return peer.isUp && peer.appliedThrough >= length && peer.isAtRest;
  });
}

/** Sessions too: who lacks one would execute again what others answer. A machine that is loading a snapshot is behind for a moment. @returns how two of them differ */
function statesDiffer(simulation: Simulation, voters: readonly PeerId[]): string | undefined {
  const [first, ...others] = voters.map((id): [SimulatedPeer, string | undefined] => {
    const peer = simulation.peer(id);
    return [peer, peer.replicatedState()];
  });
  const other = others.find(([, state]) => first !== undefined && state !== first[1]);
  if (first === undefined || other === undefined) return undefined;
  return `${other[0].id} holds ${other[1]}, and ${first[0].id} holds ${first[1]}`;
}

function checkHistory(simulation: Simulation): void {
  const { history = [], staleReads = [] } = simulation.workload ?? {};
  const { committed, executions } = simulation.invariants;
  const wrong = judgeReads(staleReads, committed);
  if (wrong !== undefined) throw simulation.failure(`a stale read shows what never was: ${wrong}`);
  try {
    judgeByLog(history, committed, (index) => executions.tookEffect(index));
  } catch (error) {
    if (!(error instanceof SimulationFailure)) throw error;
    throw simulation.failure(`what clients were told is not linearizable: ${error.message}`);
  }
}
