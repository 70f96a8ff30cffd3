import t from 'tap';
import {
  healAction,
  isolateAction,
  partitionAction,
} from '../../server/dashboard/src/connection/actions/networkActions.ts';
import { disconnectAction } from '../../server/dashboard/src/connection/actions/peerActions.ts';
import {
  commandLineOf,
  curlOf,
  type ShellContext,
  startPeersLine,
} from '../../server/dashboard/src/connection/shell.ts';
import { electionTimerOf } from '../../server/dashboard/src/model/aging.ts';
import { crownOf, hollowText } from '../../server/dashboard/src/model/crown.ts';
import {
  captionOf,
  connectionText,
  heardText,
  roleText,
  sentenceOf,
  shownRoleOf,
  votesText,
} from '../../server/dashboard/src/model/describePeer.ts';
import { headlineOf, whyNoLeader } from '../../server/dashboard/src/model/headline.ts';
import type { Picture, SeenPeer } from '../../server/dashboard/src/model/Picture.ts';
import { isStale, STALE_AFTER_MS } from '../../server/dashboard/src/model/staleness.ts';
import { TERM_COLOURS, termColourOf } from '../../server/dashboard/src/model/termColour.ts';
import { clockText, durationText } from '../../server/dashboard/src/model/words.ts';
import type { ClusterView, PeerView } from '../../shared/http/ClusterView.ts';
import { clusterId, peerId, type PeerId } from '../../shared/ids.ts';
import type { Status } from '../../shared/messages/Status.ts';
import { followerStatus, IDS, leaderStatus, statusOf } from './support/statuses.ts';
import { deltaOf, pictureOf, snapshotOf, viewOf } from './support/views.ts';

const [p1, p2, p3, p4, p5] = ['p1', 'p2', 'p3', 'p4', 'p5'].map(peerId) as [PeerId, PeerId, PeerId, PeerId, PeerId];

/** Five peers with these statuses, followers where none is given. */
function cluster(statuses: Partial<Record<string, Status>>, changes: Partial<ClusterView> = {}): Picture {
  return pictureOf(
    snapshotOf(
      IDS.map((id) => viewOf(id, statuses[id] ?? followerStatus(1, null))),
      changes,
    ),
  );
}

function peerWith(status: Status | null, changes: Partial<PeerView> = {}): SeenPeer {
  const peer = pictureOf(snapshotOf([viewOf(p1, status, changes)])).peers[0];
  if (peer === undefined) throw new Error('there is one');
  return peer;
}

t.test('the crown is full only on a leader that can commit and is in sight', async (t) => {
  t.equal(crownOf(peerWith(leaderStatus(2))), 'full');
  t.equal(crownOf(peerWith(leaderStatus(2, { canCommit: false }))), 'hollow');
  t.equal(crownOf(peerWith(leaderStatus(2), { connected: false })), 'hollow');
  t.equal(crownOf(peerWith(followerStatus(2, p2))), null);
  t.equal(crownOf(peerWith(null)), null);
});

t.test(
  'no crown is full on a leader whose word does not hold any more: it is paused, outdone, or silent',
  async (t) => {
    const leads = { leader: p1, term: 2 };
    const crowns = ({ peers }: Picture): string =>
      peers
        .map((peer) => crownOf(peer) ?? '')
        .filter((crown) => crown !== '')
        .join(' ');
    const scene = { p1: leaderStatus(2), p2: leaderStatus(3) };
    const two = cluster(scene, { leader: p2, term: 3 });
    t.equal(crowns(two), 'hollow full', 'never two');
    t.equal(hollowText(two.peers[0] as SeenPeer), 'has not heard that another leads already');

    const processes = { owned: true, cluster: null, settings: null };
    const paused = { id: p1, state: 'paused' as const, pid: 1, restarts: 0 };
    const still = cluster({ p1: leaderStatus(2) }, { ...leads, processes: { ...processes, processes: [paused] } });
    t.equal(crowns(still), 'hollow');
    t.equal(headlineOf(still).detail, 'p1 is paused, so it cannot commit');

    const later = (count: number): Picture =>
      cluster(
        {
          p1: leaderStatus(2),
          ...Object.fromEntries(IDS.slice(1, 1 + count).map((id) => [id, followerStatus(5, null)])),
        },
        { leader: p1, term: 5 },
      );
    t.equal(crowns(later(3)), 'hollow', 'a majority is in a later term');
    t.equal(crowns(later(2)), 'full', 'a minority that asks for votes by itself takes nothing from it');

    const snapshot = snapshotOf(
      IDS.map((id) => viewOf(id, id === p1 ? leaderStatus(2) : followerStatus(2, p1))),
      leads,
    );
    const quiet = (count: number): ReturnType<typeof deltaOf>[] => Array.from({ length: count }, () => deltaOf(leads));
    const beats = deltaOf({ ...leads, links: [{ from: p1, to: p2, delivered: 1, dropped: 0 }] });
    t.equal(crowns(pictureOf(snapshot, ...quiet(7))), 'full');
    const silent = pictureOf(snapshot, ...quiet(8));
    t.equal(crowns(silent), 'hollow', 'nothing came for longer than a follower waits');
    t.match(headlineOf(silent), { crown: 'hollow', detail: 'p1 says nothing, so nobody knows whether it still leads' });
    t.equal(
      crowns(pictureOf(snapshot, ...quiet(7), beats, ...quiet(5))),
      'full',
      'its heartbeats came, if no new status',
    );
  },
);

