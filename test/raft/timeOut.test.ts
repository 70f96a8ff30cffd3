import t from 'tap';
import type { Send } from '../../peer/raft/effect.ts';
import type { RaftMessage } from '../../shared/protocol.ts';
import { fuzz } from '../support/fuzz/fuzz.ts';
import { appendEntries, preVoteGranted } from '../support/raftMessages.ts';
import { bodiesOf, ScriptedRaft, type ScriptedRaftOptions } from '../support/scriptedRaft.ts';

function follower(options: ScriptedRaftOptions = {}): ScriptedRaft {
  return new ScriptedRaft({ preset: 'default', ...options });
}

const heartbeat = (term: number): RaftMessage => appendEntries(term);

/** @returns what the wish made it send, held or not */
function timeOut(raft: ScriptedRaft): readonly Send[] {
  const before = raft.asked.length;
  raft.do({ type: 'timeOut' });
  return raft.asked.slice(before);
}

t.test('it is what a deadline would be, before its time', async (t) => {
  for (const rules of [{ preset: 'default' }, { preset: 'lab' }] as const) {
    const [asked, waited] = [follower(rules), follower(rules)];
    waited.reachDeadline();
    const elapsedMs = waited.nowMs - asked.nowMs;
    timeOut(asked);
    t.same(
      asked.asked.map(({ to, message }) => ({ to, message })),
      waited.asked.map(({ to, message }) => ({ to, message })),
    );
    t.equal(asked.role, waited.role);
    t.equal(asked.term, waited.term);
    t.same(asked.events, waited.events);
    t.same(asked.stored, waited.stored);
    t.equal(asked.deadlineMs, waited.deadlineMs - elapsedMs, 'the next deadline too');
  }
});

t.test('a wish on top of another begins another round', async (t) => {
  const raft = follower({ preset: 'lab' });
  timeOut(raft);
  timeOut(raft);
  t.match(raft.status, { role: 'candidate', term: 2 });
});

t.test('a leader, a learner, and one of priority 0 do nothing', async (t) => {
  const leader = follower();
  leader.becomeLeader();
  const learner = follower({ id: 'p9' });
  const neverStands = follower({ priority: 0 });
  for (const [raft, role] of [
    [leader, 'leader'],
    [learner, 'learner'],
    [neverStands, 'follower'],
  ] as const) {
    const { status } = raft;
    t.equal(status.role, role);
    t.same(timeOut(raft), []);
    t.same(raft.status, status);
    t.same(raft.eventsOf('ignored'), [{ type: 'ignored', reason: 'noElectionTimer' }]);
  }
});

t.test('while a leader lives: it asks, answers its own question as others do, and does not stand', async (t) => {
  const raft = follower();
  raft.receive('p2', heartbeat(1));
  const asked = timeOut(raft);
  t.equal(bodiesOf(asked, 'PreVote').length, 2);
  t.match(raft.status, {
    ...{ role: 'preCandidate', term: 1, leader: null },
    votes: { granted: [], refused: [{ peer: 'p1', refusal: 'leaderAlive' }] },
  });
  const inReplyTo = asked.at(-1)?.id ?? 0;
  for (const voter of ['p2', 'p3']) raft.receive(voter, preVoteGranted(1, { inReplyTo }));
  t.match(raft.status, { role: 'preCandidate', term: 1 }, 'a leader may count on its promise, whatever others say');
  raft.receive('p2', heartbeat(1));
  t.match(raft.status, { role: 'follower', leader: 'p2' }, 'and goes on under its leader');
});

t.test('once the promise is over it stands as any other', async (t) => {
  const raft = follower();
  raft.receive('p2', heartbeat(1));
  raft.advance(raft.status.electionTimeoutMsMin);
  t.ok((raft.electionDeadlineMs ?? 0) > raft.nowMs, 'its timer still runs');
  const asked = timeOut(raft);
  t.match(raft.status, { role: 'preCandidate', votes: { granted: ['p1'] } });
  raft.receive('p3', preVoteGranted(1, { inReplyTo: asked.at(-1)?.id ?? 0 }));
  t.match(raft.status, { role: 'candidate', term: 2 });
});

t.test('without PreVote it does not stand while it has promised a leader not to', async (t) => {
  const raft = follower({ preVote: false });
  raft.receive('p2', heartbeat(1));
  t.same(timeOut(raft), []);
  t.match(raft.status, { role: 'follower', term: 1, leader: 'p2' });
  t.same(raft.eventsOf('ignored'), [{ type: 'ignored', reason: 'leaderAlive' }]);
  raft.advance(raft.status.electionTimeoutMsMin);
  t.equal(bodiesOf(timeOut(raft), 'RequestVote').length, 2);
  t.match(raft.status, { role: 'candidate', term: 2 });
});

t.test('without both it deposes whoever leads: nobody promised anything', async (t) => {
  const raft = follower({ preset: 'lab' });
  raft.receive('p2', heartbeat(1));
  t.equal(bodiesOf(timeOut(raft), 'RequestVote').length, 2);
  t.match(raft.status, { role: 'candidate', term: 2 });
});

t.test('timed out again and again, a cluster keeps to all that Raft promises', async (t) => {
  let wishes = 0;
  for (let seed = 1; seed <= 12; seed += 1) {
    fuzz(seed, (world) => {
      const wish = (): void => {
        const peer = [...world.peers.values()][Math.floor(world.random() * world.peers.size)];
        peer?.step({ type: 'timeOut' });
        wishes += 1;
        if (world.nowMs < 14_000) world.later(120, wish);
      };
      world.at(400, wish);
    });
  }
  t.ok(wishes > 1000, `${wishes}`);
});
