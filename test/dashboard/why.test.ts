import t from 'tap';
import { explain } from '../../server/dashboard/src/model/why/explain.ts';
import type { Question } from '../../server/dashboard/src/model/why/Explanation.ts';
import type { Facts } from '../../server/dashboard/src/model/why/Facts.ts';
import { questionsFor, questionText } from '../../server/dashboard/src/model/why/questions.ts';
import type { PeerId } from '../../shared/ids.ts';
import type { Status } from '../../shared/messages/Status.ts';
import { after, factsOf, log, matching, networkOf, told, viewsOf } from './support/explaining.ts';
import { FEED_FROM_MS, recordedFeed } from './support/feeds.ts';
import { followerStatus, IDS, leaderStatus, statusOf } from './support/statuses.ts';
import { viewOf } from './support/views.ts';

const [P1, P2, P3, P4, P5] = IDS as readonly [PeerId, PeerId, PeerId, PeerId, PeerId];

t.test('no leader: too few are there', async (t) => {
  const text = told(explain({ ask: 'noLeader' }, factsOf(viewsOf(statusOf(), statusOf(), 'away', 'away', 'away'))));
  t.match(text, /that takes the votes of 3 of 5 voters, and only p1 and p2 are there\./);
  t.match(text, / {4}p3 is disconnected\n {4}p4 is disconnected/);
});

