import t from 'tap';
import type { Send } from '../../peer/raft/effect.ts';
import type { AppendEntries } from '../../shared/messages/AppendEntries.ts';
import type { RaftMessage } from '../../shared/protocol.ts';
import {
  appended,
  appendEntries,
  appendRefused,
  entriesOf,
  requestVote,
  voteGranted,
} from '../support/raftMessages.ts';
import { bodiesOf, ScriptedRaft, type ScriptedRaftOptions } from '../support/scriptedRaft.ts';

/** A leader whose log holds entries of the given terms; its own term is the one after `term` or after the last one. */
function leaderOf(terms: readonly number[], options: ScriptedRaftOptions = {}): ScriptedRaft {
  const leader = new ScriptedRaft({ log: terms, ...options });
  leader.becomeLeader();
  leader.takeSent();
  return leader;
}

/** What the next heartbeat sends to a peer: its `nextIndex` and entries. */
function heartbeatTo(leader: ScriptedRaft, peer: string): AppendEntries | undefined {
  leader.takeSent();
  leader.reachDeadline();
  return leader.bodiesSent('AppendEntries', peer)[0];
}

/** Where the leader believes the peer's log to end: what it sends begins behind it. */
function prevLogIndexTo(leader: ScriptedRaft, peer: string): number | undefined {
  return heartbeatTo(leader, peer)?.prevLogIndex;
}

t.test('A13: at each election nextIndex begins behind the log, and matchIndex at 0', async (t) => {
  const leader = leaderOf([1, 1, 1], { peers: 5 });
  leader.receive('p2', appended(2, 3));
  leader.receive('p3', appendRefused(2, { prevLogIndex: 3, conflictIndex: 1 }));
  t.equal(prevLogIndexTo(leader, 'p2'), 3);
  t.equal(prevLogIndexTo(leader, 'p3'), 0, 'it was sent back');
  // Deposed, given a longer log by its successor, and elected again.
  leader.receive('p4', appendEntries(3, { prevLogIndex: 3, prevLogTerm: 1, entries: entriesOf(3, 3) }));
  leader.becomeLeader();
  t.equal(leader.term, 4);
  for (const peer of ['p2', 'p3', 'p4', 'p5']) t.equal(prevLogIndexTo(leader, peer), 5);
  // Were p2's old matchIndex of 3 still believed, this refusal could not go below it.
  leader.receive('p2', appendRefused(4, { prevLogIndex: 5, conflictIndex: 1 }));
  t.equal(prevLogIndexTo(leader, 'p2'), 0);
});

t.test('a peer that is behind is sent what it lacks, at once', async (t) => {
  const leader = leaderOf([1, 1, 2, 2]);
  const [request, ...others] = leader.receive('p2', appendRefused(3, { prevLogIndex: 4, conflictIndex: 2 }));
  t.same(others, []);
  t.same(
    request?.message,
    appendEntries(3, { prevLogIndex: 1, prevLogTerm: 1, round: 1, entries: entriesOf(1, 1, 2, 2).slice(1) }),
  );
});

t.test(
  'B31: a success that brings nothing new is not answered with entries, or copies would double each round',
  async (t) => {
    const leader = leaderOf(new Array<number>(2000).fill(1), { entriesPerMessageMax: 256, messagesInFlightMax: 1 });
    leader.receive('p2', appendRefused(2, { prevLogIndex: 2000, conflictIndex: 1 }));
    t.equal(leader.receive('p2', appended(2, 256)).length, 1);
    for (let copies = 0; copies < 3; copies += 1) t.same(leader.receive('p2', appended(2, 256)), []);
    t.same(leader.receive('p2', appended(2, 100)), [], 'nor an older one');
    t.equal(leader.receive('p2', appended(2, 512)).length, 1);
  },
);

t.test('C30: a success whose sender never reached the term of the request is ignored', async (t) => {
  const leader = leaderOf([1, 1], { peers: 3 });
  leader.receive('p2', { ...appended(2, 2), body: { ...appended(2, 2).body, term: 1 } });
  t.match(leader.eventsOf('ignored').at(-1), { reason: 'impossible' });
});

t.test('entries go in portions: one until it is known where the logs agree, then all there are', async (t) => {
  const leader = leaderOf([1, 1, 1, 1, 1], { entriesPerMessageMax: 2 });
  const portionsOf = (sends: readonly Send[]): [number, number][] =>
    bodiesOf(sends, 'AppendEntries', 'p2').map(({ prevLogIndex, entries }) => [prevLogIndex, entries.length]);
  const probe = leader.receive('p2', appendRefused(2, { prevLogIndex: 5, conflictIndex: 1 }));
  t.same(portionsOf(probe), [[0, 2]]);
  const rest = leader.receive('p2', appended(2, 2, { prevLogIndex: 0 }));
  t.same(portionsOf(rest), [
    [2, 2],
    [4, 1],
  ]);
});

