import t from 'tap';
import {
  appended,
  appendEntries,
  appendRefused,
  entriesOf,
  installSnapshot,
  snapshotReply,
} from '../support/raftMessages.ts';
import { acknowledge, outcomesOf, progressOf, reigning } from '../support/leaders.ts';
import { bodiesOf, ScriptedRaft, type ScriptedRaftOptions } from '../support/scriptedRaft.ts';
import { entryBytes } from '../../peer/raft/log/Log.ts';
import { configurationOf } from '../../peer/raft/configuration.ts';
import { peerId } from '../../shared/ids.ts';

/** A follower of p2 in term 1 that holds, committed and applied, this many entries. */
function followerWith(entries: number, options: ScriptedRaftOptions = {}): ScriptedRaft {
  const terms = Array.from({ length: entries }, () => 1);
  const peer = new ScriptedRaft({ term: 1, ...options });
  peer.receive('p2', appendEntries(1, { entries: entriesOf(...terms), leaderCommit: entries }));
  if (options.autoPersist === false) peer.persisted();
  peer.takeSent();
  return peer;
}

/** The driver stored the whole of a snapshot that the peer was sent. */
function stored(peer: ScriptedRaft, from: string, message: ReturnType<typeof installSnapshot>, id = 77): void {
  const { term: requestTerm, lastIncludedIndex, lastIncludedTerm, configuration } = message.body;
  const what = { requestTerm, lastIncludedIndex, lastIncludedTerm, configuration, nextOffset: 10 };
  peer.do({ type: 'snapshotStored', from: peerId(from), id, ...what });
}

/** A leader of term 1 whose log begins behind 10, and p3 which lacks that. */
function leaderWithoutBeginning(options: ScriptedRaftOptions = {}): ScriptedRaft {
  const leader = reigning({ snapshotEntries: 10, trailingEntries: 0, ...options }, ['p2']);
  leader.propose(...Array.from({ length: 9 }, (_, at) => at));
  acknowledge(leader, 'p2');
  leader.do({ type: 'snapshotTaken', index: 10 });
  leader.takeSent();
  return leader;
}

t.test('a snapshot is asked for when the log has grown long, once at a time, and a failed one again', async (t) => {
  const peer = followerWith(9, { snapshotEntries: 10 });
  t.same(outcomesOf(peer.outcomes, 'takeSnapshot'), []);
  const grow = (at: number): void =>
    void peer.receive(
      'p2',
      appendEntries(1, { prevLogIndex: at, prevLogTerm: 1, entries: entriesOf(1), leaderCommit: at + 1 }),
    );
  grow(9);
  t.same(peer.takeOutcomes(), [{ type: 'takeSnapshot', index: 10 }]);
  grow(10);
  t.same(peer.takeOutcomes(), [], 'one is being made');
  peer.do({ type: 'snapshotTaken', index: 0 });
  grow(11);
  t.same(peer.takeOutcomes(), [], 'it could not be, and a full disk is not written to without a pause');
  peer.advance(5000);
  grow(12);
  t.same(peer.takeOutcomes(), [{ type: 'takeSnapshot', index: 13 }]);
  peer.do({ type: 'snapshotTaken', index: 13 });
  t.match(peer.status, { snapshotIndex: 13, lastLogIndex: 13, commitIndex: 13 });
});

t.test('a snapshot is asked for by bytes too', async (t) => {
  const peer = followerWith(3, { snapshotBytes: 150 });
  t.same(peer.takeOutcomes(), [{ type: 'takeSnapshot', index: 3 }]);
});

