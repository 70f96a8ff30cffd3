import t from 'tap';
import { acknowledge, outcomesOf, reigning } from '../support/leaders.ts';
import { appended, appendEntries, requestVote, timeoutNow, voteGranted } from '../support/raftMessages.ts';
import { ScriptedRaft } from '../support/scriptedRaft.ts';

/** Heartbeats for so long, all answered; the peers named with a priority tell it. */
function reign(leader: ScriptedRaft, forMs: number, priorities: Readonly<Record<string, number>>): void {
  const endMs = leader.nowMs + forMs;
  while (leader.role === 'leader' && leader.nowMs < endMs) {
    leader.reachDeadline();
    for (const { to, id, message } of leader.takeSent()) {
      if (message.type !== 'AppendEntries') continue;
      const { prevLogIndex, entries, round } = message.body;
      const reply = appended(leader.term, prevLogIndex + entries.length, { prevLogIndex, round, inReplyTo: id });
      const priority = priorities[to];
      leader.receive(to, { ...reply, body: { ...reply.body, ...(priority === undefined ? {} : { priority }) } });
    }
  }
}

const handedTo = (leader: ScriptedRaft): string[] =>
  leader.asked.filter(({ message }) => message.type === 'TimeoutNow').map(({ to }) => to);

t.test('a leader hands over to the voter of the highest priority above its own', async (t) => {
  const leader = reigning({ priority: 2 });
  reign(leader, 1_000, { p2: 5, p3: 7 });
  t.ok(handedTo(leader).length > 0);
  t.same(new Set(handedTo(leader)), new Set(['p3']));
  t.same(leader.takeOutcomes(), [], 'nobody asked for it, nobody is answered');
});

t.test('it keeps what it has when nobody is preferred: equal, lower and untold priorities', async (t) => {
  const leader = reigning({ priority: 5 });
  reign(leader, 3_000, { p2: 5 });
  t.same(handedTo(leader), []);
  t.equal(leader.role, 'leader');
});

t.test('not at once, and a handover that came to nothing is tried again much later', async (t) => {
  const leader = reigning();
  const electedAtMs = leader.nowMs;
  reign(leader, 300, { p2: 2 });
  t.same(handedTo(leader), [], 'first its reign is settled');
  reign(leader, 1_000, { p2: 2 });
  const first = handedTo(leader).length;
  t.ok(first > 0);
  t.same([leader.role, leader.term], ['candidate', 2], 'it gave up, and stands in a term of which p2 was not told');
  leader.receive('p3', voteGranted(2));
  leader.propose(1);
  t.match(outcomesOf(leader.takeOutcomes(), 'accepted'), [{}], 'it leads on');
  reign(leader, 3_000, { p2: 2 });
  t.equal(handedTo(leader).length, first, 'the new term is no reason to try sooner');
  t.equal(leader.term, 2);
  reign(leader, 2_000, { p2: 2 });
  t.ok(handedTo(leader).length > first, `again, ${leader.nowMs - electedAtMs} ms after the election`);
});

t.test('one that lags, or does not answer, is not preferred', async (t) => {
  const leader = reigning({}, ['p3']);
  reign(leader, 500, { p3: 1 });
  leader.propose(1);
  acknowledge(leader, 'p3');
  // p2 tells its priority in a refusal, and lacks what is committed.
  leader.receive('p2', { type: 'AppendEntriesReply', body: { ...appended(1, 0).body, success: false, priority: 9 } });
  for (let round = 0; round < 20; round += 1) {
    leader.reachDeadline();
    acknowledge(leader, 'p3');
  }
  t.same(handedTo(leader), []);
});

t.test('a peer of priority 0 never stands by itself, and votes like any other', async (t) => {
  const peer = new ScriptedRaft({ preset: 'default', priority: 0 });
  for (let deadlines = 0; deadlines < 50; deadlines += 1) peer.reachDeadline();
  t.equal(peer.role, 'follower');
  t.equal(peer.term, 0);
  t.equal(peer.status.electionTimer?.reason, 'mayNotStand');
  t.match(peer.receive('p2', requestVote(1))[0]?.message.body, { voteGranted: true });
});

t.test('a peer of priority 0 leads when leadership is handed to it', async (t) => {
  const peer = new ScriptedRaft({ preset: 'default', priority: 0 });
  peer.receive('p2', appendEntries(1));
  peer.receive('p2', timeoutNow(1));
  t.equal(peer.role, 'candidate');
  t.same(outcomesOf(peer.outcomes, 'refused'), []);
});

t.test('one whose election came to nothing is a follower again, and does not stand a second time', async (t) => {
  for (const preset of ['default', 'lab'] as const) {
    const peer = new ScriptedRaft({ preset, priority: 0 });
    peer.receive('p2', appendEntries(1));
    peer.receive('p2', timeoutNow(1));
    t.equal(peer.role, 'candidate');
    const { term } = peer;
    for (let deadlines = 0; deadlines < 20; deadlines += 1) peer.reachDeadline();
    t.equal(peer.role, 'follower');
    t.equal(peer.term, term);
  }
});

t.test('a follower tells its priority with each answer, unless it is the default', async (t) => {
  for (const [priority, told] of [
    [1, undefined],
    [0, 0],
    [7, 7],
  ] as const) {
    const peer = new ScriptedRaft({ preset: 'default', priority });
    const [reply] = peer.receive('p2', appendEntries(1));
    t.equal(reply?.message.type === 'AppendEntriesReply' ? reply.message.body.priority : 'no answer', told);
  }
});

t.test('only whole numbers from 0 to 100 are priorities', async (t) => {
  for (const priority of [-1, 0.5, 101, Number.NaN]) t.throws(() => new ScriptedRaft({ priority }), RangeError);
});
