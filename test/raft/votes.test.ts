import t from 'tap';
import type { Send } from '../../peer/raft/effect.ts';
import type { VoteRefusal } from '../../shared/messages/VoteRefusal.ts';
import { appendEntries, entriesOf, preVote, requestVote, voteGranted, voteRefused } from '../support/raftMessages.ts';
import { ScriptedRaft } from '../support/scriptedRaft.ts';

/** 'granted', or why not. */
function verdict([send]: readonly Send[]): VoteRefusal | 'granted' | undefined {
  const message = send?.message;
  if (message?.type !== 'RequestVoteReply' && message?.type !== 'PreVoteReply') return undefined;
  return message.body.voteGranted ? 'granted' : message.body.refusal;
}

t.test('A8: one vote a term, first come; the same candidate is granted again', async (t) => {
  const peer = new ScriptedRaft({ peers: 5 });
  t.equal(verdict(peer.receive('p2', requestVote(1))), 'granted');
  t.equal(verdict(peer.receive('p3', requestVote(1))), 'alreadyVoted');
  t.equal(verdict(peer.receive('p2', requestVote(1))), 'granted', 'a frame that came twice');
  t.equal(verdict(peer.receive('p4', requestVote(1))), 'alreadyVoted');
  t.equal(verdict(peer.receive('p3', requestVote(2))), 'granted', 'another term, another vote');
  t.same(
    peer.persists.map(({ steps }) => steps),
    [
      [{ type: 'setHardState', hardState: { currentTerm: 1, votedFor: 'p2' } }],
      [{ type: 'setHardState', hardState: { currentTerm: 2, votedFor: 'p3' } }],
    ],
    'a repeated grant is not written again',
  );
});

t.test('A8: the reply names the request', async (t) => {
  const peer = new ScriptedRaft();
  t.match(peer.receive('p2', requestVote(3), 77), [
    { to: 'p2', message: { body: { term: 3, requestTerm: 3, inReplyTo: 77, voteGranted: true } } },
  ]);
  t.match(peer.receive('p3', requestVote(2), 5), [
    {
      to: 'p3',
      message: { body: { term: 3, requestTerm: 2, inReplyTo: 5, voteGranted: false, refusal: 'staleTerm' } },
    },
  ]);
});

t.test('A9: the log is compared by last term, then by last index', async (t) => {
  const cases: [lastLogTerm: number, lastLogIndex: number, expected: string][] = [
    [3, 4, 'granted'],
    [3, 5, 'granted'],
    [4, 1, 'granted'],
    [9, 4, 'granted'],
    [3, 3, 'logBehind'],
    [2, 4, 'logBehind'],
    [2, 1000, 'logBehind'],
    [0, 0, 'logBehind'],
  ];
  for (const [lastLogTerm, lastLogIndex, expected] of cases) {
    const what = `a log that ends with index ${lastLogIndex} of term ${lastLogTerm}`;
    const voter = new ScriptedRaft({ log: [1, 1, 2, 3], term: 9 });
    t.equal(verdict(voter.receive('p2', requestVote(10, { lastLogIndex, lastLogTerm }))), expected, what);
    const asked = new ScriptedRaft({ log: [1, 1, 2, 3], term: 9 });
    t.equal(verdict(asked.receive('p2', preVote(10, { lastLogIndex, lastLogTerm }))), expected, `${what}, pre-vote`);
  }
});

t.test('A9: the commit index has no say', async (t) => {
  const voter = new ScriptedRaft();
  voter.receive('p3', appendEntries(1, { entries: entriesOf(1, 1, 1), leaderCommit: 3 }));
  t.equal(voter.status.commitIndex, 3);
  t.equal(verdict(voter.receive('p2', requestVote(2, { lastLogIndex: 1, lastLogTerm: 2 }))), 'granted');
});

t.test('A6: a refused candidate of a new term leaves the vote free for a better one', async (t) => {
  const voter = new ScriptedRaft({ log: [1, 2] });
  t.equal(verdict(voter.receive('p2', requestVote(3, { lastLogIndex: 1, lastLogTerm: 1 }))), 'logBehind');
  t.equal(voter.status.votedFor, null);
  t.equal(verdict(voter.receive('p3', requestVote(3, { lastLogIndex: 2, lastLogTerm: 2 }))), 'granted');
});

