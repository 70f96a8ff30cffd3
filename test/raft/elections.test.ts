import t from 'tap';
import {
  appendEntries,
  appendRefused,
  entriesOf,
  requestVote,
  voteGranted,
  voteRefused,
} from '../support/raftMessages.ts';
import { bodiesOf, ScriptedRaft } from '../support/scriptedRaft.ts';

t.test('a follower that hears nothing stands: next term, own vote on disk, a request to every other', async (t) => {
  const peer = new ScriptedRaft({ peers: 5, log: [1, 2, 2], term: 4 });
  peer.reachDeadline();
  t.equal(peer.role, 'candidate');
  t.equal(peer.term, 5);
  t.same(peer.stored, { term: 5, votedFor: 'p1', entries: entriesOf(1, 2, 2) });
  t.same(
    peer.sent.map(({ to, message }) => ({ to, ...message })),
    ['p2', 'p3', 'p4', 'p5'].map((to) => ({ to, ...requestVote(5, { lastLogIndex: 3, lastLogTerm: 2 }) })),
  );
});

t.test('A3: a candidate whose deadline passes stands again, a term and a new timeout for each', async (t) => {
  const draws = [0.1, 0.9, 0.3, 0.7, 0.2, 0.6];
  const peer = new ScriptedRaft({ random: () => draws.shift() ?? 0.5 });
  const timeouts: number[] = [];
  for (let term = 1; term <= 5; term += 1) {
    const before = peer.nowMs;
    peer.reachDeadline();
    timeouts.push(peer.nowMs - before);
    t.equal(peer.term, term, 'the term rises once per timeout');
    t.equal(peer.role, 'candidate');
    t.same(
      peer.takeSent().map(({ message }) => message.body.term),
      [term, term],
    );
  }
  t.same(
    timeouts.map((timeoutMs) => Math.round(timeoutMs)),
    [265, 385, 295, 355, 280],
  );
});

t.test('A10: a majority elects at once, without waiting for the rest', async (t) => {
  const peer = new ScriptedRaft({ peers: 5 });
  peer.reachDeadline();
  peer.receive('p2', voteGranted(1));
  t.equal(peer.role, 'candidate');
  peer.receive('p3', voteRefused(1));
  t.equal(peer.role, 'candidate');
  peer.receive('p4', voteGranted(1));
  t.equal(peer.role, 'leader');
  t.equal(peer.status.leader, 'p1');
});

t.test('A10: late grants of the former term do not elect', async (t) => {
  const peer = new ScriptedRaft({ peers: 5 });
  peer.reachDeadline();
  peer.receive('p2', voteGranted(1));
  peer.reachDeadline();
  t.equal(peer.term, 2);
  for (const voter of ['p2', 'p3', 'p4', 'p5']) peer.receive(voter, voteGranted(1));
  t.equal(peer.role, 'candidate');
  t.same(peer.status.votes, { granted: ['p1'], refused: [] });
  t.equal(peer.eventsOf('ignored').length, 4);
});

t.test('A10: the term of the request is compared, not that of the reply', async (t) => {
  const peer = new ScriptedRaft({ peers: 3 });
  peer.reachDeadline();
  peer.reachDeadline();
  // A voter that reached term 2 by itself sends again, with its new term, what it granted in term 1.
  peer.receive('p2', voteGranted(2, { requestTerm: 1 }));
  t.equal(peer.role, 'candidate');
  peer.receive('p2', voteGranted(2));
  t.equal(peer.role, 'leader');
});

t.test('A10: a grant of a voter that never reached the term is ignored: it cannot have stored that vote', async (t) => {
  const peer = new ScriptedRaft({ peers: 3 });
  peer.reachDeadline();
  peer.reachDeadline();
  peer.receive('p2', voteGranted(1, { requestTerm: 2 }));
  t.equal(peer.role, 'candidate');
  t.match(peer.eventsOf('ignored'), [{ reason: 'impossible' }]);
});

t.test('A10: grants reach nobody who is no candidate any more', async (t) => {
  const peer = new ScriptedRaft({ peers: 3 });
  peer.reachDeadline();
  peer.receive('p3', appendEntries(1));
  peer.receive('p2', voteGranted(1));
  t.equal(peer.role, 'follower');
  t.same(peer.eventsOf('ignored'), [{ type: 'ignored', reason: 'notInThatRole' }]);
});

t.test('A10: votes are counted by voter, not by reply; refusals and strangers do not count', async (t) => {
  const peer = new ScriptedRaft({ peers: 5 });
  peer.reachDeadline();
  for (let copies = 0; copies < 5; copies += 1) peer.receive('p2', voteGranted(1));
  for (const voter of ['p3', 'p4', 'p5']) peer.receive(voter, voteRefused(1));
  for (const stranger of ['p6', 'p7', 'p8']) peer.receive(stranger, voteGranted(1));
  t.equal(peer.role, 'candidate');
  t.same(peer.status.votes, {
    granted: ['p1', 'p2'],
    refused: ['p3', 'p4', 'p5'].map((voter) => ({ peer: voter, refusal: 'alreadyVoted' })),
  });
  peer.receive('p2', voteRefused(1));
  t.same(peer.status.votes?.granted, ['p1', 'p2'], 'a granted vote is not taken back');
});

