import t from 'tap';
import type { Send } from '../../peer/raft/effect.ts';
import type { AppendEntriesReply } from '../../shared/messages/AppendEntriesReply.ts';
import type { Entry } from '../../shared/messages/Entry.ts';
import { appendEntries, appendRefused, entriesOf, requestVote } from '../support/raftMessages.ts';
import { ScriptedRaft, type ScriptedRaftOptions } from '../support/scriptedRaft.ts';

/** A follower whose log holds entries of the given terms and, unless told otherwise, is in the last one's term. */
function follower(terms: readonly number[], options: ScriptedRaftOptions = {}): ScriptedRaft {
  return new ScriptedRaft({ log: terms, ...options });
}

function answerOf([send]: readonly Send[]): AppendEntriesReply | undefined {
  return send?.message.type === 'AppendEntriesReply' ? send.message.body : undefined;
}

function termsOf(peer: ScriptedRaft): number[] {
  return peer.stored.entries.map(({ term }) => term);
}

t.test('a heartbeat that fits is answered with what it verified', async (t) => {
  const peer = follower([1, 1, 2]);
  const answer = answerOf(peer.receive('p2', appendEntries(2, { prevLogIndex: 2, prevLogTerm: 1 }), 41));
  t.same(answer, { term: 2, requestTerm: 2, inReplyTo: 41, round: 0, prevLogIndex: 2, success: true, matchIndex: 2 });
  t.same(peer.persists, [], 'and writes nothing');
});

t.test('B18: an empty AppendEntries obeys the consistency check', async (t) => {
  const peer = follower([1, 1, 2]);
  const wrongTerm = answerOf(peer.receive('p2', appendEntries(3, { prevLogIndex: 3, prevLogTerm: 3 }), 5));
  t.same(wrongTerm, {
    term: 3,
    requestTerm: 3,
    inReplyTo: 5,
    round: 0,
    prevLogIndex: 3,
    success: false,
    matchIndex: 0,
    conflictTerm: 2,
    conflictIndex: 3,
  });
  t.same(termsOf(peer), [1, 1, 2], 'and removes nothing');
});

t.test('B18: an empty AppendEntries commits too', async (t) => {
  const peer = follower([1, 1, 2]);
  peer.receive('p2', appendEntries(2, { prevLogIndex: 3, prevLogTerm: 2, leaderCommit: 2 }));
  t.equal(peer.status.commitIndex, 2);
});

t.test('B19: a refusal is the end: nothing is truncated, appended or committed', async (t) => {
  const peer = follower([1, 1, 2]);
  const request = { prevLogIndex: 3, prevLogTerm: 3, entries: entriesOf(3, 3), leaderCommit: 5 };
  t.equal(answerOf(peer.receive('p2', appendEntries(3, request)))?.success, false);
  t.same(termsOf(peer), [1, 1, 2]);
  t.equal(peer.status.commitIndex, 0);
  const stale = { prevLogIndex: 3, prevLogTerm: 2, entries: entriesOf(2), leaderCommit: 3 };
  t.match(answerOf(peer.receive('p3', appendEntries(2, stale))), { success: false, term: 3, matchIndex: 0 });
  t.same(termsOf(peer), [1, 1, 2]);
  t.equal(peer.status.commitIndex, 0);
});

t.test('B20: a previous index beyond the end of the log is a mismatch, however far', async (t) => {
  for (const prevLogIndex of [4, 5, 1000, Number.MAX_SAFE_INTEGER]) {
    const peer = follower([1, 1, 2]);
    const request = { prevLogIndex, prevLogTerm: 2, entries: entriesOf(2), leaderCommit: prevLogIndex };
    const answer = answerOf(peer.receive('p2', appendEntries(2, request)));
    t.match(answer, { success: false, prevLogIndex, matchIndex: 0, conflictIndex: 4 });
    t.notOk(answer !== undefined && 'conflictTerm' in answer);
    t.same(termsOf(peer), [1, 1, 2]);
  }
});

t.test('B20: the empty log fits whatever begins at 1, and nothing else', async (t) => {
  const peer = follower([]);
  t.match(answerOf(peer.receive('p2', appendEntries(1, { prevLogIndex: 1, prevLogTerm: 1 }))), {
    success: false,
    conflictIndex: 1,
  });
  t.match(answerOf(peer.receive('p2', appendEntries(1, { entries: entriesOf(1, 1) }))), {
    success: true,
    matchIndex: 2,
  });
  t.same(termsOf(peer), [1, 1]);
});

