import t from 'tap';
import { explain } from '../../server/dashboard/src/model/why/explain.ts';
import { KeptTrail } from '../../server/dashboard/src/model/why/KeptTrail.ts';
import { LOST_MAX, TRAIL_MAX } from '../../server/dashboard/src/model/why/Trail.ts';
import type { Facts } from '../../server/dashboard/src/model/why/Facts.ts';
import { questionsFor } from '../../server/dashboard/src/model/why/questions.ts';
import type { PeerId } from '../../shared/ids.ts';
import type { Status } from '../../shared/messages/Status.ts';
import { feedOf, log, matching, told } from './support/explaining.ts';
import { followerStatus, IDS, leaderStatus, statusOf } from './support/statuses.ts';
import { deltaOf, pictureOf, snapshotOf, viewOf } from './support/views.ts';

const [P1, P2, P3] = IDS as readonly [PeerId, PeerId, PeerId];

t.test('stepping down for want of a majority, by removal, by a new process', async (t) => {
  const two = { voters: [P1, P2] };
  const led = leaderStatus(2, { ...two, progress: matching({ p2: 0 }, 380), uptimeMs: 1000 });
  const end = (changes: Partial<Status>): string =>
    told(
      explain(
        { ask: 'steppedDown', peer: P1 },
        feedOf([led, statusOf(two)], [statusOf({ ...two, term: 2, uptimeMs: 2000, ...changes }), statusOf(two)]),
      ),
    );
  t.match(end({}), /it heard no majority for a whole election timeout\.[^]*p1 has heard nothing for 380 ms from p2/);
  t.match(end({ uptimeMs: 10 }), /its process was started again/);
  t.match(end({ voters: [P2] }), /it is no voter any more/);
  t.match(told(explain({ ask: 'steppedDown', peer: P2 }, feedOf([led, statusOf(two)]))), /p2 is not known to have led/);
  t.match(told(explain({ ask: 'steppedDown', peer: P1 }, feedOf([led, statusOf(two)]))), /it leads/);
});

t.test('what was committed and is gone is said to be wrong', async (t) => {
  const committed = log([1, 1], { commitIndex: 2 });
  const facts = feedOf(
    [leaderStatus(1, committed), followerStatus(1, P1, committed)],
    [leaderStatus(1, committed), followerStatus(2, null, log([1, 2]))],
  );
  t.match(
    told(explain({ ask: 'vanished', index: 2, term: 1 }, facts)),
    /had been committed, and p2 lost it: that must not happen/,
  );
});

t.test('entries that a snapshot took are not given up', async (t) => {
  const facts = feedOf(
    [leaderStatus(1, log([1, 1, 1], { commitIndex: 3 })), statusOf(log([1, 1, 1], { commitIndex: 3 }))],
    [
      leaderStatus(1, log([1, 1, 1], { commitIndex: 3 })),
      statusOf({
        ...log([1, 1, 1], { commitIndex: 3 }),
        terms: [{ term: 1, firstIndex: 3 }],
        firstLogIndex: 3,
        snapshotIndex: 2,
      }),
    ],
  );
  t.strictSame(facts.trail.until(Infinity), []);
});

/** p2's uncommitted entry 3 of term 2 lies behind a snapshot up to 6 then; p1 tells its log at both times. */
function takenBySnapshot(leader: readonly [Partial<Status>, Partial<Status>], then: Partial<Status> = {}): Facts {
  const terms = log([1, 1, 3, 3, 3, 3, 3], { commitIndex: 7 });
  return feedOf(
    [leaderStatus(3, leader[0]), statusOf({ term: 2, ...log([1, 1, 2], { commitIndex: 2 }) })],
    [
      leaderStatus(3, leader[1]),
      followerStatus(3, P1, {
        ...terms,
        ...{ terms: [{ term: 3, firstIndex: 7 }], firstLogIndex: 7, snapshotIndex: 6 },
        ...then,
      }),
    ],
  );
}

const WHOLE_LOG = log([1, 1, 3, 3, 3, 3, 3], { commitIndex: 7 });
const COMPACTED = { ...WHOLE_LOG, terms: [{ term: 3, firstIndex: 7 }], firstLogIndex: 7, snapshotIndex: 6 };