for (const [peers, needed] of [
  [1, 1],
  [2, 2],
  [3, 2],
  [4, 3],
  [5, 3],
  [6, 4],
  [7, 4],
] as const) {
  t.test(`of ${peers} voters ${needed} elect, the candidate among them`, async (t) => {
    const peer = new ScriptedRaft({ peers });
    peer.reachDeadline();
    for (let votes = 1; votes < needed; votes += 1) {
      t.equal(peer.role, 'candidate', `${votes} are not enough`);
      peer.receive(`p${votes + 1}`, voteGranted(1));
    }
    t.equal(peer.role, 'leader');
  });
}

t.test('A11: what is asked is fixed when the election starts, not when it is sent', async (t) => {
  const peer = new ScriptedRaft({ autoPersist: false, log: [1] });
  peer.reachDeadline();
  t.equal(peer.sent.length, 0, 'the own vote is not durable yet');
  // Meanwhile a leader of a later term replaces its log.
  peer.receive('p3', appendEntries(7, { entries: entriesOf(6, 7) }));
  t.equal(peer.term, 7);
  peer.persisted();
  const asked = peer.sent.filter(({ message }) => message.type === 'RequestVote');
  t.same(
    asked.map(({ message }) => message),
    [requestVote(2, { lastLogIndex: 1, lastLogTerm: 1 }), requestVote(2, { lastLogIndex: 1, lastLogTerm: 1 })],
  );
  t.equal(peer.role, 'follower');
});

t.test('A12: a new leader sends heartbeats in the very step in which it is elected', async (t) => {
  const peer = new ScriptedRaft({ peers: 5, log: [1, 1] });
  peer.reachDeadline();
  peer.receive('p2', voteGranted(2));
  const sends = peer.receive('p3', voteGranted(2));
  t.same(
    sends.map(({ to, message }) => ({ to, ...message })),
    ['p2', 'p3', 'p4', 'p5'].map((to) => ({ to, ...appendEntries(2, { prevLogIndex: 2, prevLogTerm: 1, round: 1 }) })),
  );
  t.same(peer.held, [], 'and nothing holds them back');
});

t.test('A12: votes that come after the majority cause no further round', async (t) => {
  const peer = new ScriptedRaft({ peers: 5 });
  peer.becomeLeader();
  peer.takeSent();
  peer.receive('p4', voteGranted(1));
  peer.receive('p5', voteGranted(1));
  t.same(peer.sent, []);
});

t.test('A14: heartbeats go out every heartbeatMs, and a late leader does not catch up with a burst', async (t) => {
  const peer = new ScriptedRaft();
  peer.becomeLeader();
  peer.takeSent();
  const electedAtMs = peer.nowMs;
  for (let beat = 1; beat <= 3; beat += 1) {
    t.equal(peer.deadlineMs, electedAtMs + beat * 100);
    peer.reachDeadline();
    t.equal(bodiesOf(peer.takeSent(), 'AppendEntries').length, 2);
  }
  peer.reachDeadline(550);
  t.equal(bodiesOf(peer.takeSent(), 'AppendEntries').length, 2);
  t.equal(peer.deadlineMs, peer.nowMs + 100, 'the next one is a whole interval away');
  peer.deadline();
  t.same(peer.takeSent(), [], 'an early deadline sends nothing');
});

t.test('A15: a leader that no heartbeat reply reaches leads on, as Figure 2 has it', async (t) => {
  const peer = new ScriptedRaft({ preset: 'lab' });
  peer.becomeLeader();
  for (let beats = 0; beats < 600; beats += 1) peer.reachDeadline();
  t.equal(peer.role, 'leader');
  t.equal(peer.term, 1);
});

t.test('a candidate that is refused by everybody stays one until its timeout', async (t) => {
  const peer = new ScriptedRaft();
  peer.reachDeadline();
  const { deadlineMs } = peer;
  peer.advance(10);
  peer.receive('p2', voteRefused(1));
  peer.receive('p3', voteRefused(1));
  peer.receive('p3', appendRefused(1));
  t.equal(peer.role, 'candidate');
  t.equal(peer.deadlineMs, deadlineMs);
});

t.test('a further round is told as a reset timer, not as a change of role', async (t) => {
  for (const preset of ['lab', 'default'] as const) {
    const peer = new ScriptedRaft({ preset });
    for (let rounds = 0; rounds < 5; rounds += 1) peer.reachDeadline();
    const to = preset === 'lab' ? 'candidate' : 'preCandidate';
    t.same(peer.eventsOf('roleChanged'), [{ type: 'roleChanged', from: 'follower', to, reason: 'electionTimeout' }]);
    t.same(
      peer.eventsOf('timerReset').map(({ reason }) => reason),
      ['started', ...Array.from({ length: 5 }, () => 'startedElection')],
    );
  }
});