t.test('B21: a delayed, shorter request removes nothing', async (t) => {
  const peer = follower([1]);
  const later = entriesOf(1, 1, 1, 1);
  peer.receive('p2', appendEntries(1, { prevLogIndex: 1, prevLogTerm: 1, entries: later }));
  const writes = peer.persists.length;
  const delayed = { prevLogIndex: 1, prevLogTerm: 1, entries: later.slice(0, 2) };
  t.match(answerOf(peer.receive('p2', appendEntries(1, delayed))), { success: true, matchIndex: 3 });
  t.same(termsOf(peer), [1, 1, 1, 1, 1]);
  t.match(answerOf(peer.receive('p2', appendEntries(1))), { success: true, matchIndex: 0 });
  t.same(termsOf(peer), [1, 1, 1, 1, 1]);
  t.equal(peer.persists.length, writes, 'and there is nothing to write');
});

t.test('B21: only what is new is appended, behind what is there', async (t) => {
  const peer = follower([1, 1, 1]);
  const entries: Entry[] = [...entriesOf(1, 1, 1).slice(1), { term: 1, type: 'command', command: 'new' }];
  t.match(answerOf(peer.receive('p2', appendEntries(1, { prevLogIndex: 1, prevLogTerm: 1, entries }))), {
    success: true,
    matchIndex: 4,
  });
  t.same(
    peer.persists.map(({ steps }) => steps),
    [[{ type: 'append', firstIndex: 4, entries: [{ term: 1, type: 'command', command: 'new' }] }]],
  );
});

t.test('B22: on a conflict everything behind it goes too', async (t) => {
  const peer = follower([1, 2, 2, 2]);
  const request = { prevLogIndex: 1, prevLogTerm: 1, entries: entriesOf(3) };
  t.match(answerOf(peer.receive('p2', appendEntries(3, request))), { success: true, matchIndex: 2 });
  t.same(termsOf(peer), [1, 3]);
  t.same(peer.persists.at(-1)?.steps, [
    { type: 'setHardState', hardState: { currentTerm: 3, votedFor: null } },
    { type: 'truncate', fromIndex: 2 },
    { type: 'append', firstIndex: 2, entries: entriesOf(3) },
  ]);
  t.equal(peer.status.lastLogIndex, 2);
  t.equal(peer.status.lastLogTerm, 3);
});

t.test('B22: a conflict in the middle of the entries keeps what agrees', async (t) => {
  const peer = follower([1, 1, 2, 2, 2]);
  const request = { prevLogIndex: 1, prevLogTerm: 1, entries: entriesOf(1, 2, 4, 4) };
  t.match(answerOf(peer.receive('p2', appendEntries(4, request))), { success: true, matchIndex: 5 });
  t.same(termsOf(peer), [1, 1, 2, 4, 4]);
});

t.test("B23: CCF's follower_overcommit_partial_verified: commits no further than the request verified", async (t) => {
  // Index 7 and 8 are an old branch of term 3; the leader of term 4 has committed other entries there.
  const peer = follower([1, 2, 2, 2, 3, 3, 3, 3], { id: 'p3', peers: 5, term: 4 });
  const firstHalf = { prevLogIndex: 4, prevLogTerm: 2, entries: entriesOf(3, 3), leaderCommit: 8 };
  t.match(answerOf(peer.receive('p1', appendEntries(4, firstHalf))), { success: true, matchIndex: 6 });
  t.equal(peer.status.commitIndex, 6);
  t.equal(peer.status.lastApplied, 6);
  const heartbeat = { prevLogIndex: 6, prevLogTerm: 3, leaderCommit: 8 };
  peer.receive('p1', appendEntries(4, heartbeat));
  t.equal(peer.status.commitIndex, 6, 'an empty request behind it verifies nothing more');
  const secondHalf = { prevLogIndex: 6, prevLogTerm: 3, entries: entriesOf(4, 4), leaderCommit: 8 };
  peer.receive('p1', appendEntries(4, secondHalf));
  t.equal(peer.status.commitIndex, 8);
  t.same(termsOf(peer), [1, 2, 2, 2, 3, 3, 4, 4]);
});

t.test("B23: the leader's commit index bounds it too", async (t) => {
  const peer = follower([]);
  peer.receive('p2', appendEntries(1, { entries: entriesOf(1, 1, 1), leaderCommit: 2 }));
  t.equal(peer.status.commitIndex, 2);
});

t.test('B24: the commit index never falls, and each entry is applied once and in order', async (t) => {
  const peer = follower([1, 1, 1, 1]);
  const upTo = (prevLogIndex: number, leaderCommit: number): void => {
    peer.receive('p2', appendEntries(1, { prevLogIndex, prevLogTerm: prevLogIndex === 0 ? 0 : 1, leaderCommit }));
  };
  upTo(4, 2);
  upTo(4, 3);
  upTo(4, 1);
  upTo(1, 4);
  upTo(0, 0);
  t.equal(peer.status.commitIndex, 3);
  upTo(4, 4);
  t.equal(peer.status.lastApplied, 4);
  t.same(
    peer.applied.map(({ firstIndex, entries }) => [firstIndex, entries]),
    [
      [1, entriesOf(1, 1)],
      [3, [entriesOf(1, 1, 1)[2]]],
      [4, [entriesOf(1, 1, 1, 1)[3]]],
    ],
  );
});

