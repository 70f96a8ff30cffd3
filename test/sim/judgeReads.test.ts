import t from 'tap';
import { encodeCommand } from '../../peer/machine/command.ts';
import type { CommittedEntry } from '../../sim/invariants.ts';
import { judgeReads, type Read } from '../../sim/judgeReads.ts';

const committed: readonly CommittedEntry[] = ['a', 'b', 'c'].map((value) => ({
  entry: {
    ...{ term: 1, type: 'command' },
    command: encodeCommand({ type: 'plain', timeMs: 0, command: { type: 'append', key: 'k1', value } }),
  },
  ...{ inTerm: 1, atMs: 0 },
}));

function get(revision: number, value: string | null): Read {
  const item = value === null ? null : { key: 'k1', value, revision, createdRevision: 1 };
  return { query: { type: 'get', key: 'k1' }, answer: { type: 'get', item, revision } };
}

t.test('a stale read may be as old as it likes', async (t) => {
  const reads = [get(3, 'abc'), get(0, null), get(1, 'a'), get(2, 'ab')];
  t.equal(judgeReads(reads, committed), undefined);
  t.equal(judgeReads([], committed), undefined);
});

t.test('a stale read of what never was is found', async (t) => {
  t.match(judgeReads([get(2, 'abc')], committed), /of revision 2 was answered .*"abc"/);
  t.match(judgeReads([get(2, null)], committed), /of revision 2 was answered/, 'half of a state');
  t.match(judgeReads([get(0, 'a')], committed), /of revision 0/);
  t.match(judgeReads([get(4, 'abcd')], committed), /saw revision 4, which never was/);
  const list: Read = {
    query: { type: 'list', prefix: 'k', limit: 5 },
    answer: { type: 'list', items: [], more: false, revision: 1 },
  };
  t.match(judgeReads([list], committed), /"list"/);
});

t.test('changes that were forgotten are no error; wrong ones are', async (t) => {
  const query = { type: 'changes', prefix: 'k', afterRevision: 0, limit: 5 } as const;
  const none = { type: 'changes', changes: [], throughRevision: 2, revision: 2 } as const;
  t.equal(judgeReads([{ query, answer: { ...none, changes: [], forgotten: true } }], committed), undefined);
  t.match(judgeReads([{ query, answer: { ...none, changes: [], forgotten: false } }], committed), /"changes"/);
});