t.test('B26: 50 conflicting entries of one old term are repaired in two extra round trips', async (t) => {
  const old = Array.from({ length: 50 }, () => 2);
  const newer = Array.from({ length: 60 }, () => 3);
  const leader = leaderOf([1, ...newer], { id: 'p1' });
  const lagging = new ScriptedRaft({ id: 'p2', log: [1, ...old] });
  let requests: readonly RaftMessage[] = [
    { type: 'AppendEntries', body: heartbeatTo(leader, 'p2') ?? appendEntries(0).body },
  ];
  let refused = 0;
  for (let trips = 0; trips < 10 && requests.length > 0; trips += 1) {
    const replies = requests.flatMap((message) => lagging.receive('p1', message));
    refused += replies.filter(({ message }) => message.type === 'AppendEntriesReply' && !message.body.success).length;
    requests = replies.flatMap(({ message }) => leader.receive('p2', message)).map(({ message }) => message);
  }
  t.same(
    lagging.stored.entries.map(({ term }) => term),
    [1, ...newer],
  );
  t.ok(refused <= 2, `${refused} refusals`);
});

t.test(
  'B26: the hint is the own last entry of the conflicting term, else where the follower has it from',
  async (t) => {
    const known = leaderOf([1, 1, 2, 2, 4, 4], { term: 5 });
    known.receive('p2', appendRefused(6, { prevLogIndex: 6, conflictTerm: 2, conflictIndex: 2 }));
    t.equal(prevLogIndexTo(known, 'p2'), 4, 'behind its own last entry of term 2');
    const unknown = leaderOf([1, 1, 2, 2, 4, 4], { term: 5 });
    unknown.receive('p2', appendRefused(6, { prevLogIndex: 6, conflictTerm: 3, conflictIndex: 3 }));
    t.equal(prevLogIndexTo(unknown, 'p2'), 2);
    const shorter = leaderOf([1, 1, 2, 2, 4, 4], { term: 5 });
    shorter.receive('p2', appendRefused(6, { prevLogIndex: 6, conflictIndex: 4 }));
    t.equal(prevLogIndexTo(shorter, 'p2'), 3);
  },
);

t.test('B26: a hint that makes no sense moves nextIndex one back, never forward, never below 1', async (t) => {
  const forward = leaderOf([1, 1, 1, 1]);
  forward.receive('p2', appendRefused(2, { prevLogIndex: 4, conflictIndex: 99 }));
  t.equal(prevLogIndexTo(forward, 'p2'), 3);
  forward.receive('p2', appendRefused(2, { prevLogIndex: 3, conflictIndex: 0 }));
  t.equal(prevLogIndexTo(forward, 'p2'), 0);
  forward.receive('p2', appendRefused(2, { prevLogIndex: 0, conflictIndex: 0 }));
  t.equal(prevLogIndexTo(forward, 'p2'), 0);
});