t.test('an entry that a snapshot replaced, where another is known to be committed, was given up', async (t) => {
  const facts = takenBySnapshot([WHOLE_LOG, COMPACTED]);
  t.match(facts.trail.until(Infinity), [{ kind: 'replaced', from: 3, to: 3, byTerm: 3, snapshotIndex: 6 }]);
  const gone = told(explain({ ask: 'vanished', index: 3, term: 2 }, facts));
  t.match(gone, /^The entry 3 of term 2 was never committed, and p2 gave it up for the log of p1\./);
  t.match(gone, /a snapshot up to 6 replaced p2's log .* ago, index 3 with it: that holds another entry there \[7\]/);
  t.ok(questionsFor(facts, null).some(({ ask }) => ask === 'vanished'));
});

t.test('of an entry behind a snapshot whose terms nobody told it is not said that it is lost', async (t) => {
  const facts = takenBySnapshot([COMPACTED, COMPACTED]);
  t.match(facts.trail.until(Infinity), [{ kind: 'replaced', from: 3, to: 3, byTerm: null, snapshotIndex: 6 }]);
  const gone = told(explain({ ask: 'vanished', index: 3, term: 2 }, facts));
  t.match(gone, /^What became of the entry 3 of term 2 is not told: p2 held it, not committed, and a snapshot stands/);
  t.match(gone, /nobody told which entry that holds there \[7\]/);
});

t.test('what a snapshot holds is not given up: known to be committed since, or of the term that lasts', async (t) => {
  const committed = log([1, 1, 2, 3, 3, 3, 3], { commitIndex: 7 });
  t.strictSame(takenBySnapshot([committed, COMPACTED]).trail.until(Infinity), []);
  const lasts = { term: 2, lastLogTerm: 2, terms: [{ term: 2, firstIndex: 7 }] };
  t.strictSame(takenBySnapshot([COMPACTED, COMPACTED], lasts).trail.until(Infinity), []);
});

t.test('refusals are remembered when the election is over, frames that were lost have their cause', async (t) => {
  const two = { voters: [P1, P2, P3] };
  const asks = statusOf({
    ...two,
    role: 'preCandidate',
    term: 2,
    votes: { granted: [P1], refused: [{ peer: P2, refusal: 'logBehind' }] },
  });
  const facts = feedOf(
    [asks, statusOf({ ...two, ...log([2]) })],
    [statusOf({ ...two, term: 2 }), statusOf({ ...two, ...log([2]) })],
  );
  t.match(
    told(explain({ ask: 'refused', voter: P2, candidate: P1 }, facts)),
    /p2 refused p1 a pre-vote for term 3 1\.0 s ago: p1's log ends with term 0, index 0, p2's with term 2, index 1/,
  );
  const trail = new KeptTrail();
  const frame = {
    seq: 7,
    timeMs: 10,
    type: 'RequestVote',
    from: P1,
    to: P2,
    id: 1,
    bytes: 9,
    fate: 'dropped' as const,
    cause: 'loss' as const,
    strikes: ['quiet'],
  };
  const message = { type: 'frames' as const, timeMs: 10, isWhole: false, ends: [], crowded: [], queues: [] };
  trail.watch(
    { ...message, frames: Array.from({ length: LOST_MAX + 20 }, (_, at) => ({ ...frame, seq: at })) },
    facts.picture,
    null,
  );
  t.equal(trail.lostUntil(Infinity).length, LOST_MAX, 'bounded');
  trail.watch({ ...message, timeMs: 20, frames: [{ ...frame, seq: 9000 }] }, facts.picture, null);
  const lost = told(explain({ ask: 'lost', seq: 9000 }, { ...facts, trail }));
  t.match(
    lost,
    /^RequestVote from p1 to p2 was lost: it was lost by chance, as a rule wants it\.[^]*rule quiet struck it/,
  );
  const missed = { ...frame, seq: 9001, cause: 'absent' as const, strikes: ['slow'] };
  trail.watch({ ...message, timeMs: 21, frames: [missed] }, facts.picture, null);
  const away = told(explain({ ask: 'lost', seq: 9001 }, { ...facts, trail }));
  t.match(away, /was lost: its receiver was not connected\.[^]*rule slow struck it too, and that is not what lost it/);
  t.match(told(explain({ ask: 'lost', seq: 1 }, { ...facts, trail })), /not among those that are known/);
});

t.test('the trail is bounded', async (t) => {
  const trail = new KeptTrail();
  const [one, two] = [statusOf({ role: 'candidate' }), statusOf()].map((status) =>
    pictureOf(snapshotOf([viewOf(P1, status)])),
  );
  if (one === undefined || two === undefined) throw new Error('two pictures are expected');
  for (let at = 0; at < 3 * TRAIL_MAX; at += 1) {
    const [before, now] = at % 2 === 0 ? [one, two] : [two, one];
    trail.watch(deltaOf({ timeMs: at }), now, before);
  }
  const kept = trail.until(Infinity);
  t.ok(kept.length >= TRAIL_MAX && kept.length <= 2 * TRAIL_MAX, `${kept.length}`);
  t.equal(kept[0]?.atMs, 3 * TRAIL_MAX - 1, 'the newest is there');
});