t.test('the headline says who leads, and what is odd about it', async (t) => {
  t.strictSame(headlineOf(cluster({ p3: leaderStatus(4) }, { leader: p3, term: 4 })), {
    crown: 'full',
    title: 'p3 leads term 4',
    detail: '',
  });
  const two = cluster({ p1: leaderStatus(4, { canCommit: false }), p3: leaderStatus(5) }, { leader: p3, term: 5 });
  t.match(headlineOf(two), { title: 'p3 leads term 5', detail: 'p1 (term 4) still believes it leads' });
  const mixed = IDS.map((id) => viewOf(id, id === p1 ? leaderStatus(1) : followerStatus(1, p1), { signs: id !== p5 }));
  t.match(headlineOf(pictureOf(snapshotOf(mixed, { leader: p1, term: 1 }))), {
    detail: 'p5 does not sign, and p1, p2, p3 and p4 take nothing from it',
  });
  const lonely = cluster({ p1: leaderStatus(4, { canCommit: false }) }, { leader: p1, term: 4 });
  t.match(headlineOf(lonely), { crown: 'hollow', detail: 'p1 hears no majority, so it cannot commit' });
});

t.test('without a leader it says why', async (t) => {
  const none = pictureOf(snapshotOf(IDS.map((id) => viewOf(id, null, { connected: false }))));
  t.equal(whyNoLeader(none), 'no peer is connected');

  const apart = cluster({}, { partition: { groups: [[p1, p2], [p3, p4], [p5]] } });
  t.equal(whyNoLeader(apart), '3 of 5 votes make a leader, and the largest group has 2');

  const views = IDS.map((id, index) => viewOf(id, statusOf(), { connected: index < 2 }));
  t.equal(whyNoLeader(pictureOf(snapshotOf(views))), '3 of 5 votes make a leader, and only 2 can be reached');

  const asking = cluster({ p2: statusOf({ role: 'candidate' }), p4: statusOf({ role: 'preCandidate' }) });
  t.equal(whyNoLeader(asking), 'p2 and p4 ask for votes');
  t.equal(whyNoLeader(cluster({})), 'waiting for an election timer to run out');
  t.equal(headlineOf(asking).title, 'No leader');
});

t.test('while voters change, a majority of the old and of the new is needed, in headline and count', async (t) => {
  const [voters, votersOutgoing] = [
    [p1, p2, p3],
    [p3, p4, p5],
  ];
  const views = IDS.map((id) =>
    viewOf(id, statusOf({ voters, votersOutgoing }), { connected: id !== p4 && id !== p5 }),
  );
  t.equal(
    whyNoLeader(pictureOf(snapshotOf(views))),
    '2 of 3 old and 2 of 3 new votes make a leader, and no group that can be reached has them',
  );
  const standing = statusOf({ role: 'candidate', voters, votersOutgoing, votes: { granted: [p1, p3], refused: [] } });
  t.equal(captionOf(peerWith(standing), 0)[1], '1 of 2 old and 2 of 2 new votes');
});