t.test('B26: any two logs are made equal, in one round trip per term of the follower and one more', async (t) => {
  const logs: [leader: number[], follower: number[]][] = [
    [[], []],
    [[], [1, 1]],
    [[1, 1, 1], []],
    [
      [1, 1, 1, 4, 4, 5, 5, 6, 6, 6],
      [1, 1, 1, 4, 4, 5, 5, 6, 6],
    ],
    [
      [1, 1, 1, 4, 4, 5, 5, 6, 6, 6],
      [1, 1, 1, 4],
    ],
    [
      [1, 1, 1, 4, 4, 5, 5, 6, 6, 6],
      [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
    ],
    [
      [1, 1, 1, 4, 4, 5, 5, 6, 6, 6],
      [1, 1, 1, 4, 4, 4, 4],
    ],
    [
      [1, 1, 1, 4, 4, 5, 5, 6, 6, 6],
      [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
    ],
  ];
  for (const [terms, others] of logs) {
    const leader = leaderOf(terms, { term: 7 });
    const lagging = new ScriptedRaft({ id: 'p2', log: others, term: 7 });
    let requests: RaftMessage[] = [];
    for (let trips = 0; trips <= new Set(others).size + 1; trips += 1) {
      if (requests.length === 0) {
        requests = [{ type: 'AppendEntries', body: heartbeatTo(leader, 'p2') ?? appendEntries(0).body }];
      }
      const replies = requests.flatMap((message) => lagging.receive('p1', message));
      requests = replies.flatMap(({ message }) => leader.receive('p2', message)).map(({ message }) => message);
    }
    const { entries } = lagging.stored;
    t.same(
      entries.slice(0, terms.length).map(({ term }) => term),
      terms,
      `${terms.join()} over ${others.join()}`,
    );
    // What is longer than the leader's log stays until the leader has an entry there (paper, Figure 2: only a conflict deletes).
    if (entries.length > terms.length) t.same(others.slice(0, terms.length), terms);
  }
});

t.test('B27: matchIndex is what that very request verified, not where nextIndex or the log stands', async (t) => {
  const leader = leaderOf([1, 1, 1, 1, 1], { peers: 5 });
  leader.receive('p2', appendRefused(2, { prevLogIndex: 5, conflictIndex: 1 }));
  // Of the requests under way the one with prevLogIndex 0 and two entries is answered.
  leader.receive('p2', appended(2, 2, { prevLogIndex: 0 }));
  const matchIndex = (): number | undefined => leader.status.progress?.find(({ peer }) => peer === 'p2')?.matchIndex;
  t.equal(prevLogIndexTo(leader, 'p2'), 5, 'the rest is on its way');
  t.equal(matchIndex(), 2);
  leader.receive('p2', appended(2, 2, { prevLogIndex: 0 }));
  t.equal(matchIndex(), 2, 'and the same answer twice adds nothing');
});

t.test("B28: CCF's rollback_safety: a late refusal after a success changes nothing", async (t) => {
  const leader = leaderOf([1, 1, 1, 1]);
  leader.receive('p2', appendRefused(2, { prevLogIndex: 4, conflictIndex: 2 }));
  leader.receive('p2', appended(2, 4, { prevLogIndex: 1 }));
  t.equal(prevLogIndexTo(leader, 'p2'), 4);
  for (const [prevLogIndex, conflictIndex] of [
    [4, 2],
    [1, 1],
    [3, 1],
    [2, 2],
  ] as const) {
    t.same(leader.receive('p2', appendRefused(2, { prevLogIndex, conflictIndex })), []);
    t.equal(prevLogIndexTo(leader, 'p2'), 4, `a refusal of prevLogIndex ${prevLogIndex}`);
  }
});

t.test('B28: matchIndex is monotone: an older success that comes later changes nothing', async (t) => {
  const leader = leaderOf([1, 1, 1, 1]);
  leader.receive('p2', appended(2, 4));
  leader.receive('p2', appended(2, 1));
  t.equal(prevLogIndexTo(leader, 'p2'), 4);
  leader.receive('p2', appendRefused(2, { prevLogIndex: 4, conflictIndex: 1 }));
  t.equal(prevLogIndexTo(leader, 'p2'), 4, 'and nextIndex stays above it');
});

t.test('B28: a refusal that was already acted upon does not move nextIndex again', async (t) => {
  const leader = leaderOf([1, 2, 3, 4, 5], { term: 5 });
  const refusal = appendRefused(6, { prevLogIndex: 5, conflictTerm: 4, conflictIndex: 4 });
  leader.receive('p2', refusal);
  t.equal(prevLogIndexTo(leader, 'p2'), 4);
  for (let copies = 0; copies < 3; copies += 1) t.same(leader.receive('p2', refusal), []);
  t.equal(prevLogIndexTo(leader, 'p2'), 4);
});

t.test('B28: a late refusal has nothing sent again that is on its way', async (t) => {
  const leader = leaderOf([1, 1, 1, 1]);
  leader.receive('p2', appended(2, 4));
  leader.propose(1);
  leader.takeSent();
  t.same(leader.receive('p2', appendRefused(2, { prevLogIndex: 3, conflictIndex: 1 })), []);
  leader.propose(2);
  t.match(leader.bodiesSent('AppendEntries', 'p2'), [{ prevLogIndex: 5, entries: [{}] }], 'the next one follows');
});

t.test('B28: no hint takes nextIndex back to what is known to match', async (t) => {
  const leader = leaderOf([1, 1, 1, 1]);
  leader.receive('p2', appended(2, 2));
  leader.takeSent();
  const [repaired] = bodiesOf(
    leader.receive('p2', appendRefused(2, { prevLogIndex: 4, conflictIndex: 1 })),
    'AppendEntries',
  );
  t.match(repaired, { prevLogIndex: 2, entries: [{}, {}] });
});

t.test('B29: a refusal because of a higher term steps down and sends nothing more', async (t) => {
  const leader = leaderOf([1, 1, 1]);
  t.same(leader.receive('p2', appendRefused(9, { requestTerm: 2, prevLogIndex: 3, conflictIndex: 1 })), []);
  t.equal(leader.role, 'follower');
  t.equal(leader.term, 9);
});

t.test("B30: the request's term is compared: replies to an earlier reign do nothing", async (t) => {
  const leader = leaderOf([1, 1, 1], { peers: 5 });
  leader.receive('p4', appendEntries(3, { prevLogIndex: 3, prevLogTerm: 1 }));
  leader.becomeLeader();
  t.equal(leader.term, 4);
  t.same(leader.receive('p2', appendRefused(4, { requestTerm: 2, prevLogIndex: 3, conflictIndex: 1 })), []);
  t.equal(prevLogIndexTo(leader, 'p2'), 3, 'a refusal of term 2, sent by a peer that knows of term 4');
  leader.receive('p3', appended(4, 3, { requestTerm: 2 }));
  leader.receive('p3', appendRefused(4, { prevLogIndex: 3, conflictIndex: 1 }));
  t.equal(prevLogIndexTo(leader, 'p3'), 0, 'the success of term 2 was not believed');
});

t.test('B30: one that does not lead any more ignores replies', async (t) => {
  const peer = leaderOf([1, 1]);
  peer.receive('p2', appendRefused(3, { requestTerm: 2 }));
  const before = { ...peer.status };
  t.same(peer.receive('p3', appended(2, 2)), []);
  t.same(peer.receive('p3', appended(3, 2)), []);
  t.same(peer.status, before);
});

t.test('B30: strangers are not counted, nor is an answer that is past the own log', async (t) => {
  const leader = leaderOf([1, 1]);
  t.same(leader.receive('p9', appendRefused(2, { prevLogIndex: 2, conflictIndex: 1 })), []);
  t.same(leader.receive('p2', appended(2, 3)), []);
  t.equal(prevLogIndexTo(leader, 'p2'), 2);
  t.same(
    leader.eventsOf('ignored').map(({ reason }) => reason),
    ['notAMember', 'impossible'],
  );
});

t.test('B35: a leader never removes its own entries, whoever writes', async (t) => {
  const leader = leaderOf([1, 1, 1]);
  for (const from of ['p2', 'p3', 'p9']) {
    t.same(leader.receive(from, appendEntries(2, { entries: entriesOf(2) })), []);
    t.match(leader.receive(from, appendEntries(1, { entries: entriesOf(1) }))[0]?.message.body, { success: false });
    t.same(leader.receive(from, requestVote(2, { lastLogIndex: 9, lastLogTerm: 2 })).length, 1);
  }
  t.equal(leader.role, 'leader');
  t.equal(leader.stored.entries.length, 3);
});

t.test('B36: peers are independent: one that never answers delays nobody', async (t) => {
  const leader = leaderOf([1, 1, 1], { peers: 5 });
  for (let beats = 0; beats < 50; beats += 1) {
    leader.reachDeadline();
    const beat = leader.takeSent();
    t.same(
      beat.map(({ to }) => to),
      ['p2', 'p3', 'p4', 'p5'],
    );
    for (const peer of ['p3', 'p4']) leader.receive(peer, appended(2, 3));
  }
  t.equal(leader.role, 'leader');
});

t.test('B37: what a former leader would still have sent is not sent', async (t) => {
  const leader = leaderOf([1, 1]);
  leader.receive('p2', appendEntries(5));
  leader.takeSent();
  t.ok(leader.deadlineMs > leader.nowMs + 100, 'its heartbeat timer is gone');
  leader.advance(100);
  leader.deadline();
  t.same(leader.takeSent(), []);
});

t.test('B39: an idle leader sends one heartbeat per interval and peer, and answers cause no more', async (t) => {
  const leader = leaderOf([1, 1], { preset: 'default' });
  const start = leader.nowMs;
  let frames = 0;
  while (leader.nowMs < start + 10_000) {
    leader.reachDeadline();
    for (const { to } of leader.takeSent()) {
      frames += 1;
      leader.receive(to, appended(2, 2));
    }
  }
  t.equal(leader.role, 'leader');
  t.equal(frames, 2 * 100);
});

t.test('late votes do not disturb a leader', async (t) => {
  const leader = leaderOf([1]);
  t.same(leader.receive('p3', voteGranted(2)), []);
  t.equal(leader.role, 'leader');
});
