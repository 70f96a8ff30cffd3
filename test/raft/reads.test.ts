import t from 'tap';
import { configurationOf } from '../../peer/raft/configuration.ts';
import { peerId } from '../../shared/ids.ts';
import { acknowledge, outcomesOf, reigning } from '../support/leaders.ts';
import {
  appended,
  appendEntries,
  appendRefused,
  preVoteRefused,
  readIndex,
  readIndexReply,
  requestVote,
} from '../support/raftMessages.ts';
import { bodiesOf, ScriptedRaft, type ScriptedRaftOptions } from '../support/scriptedRaft.ts';

const LEASES: ScriptedRaftOptions = { leaseReads: true, leaseClockDrift: 0.1 };

function follower(options: ScriptedRaftOptions = {}): ScriptedRaft {
  const peer = new ScriptedRaft({ preset: 'default', term: 1, ...options });
  peer.receive('p2', appendEntries(1));
  peer.takeSent();
  return peer;
}

t.test('G52: a read waits for a round that a majority answers after it was asked for', async (t) => {
  const leader = reigning();
  leader.do({ type: 'read', requestId: 7 });
  t.same(leader.outcomes, []);
  const [beat] = leader.bodiesSent('AppendEntries', 'p2');
  t.ok(beat !== undefined && beat.entries.length === 0, 'a round of its own, at once');
  leader.receive('p2', appended(1, 1, { round: (beat?.round ?? 1) - 1 }));
  t.same(leader.outcomes, [], 'an answer to the round before says nothing');
  leader.receive('p2', appended(1, 1, { round: beat?.round ?? 0 }));
  t.same(leader.outcomes, [{ type: 'readReady', requestId: 7, index: 1 }]);
});

t.test('G52: a refusal by the log confirms the reign too; a late or doubled one does not count twice', async (t) => {
  const leader = reigning({ peers: 5 });
  leader.do({ type: 'read', requestId: 7 });
  const round = leader.bodiesSent('AppendEntries', 'p2')[0]?.round ?? 0;
  leader.receive('p2', appendRefused(1, { prevLogIndex: 1, conflictIndex: 1, round }));
  leader.receive('p2', appended(1, 0, { round }));
  t.same(leader.outcomes, []);
  leader.receive('p3', appended(1, 1, { round }));
  t.same(leader.outcomes, [{ type: 'readReady', requestId: 7, index: 1 }]);
});

t.test('G52: a late answer to an earlier round does not take back that a later one was answered', async (t) => {
  const leader = reigning({ peers: 5 });
  leader.do({ type: 'read', requestId: 7 });
  const round = leader.bodiesSent('AppendEntries', 'p2')[0]?.round ?? 0;
  leader.receive('p2', appended(1, 1, { round }));
  leader.receive('p2', appended(1, 1, { round: round - 1 }));
  t.same(leader.outcomes, []);
  leader.receive('p3', appended(1, 1, { round }));
  t.same(leader.outcomes, [{ type: 'readReady', requestId: 7, index: 1 }]);
});

t.test('G52: a leader that hears nobody answers no read, and says so when it steps down', async (t) => {
  const leader = reigning();
  leader.do({ type: 'read', requestId: 7 });
  leader.reachDeadlinesWhile('leader');
  t.same(leader.takeOutcomes(), [{ type: 'refused', requestId: 7, reason: 'leaderChanged' }]);
});

t.test(
  'G52: while two sets of voters are in force, a majority of each confirms the reign, for a lease too',
  async (t) => {
    const [old, next] = [['p1', 'p2', 'p3'].map(peerId), ['p1', 'p4', 'p5'].map(peerId)];
    const others = ['p2', 'p3', 'p4', 'p5'];
    const leader = reigning({ configuration: configurationOf(old, next.slice(1)), ...LEASES }, others);
    leader.do({ type: 'changeMembership', requestId: 1, voters: next, learners: [] });
    leader.takeOutcomes();
    const leaseUntilMs = leader.raft.leaseUntilMs();
    leader.nowMs = leaseUntilMs;
    leader.do({ type: 'read', requestId: 7 });
    acknowledge(leader, 'p4', 'p5');
    t.same(leader.outcomes, [], 'three of the new, one of the old');
    t.equal(leader.raft.leaseUntilMs(), leaseUntilMs);
    acknowledge(leader, 'p2');
    t.match(outcomesOf(leader.outcomes, 'readReady'), [{ requestId: 7 }]);
    t.ok(leader.raft.leaseUntilMs() > leaseUntilMs);
  },
);

