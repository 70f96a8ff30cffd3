import t from 'tap';
import { linkKey, rateAt, SILENT } from '../../server/dashboard/src/model/linkRate.ts';
import { EVENTS_MAX } from '../../server/dashboard/src/model/Picture.ts';
import { reduce } from '../../server/dashboard/src/model/reduce.ts';
import { agedMs, heardMsAgo, refusedForMs, timerRemainingMs } from '../../server/dashboard/src/model/aging.ts';
import type { LiveEvent } from '../../shared/http/Live.ts';
import type { ProcessesView } from '../../shared/http/Processes.ts';
import type { SafetyView } from '../../shared/http/Safety.ts';
import { clusterId, peerId } from '../../shared/ids.ts';
import { deltaOf, NO_TRAFFIC, pictureOf, snapshotOf, viewOf } from './support/views.ts';
import { followerStatus, IDS, leaderStatus, statusOf } from './support/statuses.ts';

const [p1, p2, p3] = IDS.map((id) => id);
if (p1 === undefined || p2 === undefined || p3 === undefined) throw new Error('there are five ids');

const event = (n: number): LiveEvent => ({ timeMs: n, kind: 'roleChanged', peer: p1, text: `event ${n}` });

t.test('a delta before any snapshot means nothing', async (t) => {
  t.equal(reduce(null, deltaOf(), 0), null);
});

t.test('a snapshot gives the whole picture, peers in the order in which people count', async (t) => {
  const ids = ['p10', 'p2', 'p1'].map(peerId);
  const peers = ids.map((id) => viewOf(id, statusOf()));
  const picture = pictureOf(snapshotOf(peers, { leader: p2, term: 7, partition: { groups: [[p1]] } }));
  t.strictSame(
    picture.peers.map(({ view }) => view.id),
    ['p1', 'p2', 'p10'],
  );
  t.match(picture, { cluster: 'demo', leader: 'p2', term: 7, partition: { groups: [['p1']] }, receivedAtMs: 0 });
});

t.test(
  'a delta replaces the peers that it names and adds those that are new; the others stay as they are',
  async (t) => {
    const before = pictureOf(snapshotOf([viewOf(p1, statusOf()), viewOf(p2, statusOf())]));
    const peers = [viewOf(p3, statusOf()), viewOf(p2, leaderStatus(3))];
    const after = reduce(before, deltaOf({ leader: p2, term: 3, peers }), 100);
    t.strictSame(
      after?.peers.map(({ view }) => [view.id, view.role]),
      [
        ['p1', 'follower'],
        ['p2', 'leader'],
        ['p3', 'follower'],
      ],
    );
    t.equal(after?.peers[0], before.peers[0], 'not even a new object');
    t.equal(after?.peers[1]?.receivedAtMs, 100);
    t.match(after, { leader: 'p2', term: 3 });
    t.equal(before.peers[1]?.view.role, 'follower', 'the picture before is as it was');
  },
);

t.test('a cut and a heal begin the rates of links anew: what flowed before is no leak', async (t) => {
  const whole = pictureOf(snapshotOf([viewOf(p1, statusOf()), viewOf(p2, statusOf()), viewOf(p3, statusOf())]));
  const flowing = reduce(whole, deltaOf({ links: [{ from: p1, to: p2, delivered: 20, dropped: 0 }] }), 100);
  t.equal(flowing?.links.size, 1);
  t.equal(reduce(flowing, deltaOf({ partition: { groups: [[p1], [p2, p3]] } }), 200)?.links.size, 0);
});

t.test('a partition changes only in a delta that names it, and null heals it', async (t) => {
  const partition = { groups: [[p1], [p2, p3]] };
  const whole = pictureOf(snapshotOf([]));
  const cut = reduce(whole, deltaOf({ partition }), 100);
  t.strictSame(cut?.partition, partition);
  const later = reduce(cut, deltaOf({ term: 2 }), 200);
  t.strictSame(later?.partition, partition, 'not named: still in force');
  t.equal(reduce(later, deltaOf({ partition: null }), 300)?.partition, null);
});

t.test('events stand newest first, and only so many are kept', async (t) => {
  const first = pictureOf(
    { ...snapshotOf([]), events: [event(1), event(2)] },
    deltaOf({ events: [event(3), event(4)] }),
  );
  t.strictSame(
    first.events.map(({ timeMs }) => timeMs),
    [4, 3, 2, 1],
  );
  const many = Array.from({ length: EVENTS_MAX + 5 }, (_, n) => event(n));
  const full = reduce(first, deltaOf({ events: many }), 300);
  t.equal(full?.events.length, EVENTS_MAX);
  t.equal(full?.events[0]?.timeMs, EVENTS_MAX + 4);
});

t.test('a steady stream of frames settles at its rate, and fades when it ends', async (t) => {
  let picture = reduce(null, snapshotOf([]), 0);
  const links = [{ from: p1, to: p2, delivered: 2, dropped: 1 }];
  for (let nowMs = 100; nowMs <= 10_000; nowMs += 100) picture = reduce(picture, deltaOf({ links }), nowMs);
  const rate = picture?.links.get(linkKey(p1, p2)) ?? SILENT;
  // 20 and 10 a second, read right after a count: at most a tenth too high.
  t.ok(rate.deliveredPerSecond > 19 && rate.deliveredPerSecond < 22, `${rate.deliveredPerSecond} a second`);
  t.ok(rate.droppedPerSecond > 9.5 && rate.droppedPerSecond < 11, `${rate.droppedPerSecond} a second`);
  t.equal(picture?.links.has(linkKey(p2, p1)), false, 'the other direction is a link of its own');
  t.ok(rateAt(rate, 11_000).deliveredPerSecond < 8.2, 'after a second about a third is left');
  t.equal(rateAt(rate, 20_000).deliveredPerSecond, 0, 'after ten nothing');
  t.equal(reduce(picture, deltaOf(), 20_000)?.links.size, 0, 'and the link is forgotten');
});

