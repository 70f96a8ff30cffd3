import t from 'tap';
import { peerId } from '../../shared/ids.ts';
import { acknowledge, outcomesOf, reigning } from '../support/leaders.ts';
import { appendEntries, requestVote, timeoutNow } from '../support/raftMessages.ts';
import { ScriptedRaft } from '../support/scriptedRaft.ts';

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
  t.same(outcomesOf(leader.takeOutcomes(), 'transferred'), [{ type: 'transferred', requestId: 1 }]);
});

t.test(
  'the message may be lost: it goes with every heartbeat; in an election timeout the leader gives up',
  async (t) => {
    const leader = reigning();
    const startedAtMs = leader.nowMs;
    leader.do(toP2);
    while (outcomesOf(leader.outcomes, 'refused').length === 0 && leader.nowMs < startedAtMs + 5000) {
      leader.reachDeadline();
      acknowledge(leader, 'p2', 'p3');
    }
    t.same(leader.takeOutcomes(), [{ type: 'refused', requestId: 1, reason: 'timedOut' }]);
    t.equal(leader.nowMs, startedAtMs + 400);
    t.ok(leader.bodiesSent('TimeoutNow').length >= 4);
    leader.propose(60);
    t.match(leader.takeOutcomes(), [{ type: 'accepted', requestId: 60 }]);
  },
);

t.test('a reign that ends for another reason was not handed over', async (t) => {
  const lost = reigning();
  lost.do(toP2);
  lost.reachDeadlinesWhile('leader');
  t.same(outcomesOf(lost.outcomes, 'transferred'), []);
  t.match(outcomesOf(lost.outcomes, 'refused'), [{ requestId: 1 }]);
  const asked = reigning();
  asked.do(toP2);
  asked.do({ type: 'stepDown' });
  t.equal(asked.role, 'follower');
  t.match(asked.takeOutcomes(), [{ type: 'refused', requestId: 1, reason: 'leaderChanged' }]);
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
