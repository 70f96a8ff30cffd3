import t from 'tap';
import { resetElectionTimer } from '../../peer/raft/electionTimer.ts';
import { completeOptions, ELECTION_PRESETS } from '../../peer/raft/options.ts';
import { RaftState } from '../../peer/raft/RaftState.ts';
import { peerId } from '../../shared/ids.ts';
import { seededRandom } from '../../shared/random.ts';
import type { RaftMessage } from '../../shared/protocol.ts';
import {
  appended,
  appendEntries,
  appendRefused,
  entriesOf,
  installSnapshot,
  preVote,
  preVoteGranted,
  preVoteRefused,
  requestVote,
  voteGranted,
  voteRefused,
} from '../support/raftMessages.ts';
import { ScriptedRaft } from '../support/scriptedRaft.ts';
import { storedState } from '../../sim/randomLogs.ts';

const upToDate = { lastLogIndex: 3, lastLogTerm: 2 };

/** What must not move the election timer of a follower in term 5 that voted for p2 and holds a log of terms 1, 1, 2. */
const IDLE: Record<string, RaftMessage> = {
  'a stale AppendEntries': appendEntries(4),
  'a stale AppendEntries with entries': appendEntries(4, { entries: entriesOf(4, 4) }),
  'a stale RequestVote': requestVote(4, upToDate),
  'a RequestVote after the vote is given': requestVote(5, upToDate),
  'a RequestVote from a shorter log': requestVote(5, { lastLogIndex: 2, lastLogTerm: 1 }),
  'a RequestVote of a higher term from a shorter log': requestVote(6, { lastLogIndex: 2, lastLogTerm: 1 }),
  'a granted PreVote': preVote(6, upToDate),
  'a refused PreVote': preVote(6),
  'a stale PreVote': preVote(5, upToDate),
  'a granted RequestVoteReply': voteGranted(5),
  'a refused RequestVoteReply': voteRefused(5),
  'a RequestVoteReply of a higher term': voteRefused(6, { requestTerm: 5 }),
  'a stale RequestVoteReply': voteGranted(3),
  'a granted PreVoteReply': preVoteGranted(5),
  'a PreVoteReply of a higher term': preVoteRefused(6, { requestTerm: 5 }),
  'a successful AppendEntriesReply': appended(5, 3),
  'a refused AppendEntriesReply': appendRefused(5, { conflictIndex: 1 }),
  'an AppendEntriesReply of a higher term': appendRefused(6, { requestTerm: 5 }),
};

for (const [what, message] of Object.entries(IDLE)) {
  t.test(`A1: ${what} leaves the election deadline of a follower where it was`, async (t) => {
    const peer = new ScriptedRaft({ log: [1, 1, 2], term: 5, votedFor: 'p2', peers: 5 });
    const { deadlineMs } = peer;
    peer.advance(20);
    peer.receive('p3', message);
    t.equal(peer.role, 'follower');
    t.equal(peer.deadlineMs, deadlineMs);
    t.equal(peer.electionDeadlineMs, deadlineMs);
  });
}

for (const preset of ['lab', 'default'] as const) {
  const standing = preset === 'lab' ? 'candidate' : 'preCandidate';
  for (const [what, message] of Object.entries(IDLE)) {
    t.test(`A1: ${what} leaves the election deadline of a ${standing} where it was`, async (t) => {
      const peer = new ScriptedRaft({
        preset,
        log: [1, 1, 2],
        term: preset === 'lab' ? 4 : 5,
        votedFor: 'p2',
        peers: 7,
      });
      peer.reachDeadline();
      t.equal(peer.role, standing);
      t.equal(peer.term, 5);
      const { deadlineMs } = peer;
      peer.advance(20);
      peer.receive('p3', message);
      t.equal(peer.deadlineMs, deadlineMs);
      t.equal(peer.electionDeadlineMs, deadlineMs);
    });
  }
}

t.test('A1: the current leader, whether its entries fit or not, and a granted vote move the deadline', async (t) => {
  const moves: Record<string, RaftMessage> = {
    'a heartbeat': appendEntries(5, { prevLogIndex: 3, prevLogTerm: 2 }),
    'a refused AppendEntries of the current term': appendEntries(5, { prevLogIndex: 9, prevLogTerm: 5 }),
    'an AppendEntries of a higher term': appendEntries(6),
    'a granted RequestVote': requestVote(6, upToDate),
  };
  for (const [what, message] of Object.entries(moves)) {
    const peer = new ScriptedRaft({ log: [1, 1, 2], term: 5 });
    peer.advance(20);
    peer.receive('p2', message);
    t.equal(peer.deadlineMs, peer.nowMs + 325, what);
  }
});

t.test('A1: every message of the leader moves the deadline, each piece of a snapshot too', async (t) => {
  const peer = new ScriptedRaft({ log: [1, 1, 2], term: 5 });
  for (const message of [
    appendEntries(5, { prevLogIndex: 3, prevLogTerm: 2 }),
    installSnapshot(5, 9, { done: false }),
    installSnapshot(5, 9, { offset: 1, done: false }),
    appendEntries(5, { prevLogIndex: 3, prevLogTerm: 2 }),
  ]) {
    peer.advance(20);
    peer.receive('p2', message);
    t.equal(peer.deadlineMs, peer.nowMs + 325, message.type);
  }
});

t.test('A1: a second leader of one term, which cannot be, does not move the deadline', async (t) => {
  const peer = new ScriptedRaft();
  peer.receive('p2', appendEntries(1));
  const { deadlineMs } = peer;
  peer.advance(20);
  t.same(peer.receive('p3', appendEntries(1)), []);
  t.equal(peer.deadlineMs, deadlineMs);
  t.same(peer.eventsOf('ignored'), [{ type: 'ignored', reason: 'impossible' }]);
});

