import t from 'tap';
import { appended, appendEntries, appendRefused, requestVote, voteGranted } from '../support/raftMessages.ts';
import { ScriptedRaft } from '../support/scriptedRaft.ts';

t.test('A16: a follower of a live leader refuses votes and does not adopt the term of the request', async (t) => {
  const peer = new ScriptedRaft({ preset: 'default' });
  peer.receive('p2', appendEntries(3));
  const { deadlineMs } = peer;
  peer.advance(249.9);
  const [reply] = peer.receive('p3', requestVote(40), 12);
  t.match(reply?.message.body, {
    term: 3,
    requestTerm: 40,
    inReplyTo: 12,
    voteGranted: false,
    refusal: 'leaderAlive',
  });
  t.equal(peer.term, 3);
  t.equal(peer.status.leader, 'p2');
  t.equal(peer.deadlineMs, deadlineMs);
});

t.test('A16: from the minimum timeout on the term is adopted and the vote granted', async (t) => {
  const peer = new ScriptedRaft({ preset: 'default' });
  peer.receive('p2', appendEntries(3));
  peer.advance(250);
  const [reply] = peer.receive('p3', requestVote(4));
  t.match(reply?.message.body, { term: 4, voteGranted: true });
  t.equal(peer.status.leader, null);
});

t.test('A16: without CheckQuorum a live leader protects nobody, with PreVote or not', async (t) => {
  for (const preVote of [false, true]) {
    const peer = new ScriptedRaft({ preset: 'default', checkQuorum: false, preVote });
    peer.receive('p2', appendEntries(3));
    const [reply] = peer.receive('p3', requestVote(4));
    t.match(reply?.message.body, { term: 4, voteGranted: true });
  }
});

t.test('A16: a vote of the very term of a live leader is refused too, and the timer stays', async (t) => {
  const peer = new ScriptedRaft({ preset: 'default', term: 3 });
  peer.receive('p2', appendEntries(3));
  const { deadlineMs } = peer;
  peer.advance(100);
  const [reply] = peer.receive('p3', requestVote(3));
  t.match(reply?.message, { type: 'RequestVoteReply', body: { voteGranted: false, refusal: 'leaderAlive', term: 3 } });
  t.equal(peer.status.votedFor, null);
  t.equal(peer.deadlineMs, deadlineMs);
});

t.test('A16: a leader refuses votes of any later term and leads on', async (t) => {
  const leader = new ScriptedRaft({ preset: 'default' });
  leader.becomeLeader();
  const [reply] = leader.receive('p2', requestVote(9));
  t.match(reply?.message.body, { term: 1, voteGranted: false, refusal: 'leaderAlive' });
  t.equal(leader.role, 'leader');
  t.equal(leader.term, 1);
});

t.test('A16: a peer that was just started knows of no leader, but may have given one a lease before', async (t) => {
  const peer = new ScriptedRaft({ preset: 'default', term: 3 });
  t.match(peer.receive('p3', requestVote(4))[0]?.message.body, { voteGranted: false, refusal: 'leaderAlive' });
  peer.advance(250);
  t.match(peer.receive('p3', requestVote(4))[0]?.message.body, { term: 4, voteGranted: true });
  const fresh = new ScriptedRaft({ preset: 'default', term: 0 });
  t.match(fresh.receive('p3', requestVote(1))[0]?.message.body, { term: 1, voteGranted: true });
});

for (const peers of [2, 3, 4, 5, 7]) {
  t.test(`A16: a leader of ${peers} that hears no majority steps down within the maximum timeout`, async (t) => {
    const leader = new ScriptedRaft({ preset: 'default', peers });
    leader.becomeLeader();
    const electedAtMs = leader.nowMs;
    // One short of a majority answers all the time.
    const majority = Math.floor(peers / 2) + 1;
    const answering = leader.voters.slice(1, majority - 1);
    while (leader.role === 'leader' && leader.nowMs < electedAtMs + 10_000) {
      leader.reachDeadline();
      if (leader.role === 'leader') for (const peer of answering) leader.receive(peer, appended(1, 0));
    }
    t.equal(leader.nowMs - electedAtMs, 400);
    t.equal(leader.role, 'follower');
    t.equal(leader.term, 1, 'in its term');
    t.equal(leader.status.votedFor, 'p1', 'keeping its vote');
    t.equal(leader.status.leader, null);
    t.equal(leader.persists.length, 1, 'nothing new to write');
    t.equal(leader.eventsOf('roleChanged').at(-1)?.reason, 'lostQuorum');
    t.equal(leader.electionDeadlineMs, leader.nowMs + 325);
  });

  t.test(`A16: a leader of ${peers} that a bare majority answers, now and then, leads on`, async (t) => {
    const leader = new ScriptedRaft({ preset: 'default', peers });
    leader.becomeLeader();
    const majority = Math.floor(peers / 2) + 1;
    const answering = leader.voters.slice(1, majority);
    for (let beat = 1; beat <= 300; beat += 1) {
      leader.reachDeadline();
      // Success or refusal, both are signs of life; two heartbeats of three are lost.
      const answer = beat % 6 === 0 ? appended(1, 0) : appendRefused(1, { conflictIndex: 1 });
      if (beat % 3 === 0) for (const peer of answering) leader.receive(peer, answer);
    }
    t.equal(leader.role, 'leader');
  });
}

