import t from 'tap';
import { acknowledge, outcomesOf, progressOf, reigning } from '../support/leaders.ts';
import { appended, appendEntries, appendRefused } from '../support/raftMessages.ts';
import { bodiesOf, ScriptedRaft } from '../support/scriptedRaft.ts';

const range = (count: number, from = 0): number[] => Array.from({ length: count }, (_, at) => from + at);

t.test('B38: a proposal is in the log, on its way to the disk and to the followers in one step', async (t) => {
  const leader = reigning({ autoPersist: false }, []);
  leader.persisted();
  acknowledge(leader, 'p2', 'p3');
  leader.takeSent();
  leader.propose(1, 2, 3);
  t.match(
    leader.takeOutcomes(),
    [2, 3, 4].map((index, at) => ({ type: 'accepted', requestId: at + 1, index, term: 1 })),
  );
  t.match(leader.persists.at(-1)?.steps, [{ type: 'append', firstIndex: 2 }], 'one write');
  t.equal(leader.persists.at(-1)?.steps.length, 1);
  t.match(leader.sent, [{ to: 'p2' }, { to: 'p3' }], "one message each, beside the leader's own disk");
  t.equal(leader.bodiesSent('AppendEntries', 'p2')[0]?.entries.length, 3);
  acknowledge(leader, 'p2');
  t.equal(leader.status.commitIndex, 1, 'the leader counts itself only when its disk has it');
  leader.persisted();
  t.equal(leader.status.commitIndex, 4);
});

t.test("B36: two followers commit what the leader's own disk still writes", async (t) => {
  const leader = reigning({ autoPersist: false }, []);
  leader.persisted();
  acknowledge(leader, 'p2', 'p3');
  leader.propose(1);
  acknowledge(leader, 'p2', 'p3');
  t.match(leader.status, { commitIndex: 2, durableIndex: 1 });
});

t.test('B38: 12 commands one after the other cost three peers at most 42 calls', async (t) => {
  const leader = reigning();
  const calls = (): number => leader.asked.filter(({ message }) => !message.type.endsWith('Reply')).length;
  const before = calls();
  for (const requestId of range(12)) leader.propose(requestId);
  acknowledge(leader, 'p2', 'p3');
  leader.reachDeadline();
  acknowledge(leader, 'p2', 'p3');
  t.equal(leader.status.commitIndex, 13);
  t.ok(calls() - before <= 42, `${calls() - before} calls`);
});

t.test('probe: one message of entries; if that was lost, the answer to a heartbeat tells what to send', async (t) => {
  const leader = reigning({}, ['p2']);
  t.match(progressOf(leader, 'p3'), { mode: 'probe' });
  leader.propose(1);
  leader.propose(2);
  t.same(leader.bodiesSent('AppendEntries', 'p3'), [], 'the no-op is not answered');
  leader.takeSent();
  leader.reachDeadline();
  t.match(leader.bodiesSent('AppendEntries', 'p3'), [{ prevLogIndex: 0, entries: [] }]);
  leader.takeSent();
  const next = leader.receive('p3', appended(1, 0, { prevLogIndex: 0 }));
  t.equal(bodiesOf(next, 'AppendEntries', 'p3')[0]?.entries.length, 3, 'all that it lacks');
  t.match(progressOf(leader, 'p3'), { mode: 'replicate', nextIndex: 4 });
});

t.test(
  'a peer that is away is not sent its entries again and again: not with heartbeats, nor with rounds of reads',
  async (t) => {
    const leader = reigning({}, ['p2']);
    for (const requestId of range(50)) leader.propose(requestId);
    acknowledge(leader, 'p2');
    const entriesTo = (peer: string): number =>
      leader.asked.reduce((sum, { to, message }) => {
        return sum + (to === peer && message.type === 'AppendEntries' ? message.body.entries.length : 0);
      }, 0);
    const before = entriesTo('p3');
    for (let round = 0; round < 100; round += 1) {
      leader.reachDeadline();
      acknowledge(leader, 'p2');
      leader.do({ type: 'read', requestId: 1000 + round });
      acknowledge(leader, 'p2');
    }
    t.equal(entriesTo('p3') - before, 0);
  },
);

t.test('B36: one that has no room for more keeps nobody else from entries', async (t) => {
  const leader = reigning({ messagesInFlightMax: 1 });
  leader.propose(1);
  leader.receive('p3', appended(1, 2, { prevLogIndex: 1 }));
  leader.takeSent();
  leader.propose(2);
  const sent = leader.takeSent();
  t.same(bodiesOf(sent, 'AppendEntries', 'p2'), [], 'it has not answered');
  t.match(bodiesOf(sent, 'AppendEntries', 'p3'), [{ prevLogIndex: 2, entries: [{}] }]);
});