t.test('no snapshot is asked for while the log is short as against the last one', async (t) => {
  const bytesEach = Math.max(...entriesOf(1).map(entryBytes));
  const peer = followerWith(4, { snapshotEntries: 2, snapshotShareMin: 0.5, trailingEntries: 0 });
  t.same(peer.takeOutcomes(), [{ type: 'takeSnapshot', index: 4 }], 'of the last one nothing is known yet');
  peer.do({ type: 'snapshotTaken', index: 4, bytes: 10 * bytesEach });
  const grow = (at: number): void =>
    void peer.receive(
      'p2',
      appendEntries(1, { prevLogIndex: at, prevLogTerm: 1, entries: entriesOf(1), leaderCommit: at + 1 }),
    );
  for (const at of [4, 5, 6, 7]) grow(at);
  t.same(peer.takeOutcomes(), [], 'two entries are many, but a half of the snapshot are five');
  grow(8);
  t.same(peer.takeOutcomes(), [{ type: 'takeSnapshot', index: 9 }]);
});

t.test('an installed snapshot counts as much as one of its own', async (t) => {
  const peer = followerWith(1, { snapshotEntries: 2, snapshotShareMin: 1, trailingEntries: 0 });
  // Of 10 bytes: less than an entry.
  stored(peer, 'p2', installSnapshot(1, 5));
  t.match(peer.status, { snapshotIndex: 5, commitIndex: 5 });
  peer.do({ type: 'applied', index: 5 });
  peer.takeOutcomes();
  peer.receive('p2', appendEntries(1, { prevLogIndex: 5, prevLogTerm: 1, entries: entriesOf(1, 1), leaderCommit: 7 }));
  t.same(outcomesOf(peer.outcomes, 'takeSnapshot'), [{ type: 'takeSnapshot', index: 7 }]);
});

t.test('entries that trail behind a snapshot do not make the log long by themselves', async (t) => {
  const bytesEach = Math.max(...entriesOf(1).map(entryBytes));
  const peer = followerWith(10, { snapshotBytes: 9 * bytesEach, trailingEntries: 10 });
  t.same(peer.takeOutcomes(), [{ type: 'takeSnapshot', index: 10 }]);
  peer.do({ type: 'snapshotTaken', index: 10, bytes: 1 });
  t.match(peer.status, { snapshotIndex: 10, firstLogIndex: 9 }, 'two entries have a quarter of the bytes');
  peer.receive('p2', appendEntries(1, { prevLogIndex: 10, prevLogTerm: 1, entries: entriesOf(1), leaderCommit: 11 }));
  t.same(peer.takeOutcomes(), []);
});

t.test('F51: a snapshot names its index: old ones are ignored, one past what is applied stops the peer', async (t) => {
  const peer = followerWith(10, { trailingEntries: 0 });
  peer.do({ type: 'snapshotTaken', index: 6 });
  t.match(peer.status, { snapshotIndex: 6, firstLogIndex: 7 });
  const writes = peer.persists.length;
  for (const index of [6, 3, 0]) peer.do({ type: 'snapshotTaken', index });
  t.match(peer.status, { snapshotIndex: 6, firstLogIndex: 7, lastLogIndex: 10 });
  t.equal(peer.persists.length, writes);
  t.throws(() => peer.do({ type: 'snapshotTaken', index: 11 }), { name: 'InvariantViolation' });
});

t.test("F48: behind a snapshot indexes stay, and the boundary has the snapshot's term", async (t) => {
  const peer = followerWith(10, { trailingEntries: 0 });
  peer.do({ type: 'snapshotTaken', index: 10 });
  t.match(peer.status, { firstLogIndex: 11, lastLogIndex: 10, lastLogTerm: 1 });
  const [reply] = peer.receive(
    'p2',
    appendEntries(1, { prevLogIndex: 10, prevLogTerm: 1, entries: entriesOf(1), leaderCommit: 11 }),
  );
  t.match(reply?.message.body, { success: true, matchIndex: 11 });
  t.match(peer.applied.at(-1), { firstIndex: 11, entries: [{ term: 1 }] });
  const [wrong] = peer.receive('p2', appendEntries(1, { prevLogIndex: 12, prevLogTerm: 1 }));
  t.match(wrong?.message.body, { success: false, conflictIndex: 12 });
});