t.test(
  "A6: CCF's former_candidate_double_vote: a candidate that steps down within its term keeps its vote",
  async (t) => {
    // Figure 2 alone; five peers with a common log of four entries. p3 holds a fifth.
    const peer = new ScriptedRaft({ id: 'p2', peers: 5, log: [1, 2, 2, 2] });
    peer.reachDeadline();
    t.equal(peer.role, 'candidate');
    t.equal(peer.term, 3);
    t.equal(verdict(peer.receive('p3', requestVote(3, { lastLogIndex: 5, lastLogTerm: 2 }))), 'alreadyVoted');
    // p3 was elected by others; its first message does not fit this log.
    const [refusal] = peer.receive('p3', appendEntries(3, { prevLogIndex: 5, prevLogTerm: 2 }));
    t.match(refusal?.message.body, { success: false, term: 3 });
    t.equal(peer.role, 'follower');
    t.equal(peer.status.leader, 'p3');
    t.equal(peer.status.votedFor, 'p2');
    t.equal(verdict(peer.receive('p4', requestVote(3, { lastLogIndex: 4, lastLogTerm: 2 }))), 'alreadyVoted');
    t.same(peer.stored.votedFor, 'p2');
  },
);

t.test(
  "A6: CCF's pre_vote_double_leader: a pre-candidate that steps down within its term keeps its vote",
  async (t) => {
    const voter = new ScriptedRaft({ preset: 'default', id: 'p2', log: [1, 2, 2, 2] });
    // Before it was started it may have heard of a leader.
    voter.advance(250);
    t.equal(verdict(voter.receive('p1', preVote(3, { lastLogIndex: 5, lastLogTerm: 2 }))), 'granted');
    t.equal(verdict(voter.receive('p3', preVote(3, { lastLogIndex: 4, lastLogTerm: 2 }))), 'granted');
    t.equal(verdict(voter.receive('p1', requestVote(3, { lastLogIndex: 5, lastLogTerm: 2 }))), 'granted');
    voter.reachDeadline();
    t.equal(voter.role, 'preCandidate');
    t.equal(voter.term, 3);
    voter.receive('p1', appendEntries(3, { prevLogIndex: 5, prevLogTerm: 2 }));
    t.equal(voter.role, 'follower');
    t.equal(voter.status.votedFor, 'p1');
    // The other candidate's request was delayed until the leader counts as lost.
    voter.advance(300);
    t.equal(verdict(voter.receive('p3', requestVote(3, { lastLogIndex: 4, lastLogTerm: 2 }))), 'alreadyVoted');
  },
);

t.test('A6: neither a split vote, nor a heartbeat, nor losing the quorum frees a vote', async (t) => {
  const split = new ScriptedRaft({ peers: 4 });
  split.reachDeadline();
  for (const voter of ['p2', 'p3', 'p4']) split.receive(voter, voteRefused(1));
  t.equal(verdict(split.receive('p3', requestVote(1))), 'alreadyVoted');

  const voter = new ScriptedRaft({ peers: 5 });
  voter.receive('p2', requestVote(1));
  for (let beats = 0; beats < 3; beats += 1) voter.receive('p2', appendEntries(1));
  t.equal(verdict(voter.receive('p3', requestVote(1))), 'alreadyVoted');

  const leader = new ScriptedRaft({ preset: 'default' });
  leader.becomeLeader();
  leader.reachDeadlinesWhile('leader');
  t.equal(leader.term, 1);
  t.equal(leader.status.votedFor, 'p1');
  t.equal(verdict(leader.receive('p2', requestVote(1))), 'alreadyVoted');
});

t.test('A6: a vote outlives the process', async (t) => {
  const voter = new ScriptedRaft();
  voter.receive('p2', requestVote(4));
  const again = voter.restart();
  t.equal(again.term, 4);
  t.equal(verdict(again.receive('p3', requestVote(4))), 'alreadyVoted');
  t.equal(verdict(again.receive('p2', requestVote(4))), 'granted', 'the vote is still the same');

  const candidate = new ScriptedRaft();
  candidate.reachDeadline();
  const back = candidate.restart();
  t.equal(verdict(back.receive('p3', requestVote(1))), 'alreadyVoted', 'a vote for itself is one');
  back.receive('p2', voteGranted(1));
  t.equal(back.role, 'follower', 'and it does not lead the term in which it stood before');
});

t.test('granting a vote makes a pre-candidate give way', async (t) => {
  const peer = new ScriptedRaft({ preset: 'default', term: 1 });
  peer.reachDeadline();
  t.equal(peer.role, 'preCandidate');
  t.equal(verdict(peer.receive('p2', requestVote(1))), 'granted');
  t.equal(peer.role, 'follower');
  t.equal(peer.status.electionTimer?.reason, 'grantedVote');
});
