import t, { type Test } from 'tap';
import { configurationOf } from '../../peer/raft/configuration.ts';
import { seededRandom } from '../../shared/random.ts';
import { CrashCluster, ids } from '../support/CrashCluster.ts';

interface Change {
  readonly voters: readonly string[];
  readonly learners?: readonly string[];
  /** Peers that wait to be added. */
  readonly waiting?: readonly string[];
  readonly toVoters: readonly string[];
  readonly toLearners?: readonly string[];
}

/** p1 leads when it begins. */
const CHANGES: Readonly<Record<string, Change>> = {
  'from three to five': {
    voters: ['p1', 'p2', 'p3'],
    learners: ['p4', 'p5'],
    toVoters: ['p1', 'p2', 'p3', 'p4', 'p5'],
  },
  'from five to three': { voters: ['p1', 'p2', 'p3', 'p4', 'p5'], toVoters: ['p1', 'p2', 'p3'] },
  'from five to three, without the leader': { voters: ['p1', 'p2', 'p3', 'p4', 'p5'], toVoters: ['p3', 'p4', 'p5'] },
  'all replaced': { voters: ['p1', 'p2', 'p3'], learners: ['p4', 'p5', 'p6'], toVoters: ['p4', 'p5', 'p6'] },
  'the leader removed': { voters: ['p1', 'p2', 'p3'], toVoters: ['p2', 'p3'] },
  'a learner promoted, a voter made a learner': {
    ...{ voters: ['p1', 'p2', 'p3'], learners: ['p4'] },
    ...{ toVoters: ['p1', 'p2', 'p4'], toLearners: ['p3'] },
  },
  'the leader made a learner': { voters: ['p1', 'p2', 'p3'], toVoters: ['p2', 'p3'], toLearners: ['p1'] },
  'new peers added as learners': {
    ...{ voters: ['p1', 'p2', 'p3'], waiting: ['p4', 'p5'] },
    ...{ toVoters: ['p1', 'p2', 'p3'], toLearners: ['p4', 'p5'] },
  },
  'one made three': { voters: ['p1'], learners: ['p2', 'p3'], toVoters: ['p1', 'p2', 'p3'] },
};

const PRESETS = ['default', 'lab'] as const;

let command = 1000;

/** In the first, who comes first in the list has the next write or message; in the others chance says. */
const ORDERS = 2;

/** p1 leads, everybody holds everything, and the change is proposed. */
function begin(
  { voters, learners = [], waiting = [], toVoters, toLearners = [] }: Change,
  preset: 'default' | 'lab',
  order: number,
): CrashCluster {
  const founded = configurationOf(ids(voters), ids(learners));
  const cluster = new CrashCluster(
    [...voters, ...learners, ...waiting],
    (name) => ({
      ...{ preset, noOpOnElection: true, random: drawsOf(name) },
      configuration: waiting.includes(name) ? configurationOf([]) : founded,
    }),
    order === 0 ? () => 0 : seededRandom('order', String(order)),
  );
  cluster.runUntil('p1 leads', () => {
    const { status } = cluster.peer('p1');
    return (
      status.role === 'leader' &&
      cluster.names.every((name) => waiting.includes(name) || cluster.peer(name).status.commitIndex === 1)
    );
  });
  const change = { requestId: 1, voters: ids(toVoters), learners: ids(toLearners) };
  cluster.peer('p1').propose((command += 1));
  cluster.peer('p1').do({ type: 'changeMembership', ...change });
  return cluster;
}

/** p1 stands first. */
function drawsOf(name: string): () => number {
  const random = seededRandom('membership', name);
  let isFirst = name === 'p1';
  return () => {
    const drawn = isFirst ? 0 : random();
    isFirst = false;
    return drawn;
  };
}

