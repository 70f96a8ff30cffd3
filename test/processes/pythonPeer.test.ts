import t, { type Test } from 'tap';
import type { ClusterView } from '../../shared/http/ClusterView.ts';
import type { Status } from '../../shared/messages/Status.ts';
import { CLUSTER, isSettled, peerOf, ProcessCluster } from '../support/ProcessCluster.ts';
import type { RunningProcess } from '../support/processes.ts';
import { dataFolder, startPythonPeer, whyNoPython } from '../support/pythonPeer.ts';

const WITHIN_MS = 40_000;
const TYPESCRIPT = ['p1', 'p2'];
const IDS = [...TYPESCRIPT, 'p3'];
const PUTS = 5;
const skip = whyNoPython();

t.test('the peer in Python elects, replicates, and remembers it after kill -9', { skip }, async (t) => {
  const { cluster, start } = await surroundings(t, 'pythonPeer', []);
  const python = start();
  const first = await cluster.settled(WITHIN_MS);

  await put(cluster, 'first');
  const grown = statusOf(first).lastLogIndex + PUTS;
  const held = await cluster.viewWhen('log and commit index of p3 grow', WITHIN_MS, isInStep(IDS, grown));
  const leader = held.leader ?? '';
  t.ok(TYPESCRIPT.includes(leader), 'p3 never leads itself');

  const transfer = await cluster.client.transferLeadership(CLUSTER, 'p3', { timeoutMs: WITHIN_MS }).then(
    () => undefined,
    (error: unknown) => error,
  );
  t.match(transfer, { code: 'TRANSFER_FAILED', message: /never leads: choose another voter; p\d leads term \d+/ });
  t.same((await cluster.client.cluster(CLUSTER)).term, held.term, 'the reign went on as if nothing had been');

  const other = TYPESCRIPT.find((id) => id !== leader) ?? '';
  await cluster.peer(leader).kill('SIGKILL');
  const next = await cluster.viewWhen(`${other} leads with the vote of p3`, WITHIN_MS, (view) => {
    const { term, votedFor, leader } = statusOf(view);
    return view.leader === other && view.term === term && leader === other && votedFor === other;
  });
  t.ok(next.term > held.term, `p3 elected ${other} in term ${next.term}, after ${leader} in term ${held.term}`);

  // Of two that are left each is needed: what is committed now, p3 has on its disk.
  await put(cluster, 'second');
  const grownAgain = statusOf(held).lastLogIndex + PUTS;
  const inStep = isInStep([other, 'p3'], grownAgain);
  const before = statusOf(await cluster.viewWhen('p3 holds this too', WITHIN_MS, inStep));

  await cluster.peer(other).kill('SIGKILL');
  await python.kill('SIGKILL');
  const { pid } = start();
  const back = await cluster.viewWhen('p3 is back, alone', WITHIN_MS, (view) => statusOf(view).pid === pid);
  const { term, votedFor, lastLogIndex, lastLogTerm } = before;
  t.match(statusOf(back), { term, votedFor, lastLogIndex, lastLogTerm, leader: null }, 'it has forgotten nothing');

  for (const id of TYPESCRIPT) cluster.startPeer(id);
  const settled = await cluster.settled(WITHIN_MS);
  t.ok(settled.term > term);
  t.match(await cluster.client.get(CLUSTER, `second-${PUTS}`), { value: 'second' });
  t.same(cluster.ledger.violations(), []);
});

t.test('the peer in Python comes too late for the log and gets a snapshot', { skip }, async (t) => {
  const { cluster, start } = await surroundings(t, 'pythonSnapshot', [
    ...['--snapshot-entries', '10', '--trailing-entries', '2'],
  ]);
  await cluster.viewWhen('two of three elect a leader', WITHIN_MS, ({ leader }) => leader !== null);
  for (let round = 1; round <= 6; round += 1) await put(cluster, `round-${round}`);
  await cluster.viewWhen('the log was cut off at its beginning', WITHIN_MS, ({ leader, peers }) =>
    peers.some(({ id, status }) => id === leader && (status?.firstLogIndex ?? 0) > 1),
  );
  const python = start();
  const caughtUp = await cluster.viewWhen('p3 has the snapshot and what follows', WITHIN_MS, (view) => {
    return isInStep(IDS, 6 * PUTS)(view) && statusOf(view).snapshotIndex > 0;
  });
  await python.kill('SIGKILL');
  const { pid } = start();
  const back = await cluster.viewWhen('p3 is back', WITHIN_MS, (view) => statusOf(view).pid === pid);
  t.ok(statusOf(back).snapshotIndex >= statusOf(caughtUp).snapshotIndex, 'the snapshot is still there');
  await put(cluster, 'after');
  await cluster.viewWhen('p3 follows on', WITHIN_MS, isInStep(IDS, statusOf(caughtUp).lastLogIndex + PUTS));
});

t.test('the peer in Python comes back to a relay that restarts, and ends on SIGTERM', { skip }, async (t) => {
  const { cluster, start } = await surroundings(t, 'pythonRelay', []);
  const python = start();
  await cluster.settled(WITHIN_MS);
  await cluster.relay.kill('SIGKILL');
  await cluster.startRelay();
  await cluster.settled(WITHIN_MS);
  t.ok(python.isRunning);
  python.signal('SIGTERM');
  t.same(await python.exit(WITHIN_MS), { code: 0, signal: null });

  await cluster.relay.kill('SIGKILL');
  const alone = start();
  await alone.line(/cannot be reached/, WITHIN_MS);
  alone.signal('SIGTERM');
  t.same(await alone.exit(WITHIN_MS), { code: 0, signal: null }, 'without a relay as well');
});

interface Surroundings {
  readonly cluster: ProcessCluster;
  /** Starts p3, in its own directory. */
  readonly start: () => RunningProcess;
}

async function surroundings(t: Test, name: string, peerArgs: readonly string[]): Promise<Surroundings> {
  const cluster = await ProcessCluster.start(t, { size: 3, name, started: TYPESCRIPT, peerArgs });
  const data = dataFolder(t);
  return { cluster, start: () => startPythonPeer(t, { relay: cluster.relayUrl, data }) };
}

/** The last status of p3; one that says nothing before the first came. */
function statusOf(
  view: ClusterView,
): Pick<Status, 'term' | 'votedFor' | 'lastLogIndex' | 'commitIndex'> & Partial<Status> & { snapshotIndex: number } {
  const nothing = { term: 0, votedFor: null, lastLogIndex: 0, commitIndex: 0, snapshotIndex: 0 };
  return { ...nothing, ...view.peers.find(({ id }) => id === 'p3')?.status };
}

/**
 * Whether these follow one leader, and all hold and know committed the same log.
 * @param atLeast how long it must be: statuses tell of a log that grows now and then only
 */
function isInStep(ids: readonly string[], atLeast: number): (view: ClusterView) => boolean {
  return (view) => {
    if (!isSettled(view, ids)) return false;
    const ends = ids.map((id) => peerOf(view, id).status);
    const last = ends[0]?.lastLogIndex ?? 0;
    return last >= atLeast && ends.every((end) => end?.lastLogIndex === last && end?.commitIndex === last);
  };
}

/** Writes so often. A leader may go meanwhile: what is written may then be asked for again. */
async function put(cluster: ProcessCluster, value: string): Promise<void> {
  for (let at = 1; at <= PUTS; at += 1) {
    await cluster.client.put(CLUSTER, `${value}-${at}`, value, { timeoutMs: WITHIN_MS });
  }
}
