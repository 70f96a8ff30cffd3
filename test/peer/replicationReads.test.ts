import t from 'tap';
import { SystemClock } from '../../endpoint/clock/SystemClock.ts';
import type { WhitewaterError } from '../../shared/errors.ts';
import { SILENT_LOGGER } from '../../endpoint/ports/Logger.ts';
import { NoMachine } from '../../peer/machine/NoMachine.ts';
import { ReplicatedMachine, type AnyMachine } from '../../peer/machine/ReplicatedMachine.ts';
import type { ApplicationInput } from '../../peer/ports/Application.ts';
import { Replica } from '../../peer/replica/Replica.ts';
import { WaitingReads } from '../../peer/replica/WaitingReads.ts';
import { MemorySnapshotStore } from '../../peer/snapshots/MemorySnapshotStore.ts';
import { until } from '../support/until.ts';

const READS_MAX = 100_000;

/** A replica whose core grants every read at once, at an index that is not applied yet. */
function grantingReplica(
  index: number,
  machine: AnyMachine = new NoMachine(),
  snapshots = new MemorySnapshotStore(),
): Replica {
  const replica = new Replica({
    machine: new ReplicatedMachine(machine),
    snapshots,
    snapshot: null,
    leader: () => null,
    clock: new SystemClock(),
    logger: SILENT_LOGGER,
  });
  replica.start({
    feed: (input: ApplicationInput) => {
      if (input.type === 'read') replica.carryOut({ type: 'readReady', requestId: input.requestId, index });
    },
    send: () => true,
    fail: (error) => {
      throw error;
    },
  });
  return replica;
}

t.test(
  'reads that wait to be applied count in the bound, and whoever stops waiting leaves nothing behind',
  async (t) => {
    const replica = grantingReplica(2);
    t.teardown(() => replica.stop());
    const abort = new AbortController();
    let ended = 0;
    const count = (): void => void (ended += 1);
    // A signal of its own for each, since one with so many listeners is slow.
    const aborts = Array.from({ length: READS_MAX }, () => new AbortController());
    for (const { signal } of aborts) replica.caughtUp({ signal, timeoutMs: 600_000 }).then(count, count);
    await t.rejects(replica.caughtUp({ timeoutMs: 600_000 }), { code: 'OVERLOADED' });
    for (const one of aborts) one.abort(new Error('enough'));
    await Promise.resolve();
    await Promise.resolve();
    t.equal(ended, READS_MAX);
    const last = replica.caughtUp({ signal: abort.signal, timeoutMs: 600_000 });
    replica.carryOut({
      type: 'apply',
      firstIndex: 1,
      entries: [
        { type: 'noOp', term: 1 },
        { type: 'noOp', term: 1 },
      ],
    });
    await last;
    t.pass('there is room again, and what is applied answers');
  },
);

t.test('a read that timed out is not kept, though its index is never applied', async (t) => {
  const replica = grantingReplica(1);
  t.teardown(() => replica.stop());
  await t.rejects(replica.caughtUp({ timeoutMs: 1 }), { code: 'TIMED_OUT', definite: true });
  const waits = replica.caughtUp({ timeoutMs: 600_000 });
  waits.catch(() => undefined);
  replica.stop();
  await t.rejects(waits, { code: 'PEER_STOPPED' });
});

t.test('reads are answered in the order of their indexes, each once', async (t) => {
  const reads = new WaitingReads();
  const ends: string[] = [];
  const add = (requestId: number, index: number): void =>
    reads.add(requestId, index, {
      resolve: () => void ends.push(`${requestId} at ${index}`),
      reject: (error) => void ends.push(`${requestId} ${(error as WhitewaterError).code}`),
    });
  for (const [requestId, index] of [
    [1, 5],
    [2, 9],
    [3, 7],
    [4, 5],
    [5, 6],
    [6, 9],
    [7, 3],
  ] as const)
    add(requestId, index);
  reads.applied(2);
  t.same(ends, []);
  reads.forget(5);
  reads.forget(5);
  reads.forget(2);
  reads.applied(5);
  t.same(ends.splice(0), ['7 at 3', '1 at 5', '4 at 5']);
  t.equal(reads.count, 2);
  reads.applied(20);
  t.same(ends, ['3 at 7', '6 at 9']);
  t.equal(reads.count, 0);
});