t.test('G57: a new leader answers no read before it has committed in its term', async (t) => {
  const leader = new ScriptedRaft({ preset: 'default', noOpOnElection: true, log: [1, 1], term: 1 });
  leader.becomeLeader();
  leader.takeSent();
  leader.do({ type: 'read', requestId: 7 });
  t.same(leader.sent, [], 'no round yet');
  leader.receive('p2', appended(2, 2, { round: 1 }));
  t.same(leader.outcomes, [], 'an entry of a former term on a majority');
  leader.receive('p2', appended(2, 3, { round: 1 }));
  t.equal(leader.status.commitIndex, 3);
  t.same(leader.outcomes, [], 'now the round begins');
  acknowledge(leader, 'p2');
  t.same(leader.takeOutcomes(), [{ type: 'readReady', requestId: 7, index: 3 }]);
});

t.test('G57: without a no-op reads wait for the first command of the term', async (t) => {
  const leader = reigning({ noOpOnElection: false });
  leader.do({ type: 'read', requestId: 7 });
  leader.propose(8);
  acknowledge(leader, 'p2');
  t.match(outcomesOf(leader.takeOutcomes(), 'readReady'), [{ requestId: 7, index: 1 }]);
});

t.test('reads that come during a round share the next one', async (t) => {
  const leader = reigning();
  leader.do({ type: 'read', requestId: 1 });
  leader.takeSent();
  for (let requestId = 2; requestId < 50; requestId += 1) leader.do({ type: 'read', requestId });
  t.same(leader.sent, []);
  leader.receive('p2', appended(1, 1, { round: 3 }));
  t.ok(leader.outcomes.length <= 1);
  acknowledge(leader, 'p2');
  leader.reachDeadline();
  acknowledge(leader, 'p2');
  t.equal(outcomesOf(leader.takeOutcomes(), 'readReady').length, 49);
});

t.test('a bound on waiting reads', async (t) => {
  const leader = reigning({ readsWaitingMax: 2 });
  for (let requestId = 1; requestId <= 4; requestId += 1) leader.do({ type: 'read', requestId });
  t.same(leader.takeOutcomes(), [{ type: 'refused', requestId: 4, reason: 'tooManyReads' }]);
});

t.test('a lone voter answers at once, whatever its learners do', async (t) => {
  for (const learners of [[], ['p9']]) {
    const configuration = configurationOf([peerId('p1')], learners.map(peerId));
    const leader = reigning({ configuration }, []);
    leader.do({ type: 'read', requestId: 7 });
    t.same(leader.takeOutcomes(), [{ type: 'readReady', requestId: 7, index: 1 }], `learners: ${learners.join()}`);
  }
});

t.test('a follower asks its leader, and takes each answer once', async (t) => {
  const peer = follower();
  peer.do({ type: 'read', requestId: 7 });
  const [asked] = peer.bodiesSent('ReadIndex', 'p2');
  const readId = asked?.readId ?? -1;
  peer.receive('p3', readIndexReply(1, readId, 4));
  t.same(peer.outcomes, [], 'not from the leader');
  peer.receive('p2', readIndexReply(1, readId, 4));
  peer.receive('p2', readIndexReply(1, readId, 5));
  t.same(peer.takeOutcomes(), [{ type: 'readReady', requestId: 7, index: 4 }]);
  peer.do({ type: 'read', requestId: 8 });
  peer.receive('p2', readIndexReply(1, peer.bodiesSent('ReadIndex').at(-1)?.readId ?? -1, undefined));
  t.same(peer.takeOutcomes(), [{ type: 'refused', requestId: 8, reason: 'leaderChanged' }]);
});

t.test('an answer to an earlier question of the same number is not taken', async (t) => {
  const random = (): (() => number) => {
    let at = 0;
    return () => (at = (at + 0.137) % 1);
  };
  const peer = follower({ random: random() });
  peer.do({ type: 'read', requestId: 7 });
  const first = peer.bodiesSent('ReadIndex')[0]?.readId ?? -1;
  // The leader is lost and heard again, in the same term: the read is refused, and its number used again.
  peer.reachDeadline();
  t.match(peer.takeOutcomes(), [{ type: 'refused', requestId: 7 }]);
  peer.receive('p2', appendEntries(1));
  peer.do({ type: 'read', requestId: 7 });
  peer.receive('p2', readIndexReply(1, first, 0));
  t.same(peer.outcomes, [], 'its index may be older than the new question');
});

t.test('an answer to a question of an earlier life is not taken', async (t) => {
  const [first, second] = [0.137, 0.731].map((chance) => {
    const life = follower({ random: () => chance });
    life.do({ type: 'read', requestId: 7 });
    return life;
  });
  const asked = first?.bodiesSent('ReadIndex')[0]?.readId ?? -1;
  second?.receive('p2', readIndexReply(1, asked, 0));
  t.same(second?.outcomes, [], 'its index may be older than the new question');
  second?.receive('p2', readIndexReply(1, second.bodiesSent('ReadIndex')[0]?.readId ?? -1, 1));
  t.same(second?.outcomes, [{ type: 'readReady', requestId: 7, index: 1 }]);
});

