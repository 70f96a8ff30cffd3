import t from 'tap';
import { SystemClock } from '../../endpoint/clock/SystemClock.ts';
import { SILENT_LOGGER } from '../../endpoint/ports/Logger.ts';
import { NoMachine } from '../../peer/machine/NoMachine.ts';
import { ReplicatedMachine } from '../../peer/machine/ReplicatedMachine.ts';
import type { ApplicationInput } from '../../peer/ports/Application.ts';
import { Replica } from '../../peer/replica/Replica.ts';
import { MemorySnapshotStore } from '../../peer/snapshots/MemorySnapshotStore.ts';

t.test('G54: whoever waits for an entry that a snapshot took the place of is told', async (t) => {
  const snapshots = new MemorySnapshotStore();
  await snapshots.write(5, new ReplicatedMachine(new NoMachine()).snapshot());
  const replica = new Replica({
    machine: new ReplicatedMachine(new NoMachine()),
    snapshots,
    snapshot: null,
    leader: () => null,
    clock: new SystemClock(),
    logger: SILENT_LOGGER,
  });
  t.teardown(() => replica.stop());
  let index = 4;
  replica.start({
    feed: (input: ApplicationInput) => {
      if (input.type !== 'propose') return;
      for (const { requestId } of input.proposals) {
        replica.carryOut({ type: 'accepted', requestId, index, term: 1 });
        index += 1;
      }
    },
    send: () => true,
    fail: (error) => {
      throw error;
    },
  });
  const propose = (): Promise<void> => replica.propose('["p",0,null]', { timeoutMs: 600_000 }).then(() => undefined);
  const [first, second, third] = [propose(), propose(), propose()];
  // They stand in the log at 4, 5 and 6 before the snapshot of index 5 comes.
  await new Promise((resolve) => setImmediate(resolve));
  const configuration = { voters: [], votersOutgoing: [], learners: [] };
  replica.carryOut({ type: 'restore', snapshot: { index: 5, term: 1, configuration } });
  await t.rejects(first, { code: 'OUTCOME_UNKNOWN' });
  await t.rejects(second, { code: 'OUTCOME_UNKNOWN' });
  replica.carryOut({ type: 'apply', firstIndex: 6, entries: [{ type: 'noOp', term: 2 }] });
  await t.rejects(third, { code: 'PROPOSAL_LOST' }, 'one behind it is answered by its entry');
});