t.test('no leader: a paused process is not there, whatever its connection says', async (t) => {
  const processes = {
    ...{ owned: true, cluster: null, settings: null },
    processes: [P1, P2, P3].map((id) => ({ id, state: 'paused' as const, pid: 1, restarts: 0 })),
  };
  const text = told(explain({ ask: 'noLeader' }, factsOf(viewsOf(...IDS.map(() => statusOf())), { processes })));
  t.match(text, /only p4 and p5 are there/);
  t.match(text, /p1's process is paused/);
});

t.test('no leader: no side of a partition is a majority, nor one that a rule cuts', async (t) => {
  const views = viewsOf(...IDS.map(() => statusOf()));
  const partition = { groups: [[P1, P2], [P3, P4], [P5]] };
  const apart = told(explain({ ask: 'noLeader' }, factsOf(views, { partition })));
  t.match(apart, /the most that one reaches is 2: p1 with p2\./);
  t.match(apart, /the partition p1 p2 \| p3 p4 \| p5 lets nothing pass/);
  const cut = networkOf({ quiet: { from: '*', to: '*', types: ['RequestVoteReply'], drop: 1 } });
  const ruled = told(explain({ ask: 'noLeader' }, factsOf(views, {}, cut)));
  t.match(ruled, /no voter reaches any other/);
  t.match(ruled, /rule quiet drops RequestVoteReply from p2 to p1/);
  const harmless = networkOf({
    some: { from: '*', to: '*', drop: 0.5 },
    beats: { from: '*', to: '*', types: ['AppendEntries'], drop: 1 },
  });
  t.match(told(explain({ ask: 'noLeader' }, factsOf(views, {}, harmless))), /wait for an election timer/);
});

t.test('no leader: joint members need two majorities', async (t) => {
  const joint = { voters: [P1, P2, P3], votersOutgoing: [P3, P4, P5] };
  const text = told(
    explain({ ask: 'noLeader' }, factsOf(viewsOf(statusOf(joint), statusOf(joint), statusOf(joint), 'away', 'away'))),
  );
  t.match(text, /2 of 3 old and 2 of 3 new voters, and only p1, p2 and p3 are there/);
  t.match(text, /\[6\]/);
});

t.test('no leader: a split vote, refusals by their rules, and who has not answered', async (t) => {
  const standing = (id: PeerId, granted: PeerId[], refused: NonNullable<Status['votes']>['refused']): Status =>
    statusOf({ role: 'candidate', term: 4, votedFor: id, votes: { granted, refused }, ...log([1, 2]) });
  const voted = (votedFor: PeerId, changes: Partial<Status> = {}): Status =>
    statusOf({ term: 4, votedFor, ...changes });
  const facts = factsOf(
    viewsOf(
      standing(P1, [P1, P3], [{ peer: P2, refusal: 'alreadyVoted' }]),
      standing(P2, [P2, P4], [{ peer: P5, refusal: 'logBehind' }]),
      voted(P1),
      voted(P2),
      statusOf({ term: 4, ...log([1, 3]) }),
    ),
    { term: 4 },
  );
  const text = told(explain({ ask: 'noLeader' }, facts));
  t.match(text, /^Nobody leads yet: p1 and p2 ask for votes\./);
  t.match(
    text,
    /the votes of term 4 are split: p1 has the votes of p1 and p3; p2 has the votes of p2 and p4; it takes 3 of 5 voters \[5\.2\]/,
  );
  t.match(text, /p1 has 2 of 3 votes of term 4 that it needs/);
  t.match(text, /p2 refused p1 its vote of term 4: its vote of term 4 is its own already \[5\.2\]/);
  t.match(
    text,
    /p5 refused p2 .*: p2's log ends with term 2, index 2, p5's with term 3, index 2: the later term wins \[5\.4\.1\]/,
  );
  const one = told(explain({ ask: 'refused', voter: P5, candidate: P2 }, facts));
  t.match(one, /^p5 refused p2 its vote\./);
});

t.test('a forced pre-vote that comes to nothing: others hear a leader, and it refuses itself', async (t) => {
  const refused = [P1, P3].map((peer) => ({ peer, refusal: 'leaderAlive' as const }));
  const asks = statusOf({ role: 'preCandidate', term: 2, leader: P1, votes: { granted: [], refused } });
  const facts = factsOf(viewsOf(leaderStatus(2, { leader: P1 }), statusOf(), asks), { leader: P1, term: 2 });
  const text = told(explain({ ask: 'notElected', peer: P3 }, facts));
  t.match(
    text,
    /p3 refused itself a pre-vote for term 3: it heard its leader p1 less than 250 ms before, whose lease .* \[6\]/,
  );
  t.match(text, /p1 refused p3 a pre-vote for term 3: it leads itself \[6\]/);
  t.match(
    told(explain({ ask: 'refused', voter: P3, candidate: P3 }, facts)),
    /^p3 refused itself a vote\.[^]*raises no term/,
  );
});

t.test('not committed: no majority has it, and why each does not', async (t) => {
  const leads = leaderStatus(2, {
    ...log([1, 1, 2, 2], { commitIndex: 2 }),
    progress: matching({ p2: 4, p3: 2, p4: 2, p5: 2 }),
  });
  const facts = factsOf(
    viewsOf(
      leads,
      followerStatus(2, P1, log([1, 1, 2, 2])),
      followerStatus(2, P1, log([1, 1])),
      followerStatus(2, P1, log([1, 1, 2, 2])),
      followerStatus(2, P1, log([1, 1, 2, 2], { durableIndex: 3 })),
    ),
    { leader: P1, term: 2 },
    networkOf({ hush: { from: 'p1', to: 'p3', hold: true } }),
  );
  const text = told(explain({ ask: 'notCommitted', peer: P1, index: 4 }, facts));
  t.match(
    text,
    /^p1's entry 4 of term 2 is not committed: as far as its leader p1 knows it is on p1 and p2 only, and that takes 3 of 5/,
  );
  t.match(text, /p1 knows that p3 has entries up to 2, and p3 says that its log ends at 2 \[5\.3\]/);
  t.match(text, /p4 has it: its answer has not arrived/);
  t.match(text, /p5 has it in memory, durable only up to 3 \[5\.6\]/);
  t.match(text, /rule hush holds AppendEntries from p1 to p3/);
  t.match(told(explain({ ask: 'notCommitted', peer: P1, index: 2 }, facts)), /is committed/);
  t.match(told(explain({ ask: 'notCommitted', peer: P3, index: 4 }, facts)), /has no entry 4: its log ends at 2/);
});

t.test('not committed: figure 8, an older term on a majority', async (t) => {
  const leads = leaderStatus(4, {
    ...log([1, 2], { commitIndex: 1 }),
    progress: matching({ p2: 2, p3: 2, p4: 1, p5: 1 }),
  });
  const facts = factsOf(
    viewsOf(
      leads,
      ...[0, 0].map(() => followerStatus(4, P1, log([1, 2]))),
      ...[0, 0].map(() => followerStatus(4, P1, log([1]))),
    ),
    { leader: P1, term: 4 },
  );
  const text = told(explain({ ask: 'notCommitted', peer: P2, index: 2 }, facts));
  t.match(text, /is on a majority \(p1, p2 and p3\), and still not committed/);
  t.match(text, /of term 2, and p1 leads term 4: counting copies is not enough for it \[5\.4\.2\]/);
});

t.test('not committed: the follower has not heard of it; the leader does not have it; nobody leads', async (t) => {
  const leads = leaderStatus(3, { ...log([1, 1, 3], { commitIndex: 3 }), progress: matching({ p2: 3, p3: 3 }) });
  const facts = factsOf(
    viewsOf(
      leads,
      followerStatus(3, P1, log([1, 1, 3], { commitIndex: 2 })),
      followerStatus(2, null, log([1, 1, 2], { commitIndex: 2 })),
    ),
    { leader: P1, term: 3 },
  );
  const late = told(explain({ ask: 'notCommitted', peer: P2, index: 3 }, facts));
  t.match(late, /is committed, and p2 has not heard of it yet\.[^]*at least each 100 ms/);
  const doomed = told(explain({ ask: 'notCommitted', peer: P3, index: 3 }, facts));
  t.match(doomed, /will be given up: the leader p1 of term 3 does not have it\.[^]*it has an entry of term 3 there/);
  const alone = factsOf(viewsOf(followerStatus(3, null, log([1])), 'away', 'away', 'away', 'away'));
  t.match(told(explain({ ask: 'notCommitted', peer: P1, index: 1 }, alone)), /nobody leads, and only a leader commits/);
});

t.test('what a leader committed at an index of which it does not tell the term may be another entry', async (t) => {
  const compacted = { terms: [{ term: 6, firstIndex: 5 }], firstLogIndex: 5, snapshotIndex: 4 };
  const leads = leaderStatus(6, { ...log([1, 1, 6, 6, 6, 6], { commitIndex: 6 }), ...compacted });
  const factsWith = (leader: Status, other: Partial<Status>): Facts =>
    factsOf(viewsOf(leader, followerStatus(5, null, other)), { leader: P1, term: 6 });
  const ask = (facts: Facts, index: number): string => told(explain({ ask: 'notCommitted', peer: P2, index }, facts));
  const minority = log([1, 1, 5, 5], { commitIndex: 2 });
  const compactedAway = ask(factsWith(leads, minority), 4);
  t.match(
    compactedAway,
    /^Whether p2's entry 4 of term 5 is committed is not told: p1 has committed an entry 4, which may be another/,
  );
  t.match(compactedAway, /p1's log begins at 5: what it held at 4 is in its snapshot[^]*\[7\]/);
  const manyRuns = leaderStatus(6, { ...log([1, 1, 6, 6, 6, 6], { commitIndex: 6 }), terms: compacted.terms });
  t.match(
    ask(factsWith(manyRuns, minority), 4),
    /is not told[^]*p1 does not tell the terms of its log as far back as 4/,
  );
  const silent = { ...minority, terms: undefined } as unknown as Partial<Status>;
  t.match(ask(factsWith(leaderStatus(6, log([1, 1, 6, 6], { commitIndex: 4 })), silent), 4), /its own entry there/);

  const same = log([1, 1, 6, 6, 6, 6], { commitIndex: 2 });
  t.match(
    ask(factsWith(leads, same), 4),
    /entry 4 of term 6 is committed, and p2 has not heard/,
    'they agree further on',
  );
  t.match(ask(factsWith(leads, minority), 2), /entry 2 of term 1 is committed/, 'by its own account');
});

t.test('behind a leader whose log is compacted, what is committed is not lacked', async (t) => {
  const compacted = { terms: [{ term: 6, firstIndex: 9 }], firstLogIndex: 9, snapshotIndex: 8, commitIndex: 10 };
  const leads = leaderStatus(6, {
    ...log([1, 1, 1, 1, 1, 6, 6, 6, 6, 6]),
    ...compacted,
    progress: [{ peer: P2, mode: 'probe', nextIndex: 9, matchIndex: 0, heardMsAgo: 10 }],
  });
  const ask = (own: Status): string =>
    told(explain({ ask: 'behind', peer: P2 }, factsOf(viewsOf(leads, own), { leader: P1, term: 6 })));
  const cutOff = ask(followerStatus(5, null, log([1, 1, 1, 1, 1, 5, 5], { commitIndex: 4 })));
  t.match(cutOff, /^p2 lacks at most 6 entries of those that p1 holds, which end at 10\./);
  t.match(cutOff, /p1 does not know yet how far p2's log agrees with its own, and sends 9 next/);
  t.match(ask(followerStatus(5, null, log([1, 1, 1, 1], { commitIndex: 4 }))), /^p2 lacks 6 entries/);
  t.match(ask(followerStatus(6, P1, { ...log([]), ...compacted, lastLogIndex: 10, terms: [] })), /^p2 is not behind/);
});

t.test('a hollow crown: whom it does not hear, what stands between, and who leads a higher term', async (t) => {
  const old = leaderStatus(1, {
    ...{ canCommit: false, checkQuorum: false, ...log([1, 1], { commitIndex: 1 }) },
    progress: matching({ p2: 1, p3: 1, p4: 1, p5: 1 }, 5000),
  });
  const others = log([1, 2], { commitIndex: 2 });
  const facts = factsOf(
    viewsOf(
      old,
      leaderStatus(2, { ...others, progress: matching({ p1: 0, p3: 2, p4: 2, p5: 2 }) }),
      ...[0, 0, 0].map(() => followerStatus(2, P2, others)),
    ),
    { leader: P2, term: 2, partition: { groups: [[P1], [P2, P3, P4, P5]] } },
  );
  const crown = told(explain({ ask: 'cannotCommit', peer: P1 }, facts));
  t.match(crown, /p1 has heard nothing for 5 s from p2, p3, p4 and p5\n {6}the partition p1 \| p2 p3 p4 p5/);
  t.match(crown, /p2 leads term 2 already, and p1 in term 1 has not heard of it \[5\.1\]/);
  t.match(crown, /CheckQuorum is off/);
  const entry = told(explain({ ask: 'notCommitted', peer: P1, index: 2 }, facts));
  t.match(entry, /it is on p1 only[^]*each of them has another entry there, of term 2 and not 1/);
  t.match(entry, /p2's log has an entry of term 2 at 2, so p1 gives its own up when it hears of p2/);
  t.match(told(explain({ ask: 'behind', peer: P1 }, facts)), /p1 lacks 1 entry of those that p2 holds, which end at 2/);
  const offered = questionsFor(facts, null).map((question) => questionText(question, facts.picture));
  t.strictSame(offered.slice(0, 2), ['Why can p1 commit nothing?', 'Why is entry 2 of p1 not committed?']);
});

t.test('a hollow crown of a leader that told it can commit: paused, or another leads', async (t) => {
  const paused = { id: P1, state: 'paused' as const, pid: 1, restarts: 0 };
  const processes = { owned: true, cluster: null, settings: null, processes: [paused] };
  const facts = factsOf(viewsOf(leaderStatus(1), leaderStatus(2)), { leader: P2, term: 2 });
  const ask = (of: Facts): string => told(explain({ ask: 'cannotCommit', peer: P1 }, of));
  t.match(
    ask(facts),
    /^p1 believes that it leads term 1, and has not heard that another leads already\.[^]*p2 leads term 2/,
  );
  const still = factsOf(viewsOf(leaderStatus(1), statusOf()), { leader: P1, term: 1, processes });
  t.match(
    ask(still),
    /^p1 believes that it leads term 1, and is paused, so it cannot commit\.\n {2}p1's process is paused/,
  );
  t.match(told(explain({ ask: 'noLeader' }, still)), /p1 leads term 1, but it is paused, so it cannot commit\./);
});

t.test('a timer, a learner, one of priority 0, and one that told nothing', async (t) => {
  const timer = { timeoutMs: 300, remainingMs: 120, reason: 'grantedVote' as const };
  const facts = factsOf(
    [
      viewOf(P1, statusOf({ electionTimer: timer, voters: [P1, P2], learners: [P3] })),
      viewOf(P2, statusOf({ electionTimer: { ...timer, reason: 'mayNotStand' }, voters: [P1, P2], learners: [P3] })),
      viewOf(P3, statusOf({ role: 'learner', voters: [P1, P2], learners: [P3] })),
      viewOf(P4, null),
    ],
    {},
  );
  t.match(
    told(explain({ ask: 'timer', peer: P1 }, facts)),
    /runs out in 120 ms; it was last reset because it gave another its vote\.[^]*300 ms, drawn at random from 250 to 400/,
  );
  t.match(told(explain({ ask: 'notElected', peer: P2 }, facts)), /p2 has priority 0/);
  t.match(told(explain({ ask: 'notElected', peer: P3 }, facts)), /it is no voter/);
  t.match(told(explain({ ask: 'notElected', peer: P4 }, facts)), /p4 has told nothing/);
});

t.test('a recorded feed: the stale leader, its entries, its end, and what became of them', async (t) => {
  const feed = recordedFeed();
  const cut = after(feed, FEED_FROM_MS + 6600);
  const waiting = told(explain({ ask: 'notCommitted', peer: P1, index: 15 }, cut));
  t.match(waiting, /p1's entry 15 of term 3 is not committed: .* on p1 and p2 only/);
  t.match(waiting, /the partition p1 p2 \| p3 p4 p5 lets nothing pass/);
  t.match(waiting, /p3 leads term 4 already/);
  const ended = after(feed);
  t.match(
    told(explain({ ask: 'steppedDown', peer: P1 }, ended)),
    /p1 stopped leading term 3 .* ago: it saw the higher term 4\.[^]*p3 stood for election in term 4 \[5\.2\]/,
  );
  const gone = told(explain({ ask: 'vanished', index: 15, term: 3 }, ended));
  t.match(gone, /^The entry 15 of term 3 was never committed, and p1 and p2 gave it up for the log of p3\./);
  t.match(gone, /p3 was elected in term 4, .* without it \[5\.4\.3\]/);
  t.match(gone, /p1 gave index 15 up for one of term 4 .* as it followed p3 of term 4 \[5\.3\]/);
  t.match(gone, /OUTCOME_UNKNOWN/);
  t.match(told(explain({ ask: 'vanished', index: 10, term: 3 }, ended)), /has not vanished/);
  t.match(told(explain({ ask: 'whyThisLeader' }, ended)), /^p3 leads term 4, for \d\.\d s now/);
  const earlier = { ...ended, picture: after(feed, FEED_FROM_MS + 6000).picture };
  t.match(
    told(explain({ ask: 'vanished', index: 15, term: 3 }, earlier)),
    /has not vanished: p1 and p2/,
    'in the past nothing of later is known',
  );
  const offered = questionsFor(ended, null).map(({ ask }) => ask);
  t.ok(offered.includes('vanished') && offered.includes('steppedDown'), offered.join());
});

t.test('every question has an answer of whatever is known', async (t) => {
  const questions = (facts: Facts): Question[] => [
    { ask: 'noLeader' },
    { ask: 'whyThisLeader' },
    { ask: 'vanished', index: 3, term: 2 },
    { ask: 'lost', seq: 1 },
    ...[...IDS, 'p99' as PeerId].flatMap((peer): Question[] => [
      { ask: 'notElected', peer },
      { ask: 'notCommitted', peer, index: 12 },
      { ask: 'cannotCommit', peer },
      { ask: 'steppedDown', peer },
      { ask: 'behind', peer },
      { ask: 'timer', peer },
      { ask: 'refused', voter: peer, candidate: P1 },
    ]),
    ...questionsFor(facts, { kind: 'peer', id: P2 }),
  ];
  const feed = recordedFeed();
  for (let atMs = 0; atMs < 12_000; atMs += 700) {
    const facts = after(feed, FEED_FROM_MS + atMs);
    for (const question of questions(facts)) {
      const text = told(explain(question, facts));
      if (!/^[^\n]+[.]/.test(text) || /undefined|NaN|null|\[object/.test(text))
        t.fail(`${JSON.stringify(question)}: ${text}`);
    }
  }
  t.pass();
});