t.test('F48: requests that begin before the snapshot are taken from its end on', async (t) => {
  const peer = followerWith(10, { trailingEntries: 0 });
  peer.do({ type: 'snapshotTaken', index: 8 });
  const terms = Array.from({ length: 12 }, () => 1);
  const [all] = peer.receive('p2', appendEntries(1, { entries: entriesOf(...terms), leaderCommit: 12 }));
  t.match(all?.message.body, { success: true, matchIndex: 12 });
  t.match(peer.status, { lastLogIndex: 12, commitIndex: 12 });
  const [old] = peer.receive('p2', appendEntries(1, { prevLogIndex: 2, prevLogTerm: 1, entries: entriesOf(1, 1) }));
  t.match(old?.message.body, { success: true, matchIndex: 4 }, 'all of it is in the snapshot');
  t.equal(peer.status.lastLogIndex, 12);
});

t.test('E47: entries stay behind a snapshot by the margin, and the rest leaves the log', async (t) => {
  const peer = followerWith(10, { trailingEntries: 3 });
  peer.do({ type: 'snapshotTaken', index: 9 });
  t.match(peer.status, { snapshotIndex: 9, firstLogIndex: 7, lastLogIndex: 10 });
  t.equal(peer.disk.entries.length, 4);
});

t.test(
  'E45: after a restart what the snapshot holds is committed and applied, and nothing of it is handed out',
  async (t) => {
    const peer = followerWith(10, { trailingEntries: 3 });
    peer.do({ type: 'snapshotTaken', index: 8 });
    const again = peer.restart();
    t.match(again.status, { snapshotIndex: 8, commitIndex: 8, lastApplied: 8, firstLogIndex: 6, lastLogIndex: 10 });
    again.receive('p2', appendEntries(1, { prevLogIndex: 10, prevLogTerm: 1, leaderCommit: 10 }));
    t.match(again.applied, [{ firstIndex: 9 }]);
    t.equal(again.applied[0]?.entries.length, 2);
  },
);

t.test('E44: snapshot and log are switched in one write', async (t) => {
  const peer = followerWith(10, { trailingEntries: 2, autoPersist: false });
  const before = peer.disk;
  peer.do({ type: 'snapshotTaken', index: 10 });
  t.equal(peer.persists.at(-1)?.steps.length, 1);
  t.same(peer.disk, before);
  t.match(peer.restart().status, { firstLogIndex: 1, snapshotIndex: 0 });
  peer.persisted();
  t.match(peer.restart().status, { firstLogIndex: 9, snapshotIndex: 10 });
});

t.test('F49: a leader sends its snapshot exactly to whom it cannot send entries', async (t) => {
  const leader = leaderWithoutBeginning();
  t.match(progressOf(leader, 'p3'), { mode: 'probe', nextIndex: 1 });
  leader.reachDeadline();
  t.match(leader.chunks, [{ to: 'p3', term: 1, lastIncludedIndex: 10, offset: 0 }]);
  t.match(progressOf(leader, 'p3'), { mode: 'snapshot' });
  t.match(
    leader.bodiesSent('AppendEntries', 'p3'),
    [{ prevLogIndex: 10, entries: [] }],
    'and a sign of life beside it',
  );
  const margin = leaderWithoutBeginning({ trailingEntries: 10 });
  margin.reachDeadline();
  t.same(margin.chunks, [], 'its log still begins at 1');
  t.match(margin.bodiesSent('AppendEntries', 'p3'), [{ prevLogIndex: 0, entries: [] }]);
  const next = margin.receive('p3', appended(1, 0, { prevLogIndex: 0 }));
  t.equal(bodiesOf(next, 'AppendEntries', 'p3')[0]?.entries.length, 10);
});