t.test('replicate: messages leave without waiting, up to the window; each answer makes room', async (t) => {
  const leader = reigning({ messagesInFlightMax: 3, entriesPerMessageMax: 2 });
  t.match(progressOf(leader, 'p2'), { mode: 'replicate', nextIndex: 2 });
  for (const requestId of range(5)) leader.propose(requestId);
  const sent = leader.takeSent().filter(({ to }) => to === 'p2');
  t.same(
    bodiesOf(sent, 'AppendEntries').map(({ prevLogIndex, entries }) => [prevLogIndex, entries.length]),
    [
      [1, 1],
      [2, 1],
      [3, 1],
    ],
  );
  const next = leader.receive('p2', appended(1, 2, { prevLogIndex: 1 }));
  t.same(
    bodiesOf(next, 'AppendEntries', 'p2').map(({ prevLogIndex, entries }) => [prevLogIndex, entries.length]),
    [[4, 2]],
  );
  t.same(leader.receive('p2', appended(1, 2, { prevLogIndex: 1 })), [], 'the same answer makes no more room');
});

t.test(
  'replicate: half a mebibyte may be unanswered, so that one who lags does not take the connection of all',
  async (t) => {
    const leader = reigning();
    const command = 'x'.repeat(200_000);
    for (const requestId of range(12)) leader.do({ type: 'propose', proposals: [{ requestId, command }] });
    const indexesSent = (sent: Parameters<typeof bodiesOf>[0]): number[] =>
      bodiesOf(sent, 'AppendEntries', 'p2').flatMap(({ prevLogIndex, entries }) =>
        entries.map((_entry, at) => prevLogIndex + 1 + at),
      );
    t.same(indexesSent(leader.takeSent()), [2, 3, 4], 'until that is full');
    t.same(indexesSent(leader.receive('p2', appended(1, 2, { prevLogIndex: 1 }))), [5], 'each answer makes room');
    t.same(indexesSent(leader.receive('p2', appended(1, 5, { prevLogIndex: 4 }))), [6, 7, 8]);
  },
);

t.test('replicate: what was lost is found by the next heartbeat, and sent again', async (t) => {
  const leader = reigning({ messagesInFlightMax: 2 });
  leader.propose(1);
  leader.propose(2);
  leader.takeSent();
  leader.reachDeadline();
  t.match(leader.bodiesSent('AppendEntries', 'p2'), [{ prevLogIndex: 3, entries: [] }], 'asserts what was sent');
  const again = leader.receive('p2', appendRefused(1, { prevLogIndex: 3, conflictIndex: 2 }));
  t.match(progressOf(leader, 'p2'), { mode: 'probe', nextIndex: 2 });
  t.match(bodiesOf(again, 'AppendEntries', 'p2'), [{ prevLogIndex: 1, entries: [{}, {}] }]);
  t.same(leader.receive('p2', appendRefused(1, { prevLogIndex: 2, conflictIndex: 2 })), [], 'refused together with it');
  leader.receive('p2', appended(1, 3, { prevLogIndex: 1 }));
  t.match(progressOf(leader, 'p2'), { mode: 'replicate', nextIndex: 4, matchIndex: 3 });
});

t.test('batches are bounded by bytes too; one larger entry goes alone', async (t) => {
  const leader = reigning({ bytesPerMessageMax: 250 });
  const command = 'x'.repeat(100);
  const proposals = [command, command, 'x'.repeat(1000), command].map((each, requestId) => ({
    requestId,
    command: each,
  }));
  leader.do({ type: 'propose', proposals });
  t.same(
    leader.bodiesSent('AppendEntries', 'p2').map(({ entries }) => entries.length),
    [1, 1, 1, 1],
  );
  const roomy = reigning({ bytesPerMessageMax: 300 });
  roomy.do({ type: 'propose', proposals });
  t.same(
    roomy.bodiesSent('AppendEntries', 'p2').map(({ entries }) => entries.length),
    [2, 1, 1],
  );
});

t.test(
  'backpressure: beyond the bound of uncommitted bytes proposals are refused, in order, until some are committed',
  async (t) => {
    const leader = reigning({ uncommittedBytesMax: 400 });
    const proposals = [100, 100, 300, 10].map((size, requestId) => ({ requestId, command: 'x'.repeat(size) }));
    leader.do({ type: 'propose', proposals });
    t.match(leader.takeOutcomes(), [
      { type: 'accepted', requestId: 0 },
      { type: 'accepted', requestId: 1 },
      { type: 'refused', requestId: 2, reason: 'overloaded' },
      { type: 'refused', requestId: 3, reason: 'overloaded' },
    ]);
    t.equal(leader.status.lastLogIndex, 3);
    acknowledge(leader, 'p2');
    leader.do({ type: 'propose', proposals: [{ requestId: 9, command: 'x'.repeat(5000) }] });
    t.match(leader.takeOutcomes(), [{ type: 'accepted' }], 'one that is too large alone passes when nothing waits');
    leader.propose(10);
    t.match(leader.takeOutcomes(), [{ type: 'refused', reason: 'overloaded' }]);
  },
);