t.test('A16: the moment to step down need not be that of a heartbeat', async (t) => {
  const leader = new ScriptedRaft({ preset: 'default', electionTimeoutMsMax: 430 });
  leader.becomeLeader();
  leader.advance(15);
  leader.receive('p2', appended(1, 0));
  const heardAtMs = leader.nowMs;
  leader.reachDeadlinesWhile('leader');
  t.equal(leader.nowMs - heardAtMs, 430);
});

t.test('A16: what is no answer to a heartbeat of this term is no sign of life', async (t) => {
  const leader = new ScriptedRaft({ preset: 'default', term: 4 });
  leader.becomeLeader();
  const electedAtMs = leader.nowMs;
  while (leader.role === 'leader' && leader.nowMs < electedAtMs + 10_000) {
    leader.reachDeadline();
    if (leader.role === 'leader') {
      leader.receive('p2', appended(4, 0));
      leader.receive('p2', voteGranted(5));
      leader.receive('p4', appended(5, 0));
      leader.receive('p3', requestVote(5));
    }
  }
  t.equal(leader.nowMs - electedAtMs, 400);
});

t.test('A16: two of five that answer in turn, at different times, are counted by their last answers', async (t) => {
  const leader = new ScriptedRaft({ preset: 'default', peers: 5 });
  leader.becomeLeader();
  leader.advance(100);
  leader.receive('p2', appended(1, 0));
  leader.advance(50);
  leader.receive('p3', appended(1, 0));
  leader.advance(50);
  leader.receive('p3', appended(1, 0));
  const secondNewestMs = leader.nowMs - 100;
  leader.reachDeadlinesWhile('leader');
  t.equal(leader.nowMs, secondNewestMs + 400, 'since then no majority was heard');
});

t.test('A16: a leader that was stopped and finds answers waiting is still the leader', async (t) => {
  const leader = new ScriptedRaft({ preset: 'default' });
  leader.becomeLeader();
  leader.advance(5000);
  leader.receive('p2', appended(1, 0));
  leader.deadline();
  t.equal(leader.role, 'leader');
  const stopped = new ScriptedRaft({ preset: 'default' });
  stopped.becomeLeader();
  stopped.advance(5000);
  stopped.deadline();
  t.equal(stopped.role, 'follower', 'one that finds none is not');
});

t.test('A16: a lone voter never steps down, and Figure 2 alone never does', async (t) => {
  const alone = new ScriptedRaft({ preset: 'default', peers: 1 });
  alone.becomeLeader();
  const plain = new ScriptedRaft({ preset: 'default', checkQuorum: false });
  plain.becomeLeader();
  for (const leader of [alone, plain]) {
    for (let beats = 0; beats < 100; beats += 1) leader.reachDeadline();
    t.equal(leader.role, 'leader');
  }
});

t.test('A16: a status says whether its leader could commit', async (t) => {
  const leader = new ScriptedRaft({ preset: 'lab', peers: 5 });
  t.equal(leader.status.canCommit, false);
  leader.becomeLeader();
  t.equal(leader.status.canCommit, true);
  leader.advance(250);
  t.equal(leader.status.canCommit, true);
  leader.advance(1);
  t.equal(leader.status.canCommit, false);
  leader.receive('p2', appended(1, 0));
  t.equal(leader.status.canCommit, false, 'two of five');
  leader.receive('p3', appended(1, 0));
  t.equal(leader.status.canCommit, true, 'three of five');
});

t.test('A17: a leader that answers a stuck peer is deposed by its higher term, once', async (t) => {
  // Without PreVote a peer that was cut off is terms ahead; votes are refused it, so the leader has to learn of the term.
  const stuck = new ScriptedRaft({ preset: 'default', preVote: false, term: 1 });
  for (let elections = 0; elections < 20; elections += 1) stuck.reachDeadline();
  t.equal(stuck.term, 21);
  const [answer] = stuck.receive('p2', appendEntries(1));
  t.match(answer?.message.body, { success: false, term: 21, requestTerm: 1 });
  const leader = new ScriptedRaft({ preset: 'default', preVote: false, id: 'p2' });
  leader.becomeLeader();
  if (answer !== undefined) leader.receive('p1', answer.message);
  t.equal(leader.role, 'follower');
  t.equal(leader.term, 21);
  t.match(leader.receive('p1', requestVote(22))[0]?.message.body, { voteGranted: true, term: 22 });
});