t.test('peers that only the membership names count as voters', async (t) => {
  const views = [p1, p2].map((id) => viewOf(id, statusOf()));
  t.equal(whyNoLeader(pictureOf(snapshotOf(views))), '3 of 5 votes make a leader, and only 2 can be reached');
});

t.test('a caption gives the role, and why', async (t) => {
  t.strictSame(captionOf(peerWith(leaderStatus(1)), 0), ['leader', 'heard by a majority']);
  t.strictSame(captionOf(peerWith(leaderStatus(1, { canCommit: false })), 0), ['leader', 'believes it leads']);
  t.strictSame(captionOf(peerWith(followerStatus(1, p2)), 0), ['follower', 'heard from leader']);
  t.strictSame(captionOf(peerWith(null), 0), ['connected', 'no status yet']);
  const refused = [
    { peer: p3, refusal: 'leaderAlive' as const },
    { peer: p4, refusal: 'leaderAlive' as const },
    { peer: p5, refusal: 'logBehind' as const },
  ];
  const asking = peerWith(statusOf({ role: 'preCandidate', votes: { granted: [p1], refused } }));
  t.strictSame(captionOf(asking, 0), ['pre-candidate', '1 of 3 votes', '2 hear a leader']);
  t.equal(votesText(asking), '1 of 3 votes; p3 hears a leader; p4 hears a leader; p5 has a newer log');
  t.equal(votesText(peerWith(followerStatus(1, null))), null);
});

t.test('who is away is said to be, and for how long it is kept out', async (t) => {
  const gone = peerWith(followerStatus(3, p2), { connected: false });
  t.strictSame(captionOf(gone, 0), ['disconnected', 'was follower']);
  t.equal(connectionText(peerWith(null, { connected: false, connections: 0 }), 0), 'never connected');
  const cut = peerWith(null, { connected: false, refusedForMs: 4200 });
  t.equal(connectionText(cut, 0), 'cut off for 5 s');
  t.equal(connectionText(cut, 3000), 'cut off for 2 s');
  t.equal(connectionText(cut, 5000), 'disconnected');
  t.equal(heardText(peerWith(null, { heardMsAgo: null }), 0), 'never');
  t.equal(heardText(peerWith(null, { heardMsAgo: 200 }), 100), 'just now');
  t.equal(heardText(peerWith(null, { heardMsAgo: 200 }), 3000), '3 s ago');
});

t.test('a screen reader hears all of it in one sentence', async (t) => {
  t.equal(sentenceOf(peerWith(followerStatus(4, p3)), 0), 'p1: follower, heard from leader, term 4, follows p3');
});

t.test('durations and times are short and do not flicker', async (t) => {
  t.strictSame([0, 84.6, 999, 1000, 1449, 3000, 9949, 9999, 59_400, 61_000, 7_200_000].map(durationText), [
    '0 ms',
    '85 ms',
    '999 ms',
    '1 s',
    '1.4 s',
    '3 s',
    '9.9 s',
    '10 s',
    '59 s',
    '1 min',
    '2 h',
  ]);
  t.match(clockText(1_700_000_000_007), /^\d\d:\d\d:20\.007$/);
});

t.test('neighbouring terms differ in colour, and term 0 has none', async (t) => {
  t.equal(termColourOf(0), 'none');
  t.equal(termColourOf(null), 'none');
  for (let term = 1; term < 3 * TERM_COLOURS; term += 1) t.not(termColourOf(term), termColourOf(term + 1));
});

t.test('a picture is old when the feed is not live, or nothing has confirmed it for a while', async (t) => {
  t.equal(isStale({ state: { phase: 'live' }, freshAtMs: 0 }, STALE_AFTER_MS), false);
  t.equal(isStale({ state: { phase: 'live' }, freshAtMs: 0 }, STALE_AFTER_MS + 1), true);
  t.equal(isStale({ state: { phase: 'connecting' }, freshAtMs: 0 }, 0), true);
});

