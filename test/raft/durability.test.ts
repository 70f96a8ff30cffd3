import t from 'tap';
import type { Effect } from '../../peer/raft/effect.ts';
import { Outbox } from '../../peer/raft/Outbox.ts';
import { peerId } from '../../shared/ids.ts';
import {
  appended,
  appendEntries,
  appendRefused,
  entriesOf,
  preVote,
  preVoteGranted,
  requestVote,
  voteGranted,
  voteRefused,
} from '../support/raftMessages.ts';
import { ScriptedRaft, type ScriptedRaftOptions } from '../support/scriptedRaft.ts';

function slow(options: ScriptedRaftOptions = {}): ScriptedRaft {
  return new ScriptedRaft({ autoPersist: false, ...options });
}

t.test('E43: a granted vote leaves after it is durable, and so does the term', async (t) => {
  const voter = slow();
  const [reply] = voter.receive('p2', requestVote(3));
  t.same(voter.persists, [
    {
      type: 'persist',
      sequence: 1,
      steps: [{ type: 'setHardState', hardState: { currentTerm: 3, votedFor: 'p2' } }],
    },
  ]);
  t.equal(reply?.after, 1);
  t.same(voter.sent, []);
  voter.persisted(1);
  t.equal(voter.sent.length, 1);
});

t.test('E43: a repeated request that is answered while the first write is under way waits for it too', async (t) => {
  const voter = slow();
  voter.receive('p2', requestVote(3));
  const [second] = voter.receive('p2', requestVote(3));
  t.match(second, { after: 1, message: { body: { voteGranted: true } } });
  const [refusal] = voter.receive('p3', requestVote(3));
  t.equal(refusal?.after, 1, 'a refusal tells of the vote as well');
  const [stale] = voter.receive('p3', requestVote(1));
  t.equal(stale?.after, 1, 'and any reply of the term');
  const [asked] = voter.receive('p3', preVote(9));
  t.equal(asked?.after, 1);
  t.equal(voter.persists.length, 1);
  t.same(voter.sent, []);
  voter.persisted();
  t.equal(voter.sent.length, 5);
});

t.test('E43: what waits for a later write does not leave with an earlier one', async (t) => {
  const voter = slow();
  voter.receive('p2', requestVote(3));
  voter.receive('p3', requestVote(4));
  voter.persisted(1);
  t.same(
    voter.sent.map(({ to }) => to),
    ['p2'],
  );
  voter.persisted(2);
  t.same(
    voter.sent.map(({ to }) => to),
    ['p2', 'p3'],
  );
});

t.test('E43: a reply that tells nothing new leaves at once', async (t) => {
  const voter = slow({ term: 3, votedFor: 'p2' });
  t.equal(voter.receive('p2', requestVote(3))[0]?.after, 0);
  t.equal(voter.receive('p3', requestVote(2))[0]?.after, 0);
  t.equal(voter.sent.length, 2);
});

t.test('E43: requests for votes leave, and the own vote counts, once it is durable', async (t) => {
  const candidate = slow();
  candidate.reachDeadline();
  t.equal(candidate.role, 'candidate');
  t.same(candidate.status.votes?.granted, [], 'not even its own vote');
  t.same(candidate.sent, []);
  t.same(
    candidate.held.map(({ after }) => after),
    [1, 1],
  );
  candidate.persisted();
  t.same(candidate.status.votes?.granted, ['p1']);
  t.equal(candidate.bodiesSent('RequestVote').length, 2);
});

t.test('E43: without its own vote on disk a candidate needs a majority of others', async (t) => {
  const candidate = slow({ peers: 5 });
  candidate.reachDeadline();
  // Grants cannot come before the requests left; were it so, they alone would have to do.
  candidate.receive('p2', voteGranted(1));
  candidate.receive('p3', voteGranted(1));
  t.equal(candidate.role, 'candidate', 'two others and its own, which is not durable');
  candidate.persisted();
  t.equal(candidate.role, 'leader', 'and with it there are three');
});

t.test('E43: a lone voter leads once its vote is durable', async (t) => {
  for (const preset of ['lab', 'default'] as const) {
    const peer = slow({ peers: 1, preset });
    peer.reachDeadline();
    t.equal(peer.role, 'candidate');
    peer.persisted();
    t.equal(peer.role, 'leader');
  }
});

