import t from 'tap';
import { appendEntries, requestVote } from '../support/raftMessages.ts';
import { ScriptedRaft } from '../support/scriptedRaft.ts';

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