/** Without further faults: somebody leads by a single configuration, commits, and all members that live have all of it. */
function settle(cluster: CrashCluster): { voters: string[]; learners: string[] } {
  let proposed: { index: number; term: number } | undefined;
  cluster.runUntil('a settled cluster', () => {
    const { leader } = cluster;
    if (leader === undefined || leader.status.votersOutgoing.length > 0) return false;
    if (proposed?.term !== leader.term) {
      leader.propose((command += 1));
      proposed = { index: leader.status.lastLogIndex, term: leader.term };
      return false;
    }
    const { voters, learners, commitIndex } = leader.status;
    if (!voters.includes(leader.id)) return false;
    const members = [...voters, ...learners].filter((name) => cluster.isAlive(name)).map((name) => cluster.peer(name));
    return (
      commitIndex >= proposed.index &&
      members.every(({ status }) => status.commitIndex === commitIndex && status.voters.join() === voters.join())
    );
  });
  const { voters = [], learners = [] } = cluster.leader?.status ?? {};
  return { voters: [...voters], learners: [...learners] };
}

/** What became of the change: undone or finished, never in between; and finished once its first half was committed. */
function checkOutcome(t: Test, cluster: CrashCluster, change: Change, mustBeDone: boolean, what: string): boolean {
  const { voters, learners } = settle(cluster);
  const isDone = voters.join() === change.toVoters.join() && learners.join() === (change.toLearners ?? []).join();
  const isUndone = voters.join() === change.voters.join() && learners.join() === (change.learners ?? []).join();
  if (!isDone && (mustBeDone || !isUndone)) t.fail(`${what}: ${voters.join()} and ${learners.join()}`);
  return isDone;
}

function isFirstHalfCommitted({ checks }: CrashCluster): boolean {
  return checks.committed.some(({ text }) => text.includes('"votersOutgoing":["'));
}

/** @returns how it ended with a crash after each step, until there is none left, in one order of what happens */
function crashAtEveryStep(
  t: Test,
  change: Change,
  preset: 'default' | 'lab',
  order: number,
): ('finished' | 'undone')[] {
  const outcomes: ('finished' | 'undone')[] = [];
  let isOver = false;
  for (let steps = 0; !isOver; steps += 1) {
    const cluster = begin(change, preset, order);
    for (let step = 0; step < steps && !isOver; step += 1) isOver = !cluster.next();
    const mustBeDone = isFirstHalfCommitted(cluster);
    const what = `order ${order}, after ${steps} steps`;
    cluster.kill('p1');
    // The others must go on without it, unless there are none.
    if (change.voters.length === 1) cluster.restart('p1');
    const isDone = checkOutcome(t, cluster, change, mustBeDone, what);
    cluster.restart('p1');
    outcomes.push(checkOutcome(t, cluster, change, isDone, `${what}, with p1 again`) ? 'finished' : 'undone');
  }
  return outcomes;
}

for (const [name, change] of Object.entries(CHANGES)) {
  for (const preset of PRESETS) {
    t.test(
      `${name}, ${preset}: its leader crashed at every step: finished or undone, and nothing is lost`,
      async (t) => {
        for (let order = 0; order < ORDERS; order += 1) {
          const outcomes = crashAtEveryStep(t, change, preset, order);
          t.ok(outcomes.length > 10, `${outcomes.length} crashes`);
          // With reordered messages it may take a heartbeat more than was waited for.
          if (order === 0) t.equal(outcomes.at(-1), 'finished');
          // One voter needs nobody to begin: what it wrote before it sent anything is done.
          if (change.voters.length > 1) t.equal(outcomes[0], 'undone');
        }
      },
    );
  }

  t.test(`${name}: every leader crashed and started again after so many steps of its reign`, async (t) => {
    let finished = 0;
    for (let steps = 1; steps <= 40; steps += 1) {
      const cluster = begin(change, 'default', steps);
      for (let crashes = 0; crashes < 5; crashes += 1) {
        for (let step = 0; step < steps && cluster.next(); step += 1);
        if (cluster.leader !== undefined) cluster.restart(cluster.leader.id);
        cluster.runUntil('a next leader', () => cluster.leader !== undefined);
      }
      const mustBeDone = isFirstHalfCommitted(cluster);
      if (checkOutcome(t, cluster, change, mustBeDone, `${steps} steps`)) finished += 1;
    }
    t.ok(finished > 0, `${finished} of 40 finished`);
  });
}