t.test(
  'backpressure counts what earlier terms left uncommitted, but the first of a term, which commits it, passes',
  async (t) => {
    const leader = new ScriptedRaft({ log: [1, 1, 1, 1, 1, 1, 1, 1], uncommittedBytesMax: 400 });
    leader.becomeLeader();
    const proposals = [1, 2].map((requestId) => ({ requestId, command: 'x' }));
    leader.do({ type: 'propose', proposals });
    t.match(leader.takeOutcomes(), [
      { type: 'accepted', requestId: 1, index: 9 },
      { type: 'refused', requestId: 2, reason: 'overloaded' },
    ]);
    leader.propose(1);
    t.match(leader.takeOutcomes(), [{ type: 'refused', reason: 'overloaded' }], 'the first only');
    acknowledge(leader, 'p2');
    t.equal(leader.status.commitIndex, 9);
    leader.propose(1);
    t.match(leader.takeOutcomes(), [{ type: 'accepted' }]);
  },
);

t.test(
  'backpressure counts what is committed and not applied: a slow state machine is not given more and more',
  async (t) => {
    const leader = reigning({ uncommittedBytesMax: 400, autoApply: false });
    const give = (requestId: number): void => {
      leader.do({ type: 'propose', proposals: [{ requestId, command: 'x'.repeat(100) }] });
      acknowledge(leader, 'p2');
    };
    for (const requestId of range(10)) give(requestId);
    const accepted = outcomesOf(leader.takeOutcomes(), 'accepted').length;
    t.ok(accepted >= 2 && accepted < 4, `${accepted} accepted`);
    t.equal(leader.status.commitIndex, 1 + accepted, 'all of them are committed');
    leader.do({ type: 'applied', index: leader.status.commitIndex });
    give(20);
    t.match(leader.takeOutcomes(), [{ type: 'accepted', requestId: 20 }], 'room again');
  },
);

t.test('who does not lead refuses proposals', async (t) => {
  const peer = new ScriptedRaft({ term: 1 });
  peer.propose(1, 2);
  t.match(peer.outcomes, [{ type: 'refused', requestId: 1, reason: 'notLeader' }, { requestId: 2 }]);
});

t.test('G55: an index may be given out twice: what is applied there tells by its term whose it was', async (t) => {
  const old = reigning({}, ['p2']);
  old.propose(1);
  t.match(outcomesOf(old.takeOutcomes(), 'accepted'), [{ requestId: 1, index: 2, term: 1 }]);
  // p3 leads term 2 without it, and fills the same index.
  const entries = [{ term: 2, type: 'command', command: 'other' }] as const;
  old.receive('p3', appendEntries(2, { prevLogIndex: 1, prevLogTerm: 1, entries, leaderCommit: 2 }));
  t.match(old.applied.at(-1), { firstIndex: 2, entries: [{ term: 2, command: 'other' }] });
});

t.test('D40: entries are handed out once each, in order, however slowly they are applied', async (t) => {
  const leader = reigning({ autoApply: false });
  for (const requestId of range(5)) {
    leader.propose(requestId);
    acknowledge(leader, 'p2');
  }
  t.same(
    leader.applied.map(({ firstIndex, entries }) => [firstIndex, entries.length]),
    range(6, 1).map((at) => [at, 1]),
  );
  t.match(leader.status, { commitIndex: 6, lastApplied: 0 });
  leader.do({ type: 'applied', index: 4 });
  leader.do({ type: 'applied', index: 2 });
  t.equal(leader.status.lastApplied, 4, 'a late account does not set it back');
  t.throws(() => leader.do({ type: 'applied', index: 7 }), { name: 'InvariantViolation' });
});

t.test('D41: what an applier proposes in answer to an entry is a next input', async (t) => {
  const leader = reigning({ peers: 1 }, []);
  leader.propose(1);
  const before = leader.applied.length;
  leader.propose(2);
  t.equal(leader.applied.length, before + 1, 'each step hands out what it committed, and nothing calls back into it');
});

t.test('H58: a peer that failed takes no more inputs', async (t) => {
  const leader = reigning();
  t.throws(() => leader.do({ type: 'applied', index: 99 }), { name: 'InvariantViolation' });
  t.throws(() => leader.propose(1), { name: 'InvariantViolation', message: /failed before/ });
});

t.test('the no-op goes to each follower once', async (t) => {
  const leader = new ScriptedRaft({ preset: 'default', noOpOnElection: true });
  leader.becomeLeader();
  const bodies = leader.bodiesSent('AppendEntries', 'p2');
  t.match(bodies, [{ prevLogIndex: 0, round: 1, entries: [{ term: 1, type: 'noOp' }] }]);
  t.equal(bodies.length, 1);
});