t.test('F49: a follower stores a snapshot before it is in force; the answer waits for the write', async (t) => {
  const peer = followerWith(3, { autoPersist: false });
  const message = installSnapshot(1, 20);
  t.same(peer.receive('p2', message, 77), []);
  t.match(peer.takeOutcomes(), [{ type: 'storeSnapshotChunk', from: 'p2', id: 77, chunk: { lastIncludedIndex: 20 } }]);
  t.match(peer.status, { commitIndex: 3, leader: 'p2' });
  stored(peer, 'p2', message);
  t.match(peer.takeOutcomes(), [{ type: 'restore', snapshot: { index: 20, term: 1 } }]);
  t.match(peer.status, { commitIndex: 20, lastApplied: 20, firstLogIndex: 21, lastLogIndex: 20 });
  t.same(peer.sent, [], 'not durable yet');
  t.match(peer.restart().status, { commitIndex: 0, lastLogIndex: 3 });
  peer.persisted();
  t.match(peer.bodiesSent('InstallSnapshotReply'), [{ lastIncludedIndex: 20, done: true, inReplyTo: 77 }]);
  t.match(peer.restart().status, { commitIndex: 20, lastLogIndex: 20 });
});

t.test('F49: pieces are answered with where the next one begins', async (t) => {
  const peer = followerWith(3);
  const { nowMs } = peer;
  peer.advance(20);
  peer.receive('p2', installSnapshot(1, 20, { done: false }), 5);
  t.ok((peer.electionDeadlineMs ?? 0) >= nowMs + 20 + 250, 'a piece is a sign of life');
  const piece = { from: peerId('p2'), id: 5, requestTerm: 1, lastIncludedIndex: 20, nextOffset: 4 };
  peer.do({ type: 'snapshotChunkStored', ...piece });
  t.match(peer.bodiesSent('InstallSnapshotReply'), [{ nextOffset: 4, done: false, inReplyTo: 5 }]);
  peer.takeSent();
  peer.receive('p3', appendEntries(2));
  peer.takeSent();
  peer.do({ type: 'snapshotChunkStored', ...piece });
  t.same(peer.sent, [], 'the leader who sent it leads no more');
});

t.test('F49: what is stale is answered and ignored, and nothing goes back', async (t) => {
  const peer = followerWith(10);
  for (const index of [1, 9, 10]) {
    const [reply] = peer.receive('p2', installSnapshot(1, index));
    t.match(reply?.message.body, { done: true, lastIncludedIndex: index });
  }
  t.same(outcomesOf(peer.outcomes, 'storeSnapshotChunk'), []);
  stored(peer, 'p2', installSnapshot(1, 7));
  t.match(peer.status, { commitIndex: 10, lastApplied: 10, snapshotIndex: 0, lastLogIndex: 10 });
  t.same(outcomesOf(peer.outcomes, 'restore'), []);
  const [lower] = peer.receive('p3', installSnapshot(0, 50));
  t.match(lower?.message.body, { term: 1, done: false });
});

t.test('F49: entries behind the snapshot stay if the log agrees with it; else it replaces the log', async (t) => {
  const agrees = new ScriptedRaft({ log: [1, 1, 1, 1, 1] });
  stored(agrees, 'p2', installSnapshot(1, 3));
  t.match(agrees.status, { firstLogIndex: 4, lastLogIndex: 5, commitIndex: 3 });
  t.equal(agrees.disk.entries.length, 2);
  const differs = new ScriptedRaft({ log: [1, 1, 2, 2, 2], term: 3 });
  const other = installSnapshot(3, 3, { lastIncludedTerm: 3 });
  differs.receive('p2', other);
  stored(differs, 'p2', other);
  t.match(differs.status, { firstLogIndex: 4, lastLogIndex: 3, lastLogTerm: 3, commitIndex: 3 });
  t.same(differs.disk.entries, []);
});

t.test('D42: nothing up to a snapshot is applied after it, and lastApplied never falls', async (t) => {
  const peer = followerWith(3, { autoApply: false });
  t.equal(peer.status.lastApplied, 0, 'the machine is slow');
  stored(peer, 'p2', installSnapshot(1, 20));
  peer.do({ type: 'applied', index: 3 });
  t.equal(peer.status.lastApplied, 20);
  peer.receive('p2', appendEntries(1, { prevLogIndex: 20, prevLogTerm: 1, entries: entriesOf(1), leaderCommit: 21 }));
  t.match(peer.applied.at(-1), { firstIndex: 21 });
});

