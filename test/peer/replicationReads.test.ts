import t from 'tap';
import type { WhitewaterError } from '../../shared/errors.ts';
import { SILENT_LOGGER } from '../../endpoint/ports/Logger.ts';
import { NoMachine } from '../../peer/machine/NoMachine.ts';
import { ReplicatedMachine } from '../../peer/machine/ReplicatedMachine.ts';
import type { ApplicationInput } from '../../peer/ports/Application.ts';
import { Replica } from '../../peer/replica/Replica.ts';
import { WaitingReads } from '../../peer/replica/WaitingReads.ts';
import { MemorySnapshotStore } from '../../peer/snapshots/MemorySnapshotStore.ts';

const READS_MAX = 100_000;

/** A replica whose core grants every read at once, at an index that is not applied yet. */
function grantingReplica(index: number): Replica {
  const replica = new Replica({
    machine: new ReplicatedMachine(new NoMachine()),
    snapshots: new MemorySnapshotStore(),
    snapshot: null,
    leader: () => null,
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