t.test('a leader answers a follower like itself, and one that does not lead says that it cannot', async (t) => {
  const leader = reigning();
  t.same(bodiesOf(leader.receive('p3', readIndex(1, 50), 9), 'ReadIndexReply'), []);
  acknowledge(leader, 'p2');
  t.match(leader.bodiesSent('ReadIndexReply', 'p3'), [{ readId: 50, readIndex: 1, inReplyTo: 9, requestTerm: 1 }]);
  const other = follower();
  const [reply] = bodiesOf(other.receive('p3', readIndex(1, 51), 9), 'ReadIndexReply');
  t.match(reply, { readId: 51, inReplyTo: 9 });
  t.notOk(reply !== undefined && 'readIndex' in reply);
  const [stale] = bodiesOf(leader.receive('p3', readIndex(0, 52), 9), 'ReadIndexReply');
  t.notOk(stale !== undefined && 'readIndex' in stale, 'asked in another term');
});

t.test('a question whose answer is lost comes to an end', async (t) => {
  const peer = follower({ readsWaitingMax: 2 });
  for (const requestId of [1, 2, 3]) peer.do({ type: 'read', requestId });
  t.same(peer.takeOutcomes(), [{ type: 'refused', requestId: 3, reason: 'tooManyReads' }]);
  for (let beats = 0; beats < 5; beats += 1) {
    peer.advance(100);
    peer.receive('p2', appendEntries(1));
  }
  t.same(
    outcomesOf(peer.takeOutcomes(), 'refused').map(({ requestId, reason }) => [requestId, reason]),
    [
      [1, 'timedOut'],
      [2, 'timedOut'],
    ],
  );
  peer.do({ type: 'read', requestId: 4 });
  t.same(peer.outcomes, [], 'there is room again');
});

t.test("a learner's question comes to an end though it has no election timer", async (t) => {
  const configuration = configurationOf(['p2', 'p3'].map(peerId), [peerId('p1')]);
  const learner = follower({ configuration });
  t.equal(learner.electionDeadlineMs, undefined);
  learner.do({ type: 'read', requestId: 1 });
  learner.reachDeadline();
  t.same(learner.takeOutcomes(), [{ type: 'refused', requestId: 1, reason: 'timedOut' }]);
});

t.test('without a leader a read is refused at once', async (t) => {
  const peer = new ScriptedRaft({ term: 1 });
  peer.do({ type: 'read', requestId: 1 });
  t.same(peer.outcomes, [{ type: 'refused', requestId: 1, reason: 'notLeader' }]);
});

t.test(
  'lease: reads are answered at once until the lease runs out, counted from when the round was sent',
  async (t) => {
    const leader = reigning(LEASES, []);
    const sentAtMs = leader.nowMs;
    leader.advance(50);
    leader.receive('p2', appended(1, 1, { round: 1 }));
    t.equal(leader.raft.leaseUntilMs(), sentAtMs + 225);
    leader.nowMs = sentAtMs + 224;
    leader.do({ type: 'read', requestId: 1 });
    t.same(leader.takeOutcomes(), [{ type: 'readReady', requestId: 1, index: 1 }]);
    leader.nowMs = sentAtMs + 225;
    leader.do({ type: 'read', requestId: 2 });
    t.same(leader.takeOutcomes(), [], 'now it asks');
  },
);

t.test('lease: not before a commit in the term, and not without the option', async (t) => {
  const fresh = new ScriptedRaft({ preset: 'default', ...LEASES });
  fresh.becomeLeader();
  fresh.receive('p2', appended(1, 0, { round: 1 }));
  fresh.do({ type: 'read', requestId: 1 });
  t.same(fresh.outcomes, []);
  const without = reigning();
  without.do({ type: 'read', requestId: 1 });
  t.same(without.outcomes, []);
});

t.test('lease: one that sent TimeoutNow trusts its lease no more, for that breaks the promise', async (t) => {
  const leader = reigning(LEASES);
  t.ok(leader.raft.leaseUntilMs() > leader.nowMs);
  leader.do({ type: 'transfer', requestId: 1, to: peerId('p2') });
  t.equal(leader.bodiesSent('TimeoutNow').length, 1);
  t.ok(leader.raft.leaseUntilMs() <= leader.nowMs);
  leader.do({ type: 'read', requestId: 2 });
  t.same(outcomesOf(leader.outcomes, 'readReady'), []);
});

t.test('lease: a voter keeps its promise though it hears of a higher term, and across a restart', async (t) => {
  const voter = new ScriptedRaft({ preset: 'default', term: 1, ...LEASES });
  voter.advance(1000);
  voter.receive('p2', appendEntries(1));
  voter.receive('p3', preVoteRefused(5));
  t.equal(voter.term, 5);
  voter.advance(249);
  t.match(voter.receive('p3', requestVote(6))[0]?.message.body, { voteGranted: false, refusal: 'leaderAlive' });
  t.match(voter.restart().receive('p3', requestVote(6))[0]?.message.body, { voteGranted: false });
  voter.advance(1);
  t.match(voter.receive('p3', requestVote(6))[0]?.message.body, { voteGranted: true });
});