t.test('every action as a command and as a request', async (t) => {
  const here: ShellContext = {
    relay: 'http://127.0.0.1:7070',
    cluster: clusterId('demo'),
    isOnlyCluster: true,
    needsToken: false,
  };
  const groups = [[p1, p2], [p3]];
  const cases = [
    [
      partitionAction(groups),
      'npx whitewater partition "p1,p2|p3"',
      `curl -X PUT http://127.0.0.1:7070/api/clusters/demo/partition -H 'content-type: application/json' -d '{"groups":[["p1","p2"],["p3"]]}'`,
    ],
    [isolateAction(p1, [[p1], [p2, p3]]), 'npx whitewater isolate p1', /-d '\{"groups":\[\["p1"\],\["p2","p3"\]\]\}'$/],
    [healAction(), 'npx whitewater heal', 'curl -X POST http://127.0.0.1:7070/api/clusters/demo/heal'],
    [
      disconnectAction(p2, 5000),
      'npx whitewater disconnect p2 --for 5s',
      /POST .*\/peers\/p2\/disconnect .*-d '\{"forMs":5000\}'$/,
    ],
  ] as const;
  for (const [action, line, curl] of cases) {
    t.equal(commandLineOf(action, here), line);
    t.match(curlOf(action, here), curl);
  }
  const far = { ...here, relay: 'https://raft.example.org', isOnlyCluster: false, needsToken: true };
  t.equal(commandLineOf(healAction(), far), 'npx whitewater heal --cluster demo --url https://raft.example.org');
  t.match(curlOf(healAction(), far), '-H "authorization: Bearer $WHITEWATER_TOKEN"');
  t.equal(
    startPeersLine('http://127.0.0.1:7171', 3, 'mine'),
    'for n in 1 2 3; do npx whitewater peer --id p$n --peers 3 --cluster mine --relay http://127.0.0.1:7171 & done',
  );
});

t.test('whoever is no member has no role, no votes and no timer, and counts for nothing', async (t) => {
  const voters = [p2, p3, p4, p5];
  const member = (id: PeerId) => viewOf(id, followerStatus(3, p2, { voters, commitIndex: 9 }));
  const removed = viewOf(p1, statusOf({ role: 'preCandidate', term: 3, votes: { granted: [p1], refused: [] } }));
  const stranger = peerId('p9');
  const views = [
    removed,
    viewOf(p2, leaderStatus(3, { voters, commitIndex: 9 })),
    ...[p3, p4, p5].map(member),
    viewOf(stranger, statusOf({ role: 'learner', term: 0, voters: [] })),
  ];
  const peerOf = (picture: Picture, id: PeerId): SeenPeer => {
    const found = picture.peers.find(({ view }) => view.id === id);
    if (found === undefined) throw new Error(`there is no ${id}`);
    return found;
  };
  for (const leader of [p2, null]) {
    const picture = pictureOf(snapshotOf(leader === null ? views.filter(({ id }) => id !== p2) : views, { leader }));
    const gone = peerOf(picture, p1);
    t.strictSame(captionOf(gone, 0), ['removed', 'may be stopped']);
    t.equal(roleText(gone), 'removed');
    t.equal(shownRoleOf(gone), null);
    t.equal(votesText(gone), null);
    t.equal(electionTimerOf(peerOf(picture, p3))?.timeoutMs, 340);
    t.strictSame(captionOf(peerOf(picture, stranger), 0), ['not a member', 'waits to be added']);
    t.equal(sentenceOf(peerOf(picture, stranger), 0), 'p9: not a member, waits to be added, term 0');
    t.strictSame(captionOf(peerOf(picture, p3), 0), ['follower', 'heard from leader']);
  }
  const away = views.map((view) => (view.id === p3 ? view : { ...view, connected: false }));
  const dark = pictureOf(snapshotOf(away));
  t.strictSame(captionOf(peerOf(dark, p1), 0), ['removed', 'disconnected']);
  t.strictSame(captionOf(peerOf(dark, stranger), 0), ['not a member', 'disconnected']);
  t.equal(whyNoLeader(dark), '3 of 4 votes make a leader, and only 1 can be reached');

  // The leader's next word makes it a member again.
  const told = viewOf(p2, leaderStatus(4, { voters: [p1, ...voters], commitIndex: 12 }));
  const back = pictureOf(snapshotOf(views, { leader: p2 }), deltaOf({ leader: p2, peers: [told] }));
  t.equal(roleText(peerOf(back, p1)), 'pre-candidate');
  // A leader that takes itself out leads until that is committed.
  const last = pictureOf(
    snapshotOf([viewOf(p1, leaderStatus(5, { voters })), ...[p2, p3].map(member)], { leader: p1 }),
  );
  t.equal(roleText(peerOf(last, p1)), 'leader');
});
