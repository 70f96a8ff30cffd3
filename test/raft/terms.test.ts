import t from 'tap';
import type { RaftMessage } from '../../shared/protocol.ts';
import {
  appended,
  appendEntries,
  appendRefused,
  preVote,
  preVoteGranted,
  preVoteRefused,
  requestVote,
  voteGranted,
  voteRefused,
} from '../support/raftMessages.ts';
import { ScriptedRaft, type ScriptedRaftOptions } from '../support/scriptedRaft.ts';

/** Every message that carries its sender's own term. */
const OF_TERM_9: Record<string, RaftMessage> = {
  RequestVote: requestVote(9),
  'RequestVote of a shorter log': requestVote(9, { lastLogIndex: 1, lastLogTerm: 0 }),
  AppendEntries: appendEntries(9),
  'AppendEntries that does not fit': appendEntries(9, { prevLogIndex: 7, prevLogTerm: 8 }),
  RequestVoteReply: voteRefused(9, { requestTerm: 3 }),
  PreVoteReply: preVoteRefused(9, { requestTerm: 3 }),
  'granted PreVoteReply': preVoteGranted(9, { requestTerm: 3 }),
  AppendEntriesReply: appendRefused(9, { requestTerm: 3 }),
  'successful AppendEntriesReply': appended(9, 0, { requestTerm: 3 }),
};

function inRole(role: string, options: ScriptedRaftOptions): ScriptedRaft {
  const peer = new ScriptedRaft({ term: 2, log: [1, 2], ...options });
  if (role === 'candidate') peer.becomeCandidate();
  if (role === 'preCandidate') peer.reachDeadline();
  if (role === 'leader') peer.becomeLeader();
  if (peer.role !== role) throw new Error(`it became ${peer.role} instead of ${role}`);
  return peer;
}

for (const role of ['follower', 'preCandidate', 'candidate', 'leader'] as const) {
  for (const [what, message] of Object.entries(OF_TERM_9)) {
    t.test(`A5: a ${role} adopts the higher term of a ${what}, follows, and has both on disk`, async (t) => {
      // CheckQuorum is tested apart: it protects a live leader from requests for votes.
      const peer = inRole(role, { preset: 'default', checkQuorum: false });
      const replies = peer.receive('p2', message);
      t.equal(peer.role, 'follower');
      t.equal(peer.term, 9);
      t.same(peer.stored, { ...peer.stored, term: 9, votedFor: null });
      t.equal(peer.status.leader, message.type === 'AppendEntries' ? 'p2' : null);
      for (const reply of replies) t.equal(reply.message.body.term, 9);
      t.equal(replies.length, message.type.endsWith('Reply') ? 0 : 1);
    });
  }
}

t.test('A5: the term is adopted before the message is handled: a voter of term t votes again in t + 1', async (t) => {
  const voter = new ScriptedRaft({ term: 4, votedFor: 'p3' });
  const [reply] = voter.receive('p2', requestVote(5));
  t.match(reply?.message.body, { term: 5, requestTerm: 5, voteGranted: true });
  t.same(voter.hardStateAsked, { currentTerm: 5, votedFor: 'p2' }, 'in one write');
  t.equal(voter.persists.length, 1);
});

t.test('B25: the term of a reply is taken after the update, for every kind of reply', async (t) => {
  const voter = new ScriptedRaft({ term: 1 });
  t.equal(voter.receive('p2', requestVote(7))[0]?.message.body.term, 7);
  const follower = new ScriptedRaft({ term: 1 });
  t.equal(follower.receive('p2', appendEntries(7))[0]?.message.body.term, 7);
  t.equal(follower.receive('p2', appendEntries(8, { prevLogIndex: 3, prevLogTerm: 7 }))[0]?.message.body.term, 8);
  const asked = new ScriptedRaft({ preset: 'default', term: 1 });
  t.equal(asked.receive('p2', preVote(7))[0]?.message.body.term, 1, 'asking about a term does not begin it');
  t.equal(asked.persists.length, 0);
});

t.test('A5: a lower term is answered with the own one if it asks, and ignored if it answers', async (t) => {
  for (const role of ['follower', 'preCandidate', 'candidate', 'leader'] as const) {
    const peer = inRole(role, { preset: 'default', term: 5 });
    const { term, votedFor } = peer.status;
    const electionDeadlineMs = peer.electionDeadlineMs;
    for (const message of [requestVote(3), preVote(3), appendEntries(3)]) {
      const replies = peer.receive('p2', message);
      t.equal(replies.length, 1);
      t.match(replies[0]?.message.body, { term, requestTerm: 3 });
      t.match(replies[0]?.message.body, message.type === 'AppendEntries' ? { success: false } : { voteGranted: false });
    }
    for (const message of [voteGranted(3), preVoteGranted(3), appended(3, 2), appendRefused(3, { conflictIndex: 1 })]) {
      t.same(peer.receive('p2', message), []);
    }
    t.equal(peer.role, role);
    t.equal(peer.term, term);
    t.equal(peer.status.votedFor, votedFor);
    t.equal(peer.electionDeadlineMs, electionDeadlineMs);
  }
});

t.test('A5: a deposed leader steps down by the reply to its own heartbeat', async (t) => {
  for (const preset of ['lab', 'default'] as const) {
    const leader = new ScriptedRaft({ preset });
    leader.becomeLeader();
    leader.receive('p3', appendRefused(6, { requestTerm: 1 }));
    t.equal(leader.role, 'follower');
    t.equal(leader.term, 6);
    t.same(leader.eventsOf('roleChanged').at(-1), {
      type: 'roleChanged',
      from: 'leader',
      to: 'follower',
      reason: 'higherTerm',
    });
  }
});

t.test('A5: a term that is adopted outlives the process', async (t) => {
  const peer = new ScriptedRaft({ term: 2, votedFor: 'p1' });
  peer.receive('p2', appendRefused(8, { requestTerm: 2 }));
  const again = peer.restart();
  t.equal(again.term, 8);
  t.equal(again.status.votedFor, null);
  again.reachDeadline();
  t.equal(again.term, 9);
});

t.test('a message in the own name is ignored, whatever it says', async (t) => {
  const leader = new ScriptedRaft({ preset: 'lab', log: [1, 1] });
  leader.becomeLeader();
  const { term } = leader;
  for (const message of [appendEntries(term), appendEntries(term + 5), requestVote(term + 5)]) {
    t.same(leader.receive('p1', message), []);
  }
  t.equal(leader.role, 'leader');
  t.equal(leader.term, term);
});

t.test('a term that no election can have reached is ignored: adopting it would leave no next one', async (t) => {
  const peer = new ScriptedRaft({ term: 2, log: [1, 2] });
  for (const term of [2 ** 48, 2 ** 47, 2 ** 32 + 3]) {
    t.same(peer.receive('p2', appendEntries(term)), []);
    t.same(peer.receive('p2', requestVote(term)), []);
    t.same(peer.receive('p2', voteRefused(term)), []);
  }
  t.equal(peer.term, 2);
  peer.receive('p2', voteRefused(2 ** 32 + 2));
  t.equal(peer.term, 2 ** 32 + 2, 'the greatest that is believed');
  peer.becomeLeader();
  t.equal(peer.term, 2 ** 32 + 3, 'and elections go on from there');
});