t.test("E43: a follower claims a snapshot's entries to nobody before it is durable", async (t) => {
  const peer = followerWith(3, { autoPersist: false });
  stored(peer, 'p2', installSnapshot(1, 20));
  peer.receive('p2', appendEntries(1, { prevLogIndex: 20, prevLogTerm: 1 }));
  const claims = peer.bodiesSent('AppendEntriesReply').map(({ matchIndex }) => matchIndex);
  t.ok(
    claims.every((matchIndex) => matchIndex <= 3),
    `claims ${claims.join()} while its disk has 3`,
  );
  peer.persisted();
  t.equal(peer.status.durableIndex, 20);
});

t.test('E43: compaction claims nothing durable that the own disk still writes', async (t) => {
  const peer = new ScriptedRaft({ term: 1, autoPersist: false, trailingEntries: 0 });
  peer.receive('p2', appendEntries(1, { entries: entriesOf(1, 1, 1), leaderCommit: 3 }));
  peer.do({ type: 'snapshotTaken', index: 3 });
  t.equal(peer.status.durableIndex, 0);
  peer.persisted(1);
  t.equal(peer.status.durableIndex, 3);
});

t.test('F50: what a follower has by a snapshot is what that very snapshot held', async (t) => {
  const leader = leaderWithoutBeginning();
  leader.reachDeadline();
  leader.propose(50, 51);
  leader.takeSent();
  const sends = leader.receive('p3', snapshotReply(1, 10, 100, { done: true }));
  t.match(progressOf(leader, 'p3'), { matchIndex: 10 });
  t.match(bodiesOf(sends, 'AppendEntries', 'p3'), [{ prevLogIndex: 10, prevLogTerm: 1 }], 'and goes on behind it');
  leader.receive('p3', snapshotReply(1, 4, 100, { done: true }));
  t.match(progressOf(leader, 'p3'), { matchIndex: 10 }, 'an older one takes nothing back');
  leader.receive('p3', snapshotReply(1, 99, 100, { done: true }));
  t.match(progressOf(leader, 'p3'), { matchIndex: 10 }, 'one that this leader cannot have sent is ignored');
});

function sending(): ScriptedRaft {
  const leader = leaderWithoutBeginning();
  leader.reachDeadline();
  t.equal(leader.chunks.length, 1);
  return leader;
}

t.test('pieces go one at a time, each from where the follower says', async (t) => {
  const leader = sending();
  leader.receive('p3', snapshotReply(1, 10, 40, { inReplyTo: leader.chunks.at(-1)?.id ?? 0 }));
  leader.receive('p3', snapshotReply(1, 10, 80, { inReplyTo: leader.chunks.at(-1)?.id ?? 0 }));
  t.same(
    leader.chunks.map(({ offset }) => offset),
    [0, 40, 80],
  );
  leader.receive('p3', snapshotReply(1, 10, 0, { inReplyTo: leader.chunks.at(-1)?.id ?? 0 }));
  t.equal(leader.chunks.at(-1)?.offset, 0, 'a follower that lost what it had begins again');
});

t.test('answers that come twice, late or without progress cause no piece', async (t) => {
  const leader = sending();
  const first = leader.chunks[0]?.id ?? 0;
  leader.receive('p3', snapshotReply(1, 10, 40, { inReplyTo: first }));
  const second = leader.chunks.at(-1)?.id ?? 0;
  leader.receive('p3', snapshotReply(1, 10, 80, { inReplyTo: second }));
  const pieces = leader.chunks.length;
  leader.receive('p3', snapshotReply(1, 10, 40, { inReplyTo: first }));
  leader.receive('p3', snapshotReply(1, 10, 80, { inReplyTo: second }));
  t.equal(leader.chunks.length, pieces, 'else each copy would begin a stream of its own');
  const stuck = sending();
  for (let times = 0; times < 5; times += 1) {
    stuck.receive('p3', snapshotReply(1, 10, 0, { inReplyTo: stuck.chunks.at(-1)?.id ?? 0 }));
  }
  t.equal(stuck.chunks.length, 1, 'a follower that cannot store is asked again by the clock, not at once');
});

