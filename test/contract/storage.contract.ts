import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { Test } from 'tap';
import type { OpenedStorage, Storage, StoredState } from '../../peer/ports/Storage.ts';
import type { StorageStep } from '../../peer/raft/effect.ts';
import type { Entry } from '../../shared/messages/Entry.ts';
import { clusterId, peerId } from '../../shared/ids.ts';
import { afterStep } from '../../sim/StoredImage.ts';
import { storedState } from '../../sim/randomLogs.ts';

export const OWNER = {
  cluster: clusterId('demo'),
  id: peerId('p1'),
  voters: [peerId('p1'), peerId('p2'), peerId('p3')],
};

export interface StorageHarness {
  /** Opens the store of `OWNER`; what was written and closed before is still there. */
  readonly open: () => Promise<OpenedStorage>;
  /** What a process finds that starts after this one died at this moment; the store that is open is let be. */
  readonly crash: () => Promise<StoredState>;
}

/** @returns a promise of the write's end, for tests */
export function write(storage: Storage, steps: readonly StorageStep[]): Promise<void> {
  return new Promise((resolve, reject) => {
    storage.write(steps, (error) => (error === undefined ? resolve() : reject(error)));
  });
}

function entry(term: number, command = `of term ${term}`): Entry {
  return { term, type: 'command', command };
}

/** What `Storage` promises, for every store that can be opened again. */
export function storageContract(t: Test, name: string, make: (t: Test) => StorageHarness): void {
  t.test(`${name}: a new store holds term 0, no vote, no entries, and the voters`, async (t) => {
    const { open } = make(t);
    const { storage, stored } = await open();
    t.same(stored, storedState(OWNER.voters));
    await storage.close();
    const again = await open();
    t.same(again.stored, stored, 'also when it is opened again');
    await again.storage.close();
  });

  t.test(`${name}: what was written is there when it is opened again`, async (t) => {
    const { open } = make(t);
    const { storage } = await open();
    await write(storage, [{ type: 'setHardState', hardState: { currentTerm: 3, votedFor: peerId('p2') } }]);
    await write(storage, [{ type: 'append', firstIndex: 1, entries: [entry(1), entry(2), entry(2)] }]);
    await write(storage, [{ type: 'append', firstIndex: 4, entries: [entry(3)] }]);
    await storage.close();
    const { storage: again, stored } = await open();
    t.same(stored.hardState, { currentTerm: 3, votedFor: 'p2' });
    t.same(stored.entries, [entry(1), entry(2), entry(2), entry(3)]);
    await again.close();
  });

  t.test(`${name}: the steps of a write take effect in order`, async (t) => {
    const { open } = make(t);
    const { storage } = await open();
    await write(storage, [
      { type: 'setHardState', hardState: { currentTerm: 1, votedFor: peerId('p1') } },
      { type: 'append', firstIndex: 1, entries: [entry(1, 'a'), entry(1, 'b'), entry(1, 'c')] },
      { type: 'setHardState', hardState: { currentTerm: 2, votedFor: null } },
      { type: 'truncate', fromIndex: 2 },
      { type: 'append', firstIndex: 2, entries: [entry(2, 'B')] },
    ]);
    await write(storage, [{ type: 'truncate', fromIndex: 7 }]);
    await storage.close();
    const { storage: again, stored } = await open();
    t.same(stored.hardState, { currentTerm: 2, votedFor: null });
    t.same(stored.entries, [entry(1, 'a'), entry(2, 'B')]);
    await again.close();
  });

  t.test(`${name}: done is called once, and not within write`, async (t) => {
    const { open } = make(t);
    const { storage } = await open();
    let within = true;
    let calls = 0;
    await new Promise<void>((resolve) => {
      storage.write([{ type: 'setHardState', hardState: { currentTerm: 1, votedFor: null } }], (error) => {
        calls += 1;
        t.equal(error, undefined);
        t.notOk(within, 'after write returned');
        resolve();
      });
      within = false;
    });
    await write(storage, []);
    t.equal(calls, 1);
    await storage.close();
  });

  t.test(`${name}: a next write can begin in done of the one before`, async (t) => {
    const { open } = make(t);
    const { storage } = await open();
    await new Promise<void>((resolve) => {
      const next = (term: number): void => {
        if (term > 20) return resolve();
        storage.write([{ type: 'append', firstIndex: term, entries: [entry(term)] }], () => next(term + 1));
      };
      storage.write([{ type: 'setHardState', hardState: { currentTerm: 20, votedFor: null } }], () => next(1));
    });
    await storage.close();
    const { storage: again, stored } = await open();
    t.same(
      stored.entries.map(({ term }) => term),
      Array.from({ length: 20 }, (_, at) => at + 1),
      'in the order of their indexes, 10 after 9',
    );
    await again.close();
  });

  t.test(`E46: ${name}: any history of writes gives the state that its steps describe`, async (t) => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const { open } = make(t);
        let { storage } = await open();
        let expected: StoredState = storedState(OWNER.voters);
        for (const { changes, openAgain } of history) {
          const { steps, after } = carriedOut(expected, changes);
          await write(storage, steps);
          expected = after;
          if (!openAgain) continue;
          await storage.close();
          const opened = await open();
          t.same(opened.stored, expected);
          ({ storage } = opened);
        }
        await storage.close();
      }),
      { numRuns: 25 },
    );
  });

  crashContract(t, name, make);
}

