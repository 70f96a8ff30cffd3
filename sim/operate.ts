import type { PeerId } from '../shared/ids.ts';
import { seededRandom } from '../shared/random.ts';
import { shuffled } from './randomLogs.ts';
import type { Simulation } from './Simulation.ts';

/** How long an operator who goes on asking may have to wait, and for a single answer. */
const DONE_WITHIN_MS = 20_000;
const ANSWER_WITHIN_MS = 5000;
const RETRY_MS = 500;

/** Something that an operator asks for. */
interface Wish {
  readonly what: string;
  readonly ask: () => Promise<unknown>;
}

type Cluster = NonNullable<NonNullable<Simulation['workload']>['clients'][number]['cluster']>;

/**
 * What an operator asks of a cluster without faults has to be done: leadership goes to another voter, a voter leaves (with another
 * in its place, if there is one), and comes back.
 *
 * @param lost peers that will never be there again
 * @throws {SimulationFailure} when it is not
 */
export async function operate(simulation: Simulation, lost: ReadonlySet<PeerId>): Promise<void> {
  const cluster = simulation.workload?.clients[0]?.cluster;
  if (cluster === undefined) return;
  const order = shuffled(simulation.ids, seededRandom(simulation.options.seed, 'operator'));
  const here = order.filter((id) => !lost.has(id));
  await insist(simulation, () => transfer(simulation, cluster, here));
  // By the plain rules, members that were removed stand again and again, and disturb the others for ever (section 6).
  if (!simulation.options.election.checkQuorum) return;
  let gone: PeerId | undefined;
  await insist(simulation, () => {
    const change = exchange(simulation, here);
    gone = change?.removed[0];
    return change && membersWish(cluster, change);
  });
  const [back] = gone === undefined ? [] : [gone];
  if (back !== undefined) await insist(simulation, () => membersWish(cluster, { voters: [back] }));
}

function transfer(simulation: Simulation, cluster: Cluster, here: readonly PeerId[]): Wish | undefined {
  const leader = simulation.leader();
  const heir = here.find((id) => id !== leader?.id && leader?.status().voters.includes(id) === true);
  if (heir === undefined) return undefined;
  return {
    what: `leadership to ${heir}`,
    ask: () => cluster.transferLeadership(heir, { timeoutMs: ANSWER_WITHIN_MS }),
  };
}

function membersWish(cluster: Cluster, change: { voters?: PeerId[]; removed?: PeerId[] }): Wish {
  return {
    what: `members: ${JSON.stringify(change)}`,
    ask: () => cluster.changeMembers(change, { timeoutMs: ANSWER_WITHIN_MS }),
  };
}

/** @returns undefined where those who stay would not be a majority without the one that goes: too many may be lost */
function exchange(
  simulation: Simulation,
  here: readonly PeerId[],
): { removed: [PeerId]; voters?: PeerId[] } | undefined {
  const { voters = [], learners = [] } = simulation.leader()?.status() ?? {};
  const one = here.find((id) => voters.includes(id));
  if (one === undefined) return undefined;
  const spare = here.find((id) => !voters.includes(id) && !learners.includes(id));
  const after = [...voters.filter((id) => id !== one), ...(spare === undefined ? [] : [spare])];
  if (2 * after.filter((id) => here.includes(id)).length <= after.length) return undefined;
  return { removed: [one], ...(spare === undefined ? {} : { voters: [spare] }) };
}

/**
 * Asks again while it is refused: what was asked before the faults ended may still be under way.
 * @param wish undefined when there is nothing to ask for, or nobody leads
 */
async function insist(simulation: Simulation, wish: () => Wish | undefined): Promise<void> {
  const untilMs = simulation.nowMs + DONE_WITHIN_MS;
  for (;;) {
    const asked = wish();
    if (asked === undefined && simulation.leader() !== undefined) return;
    simulation.note(`an operator: ${asked?.what ?? 'waits for a leader'}`);
    const refusal = asked === undefined ? 'nobody leads' : await answerTo(simulation, asked);
    if (refusal === undefined) return;
    simulation.note(`an operator is told: ${refusal}`);
    if (simulation.nowMs >= untilMs) throw simulation.failure(`what an operator asks is not done: ${refusal}`);
    await simulation.run(RETRY_MS);
  }
}

/** @returns why it was refused, if it was */
async function answerTo(simulation: Simulation, { what, ask }: Wish): Promise<string | undefined> {
  let isDone = false;
  let refusal: string | undefined;
  simulation.clock.settles();
  ask().then(
    () => (isDone = true),
    (error: unknown) => {
      refusal = error instanceof Error ? error.message : 'for no reason';
      isDone = true;
    },
  );
  await simulation.runUntil(() => isDone, DONE_WITHIN_MS, `an answer to an operator: ${what}`);
  return refusal;
}