t.test('an entry that answers nobody is cheap, however many wait', async (t) => {
  const reads = new WaitingReads();
  let answered = 0;
  const settle = { resolve: () => void (answered += 1), reject: () => undefined };
  for (let requestId = 1; requestId <= READS_MAX; requestId += 1) reads.add(requestId, 200_000 + requestId, settle);
  const beganMs = performance.now();
  for (let index = 1; index <= 300_000; index += 1) reads.applied(index);
  t.equal(answered, READS_MAX);
  // To look at every waiting read for each of them took minutes.
  t.ok(performance.now() - beganMs < 20_000, `${Math.round(performance.now() - beganMs)} ms`);
});

/** A machine whose queries take a while, and whose restoring is as slow as the test wants. */
class SlowMachine implements AnyMachine {
  sum = 100;
  queries = 0;
  queryMs = 0;
  restoring: Promise<void> = Promise.resolve();

  apply(): null {
    return null;
  }

  query(): unknown {
    this.queries += 1;
    const endMs = performance.now() + this.queryMs;
    while (performance.now() < endMs);
    return this.sum;
  }

  snapshot(): Iterable<unknown> {
    return [this.sum];
  }

  async restore(records: AsyncIterable<unknown>): Promise<void> {
    this.sum = -1;
    await this.restoring;
    for await (const record of records) this.sum = record as number;
  }
}

t.test('queries that nobody waits for any more are not carried out, and a late one ends in time', async (t) => {
  const machine = new SlowMachine();
  machine.queryMs = 5;
  const replica = grantingReplica(0, machine);
  t.teardown(() => replica.stop());
  const codes = new Map<unknown, number>();
  const note = (what: unknown): void => void codes.set(what, (codes.get(what) ?? 0) + 1);
  const ask = (): Promise<void> =>
    replica.read({}, { timeoutMs: 60 }).then(
      () => note('answered'),
      (error: unknown) => note((error as WhitewaterError).code),
    );
  const beganMs = performance.now();
  await Promise.all(Array.from({ length: 1_000 }, ask));
  const tookMs = performance.now() - beganMs;
  t.equal((codes.get('answered') ?? 0) + (codes.get('TIMED_OUT') ?? 0), 1_000);
  t.ok(tookMs < 2_500, `all ended after ${tookMs} ms, and not after the 5,000 that the queries would take`);
  t.ok(machine.queries < 500, `${machine.queries} of 1,000 were carried out`);
  const abort = new AbortController();
  const stale = Array.from({ length: 10 }, () => replica.readStale({}, { signal: abort.signal }));
  abort.abort(new Error('enough'));
  const ends = await Promise.allSettled(stale);
  t.ok(
    ends.some(({ status }) => status === 'rejected'),
    'a signal ends the wait for a turn',
  );
});

t.test('D40: linearizable reads wait while the machine is restored, and never see half of a state', async (t) => {
  const machine = new SlowMachine();
  const snapshots = new MemorySnapshotStore();
  await snapshots.write(5, new ReplicatedMachine(Object.assign(new SlowMachine(), { sum: 7 })).snapshot());
  const replica = grantingReplica(0, machine, snapshots);
  t.teardown(() => replica.stop());
  let isRestored = (): void => undefined;
  machine.restoring = new Promise((resolve) => (isRestored = resolve));
  machine.queryMs = 10;
  const before = replica.read({});
  // Its turn comes when the restoring has begun.
  const later = replica.read({});
  const configuration = { voters: [], votersOutgoing: [], learners: [] };
  replica.carryOut({ type: 'restore', snapshot: { index: 5, term: 1, configuration } });
  await until(() => machine.sum === -1, { withinMs: 30_000, what: 'a restoring that has begun' });
  machine.queryMs = 0;
  t.equal(replica.query({}), -1, 'who asks for whatever there is gets that');
  const during = Array.from({ length: 20 }, () => replica.read({}));
  isRestored();
  t.equal(await before, 100);
  t.equal(await later, 7);
  t.strictSame(new Set(await Promise.all(during)), new Set([7]));
});

t.test('H58: a query whose turn has not come ends with the peer, and hangs nobody', async (t) => {
  const machine = new SlowMachine();
  machine.queryMs = 10;
  const replica = grantingReplica(0, machine);
  const [first, ...later] = [replica.read({}), replica.read({}), replica.readStale({})];
  const refused = later.map((each) => t.rejects(each, { code: 'PEER_STOPPED', definite: true }));
  replica.stop();
  t.equal(await first, 100);
  await Promise.all(refused);
  t.equal(machine.queries, 1);
});