t.test('a lost piece is sent again, and heartbeats go on meanwhile', async (t) => {
  const leader = sending();
  leader.takeSent();
  for (let beats = 0; beats < 20; beats += 1) {
    leader.reachDeadline();
    acknowledge(leader, 'p2');
    const beatsTo3 = leader.sent.filter(({ to }) => to === 'p3');
    t.match(beatsTo3, [{ message: { body: { prevLogIndex: 10, prevLogTerm: 1, entries: [] } } }]);
    leader.takeSent();
  }
  t.ok(leader.chunks.length >= 4 && leader.chunks.length <= 6, `${leader.chunks.length} pieces in two seconds`);
});

t.test('the answer to the last piece may be lost: a heartbeat finds out', async (t) => {
  const leader = sending();
  leader.receive('p3', appendRefused(1, { prevLogIndex: 10, conflictIndex: 1 }));
  t.match(progressOf(leader, 'p3'), { mode: 'snapshot', matchIndex: 0 }, 'it has not');
  const sends = leader.receive('p3', appended(1, 10));
  t.match(progressOf(leader, 'p3'), { mode: 'replicate', matchIndex: 10 });
  t.same(sends, [], 'there is nothing behind it');
});

t.test('a newer snapshot takes the place of the one under way, and comes to its end', async (t) => {
  const leader = sending();
  leader.receive('p3', snapshotReply(1, 10, 40, { inReplyTo: leader.chunks.at(-1)?.id ?? 0 }));
  leader.propose(...Array.from({ length: 10 }, (_, at) => 100 + at));
  acknowledge(leader, 'p2');
  leader.do({ type: 'snapshotTaken', index: 20 });
  // What the driver sends for the piece at 40 of snapshot 10 is the beginning of snapshot 20.
  leader.receive('p3', snapshotReply(1, 20, 30, { inReplyTo: leader.chunks.at(-1)?.id ?? 0 }));
  t.match(leader.chunks.at(-1), { lastIncludedIndex: 20, offset: 30 });
  leader.receive('p3', snapshotReply(1, 20, 60, { inReplyTo: leader.chunks.at(-1)?.id ?? 0, done: true }));
  t.match(progressOf(leader, 'p3'), { matchIndex: 20 });
});

t.test('F50: who has an older snapshot whole is not taken for one that has the newest', async (t) => {
  const leader = sending();
  leader.propose(...Array.from({ length: 10 }, (_, at) => 100 + at));
  acknowledge(leader, 'p2');
  leader.do({ type: 'snapshotTaken', index: 20 });
  leader.receive('p3', snapshotReply(1, 10, 60, { inReplyTo: leader.chunks.at(-1)?.id ?? 0, done: true }));
  t.match(progressOf(leader, 'p3'), { matchIndex: 10 });
});

t.test('a leader takes no newer snapshot while a follower fetches one, unless the log grows too long', async (t) => {
  const leader = sending();
  leader.takeOutcomes();
  const grow = (): void => {
    leader.propose(...Array.from({ length: 10 }, (_, at) => 100 + at));
    acknowledge(leader, 'p2');
  };
  leader.receive('p3', snapshotReply(1, 10, 40, { inReplyTo: leader.chunks.at(-1)?.id ?? 0 }));
  grow();
  t.same(outcomesOf(leader.takeOutcomes(), 'takeSnapshot'), []);
  const other = sending();
  other.takeOutcomes();
  other.receive('p3', snapshotReply(1, 10, 40, { inReplyTo: other.chunks.at(-1)?.id ?? 0, done: true }));
  other.propose(...Array.from({ length: 10 }, (_, at) => 100 + at));
  acknowledge(other, 'p2');
  t.same(outcomesOf(other.takeOutcomes(), 'takeSnapshot'), [{ type: 'takeSnapshot', index: 20 }], 'it has it');
  grow();
  grow();
  t.same(outcomesOf(leader.takeOutcomes(), 'takeSnapshot'), []);
  grow();
  t.same(
    outcomesOf(leader.takeOutcomes(), 'takeSnapshot'),
    [{ type: 'takeSnapshot', index: 50 }],
    'four times the bound',
  );
});