t.test('a snapshot in the midst of a feed keeps the rates, one of another cluster does not', async (t) => {
  const links = [{ from: p1, to: p2, delivered: 5, dropped: 0 }];
  const picture = pictureOf(snapshotOf([]), deltaOf({ links }));
  t.equal(reduce(picture, snapshotOf([]), 200)?.links.size, 1);
  const other = snapshotOf([], { id: 'other' as typeof picture.cluster });
  t.equal(reduce(picture, other, 200)?.links.size, 0);
});

t.test('ages count on from when they arrived, and stop for nobody', async (t) => {
  const timer = { timeoutMs: 300, remainingMs: 250, reason: 'heardFromLeader' } as const;
  const status = followerStatus(1, p2, { electionTimer: timer });
  const view = viewOf(p1, status, { heardMsAgo: 40, statusMsAgo: 50, refusedForMs: 400 });
  const peer = pictureOf(snapshotOf([view])).peers[0];
  if (peer === undefined) throw new Error('there is one');
  t.equal(agedMs(peer, 50, 100), 150);
  t.equal(heardMsAgo(peer, 100), 140);
  t.equal(timerRemainingMs(peer, timer, 0), 200, 'the status was 50 ms old when it came');
  t.equal(timerRemainingMs(peer, timer, 150), 50);
  t.equal(timerRemainingMs(peer, timer, 9000), 0, 'overdue is nothing left, not less');
  t.equal(refusedForMs(peer, 100), 300);
  t.equal(refusedForMs(peer, 900), 0);
});

t.test("a leader's frame that arrives resets its follower's timer between two statuses", async (t) => {
  const timer = { timeoutMs: 300, remainingMs: 250, reason: 'heardFromLeader' } as const;
  const peers = [
    viewOf(p1, leaderStatus(1)),
    viewOf(p2, followerStatus(1, p1, { electionTimer: timer })),
    viewOf(p3, statusOf({ role: 'candidate', leader: p1, electionTimer: timer })),
  ];
  const links = [
    { from: p1, to: p2, delivered: 1, dropped: 0 },
    { from: p1, to: p3, delivered: 1, dropped: 0 },
  ];
  const lost = links.map((link) => ({ ...link, delivered: 0, dropped: 1 }));
  const remaining = (picture: ReturnType<typeof pictureOf>, nowMs: number): (number | undefined)[] =>
    picture.peers.slice(1).map((peer) => timerRemainingMs(peer, timer, nowMs));
  t.strictSame(remaining(pictureOf(snapshotOf(peers), deltaOf({ links })), 120), [280, 130], 'a follower, no other');
  t.strictSame(
    remaining(pictureOf(snapshotOf(peers), deltaOf({ links: lost })), 120),
    [130, 130],
    'not when it is lost',
  );
  const told = { ...timer, remainingMs: 90 };
  const newer = deltaOf({ peers: [viewOf(p2, followerStatus(1, p1, { electionTimer: told }))] });
  const picture = pictureOf(snapshotOf(peers), deltaOf({ links }), newer);
  const [, peer] = picture.peers;
  t.equal(peer && timerRemainingMs(peer, told, 210), 80, "the peer's own account wins as soon as it is newer");
});

t.test('a counted frame is a sign of life of its sender alone, delivered or not', async (t) => {
  const peers = [viewOf(p1, statusOf(), { heardMsAgo: 5000 }), viewOf(p2, statusOf(), { heardMsAgo: 5000 })];
  const links = [
    { from: p1, to: p2, delivered: 0, dropped: 3 },
    { from: p2, to: p1, delivered: 0, dropped: 0 },
  ];
  const picture = pictureOf(snapshotOf(peers), deltaOf({ links }));
  t.strictSame(
    picture.peers.map((peer) => heardMsAgo(peer, 100)),
    [0, 5100],
  );
});

t.test('the relay counts for the whole cluster, and its newest count stands', async (t) => {
  const traffic = { ...NO_TRAFFIC, framesIn: 12 };
  t.equal(pictureOf(snapshotOf([]), deltaOf({ traffic })).traffic.framesIn, 12);
});

t.test(
  'judgement and processes are kept until they are told anew; a snapshot without them takes them away',
  async (t) => {
    const processes: ProcessesView = { owned: false, cluster: null, processes: [], settings: null };
    const safety: SafetyView = { sinceMs: 5, statuses: 7, checks: [{ rule: 'electionSafety', state: 'holds' }] };
    const told = snapshotOf([], { safety, processes });
    t.match(pictureOf(told, deltaOf()), { safety, processes });
    const later: SafetyView = { ...safety, statuses: 8 };
    const owned: ProcessesView = { ...processes, owned: true, cluster: clusterId('demo') };
    t.match(pictureOf(told, deltaOf({ safety: later, processes: owned })), { safety: later, processes: owned });
    t.match(reduce(pictureOf(told), snapshotOf([]), 100), { safety: null, processes: null });
  },
);
