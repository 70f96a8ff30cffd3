import t from 'tap';
import {
  appendEntries,
  entriesOf,
  preVote,
  preVoteGranted,
  preVoteRefused,
  requestVote,
  voteGranted,
} from '../support/raftMessages.ts';
import { bodiesOf, ScriptedRaft } from '../support/scriptedRaft.ts';

t.test('a follower that hears nothing asks first; term, vote and disk stay as they are', async (t) => {
  const peer = new ScriptedRaft({ preset: 'default', peers: 5, term: 4, votedFor: 'p3', log: [1, 2] });
  peer.reachDeadline();
  t.equal(peer.role, 'preCandidate');
  t.equal(peer.term, 4);
  t.equal(peer.status.votedFor, 'p3');
  t.same(peer.persists, []);
  t.same(
    peer.sent.map(({ to, message }) => ({ to, ...message })),
    ['p2', 'p3', 'p4', 'p5'].map((to) => ({ to, ...preVote(5, { lastLogIndex: 2, lastLogTerm: 2 }) })),
  );
  t.same(peer.status.votes, { granted: ['p1'], refused: [] });
});

t.test('a follower that times out has no leader any more, and says so', async (t) => {
  const peer = new ScriptedRaft({ preset: 'default' });
  peer.receive('p2', appendEntries(1));
  peer.reachDeadline();
  t.equal(peer.status.leader, null);
  t.notOk('leaderHeardMsAgo' in peer.status);
  t.same(
    peer.eventsOf('leaderChanged').map(({ leader }) => leader),
    ['p2', null],
  );
  peer.receive('p2', appendEntries(1));
  t.equal(peer.status.leader, 'p2', 'until it is heard again');
});

t.test('a majority of pre-votes, the own among them, starts the election', async (t) => {
  const peer = new ScriptedRaft({ preset: 'default', peers: 5 });
  peer.reachDeadline();
  peer.receive('p2', preVoteGranted(0));
  t.equal(peer.role, 'preCandidate');
  peer.receive('p3', preVoteGranted(0));
  t.equal(peer.role, 'candidate');
  t.equal(peer.term, 1);
  t.equal(peer.stored.votedFor, 'p1');
  t.equal(peer.bodiesSent('RequestVote').length, 4);
  t.equal(peer.deadlineMs, peer.nowMs + 325, 'with a timeout of its own');
});

t.test('bug 10: whoever won pre-votes asks as one who timed out: voters keep their promise to a leader', async (t) => {
  const peer = new ScriptedRaft({ preset: 'default', term: 3 });
  peer.reachDeadline();
  peer.takeSent();
  peer.receive('p2', preVoteGranted(3));
  t.match(peer.bodiesSent('RequestVote'), [{ term: 4, leadershipTransfer: false }, { leadershipTransfer: false }]);
});

t.test('a lone voter needs nobody', async (t) => {
  const peer = new ScriptedRaft({ preset: 'default', peers: 1 });
  peer.reachDeadline();
  t.equal(peer.role, 'leader');
  t.equal(peer.term, 1);
  t.same(peer.stored, { term: 1, votedFor: 'p1', entries: [] });
});

t.test('A3: a pre-candidate that nobody answers asks again once per timeout, and its term never rises', async (t) => {
  const peer = new ScriptedRaft({ preset: 'default' });
  for (let rounds = 0; rounds < 1000; rounds += 1) {
    peer.reachDeadline();
    t.equal(bodiesOf(peer.takeSent(), 'PreVote').length, 2);
  }
  t.equal(peer.term, 0);
  t.same(peer.persists, []);
});

t.test('A3: a candidate that nobody answers asks before it stands again', async (t) => {
  const peer = new ScriptedRaft({ preset: 'default' });
  peer.becomeCandidate();
  t.equal(peer.term, 1);
  peer.reachDeadline();
  t.equal(peer.role, 'preCandidate');
  t.equal(peer.term, 1);
  t.equal(peer.status.votedFor, 'p1');
  peer.receive('p2', voteGranted(1));
  t.equal(peer.role, 'preCandidate', 'the election that it gave up does not count any more');
});

t.test('A10: pre-votes count by voter and round; refusals, strangers and late ones do not', async (t) => {
  const peer = new ScriptedRaft({ preset: 'default', peers: 5, term: 3 });
  peer.reachDeadline();
  const firstRound = peer.asked.map(({ id }) => id);
  peer.reachDeadline();
  const secondRound = peer.asked.slice(firstRound.length).map(({ id }) => id);
  for (const [at, voter] of ['p2', 'p3', 'p4', 'p5'].entries()) {
    peer.receive(voter, preVoteGranted(3, { inReplyTo: firstRound[at] ?? 0 }));
  }
  t.equal(peer.role, 'preCandidate', 'grants of the round before');
  const inReplyTo = secondRound[0] ?? 0;
  for (let copies = 0; copies < 4; copies += 1) peer.receive('p2', preVoteGranted(3, { inReplyTo }));
  for (const voter of ['p3', 'p4']) peer.receive(voter, preVoteRefused(3, { inReplyTo }));
  for (const stranger of ['p6', 'p7']) peer.receive(stranger, preVoteGranted(3, { inReplyTo }));
  peer.receive('p5', preVoteGranted(2, { inReplyTo, requestTerm: 3 }));
  t.equal(peer.role, 'preCandidate');
  t.same(peer.status.votes?.granted, ['p1', 'p2']);
  peer.receive('p5', preVoteGranted(3, { inReplyTo: secondRound[3] ?? 0 }));
  t.equal(peer.role, 'candidate');
});