t.test('E43: the own vote counts in its own election only', async (t) => {
  const candidate = slow();
  candidate.reachDeadline();
  candidate.receive('p2', appendEntries(1));
  t.equal(candidate.role, 'follower');
  candidate.persisted();
  t.equal(candidate.role, 'follower', 'the vote is durable, but the election is over');
  t.equal(candidate.status.votedFor, 'p1');

  const again = slow({ peers: 1 });
  again.reachDeadline();
  again.receive('p9', requestVote(5));
  t.equal(again.term, 5);
  again.reachDeadline();
  t.equal(again.term, 6);
  again.persisted(1);
  t.equal(again.role, 'candidate', 'the vote of term 1 became durable, in term 6');
  again.persisted(2);
  t.equal(again.role, 'candidate', 'and then the vote of term 5');
  again.persisted(3);
  t.equal(again.role, 'leader');
});

t.test('E43: a candidate whose write is slow does not raise its term', async (t) => {
  for (const preset of ['lab', 'default'] as const) {
    const candidate = slow({ preset });
    if (preset === 'lab') candidate.reachDeadline();
    else candidate.becomeCandidate();
    t.equal(candidate.role, 'candidate');
    const asked = candidate.asked.length;
    for (let timeouts = 0; timeouts < 100; timeouts += 1) candidate.reachDeadline();
    t.equal(candidate.role, 'candidate');
    t.equal(candidate.term, 1);
    t.equal(candidate.asked.length, asked);
    t.equal(candidate.persists.length, 1);
    candidate.persisted();
    candidate.reachDeadline();
    t.equal(candidate.term, preset === 'lab' ? 2 : 1, 'once it is durable, the next timeout is as any other');
    t.equal(candidate.role, preset === 'lab' ? 'candidate' : 'preCandidate');
  }
});

t.test('E43: a pre-candidate whose requests still wait for the disk does not ask again', async (t) => {
  const peer = slow({ preset: 'default', term: 1 });
  peer.receive('p2', appendEntries(1, { entries: entriesOf(1) }));
  peer.reachDeadline();
  t.equal(peer.role, 'preCandidate');
  const asked = peer.asked.length;
  for (let timeouts = 0; timeouts < 50; timeouts += 1) peer.reachDeadline();
  t.equal(peer.asked.length, asked, 'the requests of one round wait, however long the disk takes');
  peer.persisted();
  t.equal(peer.bodiesSent('PreVote').length, 2);
  peer.receive('p2', preVoteGranted(1, { inReplyTo: peer.asked.at(-1)?.id ?? 0 }));
  t.equal(peer.role, 'candidate', 'and their answers count');
});

t.test('E43: a follower that times out behind a slow disk stands at most once', async (t) => {
  const peer = slow({ preset: 'lab' });
  peer.receive('p2', requestVote(7));
  for (let timeouts = 0; timeouts < 20; timeouts += 1) peer.reachDeadline();
  t.equal(peer.term, 8);
  t.equal(peer.persists.length, 2);
});

t.test('E43: entries are acknowledged once they are durable, with all that was asked for before', async (t) => {
  const follower = slow({ term: 2 });
  const [first] = follower.receive('p2', appendEntries(2, { entries: entriesOf(1, 2) }));
  t.match(first, { after: 1, message: { body: { success: true, matchIndex: 2 } } });
  // A heartbeat that verifies what is still being written.
  const [second] = follower.receive('p2', appendEntries(2, { prevLogIndex: 2, prevLogTerm: 2 }));
  t.match(
    second,
    { after: 0, message: { body: { success: true, matchIndex: 0 } } },
    'claims none of it, and waits not',
  );
  const [repeated] = follower.receive('p2', appendEntries(2, { entries: entriesOf(1, 2) }));
  t.match(repeated, { after: 1, message: { body: { success: true, matchIndex: 2 } } }, 'nothing new, but it waits');
  const [refusal] = follower.receive(
    'p2',
    appendEntries(2, { prevLogIndex: 9, prevLogTerm: 2, entries: entriesOf(2) }),
  );
  t.equal(refusal?.after, 1);
  t.same(follower.takeSent(), [second]);
  t.equal(follower.restart().status.lastLogIndex, 0, 'a crash now loses them');
  follower.persisted();
  t.equal(follower.sent.length, 3);
  const [third] = follower.receive('p2', appendEntries(2, { prevLogIndex: 2, prevLogTerm: 2 }));
  t.match(third?.message.body, { success: true, matchIndex: 2 }, 'now a heartbeat finds them there');
  t.equal(follower.restart().status.lastLogIndex, 2);
});

