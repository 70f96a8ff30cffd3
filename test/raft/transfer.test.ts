import t from 'tap';
import { ELECTION_PRESETS } from '../../peer/raft/options.ts';
import { peerId } from '../../shared/ids.ts';
import { acknowledge, outcomesOf, reigning } from '../support/leaders.ts';
import { appended, appendEntries, requestVote, timeoutNow, voteGranted } from '../support/raftMessages.ts';
import { ScriptedRaft } from '../support/scriptedRaft.ts';

/** Nobody stands, though all hear the leader, until it gives up. */
function failTransfer(leader: ScriptedRaft): void {
  const endMs = leader.nowMs + 5000;
  while (leader.role === 'leader' && leader.nowMs < endMs) {
    leader.reachDeadline();
    acknowledge(leader, 'p2', 'p3');
  }
}

const toP2 = { type: 'transfer', requestId: 1, to: peerId('p2') } as const;

t.test('a leader hands over to one that has its whole log, and takes no proposals meanwhile', async (t) => {
  const leader = reigning();
  leader.propose(50);
  leader.takeSent();
  leader.do(toP2);
  t.same(leader.bodiesSent('TimeoutNow'), [], 'p2 lacks the last entry');
  leader.propose(51);
  leader.do({ type: 'changeMembership', requestId: 52, voters: [peerId('p1')], learners: [] });
  leader.do({ ...toP2, requestId: 53 });
  t.same(
    outcomesOf(leader.takeOutcomes(), 'refused').map(({ requestId, reason }) => [requestId, reason]),
    [51, 52, 53].map((requestId) => [requestId, 'transferring']),
  );
  leader.reachDeadline();
  acknowledge(leader, 'p2');
  t.equal(leader.bodiesSent('TimeoutNow', 'p2').length, 1);
  leader.receive('p2', requestVote(2, { lastLogIndex: 2, lastLogTerm: 1, leadershipTransfer: true }));
  t.equal(leader.role, 'follower');
  t.equal(leader.status.votedFor, 'p2', 'it votes for its successor, although it led a moment ago');
  t.same(leader.takeOutcomes(), [], 'it stands; whether it is elected is not known yet');
  leader.receive('p2', appendEntries(2));
  t.same(leader.takeOutcomes(), [{ type: 'transferred', requestId: 1 }]);
});

t.test(
  'the message may be lost: it goes with every heartbeat; after an election timeout the leader stands in a new term',
  async (t) => {
    for (const preset of ['default', 'lab'] as const) {
      const leader = reigning({ preset });
      const { electionTimeoutMsMax } = ELECTION_PRESETS[preset];
      const startedAtMs = leader.nowMs;
      leader.do(toP2);
      failTransfer(leader);
      t.equal(leader.nowMs, startedAtMs + electionTimeoutMsMax);
      t.ok(leader.asked.filter(({ message }) => message.type === 'TimeoutNow').length >= 3);
      t.equal(leader.term, 2, 'there a TimeoutNow that comes late is stale');
      t.match(leader.bodiesSent('RequestVote'), [{ term: 2, leadershipTransfer: true }, { leadershipTransfer: true }]);
      t.same(leader.takeOutcomes(), [], 'p2 may be elected yet');
      leader.receive('p3', voteGranted(2));
      t.equal(leader.role, 'leader');
      t.same(
        outcomesOf(leader.takeOutcomes(), 'refused'),
        [{ type: 'refused', requestId: 1, reason: 'successorSilent' }],
        'p2 cannot be elected in the term after the request any more',
      );
      leader.propose(60);
      t.match(leader.takeOutcomes(), [{ type: 'accepted', requestId: 60 }]);
    }
  },
);

t.test('a leader that wakes late gives the transfer up, and sends no heartbeat as a candidate', async (t) => {
  const leader = reigning({ preset: 'lab' });
  leader.do(toP2);
  leader.takeSent();
  leader.advance(10_000);
  leader.deadline();
  t.equal(leader.role, 'candidate');
  t.same(
    leader.takeSent().map(({ message }) => message.type),
    ['RequestVote', 'RequestVote'],
  );
});

t.test('a transfer to one that never had the whole log is given up, and the reign goes on', async (t) => {
  const leader = reigning();
  leader.propose(50);
  acknowledge(leader, 'p3');
  leader.takeOutcomes();
  const startedAtMs = leader.nowMs;
  leader.do(toP2);
  while (leader.outcomes.length === 0 && leader.nowMs < startedAtMs + 5000) {
    leader.reachDeadline();
    acknowledge(leader, 'p3');
  }
  t.same(leader.takeOutcomes(), [{ type: 'refused', requestId: 1, reason: 'successorBehind' }]);
  t.equal(leader.nowMs, startedAtMs + 400);
  t.same([leader.role, leader.term], ['leader', 1], 'nobody was asked to stand');
});

t.test(
  'a voter that says that it never leads is refused at once, and the reign goes on as if nothing had been',
  async (t) => {
    const answer = (leader: ScriptedRaft, index: number): void => {
      leader.receive('p2', { type: 'AppendEntriesReply', body: { ...appended(1, index).body, neverLeads: true } });
    };
    const leader = reigning({ leaseReads: true });
    answer(leader, 1);
    leader.do(toP2);
    t.same(leader.takeOutcomes(), [{ type: 'refused', requestId: 1, reason: 'neverLeads' }]);
    t.same(leader.bodiesSent('TimeoutNow'), [], 'nobody was asked to stand');
    t.same([leader.role, leader.term], ['leader', 1]);
    leader.propose(50);
    t.match(leader.takeOutcomes(), [{ type: 'accepted', requestId: 50 }], 'nor was a proposal refused');

    const unheard = reigning({}, ['p3']);
    unheard.do(toP2);
    t.same(unheard.takeOutcomes(), [], 'p2 has not said anything yet in this term');
    answer(unheard, 1);
    t.same(unheard.takeOutcomes(), [{ type: 'refused', requestId: 1, reason: 'neverLeads' }]);
    t.same(unheard.bodiesSent('TimeoutNow'), []);
    t.same([unheard.role, unheard.term], ['leader', 1]);
  },
);