t.test('B24: what is committed is never replaced: such a request is ignored, and the peer goes on', async (t) => {
  const peer = follower([1, 1, 1]);
  peer.receive('p2', appendEntries(1, { prevLogIndex: 3, prevLogTerm: 1, leaderCommit: 2 }));
  for (const request of [
    { prevLogIndex: 0, prevLogTerm: 0, entries: entriesOf(2) },
    { prevLogIndex: 1, prevLogTerm: 1, entries: entriesOf(2) },
    { prevLogIndex: 2, prevLogTerm: 2 },
    { prevLogIndex: 0, prevLogTerm: 1 },
  ]) {
    t.same(peer.receive('p3', appendEntries(2, request)), []);
    t.same(termsOf(peer), [1, 1, 1]);
    t.equal(peer.status.commitIndex, 2);
  }
  peer.receive('p3', appendEntries(2, { prevLogIndex: 2, prevLogTerm: 1, entries: entriesOf(2) }));
  t.same(termsOf(peer), [1, 1, 2], 'what is not committed is replaced');
});

t.test('entries whose terms fall, or are past the term of the request, are ignored', async (t) => {
  for (const request of [
    { prevLogIndex: 1, prevLogTerm: 1, entries: entriesOf(3, 2) },
    { prevLogIndex: 1, prevLogTerm: 2, entries: entriesOf(1) },
    { prevLogIndex: 1, prevLogTerm: 1, entries: entriesOf(4) },
    { prevLogIndex: 9, prevLogTerm: 4 },
  ]) {
    const peer = follower([1], { term: 3 });
    const { deadlineMs } = peer;
    peer.advance(10);
    t.same(peer.receive('p2', appendEntries(3, request)), []);
    t.same(peer.eventsOf('ignored'), [{ type: 'ignored', reason: 'impossible' }]);
    t.same(termsOf(peer), [1]);
    t.equal(peer.deadlineMs, deadlineMs);
  }
});

t.test('A7: a candidate follows a leader of its term even if it refuses the entries, and keeps its vote', async (t) => {
  const peer = follower([1, 1], { peers: 5 });
  peer.reachDeadline();
  t.equal(peer.term, 2);
  const answer = answerOf(peer.receive('p2', appendEntries(2, { prevLogIndex: 4, prevLogTerm: 1 })));
  t.match(answer, { success: false, term: 2, conflictIndex: 3 });
  t.equal(peer.role, 'follower');
  t.equal(peer.status.leader, 'p2');
  t.equal(peer.status.votedFor, 'p1');
  t.same(peer.eventsOf('roleChanged').at(-1)?.reason, 'leaderOfSameTerm');
  t.match(peer.receive('p3', requestVote(2, { lastLogIndex: 9, lastLogTerm: 1 }))[0]?.message.body, {
    voteGranted: false,
  });
});

t.test('A7: a candidate stays one when a leader of a former term writes', async (t) => {
  const peer = follower([1]);
  peer.reachDeadline();
  t.match(answerOf(peer.receive('p2', appendEntries(1, { prevLogIndex: 1, prevLogTerm: 1 }))), {
    success: false,
    term: 2,
  });
  t.equal(peer.role, 'candidate');
});

t.test('a follower turns to the leader of the next term', async (t) => {
  const peer = follower([]);
  peer.receive('p2', appendEntries(1));
  t.equal(peer.status.leader, 'p2');
  peer.receive('p3', appendRefused(2));
  t.equal(peer.status.leader, null, 'the leader of a new term is not known yet');
  peer.receive('p3', appendEntries(2));
  t.equal(peer.status.leader, 'p3');
  t.same(
    peer.eventsOf('leaderChanged').map(({ leader }) => leader),
    ['p2', null, 'p3'],
  );
});

t.test('B26: a refusal names the conflicting term and where it begins, or where the log ends', async (t) => {
  const cases: [terms: number[], prevLogIndex: number, expected: object][] = [
    [[1, 1, 2, 2, 2], 5, { conflictTerm: 2, conflictIndex: 3 }],
    [[1, 1, 2, 2, 2], 4, { conflictTerm: 2, conflictIndex: 3 }],
    [[1, 1, 2, 2, 2], 2, { conflictTerm: 1, conflictIndex: 1 }],
    [[1, 1, 2, 2, 2], 6, { conflictIndex: 6 }],
    [[1, 1, 2, 2, 2], 99, { conflictIndex: 6 }],
    [[], 3, { conflictIndex: 1 }],
  ];
  for (const [terms, prevLogIndex, expected] of cases) {
    const peer = follower(terms, { term: 7 });
    const answer = answerOf(peer.receive('p2', appendEntries(7, { prevLogIndex, prevLogTerm: 5 })));
    const { conflictTerm, conflictIndex } = answer ?? {};
    t.same({ ...(conflictTerm === undefined ? {} : { conflictTerm }), conflictIndex }, expected);
  }
});