t.test(
  "E43: a leader's AppendEntries waits for its term and vote, not for entries that its disk still writes",
  async (t) => {
    // A core comes there by proposals only, so this drives the part that decides.
    const outbox = new Outbox();
    const sendsOf = (effects: readonly Effect[]): [string, number][] =>
      effects.flatMap((effect): [string, number][] =>
        effect.type === 'send' ? [[effect.message.type, effect.after]] : [],
      );
    outbox.setHardState({ currentTerm: 1, votedFor: peerId('p1') });
    outbox.send(peerId('p2'), requestVote(1));
    t.same(sendsOf(outbox.take()), [['RequestVote', 1]]);
    outbox.write({ type: 'append', firstIndex: 1, entries: entriesOf(1) });
    outbox.sendRevealingTermOnly(peerId('p2'), appendEntries(1, { entries: entriesOf(1) }));
    outbox.send(peerId('p3'), voteRefused(1));
    t.same(sendsOf(outbox.take()), [
      ['AppendEntries', 1],
      ['RequestVoteReply', 2],
    ]);
    outbox.sendRevealingTermOnly(peerId('p2'), appendEntries(1));
    outbox.send(peerId('p2'), preVote(2));
    outbox.send(peerId('p2'), appended(1, 1));
    t.same(sendsOf(outbox.take()), [
      ['AppendEntries', 1],
      ['PreVote', 2],
      ['AppendEntriesReply', 2],
    ]);
    outbox.setHardState({ currentTerm: 2, votedFor: null });
    outbox.sendRevealingTermOnly(peerId('p2'), appendEntries(2));
    t.same(sendsOf(outbox.take()), [['AppendEntries', 3]]);
  },
);

t.test('E43: a leader elected before its own write is done keeps its heartbeats back until it is', async (t) => {
  const leader = slow({ peers: 3 });
  leader.reachDeadline();
  for (const voter of ['p2', 'p3']) leader.receive(voter, voteGranted(1));
  t.equal(leader.role, 'leader', 'two others are a majority without it');
  t.same(leader.sent, []);
  t.ok(leader.held.every(({ after }) => after === 1));
  leader.persisted();
  t.equal(leader.bodiesSent('AppendEntries').length, 2);
});

t.test('E43: a term that is only adopted is durable before it is told', async (t) => {
  const follower = slow({ term: 2, votedFor: 'p1' });
  follower.receive('p2', appendRefused(8, { requestTerm: 2 }));
  t.same(follower.hardStateAsked, { currentTerm: 8, votedFor: null });
  t.equal(follower.receive('p3', requestVote(3))[0]?.after, 1);
  t.equal(follower.receive('p3', appendEntries(8))[0]?.after, 1);
  t.equal(follower.restart().term, 2, 'a crash before that forgets it, and nobody knows');
});

t.test('E43: term, vote and entries of one step are one write', async (t) => {
  const follower = slow({ log: [1, 1, 1] });
  follower.receive('p2', appendEntries(4, { prevLogIndex: 1, prevLogTerm: 1, entries: entriesOf(3, 4) }));
  t.same(
    follower.persists.map(({ sequence, steps }) => [sequence, steps.map(({ type }) => type)]),
    [[1, ['setHardState', 'truncate', 'append']]],
  );
});

t.test('E43: one crash anywhere: a vote that was told is not given again', async (t) => {
  const first = slow();
  first.receive('p2', requestVote(1));
  const forgot = first.restart();
  t.equal(forgot.status.votedFor, null);
  t.match(forgot.receive('p3', requestVote(1))[0]?.message.body, { voteGranted: true }, 'nobody was told of the first');
  first.persisted();
  t.equal(first.bodiesSent('RequestVoteReply').length, 1);
  const kept = first.restart();
  t.match(kept.receive('p3', requestVote(1))[0]?.message.body, { voteGranted: false, refusal: 'alreadyVoted' });
});

t.test('E43: a truncation that is not durable yet is not forgotten when an older write is done', async (t) => {
  const follower = slow({ term: 1, peers: 5 });
  follower.receive('p2', appendEntries(1, { entries: entriesOf(1, 1, 1) }));
  follower.receive('p3', appendEntries(2, { prevLogIndex: 1, prevLogTerm: 1, entries: entriesOf(2) }));
  follower.persisted(1);
  t.equal(follower.stored.entries.length, 3, 'the disk still holds the old branch');
  t.equal(follower.bodiesSent('AppendEntriesReply').length, 1);
  follower.persisted(2);
  t.same(
    follower.stored.entries.map(({ term }) => term),
    [1, 2],
  );
  t.equal(follower.status.lastLogIndex, 2);
});

t.test('a reply before its write: the entries of others do not commit what is only in memory', async (t) => {
  const leader = slow({ log: [1, 1] });
  leader.reachDeadline();
  leader.persisted();
  leader.receive('p2', voteGranted(2));
  leader.receive('p2', appended(2, 2));
  t.equal(leader.status.commitIndex, 0, 'entries of a former term');
});