t.test('A1: a candidate or pre-candidate that steps down keeps its deadline, a leader gets a new one', async (t) => {
  const candidate = new ScriptedRaft();
  candidate.reachDeadline();
  const { deadlineMs } = candidate;
  candidate.advance(20);
  candidate.receive('p2', voteRefused(2, { requestTerm: 1 }));
  t.equal(candidate.role, 'follower');
  t.equal(candidate.deadlineMs, deadlineMs);

  const leader = new ScriptedRaft();
  leader.becomeLeader();
  t.equal(leader.electionDeadlineMs, undefined, 'a leader has no election timer');
  leader.advance(20);
  leader.receive('p2', appendRefused(2, { requestTerm: 1 }));
  t.equal(leader.role, 'follower');
  t.equal(leader.deadlineMs, leader.nowMs + 325);
  t.equal(leader.status.electionTimer?.reason, 'steppedDown');
});

t.test('A2: peers that cannot win do not keep the one that can from standing', async (t) => {
  const longest = new ScriptedRaft({ peers: 5, log: [1, 1, 1] });
  const deadlineMs = longest.electionDeadlineMs ?? 0;
  // Four others stand in turn, every 5 ms, each in a term of its own.
  let term = 1;
  while (longest.nowMs + 5 < deadlineMs) {
    longest.advance(5);
    term += 1;
    const [answer] = longest.receive(`p${2 + (term % 4)}`, requestVote(term, { lastLogIndex: 1, lastLogTerm: 1 }));
    t.match(answer?.message.body, { voteGranted: false, refusal: 'logBehind' });
    t.equal(longest.electionDeadlineMs, deadlineMs);
  }
  t.ok(term > 50);
  longest.reachDeadline();
  t.equal(longest.role, 'candidate', 'at its first timeout');
  t.equal(longest.term, term + 1);
});

t.test('A4: 1,000 resets draw at least 100 different timeouts, all over the range', async (t) => {
  for (const preset of Object.values(ELECTION_PRESETS)) {
    const { electionTimeoutMsMin: min, electionTimeoutMsMax: max } = preset;
    const random = seededRandom('A4');
    const state = new RaftState(completeOptions({ ...preset, id: peerId('p1'), random }), storedState([peerId('p1')]));
    state.nowMs = 0;
    const timeouts = Array.from({ length: 1000 }, () => {
      resetElectionTimer(state, 'started');
      return state.electionTimer?.timeoutMs ?? Number.NaN;
    });
    t.ok(new Set(timeouts).size >= 100);
    t.ok(new Set(timeouts.map((timeoutMs) => Math.floor(timeoutMs))).size >= Math.min(100, (max - min) * 0.99));
    t.ok(timeouts.every((timeoutMs) => timeoutMs >= min && timeoutMs < max));
    t.ok(Math.min(...timeouts) < min + (max - min) * 0.02, 'the shortest are used');
    t.ok(Math.max(...timeouts) > max - (max - min) * 0.02, 'and the longest');
    const mean = timeouts.reduce((sum, timeoutMs) => sum + timeoutMs, 0) / timeouts.length;
    t.ok(Math.abs(mean - (min + max) / 2) < (max - min) * 0.04, 'uniformly');
  }
});

t.test('A4: every kind of reset draws anew', async (t) => {
  const peer = new ScriptedRaft({ random: seededRandom('every kind'), peers: 5 });
  const timeouts = new Set<number>();
  const note = (): void => void timeouts.add(peer.status.electionTimer?.timeoutMs ?? Number.NaN);
  note();
  peer.receive('p2', requestVote(1));
  note();
  for (let beats = 0; beats < 10; beats += 1) {
    peer.receive('p2', appendEntries(1));
    note();
  }
  for (let elections = 0; elections < 10; elections += 1) {
    peer.reachDeadline();
    note();
  }
  for (const voter of ['p2', 'p3']) peer.receive(voter, voteGranted(peer.term));
  peer.receive('p4', appendRefused(99));
  note();
  t.equal(timeouts.size, 23);
});

t.test('a deadline that comes too early, or that a heartbeat has superseded, starts nothing', async (t) => {
  for (const preset of ['lab', 'default'] as const) {
    const peer = new ScriptedRaft({ preset });
    const first = peer.deadlineMs;
    peer.advance(300);
    peer.deadline();
    t.equal(peer.role, 'follower');
    t.equal(peer.deadlineMs, first, 'it is asked for again');
    peer.receive('p2', appendEntries(1));
    peer.nowMs = first;
    peer.deadline();
    t.equal(peer.role, 'follower', 'the late timer of before does not start an election');
    t.equal(peer.deadlineMs, 1300 + 325);
  }
});

t.test('a deadline that is asked for again after every one that was used up', async (t) => {
  const peer = new ScriptedRaft();
  const effects = peer.step({ type: 'deadline', nowMs: peer.nowMs });
  t.same(effects, [{ type: 'setDeadline', atMs: peer.deadlineMs }]);
  t.same(peer.step({ type: 'persisted', nowMs: peer.nowMs, sequence: 0 }), [], 'and only then');
});

t.test('the first timer is armed by the start, and its reason told', async (t) => {
  const peer = new ScriptedRaft({ started: false });
  t.equal(peer.deadlineMs, Number.POSITIVE_INFINITY);
  peer.step({ type: 'start', nowMs: 1000 });
  t.equal(peer.deadlineMs, 1325);
  t.same(peer.status.electionTimer, { timeoutMs: 325, remainingMs: 325, reason: 'started' });
  peer.advance(400);
  t.equal(peer.status.electionTimer?.remainingMs, 0, 'overdue');
});
