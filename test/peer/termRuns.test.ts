import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { Log } from '../../peer/raft/log/Log.ts';
import { RUNS_TOLD_MAX, TermRuns } from '../../peer/raft/log/TermRuns.ts';
import type { Entry } from '../../shared/messages/Entry.ts';
import { TERM_RUNS_MAX } from '../../shared/messages/Status.ts';
import { entriesOf } from '../support/raftMessages.ts';
import { ScriptedRaft } from '../support/scriptedRaft.ts';

interface Run {
  readonly term: number;
  readonly firstIndex: number;
}

/** The runs as they are by definition. */
function runsOf(firstIndex: number, entries: readonly Entry[]): Run[] {
  const runs: Run[] = [];
  entries.forEach(({ term }, at) => {
    if (at === 0 || entries[at - 1]?.term !== term) runs.push({ term, firstIndex: firstIndex + at });
  });
  return runs;
}

const changes = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ type: fc.constant('append' as const), steps: fc.array(fc.nat(2)) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant('truncate' as const),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant('compact' as const),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('replace' as const), ahead: fc.nat(9) }) },
  ),
  { maxLength: 60 },
);

t.test('the runs are those of the entries, whatever is appended, cut off, compacted or replaced', async (t) => {
  let seen = 0;
  fc.assert(
    fc.property(fc.array(fc.nat(2)), changes, (stored, steps) => {
      let term = 1;
      const grow = (by: readonly number[]): Entry[] => entriesOf(...by.map((more) => (term += more)));
      const log = new Log({ index: 7, term: 1 }, grow(stored));
      for (const [at, step] of steps.entries()) {
        const held = log.lastIndex - log.baseIndex;
        if (step.type === 'append') log.append(grow(step.steps), at + 1);
        else if (step.type === 'truncate' && held > 0)
          log.truncate(log.firstIndex + Math.floor(step.share * (held - 1)));
        else if (step.type === 'compact') log.compact(log.baseIndex + Math.floor(step.share * held), at + 1);
        else if (step.type === 'replace') log.replace({ index: log.lastIndex + step.ahead, term }, at + 1);
        const entries = held === 0 && log.lastIndex === log.baseIndex ? [] : log.range(log.firstIndex, log.lastIndex);
        const runs = runsOf(log.firstIndex, entries);
        assert.deepEqual(log.newestRuns(1000), runs);
        assert.deepEqual(log.newestRuns(3), runs.slice(-3));
        seen = Math.max(seen, runs.length);
      }
    }),
    { numRuns: 300 },
  );
  t.ok(seen > 8, `up to ${seen} runs`);
});

t.test('terms after a conflict: what comes back with another term is another run', async (t) => {
  const log = new Log({ index: 0, term: 0 }, entriesOf(1, 1, 2, 2));
  log.truncate(4);
  log.append(entriesOf(3, 3), 1);
  t.same(log.newestRuns(9), [
    { term: 1, firstIndex: 1 },
    { term: 2, firstIndex: 3 },
    { term: 3, firstIndex: 4 },
  ]);
  log.compact(1, 2);
  t.same(log.newestRuns(9)[0], { term: 1, firstIndex: 2 }, 'the first one begins where the log does');
  log.compact(5, 3);
  t.same(log.newestRuns(9), [], 'an empty log has none');
});

t.test('a status tells the newest runs, as many as its schema takes', async (t) => {
  const raft = new ScriptedRaft({ log: Array.from({ length: 100 }, (_, at) => Math.floor(at / 2) + 1) });
  const { terms = [], lastLogIndex } = raft.status;
  t.equal(RUNS_TOLD_MAX, TERM_RUNS_MAX);
  t.equal(terms.length, TERM_RUNS_MAX);
  t.same(terms.at(-1), { term: 50, firstIndex: lastLogIndex - 1 });
  t.same(terms[0], { term: 19, firstIndex: 37 });
});

t.test('what was told stays as it was told', async (t) => {
  const runs = new TermRuns();
  runs.appended(1, 1);
  const told = runs.newest(32);
  runs.appended(2, 2);
  runs.compacted(1, 2);
  t.same(told, [{ term: 1, firstIndex: 1 }]);
});
