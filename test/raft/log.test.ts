import fc from 'fast-check';
import t from 'tap';
import { Log } from '../../peer/raft/log/Log.ts';
import type { Entry } from '../../shared/messages/Entry.ts';
import { entriesOf } from '../support/raftMessages.ts';

const START = { index: 0, term: 0 };

t.test('indexes begin at 1; index 0 stands before the log, in term 0', async (t) => {
  const empty = new Log(START, []);
  t.same([empty.lastIndex, empty.lastTerm, empty.durableIndex, empty.termAt(0)], [0, 0, 0, 0]);
  t.ok(empty.has(0));
  t.notOk(empty.has(1));
  const log = new Log(START, entriesOf(1, 1, 3));
  t.same([log.lastIndex, log.lastTerm, log.durableIndex], [3, 3, 3]);
  t.same(
    [0, 1, 2, 3].map((index) => log.termAt(index)),
    [0, 1, 1, 3],
  );
  t.throws(() => log.termAt(4), { name: 'InvariantViolation', message: /no entry 4: it holds 1 to 3/ });
  t.same(log.slice(2, 10, 1e6), entriesOf(1, 1, 3).slice(1));
  t.same(log.slice(2, 1, 1e6), [entriesOf(1, 1)[1]]);
  t.same(log.slice(4, 10, 1e6), []);
});

t.test('where a term begins and ends', async (t) => {
  const log = new Log(START, entriesOf(1, 1, 3, 3, 3, 6));
  t.same(
    [1, 2, 3, 4, 5, 6].map((index) => log.firstIndexOfTermAt(index)),
    [1, 1, 3, 3, 3, 6],
  );
  t.same(
    [1, 2, 3, 4, 6, 7].map((term) => log.lastIndexOfTerm(term)),
    [2, undefined, 5, undefined, 6, undefined],
  );
});

t.test('B34: each write makes its own entries durable, and none behind them', async (t) => {
  const log = new Log(START, []);
  log.append(entriesOf(1, 1), 4);
  log.append(entriesOf(1), 5);
  log.append(entriesOf(1, 1), 8);
  t.same([log.lastIndex, log.durableIndex], [5, 0]);
  const durableAfter = (sequence: number): number => {
    log.synced(sequence);
    return log.durableIndex;
  };
  t.same([3, 4, 4, 5, 7, 8, 5].map(durableAfter), [0, 2, 2, 3, 3, 5, 5]);
});

t.test('B34: what was cut off does not become durable with the write that held it', async (t) => {
  const log = new Log(START, entriesOf(1));
  log.append(entriesOf(1, 1, 1), 2);
  log.truncate(3);
  t.same([log.lastIndex, log.durableIndex], [2, 1]);
  log.append(entriesOf(2, 2), 3);
  log.synced(2);
  t.equal(log.durableIndex, 2);
  log.synced(3);
  t.equal(log.durableIndex, 4);
  log.truncate(1);
  t.equal(log.durableIndex, 0);
});

t.test(
  'B34: the durable index is what a disk that does the same writes would hold in common with the log',
  async (t) => {
    const step = fc.oneof(
      fc.record({ type: fc.constant('append' as const), count: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ type: fc.constant('replace' as const), keep: fc.nat(8), count: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ type: fc.constant('sync' as const), writes: fc.nat(3) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const log = new Log(START, []);
        let wanted: Entry[] = [];
        const writes: Entry[][] = [[]];
        let synced = 0;
        for (const [term, each] of steps.entries()) {
          if (each.type === 'sync') {
            synced = Math.min(synced + each.writes, writes.length - 1);
            log.synced(synced);
          } else {
            if (each.type === 'replace' && each.keep < wanted.length) {
              log.truncate(each.keep + 1);
              wanted = wanted.slice(0, each.keep);
            }
            const entries = Array.from({ length: each.count }, () => ({ term, type: 'noOp' }) as const);
            log.append(entries, writes.length);
            wanted = [...wanted, ...entries];
            writes.push(wanted);
          }
          const onDisk = writes[synced] ?? [];
          let common = 0;
          while (common < wanted.length && onDisk[common] === wanted[common]) common += 1;
          if (log.durableIndex !== common) throw new Error(`durable up to ${log.durableIndex}, but ${common} is right`);
          if (log.lastIndex !== wanted.length) throw new Error('another length');
        }
      }),
      { numRuns: 500 },
    );
    t.pass('500 histories');
  },
);

t.test('what the store held is taken over, not shared', async (t) => {
  const stored = entriesOf(1, 1);
  const log = new Log(START, stored);
  log.append(entriesOf(2), 1);
  log.truncate(2);
  t.equal(stored.length, 2);
});