/** A crash while a write is under way, and one after it was acknowledged, for every write of any history. */
function crashContract(t: Test, name: string, make: (t: Test) => StorageHarness): void {
  t.test(
    `E43: ${name}: a crash during a write leaves the state before or after it; then the one after it`,
    async (t) => {
      let during = 0;
      await fc.assert(
        fc.asyncProperty(histories, async (history) => {
          const { open, crash } = make(t);
          const { storage } = await open();
          let before: StoredState = storedState(OWNER.voters);
          for (const { changes } of history) {
            const { steps, after } = carriedOut(before, changes);
            const written = write(storage, steps);
            const found = await crash();
            during += 1;
            t.ok(isDeepStrictEqual(found, before) || isDeepStrictEqual(found, after), 'before or after');
            await written;
            t.ok(isDeepStrictEqual(await crash(), after), 'after');
            before = after;
          }
          await storage.close();
        }),
        { numRuns: 10, seed: 43 },
      );
      t.ok(during > 20, `${during} crashes during a write`);
    },
  );
}

/** Numbers stand for choices, so that every history is legal: terms never fall, entries follow each other. */
interface Change {
  readonly kind: 'vote' | 'newTerm' | 'truncate' | 'append' | 'compact' | 'install';
  readonly choice: number;
  readonly commands: readonly string[];
}

const histories = fc.array(
  fc.record({
    changes: fc.array(
      fc.record<Change>({
        kind: fc.constantFrom('vote', 'newTerm', 'truncate', 'append', 'append', 'compact', 'install'),
        choice: fc.nat(100),
        commands: fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 }),
      }),
      { maxLength: 5 },
    ),
    openAgain: fc.boolean(),
  }),
  { maxLength: 6 },
);

function carriedOut(before: StoredState, changes: readonly Change[]): { steps: StorageStep[]; after: StoredState } {
  return changes.reduce<{ steps: StorageStep[]; after: StoredState }>(
    ({ steps, after }, change) => {
      const step = stepOf(after, change);
      return { steps: [...steps, step], after: afterStep(after, step) };
    },
    { steps: [], after: before },
  );
}

function stepOf({ hardState, base, entries }: StoredState, { kind, choice, commands }: Change): StorageStep {
  const lastIndex = base.index + entries.length;
  switch (kind) {
    case 'vote':
    case 'newTerm': {
      const currentTerm = hardState.currentTerm + (kind === 'newTerm' ? 1 + (choice % 3) : 0);
      return { type: 'setHardState', hardState: { currentTerm, votedFor: OWNER.voters[choice % 4] ?? null } };
    }
    case 'truncate':
      return { type: 'truncate', fromIndex: base.index + 1 + (choice % (entries.length + 1)) };
    case 'append': {
      const added = commands.map((command) => entry(hardState.currentTerm, command));
      return { type: 'append', firstIndex: lastIndex + 1, entries: added };
    }
    case 'compact': {
      if (lastIndex === 0) return { type: 'truncate', fromIndex: 1 };
      const kept = choice % (entries.length + 1);
      const baseIndex = lastIndex - kept;
      const baseTerm = entries[baseIndex - base.index - 1]?.term ?? base.term;
      const snapshot = { index: baseIndex + Math.min(1, kept), term: hardState.currentTerm, configuration: MEMBERS };
      return { type: 'useSnapshot', snapshot, baseIndex, baseTerm, replacesLog: false };
    }
    case 'install': {
      const snapshot = { index: lastIndex + 1 + choice, term: hardState.currentTerm, configuration: MEMBERS };
      const { index: baseIndex, term: baseTerm } = snapshot;
      return { type: 'useSnapshot', snapshot, baseIndex, baseTerm, replacesLog: true };
    }
  }
}

const MEMBERS = { voters: [...OWNER.voters], votersOutgoing: [peerId('p4')], learners: [peerId('p5')] };