t.test('the lease is back once the leader is confirmed in its new term', async (t) => {
  const leader = reigning({ leaseReads: true });
  leader.do(toP2);
  failTransfer(leader);
  t.ok(leader.raft.leaseUntilMs() <= leader.nowMs);
  leader.receive('p3', voteGranted(2));
  acknowledge(leader, 'p3');
  t.ok(leader.raft.leaseUntilMs() > leader.nowMs);
  leader.takeOutcomes();
  leader.do({ type: 'read', requestId: 70 });
  t.match(leader.takeOutcomes(), [{ type: 'readReady', requestId: 70 }]);
});

t.test('a TimeoutNow that comes late, in the term after, elects nobody', async (t) => {
  const told = new ScriptedRaft({ preset: 'default', id: 'p2', term: 1 });
  told.receive('p1', appendEntries(1));
  told.receive('p1', requestVote(2, { leadershipTransfer: true }));
  told.receive('p1', timeoutNow(1));
  t.same([told.role, told.term, told.status.votedFor], ['follower', 2, 'p1']);
  // One that did not hear of the new term stands in that same term; whoever elected p1 there refuses.
  const voter = new ScriptedRaft({ preset: 'default', id: 'p3', term: 1 });
  voter.receive('p1', appendEntries(1));
  t.match(voter.receive('p1', requestVote(2, { leadershipTransfer: true }))[0]?.message.body, { voteGranted: true });
  const late = voter.receive('p2', requestVote(2, { leadershipTransfer: true }));
  t.match(late[0]?.message.body, { voteGranted: false, refusal: 'alreadyVoted' });
});

t.test('who leads after the transfer answers it, and nobody else', async (t) => {
  const ended = (): ScriptedRaft => {
    const leader = reigning();
    leader.do(toP2);
    leader.receive('p3', requestVote(2, { lastLogIndex: 1, lastLogTerm: 1, leadershipTransfer: true }));
    t.equal(leader.role, 'follower');
    t.same(leader.takeOutcomes(), []);
    return leader;
  };
  const another = ended();
  another.receive('p3', appendEntries(2));
  t.same(another.takeOutcomes(), [{ type: 'refused', requestId: 1, reason: 'leaderChanged' }]);
  const later = ended();
  later.receive('p3', appendEntries(3));
  t.same(
    later.takeOutcomes(),
    [{ type: 'refused', requestId: 1, reason: 'transferUndecided' }],
    'p2 may have led in between',
  );
  const atLast = ended();
  atLast.receive('p2', appendEntries(3));
  t.same(atLast.takeOutcomes(), [{ type: 'transferred', requestId: 1 }]);
  const nobody = ended();
  const endedAtMs = nobody.nowMs;
  while (nobody.outcomes.length === 0 && nobody.nowMs < endedAtMs + 5000) nobody.reachDeadline();
  t.same(nobody.takeOutcomes(), [{ type: 'refused', requestId: 1, reason: 'transferUndecided' }]);
  t.equal(nobody.nowMs, endedAtMs + 400);
});

t.test('a reign that ends otherwise was not handed over, unless the other was asked to stand', async (t) => {
  const asked = reigning();
  asked.do(toP2);
  asked.do({ type: 'stepDown' });
  t.equal(asked.role, 'follower');
  t.same(asked.takeOutcomes(), [], 'the TimeoutNow has left');
  asked.receive('p2', appendEntries(2));
  t.same(asked.takeOutcomes(), [{ type: 'transferred', requestId: 1 }]);
  const early = reigning();
  early.propose(50);
  early.takeOutcomes();
  early.do(toP2);
  early.do({ type: 'stepDown' });
  t.same(early.takeOutcomes(), [{ type: 'refused', requestId: 1, reason: 'leaderChanged' }]);
});

t.test('to itself it is done; to a stranger or a learner it is refused; a follower cannot', async (t) => {
  const leader = reigning();
  leader.do({ ...toP2, to: leader.id });
  leader.do({ ...toP2, requestId: 2, to: peerId('p9') });
  t.match(leader.takeOutcomes(), [
    { type: 'transferred', requestId: 1 },
    { type: 'refused', requestId: 2, reason: 'illegal' },
  ]);
  const other = new ScriptedRaft();
  other.do(toP2);
  t.match(other.takeOutcomes(), [{ type: 'refused', reason: 'notLeader' }]);
});

t.test('who is told stands at once, without asking first, and is granted by voters who hear a leader', async (t) => {
  const peer = new ScriptedRaft({ preset: 'default', term: 1 });
  peer.receive('p2', appendEntries(1));
  peer.receive('p3', timeoutNow(1));
  peer.receive('p2', timeoutNow(0));
  t.equal(peer.role, 'follower', 'not the leader, or not of this term');
  peer.takeSent();
  peer.receive('p2', timeoutNow(1));
  t.equal(peer.role, 'candidate');
  t.match(peer.bodiesSent('RequestVote'), [{ term: 2, leadershipTransfer: true }, { leadershipTransfer: true }]);
  const voter = new ScriptedRaft({ preset: 'default', term: 1 });
  voter.receive('p2', appendEntries(1));
  t.match(voter.receive('p3', requestVote(2))[0]?.message.body, { voteGranted: false });
  t.match(voter.receive('p3', requestVote(2, { leadershipTransfer: true }))[0]?.message.body, { voteGranted: true });
});
