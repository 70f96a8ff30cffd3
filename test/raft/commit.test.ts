import t from 'tap';
import type { Effect } from '../../peer/raft/effect.ts';
import { completeOptions, ELECTION_PRESETS } from '../../peer/raft/options.ts';
import { RaftState } from '../../peer/raft/RaftState.ts';
import { receiveAppendEntriesReply } from '../../peer/raft/receive/receiveAppendEntriesReply.ts';
import { becomeLeader } from '../../peer/raft/roles/leader.ts';
import { enterTerm } from '../../peer/raft/term.ts';
import { peerId } from '../../shared/ids.ts';
import type { AppendEntriesReply } from '../../shared/messages/AppendEntriesReply.ts';
import { appended, entriesOf } from '../support/raftMessages.ts';
import { ScriptedRaft } from '../support/scriptedRaft.ts';
import { storedState } from '../../sim/randomLogs.ts';

t.test('B32: Figure 8: an entry of a former term is not committed by counting copies', async (t) => {
  // (c): S1 leads term 4 with the entry of term 2 at index 2, and replicates it to a majority.
  const leader = new ScriptedRaft({ log: [1, 2], term: 3, peers: 5 });
  leader.becomeLeader();
  leader.takeSent();
  t.equal(leader.term, 4);
  for (const peer of ['p2', 'p3', 'p4', 'p5']) leader.receive(peer, appended(4, 2));
  t.equal(leader.status.commitIndex, 0);
  t.same(leader.applied, []);
  leader.reachDeadline();
  t.equal(leader.bodiesSent('AppendEntries', 'p2')[0]?.leaderCommit, 0);
});

/**
 * The state of a leader of term 4 of five, with entries of its own term: a core comes there by proposals only,
 * so these tests drive its parts.
 */
function leaderWithOwnEntries(stored: readonly number[], own: number): RaftState {
  const state = new RaftState(
    completeOptions({ ...ELECTION_PRESETS.lab, id: peerId('p1'), random: () => 0.5 }),
    storedState(['p1', 'p2', 'p3', 'p4', 'p5'].map(peerId), { currentTerm: 3, votedFor: null }, entriesOf(...stored)),
  );
  state.nowMs = 0;
  enterTerm(state, 4, state.id);
  becomeLeader(state);
  state.outbox.take();
  if (own > 0) state.log.append(entriesOf(...Array.from({ length: own }, () => 4)), 2);
  return state;
}

function replyTo(state: RaftState, from: string, message: { body: AppendEntriesReply }): Effect[] {
  receiveAppendEntriesReply(state, peerId(from), message.body);
  return state.outbox.take();
}

t.test('B32: Figure 8: with an entry of the own term on a majority, the earlier ones follow', async (t) => {
  const state = leaderWithOwnEntries([1, 2], 1);
  replyTo(state, 'p2', appended(4, 3));
  t.equal(state.commitIndex, 0, 'two of five, of which one is not durable');
  replyTo(state, 'p3', appended(4, 2));
  t.equal(state.commitIndex, 0, 'index 2 of term 2 is on three');
  replyTo(state, 'p4', appended(4, 3));
  t.equal(state.commitIndex, 0, 'the leader itself has not written index 3 yet: it is on two');
  const effects = replyTo(state, 'p5', appended(4, 3));
  t.equal(state.commitIndex, 3, 'three others hold it');
  t.match(
    effects.find(({ type }) => type === 'apply'),
    { firstIndex: 1, entries: [{ term: 1 }, { term: 2 }, { term: 4 }] },
  );
});

t.test('B33: the commit index moves in the step of the reply, and every next message carries it', async (t) => {
  const state = leaderWithOwnEntries([1, 2], 2);
  state.log.synced(2);
  replyTo(state, 'p2', appended(4, 4));
  const effects = replyTo(state, 'p3', appended(4, 3));
  t.equal(state.commitIndex, 3);
  t.match(
    effects.filter(({ type }) => type === 'send'),
    [{ to: 'p3', message: { body: { leaderCommit: 3, prevLogIndex: 3, entries: [{ term: 4 }] } } }],
    'p3 lacks the last entry, and is told',
  );
});

t.test('B34: the leader counts itself, as far as its own disk has it', async (t) => {
  const state = leaderWithOwnEntries([1, 2], 1);
  replyTo(state, 'p2', appended(4, 3));
  replyTo(state, 'p3', appended(4, 3));
  t.equal(state.commitIndex, 0);
  state.log.synced(1);
  replyTo(state, 'p2', appended(4, 3));
  t.equal(state.commitIndex, 0, 'another write was done');
  state.log.synced(2);
  replyTo(state, 'p4', appended(4, 3));
  t.equal(state.commitIndex, 3);
});

t.test('B31: counts are per peer: the same reply many times is one vote for the commit', async (t) => {
  const state = leaderWithOwnEntries([1, 2], 1);
  state.log.synced(2);
  for (let copies = 0; copies < 10; copies += 1) replyTo(state, 'p2', appended(4, 3));
  t.equal(state.commitIndex, 0);
  replyTo(state, 'p3', appended(4, 3));
  t.equal(state.commitIndex, 3);
});