t.test('a follower that fetches a snapshot may fall silent for a while: it goes on where it was', async (t) => {
  const leader = sending();
  leader.receive('p3', snapshotReply(1, 10, 40, { inReplyTo: leader.chunks.at(-1)?.id ?? 0 }));
  leader.takeOutcomes();
  const hearP2ForMs = (forMs: number): void => {
    const endMs = leader.nowMs + forMs;
    while (leader.nowMs < endMs) {
      leader.reachDeadline();
      acknowledge(leader, 'p2');
    }
  };
  hearP2ForMs(3_000);
  leader.propose(...Array.from({ length: 10 }, (_, at) => 100 + at));
  acknowledge(leader, 'p2');
  t.same(outcomesOf(leader.takeOutcomes(), 'takeSnapshot'), [], 'it may only have lost its connection');
  t.match(leader.chunks.at(-1), { lastIncludedIndex: 10, offset: 40 });
  hearP2ForMs(1_500);
  leader.propose(200);
  acknowledge(leader, 'p2');
  t.match(outcomesOf(leader.takeOutcomes(), 'takeSnapshot'), [{ index: 21 }], 'it is gone for long');
});

t.test('F49: the configuration comes with the snapshot', async (t) => {
  const peer = new ScriptedRaft({ id: 'p4', configuration: configurationOf([]), term: 0 });
  t.equal(peer.role, 'learner');
  const configuration = configurationOf(['p1', 'p2', 'p4'].map(peerId));
  const message = installSnapshot(1, 20, { configuration });
  peer.receive('p2', message);
  stored(peer, 'p2', message);
  t.same(peer.status.voters, ['p1', 'p2', 'p4']);
  t.equal(peer.role, 'follower');
  t.not(peer.electionDeadlineMs, undefined);
  t.same(peer.restart().status.voters, ['p1', 'p2', 'p4']);
});

t.test('F49: a snapshot holds the members at its index, not those of an entry behind it that may go', async (t) => {
  const founders = configurationOf(['p1', 'p2', 'p3'].map(peerId));
  const joint = { ...configurationOf(['p1', 'p4', 'p5'].map(peerId)), votersOutgoing: founders.voters };
  const peer = followerWith(3, { trailingEntries: 0 });
  const change = { term: 1, type: 'configuration', configuration: joint } as const;
  peer.receive('p2', appendEntries(1, { prevLogIndex: 3, prevLogTerm: 1, entries: [change], leaderCommit: 3 }));
  t.same(peer.status.votersOutgoing, founders.voters, 'in force, and not committed');
  peer.do({ type: 'snapshotTaken', index: 3 });
  const { snapshot } = peer.disk;
  t.match(snapshot, { index: 3, term: 1 });
  t.same(snapshot?.configuration, founders);
  // Whoever gets it has nothing of the change.
  const other = new ScriptedRaft({ id: 'p3', term: 1 });
  const message = installSnapshot(1, 3, snapshot === null ? {} : { configuration: snapshot.configuration });
  other.receive('p2', message);
  stored(other, 'p2', message);
  t.match(other.status, { voters: founders.voters, votersOutgoing: [], snapshotIndex: 3 });
  // A leader that lacks the change takes it back, and after a restart the founders are members too.
  peer.receive('p3', appendEntries(2, { prevLogIndex: 3, prevLogTerm: 1, entries: entriesOf(2), leaderCommit: 3 }));
  t.match(peer.status, { voters: founders.voters, votersOutgoing: [], configurationIndex: 3 });
  t.match(peer.restart().status, { voters: founders.voters, votersOutgoing: [], snapshotIndex: 3 });
});

t.test('late refusals and successes do not disturb a snapshot under way', async (t) => {
  const leader = sending();
  leader.receive('p3', appendRefused(1, { prevLogIndex: 10, conflictIndex: 1 }));
  leader.receive('p3', appended(1, 0));
  t.match(progressOf(leader, 'p3'), { mode: 'snapshot' });
  t.equal(leader.chunks.length, 1);
});
