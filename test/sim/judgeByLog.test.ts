import fc from 'fast-check';
import t from 'tap';
import { encodeCommand } from '../../peer/machine/command.ts';
import type { Call } from '../../sim/History.ts';
import type { CommittedEntry } from '../../sim/invariants.ts';
import { judgeByLog } from '../../sim/judgeByLog.ts';
import { SimulationFailure } from '../../sim/SimulationFailure.ts';
import type { KeyValueCommand } from '../../shared/keyValue.ts';
import { seededRandom } from '../../shared/random.ts';
import { testSeed } from '../support/testSeed.ts';
import { executedHistory, mutated } from './linearizability/arbitraryHistory.ts';
import { checkKeyValue } from '../../sim/linearizability/checkKeyValue.ts';

/** The log of a cluster with one client session, opened by the first entry. */
function logOf(writes: readonly { readonly command: KeyValueCommand; readonly atMs: number }[]): CommittedEntry[] {
  const opening = encodeCommand({ type: 'open', timeMs: 0, session: 's', timeToLiveMs: 1e9 });
  const requests = writes.map(({ command }, at) =>
    encodeCommand({
      ...{ type: 'session', timeMs: 0, session: 's', openedIndex: 1, sequence: at + 1, answeredThrough: at, command },
    }),
  );
  return [opening, ...requests].map((command, at) => ({
    entry: { type: 'command', term: 1, command },
    ...{ inTerm: 1, atMs: writes[at - 1]?.atMs ?? 0 },
  }));
}

/** @returns what is wrong; undefined when nothing is */
function judge(history: readonly Call[], committed: readonly CommittedEntry[]): string | undefined {
  try {
    judgeByLog(history, committed, (index) => index > 1);
    return undefined;
  } catch (error) {
    if (error instanceof SimulationFailure) return error.message;
    throw error;
  }
}

t.test('what the log holds proves a history that came about by it, whatever nobody was told', async (t) => {
  const seed = testSeed(t);
  fc.assert(
    fc.property(fc.integer(), fc.constantFrom(0, 0.1, 0.5), (run, openRate) => {
      const options = { operations: 200, clients: 6, keys: 3, openRate, areValuesUnique: true };
      const { operations, executed } = executedHistory(options, seededRandom(`${seed}/${run}`));
      const history = operations.map((operation) => ({ ...operation, isVoid: false }));
      const wrong = judge(history, logOf(executed));
      if (wrong !== undefined) throw new Error(wrong);
    }),
    { numRuns: 60 },
  );
});

t.test('what the log proves is linearizable, and what is not so is not proved', async (t) => {
  const seed = testSeed(t);
  let refused = 0;
  fc.assert(
    fc.property(fc.integer(), (run) => {
      const random = seededRandom(`${seed}/${run}`);
      const options = { operations: 12, clients: 3, keys: 2, openRate: 0.2, areValuesUnique: true };
      const { operations, executed } = executedHistory(options, random);
      const history = mutated(operations, random);
      const wrong = judge(
        history.map((operation) => ({ ...operation, isVoid: false })),
        logOf(executed),
      );
      if (wrong === undefined) return checkKeyValue(history).type === 'linearizable';
      refused += 1;
      return true;
    }),
    { numRuns: 2000 },
  );
  t.comment(`${refused} of 2000 were refused`);
  t.ok(refused > 500 && refused < 1950, 'there are many of both kinds');
});

const command = { type: 'put', key: 'k', value: 'a' } as const;
const written: Call = {
  ...{ client: 'c1', input: command, output: { changed: true, revision: 1 }, calledAtMs: 0, returnedAtMs: 10 },
  isVoid: false,
};
const read: Call = {
  ...{ client: 'c2', input: { type: 'get', key: 'k' }, output: { type: 'get', item: null, revision: 0 } },
  ...{ calledAtMs: 20, returnedAtMs: 30, isVoid: false },
};
const item = { key: 'k', value: 'a', revision: 1, createdRevision: 1 };

t.test('writes are held against the log, whether anybody sees them or not', async (t) => {
  const log = logOf([{ command, atMs: 5 }]);
  t.equal(judge([written], log), undefined);
  t.match(judge([written], logOf([])), /was told .* stands nowhere in the log/, 'acknowledged and lost');
  t.match(judge([], log), /nobody asked for .*put/);
  t.match(judge([written], logOf([{ command, atMs: 11 }])), /before anybody knew its entry to be committed, at 11 ms/);
  const failed: Call = { ...written, output: undefined, returnedAtMs: undefined, isVoid: true };
  t.equal(judge([failed], logOf([])), undefined);
  t.match(judge([failed], log), /certainly did not happen took effect/);
  t.match(
    judge([{ ...written, output: { changed: true, revision: 2 } }], log),
    /was told .*2.* what came of its entry is .*"revision":1/,
  );
});

t.test('reads are held against the state of their revision, and their time', async (t) => {
  const log = logOf([{ command, atMs: 5 }]);
  const answer = { type: 'get', item, revision: 1 };
  t.equal(judge([written, { ...read, output: answer }], log), undefined);
  t.match(judge([written, read], log), /and yet behind/, 'a stale one');
  t.equal(judge([written, { ...read, calledAtMs: 9 }], log), undefined, 'they overlap');
  t.match(judge([written, { ...read, output: { ...answer, revision: 77 } }], log), /there never was revision 77/);
  const wrongRevision = { ...answer, item: { ...item, revision: 0 } };
  t.match(judge([written, { ...read, output: wrongRevision }], log), /of revision 1 was answered/);
});

t.test('a delete is found by its time and its answer, and what certainly failed only as the last resort', async (t) => {
  const gone = { type: 'delete', key: 'k' } as const;
  const log = logOf([
    { command, atMs: 5 },
    { command: gone, atMs: 15 },
  ]);
  const deleted: Call = {
    ...{ client: 'c1', input: gone, output: { changed: true, revision: 0 }, calledAtMs: 12, returnedAtMs: 18 },
    isVoid: false,
  };
  const open: Call = { ...deleted, output: undefined, returnedAtMs: undefined };
  const failed: Call = { ...open, isVoid: true };
  t.equal(judge([written, failed, open, deleted], log), undefined);
  t.equal(judge([written, failed, open], log), undefined);
  t.match(judge([written, failed], log), /certainly did not happen/);
  t.match(judge([written, { ...open, calledAtMs: 16 }], log), /nobody asked/, 'asked for when it was done');
});