t.test('A10: a pre-vote that a voter of a lower term granted counts', async (t) => {
  const peer = new ScriptedRaft({ preset: 'default', term: 5 });
  peer.reachDeadline();
  peer.receive('p2', preVoteGranted(2, { requestTerm: 6, inReplyTo: 2 }));
  t.equal(peer.role, 'candidate');
});

t.test('granting or refusing a pre-vote changes nothing, and any number may be granted', async (t) => {
  const voter = new ScriptedRaft({ preset: 'default', peers: 5, term: 3, votedFor: 'p4', log: [2] });
  voter.advance(250);
  const before = { ...voter.status };
  for (const asking of ['p2', 'p3', 'p5']) {
    const [reply] = voter.receive(asking, preVote(4, { lastLogIndex: 1, lastLogTerm: 2 }), 8);
    t.match(reply?.message.body, { voteGranted: true, term: 3, requestTerm: 4, inReplyTo: 8 });
  }
  const [refusal] = voter.receive('p2', preVote(9));
  t.match(refusal?.message.body, { voteGranted: false, refusal: 'logBehind', term: 3, requestTerm: 9 });
  t.same(voter.status, before);
  t.same(voter.persists, []);
});

t.test('a pre-vote for the own term or a former one is refused, with the own term', async (t) => {
  const voter = new ScriptedRaft({ preset: 'default', term: 6 });
  for (const term of [1, 5, 6]) {
    const [reply] = voter.receive('p2', preVote(term));
    t.match(reply?.message.body, { voteGranted: false, refusal: 'staleTerm', term: 6, requestTerm: term });
  }
});

t.test('A16: pre-votes are refused while a leader is alive, and from the minimum timeout on granted', async (t) => {
  // The answer to a pre-vote does not depend on the voter's own rules.
  for (const preset of ['default', 'lab'] as const) {
    const voter = new ScriptedRaft({ preset });
    voter.receive('p3', appendEntries(1));
    voter.advance(249.9);
    t.match(voter.receive('p2', preVote(2))[0]?.message.body, { voteGranted: false, refusal: 'leaderAlive', term: 1 });
    voter.advance(0.1);
    t.match(voter.receive('p2', preVote(2))[0]?.message.body, { voteGranted: true, term: 1 });
  }
});

t.test('A16: a leader refuses pre-votes, and leads on', async (t) => {
  const leader = new ScriptedRaft({ preset: 'default' });
  leader.becomeLeader();
  t.match(leader.receive('p2', preVote(2))[0]?.message.body, { voteGranted: false, refusal: 'leaderAlive', term: 1 });
  t.match(leader.receive('p2', preVote(50))[0]?.message.body, { voteGranted: false, refusal: 'leaderAlive', term: 1 });
  t.equal(leader.role, 'leader');
});

t.test('A16: one that has given its leader up grants at once', async (t) => {
  const voter = new ScriptedRaft({ preset: 'default' });
  voter.receive('p3', appendEntries(1));
  voter.reachDeadline();
  t.match(voter.receive('p2', preVote(2))[0]?.message.body, { voteGranted: true });
});

t.test('A17: a peer that was alone comes back as a follower of the same term', async (t) => {
  const peer = new ScriptedRaft({ preset: 'default', term: 3 });
  for (let rounds = 0; rounds < 200; rounds += 1) peer.reachDeadline();
  const sends = peer.receive('p2', appendEntries(3));
  t.match(sends[0]?.message.body, { success: true, term: 3 });
  t.equal(peer.role, 'follower');
  t.equal(peer.status.leader, 'p2');
});

t.test('A7: a pre-candidate follows a leader of its term even if the entries do not fit', async (t) => {
  const peer = new ScriptedRaft({ preset: 'default', log: [1, 1], term: 3, votedFor: 'p3' });
  peer.reachDeadline();
  const [reply] = peer.receive('p2', appendEntries(3, { prevLogIndex: 4, prevLogTerm: 2, entries: entriesOf(3) }));
  t.match(reply?.message.body, { success: false, term: 3, conflictIndex: 3 });
  t.equal(peer.role, 'follower');
  t.equal(peer.status.votedFor, 'p3');
});

t.test('a pre-candidate that learns of a later term follows, and asks about the one after it next time', async (t) => {
  const peer = new ScriptedRaft({ preset: 'default', term: 3 });
  peer.reachDeadline();
  const { deadlineMs } = peer;
  peer.receive('p2', preVoteRefused(8, { requestTerm: 4 }, 'staleTerm'));
  t.equal(peer.role, 'follower');
  t.equal(peer.term, 8);
  t.equal(peer.deadlineMs, deadlineMs);
  peer.takeSent();
  peer.reachDeadline();
  t.same(
    peer.takeSent().map(({ message }) => message),
    [preVote(9), preVote(9)],
  );
});

t.test('two that ask each other at once both get their pre-vote, and stand against each other', async (t) => {
  const peer = new ScriptedRaft({ preset: 'default' });
  peer.reachDeadline();
  t.match(peer.receive('p2', preVote(1))[0]?.message.body, { voteGranted: true });
  peer.receive('p2', preVoteGranted(0));
  t.equal(peer.role, 'candidate');
  t.match(peer.receive('p2', requestVote(1))[0]?.message.body, { voteGranted: false, refusal: 'alreadyVoted' });
});
