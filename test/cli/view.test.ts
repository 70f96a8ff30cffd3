import { stripVTControlCharacters } from 'node:util';
import t from 'tap';
import { ClusterPicture, EVENTS_KEPT_MAX } from '../../cli/live/ClusterPicture.ts';
import { coloursFor, NO_COLOURS, showsBlocks } from '../../cli/view/colours.ts';
import { formatDuration } from '../../cli/view/durations.ts';
import { isLiveTerminal } from '../../cli/view/LiveScreen.ts';
import { effectOf, formatSides, sidesOf } from '../../cli/view/partitionText.ts';
import { renderScreen, type Screen } from '../../cli/view/screen.ts';
import type { ClusterView, PeerView } from '../../shared/http/ClusterView.ts';
import type { LiveDelta, LiveEvent, LiveSnapshot } from '../../shared/http/Live.ts';
import { NOT_OWNED } from '../../shared/http/Processes.ts';
import { noDrops } from '../../shared/http/Traffic.ts';
import { clusterId, peerId } from '../../shared/ids.ts';
import type { Role, Status } from '../../shared/messages/Status.ts';

const IDS = ['p1', 'p2', 'p3', 'p4', 'p5'].map(peerId);
const LOOK = { columns: 100, rows: 30, colours: NO_COLOURS, blocks: true };

function statusOf(role: Role, more: Partial<Status> = {}): Status {
  return {
    ...{ role, term: 3, votedFor: null, leader: peerId('p1'), lastLogIndex: 0, lastLogTerm: 0, commitIndex: 0 },
    ...{ lastApplied: 0, voters: IDS, canCommit: role === 'leader', heartbeatMs: 100, electionTimeoutMsMin: 250 },
    ...{ electionTimeoutMsMax: 400, preVote: true, checkQuorum: true, storage: 'disk', pid: 4711, uptimeMs: 1 },
    ...{
      firstLogIndex: 1,
      durableIndex: 0,
      snapshotIndex: 0,
      votersOutgoing: [],
      configurationIndex: 0,
      learners: [],
    },
    ...(role === 'leader' ? {} : { electionTimer: { timeoutMs: 300, remainingMs: 200, reason: 'heardFromLeader' } }),
    ...more,
  };
}

function peerOf(id: string, status: Status | null, more: Partial<PeerView> = {}): PeerView {
  return {
    ...{ id: peerId(id), kind: 'peer', connected: true, connectionId: 'c', remoteAddress: '127.0.0.1', heardMsAgo: 5 },
    ...{
      statusMsAgo: status === null ? null : 50,
      connections: 1,
      signs: false,
      refusedForMs: null,
      role: status?.role ?? null,
    },
    ...{ term: status?.term ?? null, votedFor: null, leader: status?.leader ?? null, lastLogIndex: 0 },
    ...{ commitIndex: 0, lastApplied: 0, status },
    ...more,
  };
}

function viewOf(peers: readonly PeerView[], more: Partial<ClusterView> = {}): ClusterView {
  return {
    ...{ id: clusterId('demo'), leader: peerId('p1'), term: 3, partition: null, peers: [...peers] },
    faults: { epoch: 0, seed: 's', profile: 'reliable', rules: [] },
    traffic: {
      ...{ framesIn: 0, bytesIn: 0, framesDelivered: 0, bytesDelivered: 0 },
      ...{ framesCopied: 0, framesUnsent: 0, framesDropped: noDrops(), requests: 0, labBytes: 0, controlFrames: 0 },
    },
    ...more,
  };
}

const HEALTHY = viewOf(IDS.map((id) => peerOf(id, statusOf(id === 'p1' ? 'leader' : 'follower'))));

function linesOf(screen: Partial<Screen>, look: Partial<typeof LOOK> = {}): string[] {
  return renderScreen({ cluster: 'demo', view: HEALTHY, events: [], ...screen }, { ...LOOK, ...look }).split('\n');
}

function eventAt(timeMs: number, text = `event ${timeMs}`): LiveEvent {
  return { timeMs, kind: 'connected', peer: null, text };
}

t.test('the table tells peer, role, term, leader, age and timer', async (t) => {
  const lines = linesOf({});
  t.equal(lines[0], 'demo  leader p1, term 3, 5 of 5 peers connected');
  t.match(lines[2], /^PEER +ROLE +TERM +LEADER +HEARD +ELECTION TIMER +PID$/);
  t.match(lines[3], /^p1 +leader +3 +p1 +5 ms +- +4711$/);
  t.match(lines[4], /^p2 +follower +3 +p1 +5 ms +█{7}░{3} 200 ms +4711$/, 'as it was told');
  t.match(linesOf({}, { blocks: false })[4], /#{7}\.{3} 200 ms/);
});

t.test('every state has a word of its own, whatever the colours', async (t) => {
  const peers = [
    peerOf('p1', statusOf('leader', { canCommit: false, learners: [peerId('p7')], commitIndex: 1 })),
    peerOf('p2', statusOf('candidate')),
    peerOf('p3', statusOf('preCandidate')),
    peerOf('p4', statusOf('follower'), { connected: false, refusedForMs: 4200 }),
    peerOf('p5', null, { connections: 0, connected: false, heardMsAgo: null }),
    peerOf('p6', null),
    peerOf('p7', statusOf('learner')),
  ];
  const states = linesOf({ view: viewOf(peers, { leader: null }) });
  t.match(states[0], /no leader, term 3, 4 of 6 peers connected, and 1 that is no member/);
  const words = ['leader, alone', 'candidate', 'pre-candidate', 'disconnected', 'never seen', 'connected', 'learner'];
  for (const [at, word] of words.entries()) t.match(states[at + 3], new RegExp(`^p${at + 1} +${word} `), word);
  t.match(states[6], /refused, 4\.2 s/);
  t.notMatch(states[6], /░|█/, 'nobody knows the timer of one that is away');
});

t.test('processes: their state goes before what the relay remembers', async (t) => {
  const processes = [
    { id: 'p1', pid: 100, restarts: 0, trouble: undefined },
    { id: 'p2', pid: undefined, restarts: 2, trouble: 'restarting' },
    { id: 'p9', pid: 109, restarts: 0, trouble: undefined },
  ];
  const lines = linesOf({ processes });
  t.match(lines[2], /PID +RESTARTS$/);
  t.match(lines[3], /^p1 +leader .* 100 +0$/);
  t.match(lines[4], /^p2 +restarting +3 +- .* - +2$/);
  t.match(lines[5], /^p9 +starting +- /, 'one that the relay has not met');
  t.match(lines[6], /^p3 +follower /, 'one that somebody else started');
});

t.test('a partition is told with its effect, those that no group names included', async (t) => {
  const cut = viewOf(HEALTHY.peers, { partition: { groups: [IDS.slice(0, 2)] } });
  t.equal(formatSides(sidesOf(cut)), 'p1,p2 | p3,p4,p5 (all others)');
  t.equal(effectOf(cut), 'p3,p4,p5 can have a leader (3 of 5 voters)');
  t.match(linesOf({ view: cut })[1], /^partition p1,p2 \| p3,p4,p5 \(all others\); p3,p4,p5 can have a leader/);
  const even = viewOf(HEALTHY.peers.slice(0, 4), { partition: { groups: [IDS.slice(0, 2), IDS.slice(2, 4)] } });
  t.equal(effectOf(even), 'no side has 3 of the 5 voters, so none can elect a leader');
  t.equal(effectOf(viewOf([])), 'no peer has said yet who votes');
});

t.test('a peer that does not sign among others that do is told, with what to do', async (t) => {
  const of = (signs: (id: string) => boolean, more: Partial<PeerView> = {}): ClusterView =>
    viewOf(HEALTHY.peers.map((peer) => ({ ...peer, signs: signs(peer.id), ...(peer.id === 'p3' ? more : {}) })));
  const lines = linesOf({ view: of((id) => id !== 'p3') }, { columns: 200 });
  const told =
    'p3 does not sign, and p1, p2, p4 and p5 take nothing from it; start every peer with the same --secret-file';
  t.equal(lines[1], `${told}, or none with any`);
  t.match(
    linesOf({ view: of((id) => id === 'p3') })[1],
    /^p1, p2, p4 and p5 do not sign, and p3 takes nothing from them/,
  );
  for (const view of [HEALTHY, of(() => true), of((id) => id !== 'p3', { connected: false })]) {
    t.equal(linesOf({ view })[1], '');
  }
});

t.test('no line is wider, and no screen higher, than the terminal', async (t) => {
  const events = Array.from({ length: 40 }, (_, at) => eventAt(at, `event ${at} ${'long '.repeat(40)}`));
  const view = viewOf(HEALTHY.peers, { partition: { groups: [IDS.slice(0, 2), IDS.slice(2)] } });
  const processes = IDS.map((id) => ({ id, pid: 123, restarts: 1, trouble: undefined }));
  for (let columns = 1; columns <= 130; columns += 1) {
    for (const rows of [1, 5, 9, 12, 24, 60]) {
      const lines = linesOf({ view, events, processes }, { columns, rows });
      const widest = Math.max(...lines.map((line) => line.length));
      if (widest > columns || lines.length >= Math.max(2, rows)) {
        t.fail(`${columns} x ${rows}: ${widest} wide, ${lines.length} high`);
      }
    }
  }
  const titles = [80, 78, 68, 50, 36, 30].map((columns) => linesOf({ processes }, { columns })[2]);
  t.match(titles[0], /ELECTION TIMER +PID +RESTARTS/);
  t.match(titles[1], /ELECTION TIMER +PID$/);
  t.match(titles[2], /HEARD +ELECTION TIMER$/);
  t.match(titles[3], /HEARD +TIMER$/);
  t.match(titles[4], /LEADER$/);
  t.match(titles[5], /ROLE +TERM$/);
  const high = linesOf({ events }, { rows: 60 });
  t.equal(high.filter((line) => /event \d/.test(line)).length, 10, 'the newest ten events');
  t.match(high.at(-1), /event 39/);
});

t.test('colours only on a terminal, and not where they are refused', async (t) => {
  const terminal = { isTTY: true, columns: 80, rows: 24 } as unknown as NodeJS.WriteStream;
  const file = { isTTY: false } as unknown as NodeJS.WriteStream;
  const red = (stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): boolean =>
    coloursFor(stream, environment).red('x') !== 'x';
  t.equal(red(terminal, { TERM: 'xterm' }), true);
  t.equal(red(terminal, { TERM: 'xterm', NO_COLOR: '1' }), false);
  t.equal(red(terminal, { TERM: 'xterm', NO_COLOR: '' }), true, 'an empty NO_COLOR says nothing');
  t.equal(red(terminal, { TERM: 'dumb' }), false);
  t.equal(red(file, { TERM: 'xterm' }), false);
  t.equal(isLiveTerminal(terminal, { TERM: 'xterm' }), true);
  t.equal(isLiveTerminal(terminal, { TERM: 'dumb' }), false);
  t.equal(isLiveTerminal(terminal, { TERM: 'xterm', CI: 'true' }), false);
  t.equal(
    isLiveTerminal({ isTTY: true, columns: 0, rows: 0 } as unknown as NodeJS.WriteStream, {}),
    false,
    'of unknown size',
  );
  t.equal(isLiveTerminal(file, { TERM: 'xterm' }), false);
  t.equal(showsBlocks({ TERM: 'linux' }), false);
  const colourful = linesOf({}, { colours: coloursFor(terminal, { TERM: 'xterm' }) });
  t.ok(colourful.join('').includes('\u001b['), 'a table with colours');
  const bare = colourful.map(stripVTControlCharacters);
  t.strictSame(bare, linesOf({}), 'is the table without them');
});

t.test('durations for people', async (t) => {
  const told = [0, 87.4, 999, 1000, 59_900, 60_000, 7_200_000].map(formatDuration);
  t.strictSame(told, ['0 ms', '87 ms', '999 ms', '1.0 s', '59.9 s', '1 min', '2 h']);
});

function snapshotOf(cluster: ClusterView, events: LiveEvent[] = []): LiveSnapshot {
  return { type: 'snapshot', timeMs: 0, cluster, events };
}

function deltaOf(more: Partial<LiveDelta>): LiveDelta {
  const { leader, term, traffic } = HEALTHY;
  return { type: 'delta', timeMs: 0, leader, term, traffic, peers: [], events: [], links: [], ...more };
}

t.test('a picture of the feed: ages grow, changes replace, frames are signs of life', async (t) => {
  const picture = new ClusterPicture();
  t.equal(picture.viewAt(0), undefined);
  t.strictSame(picture.apply(deltaOf({ events: [eventAt(1)] }), 0), [], 'a change of what is not known yet');
  picture.apply(snapshotOf(HEALTHY), 1000);
  const peer = (id: string, nowMs: number): PeerView | undefined =>
    picture.viewAt(nowMs)?.peers.find((known) => known.id === id);
  t.match(peer('p2', 1000), { heardMsAgo: 5, statusMsAgo: 50 });
  t.match(peer('p2', 1100), { heardMsAgo: 105, statusMsAgo: 150 });

  picture.apply(deltaOf({ links: [{ from: peerId('p2'), to: peerId('p1'), delivered: 1, dropped: 0 }] }), 1200);
  t.match(peer('p2', 1210), { heardMsAgo: 10, statusMsAgo: 260 });

  const refused = peerOf('p3', statusOf('follower'), { connected: false, refusedForMs: 100 });
  picture.apply(deltaOf({ peers: [refused], leader: null, term: 4, partition: { groups: [IDS] } }), 2000);
  t.match(picture.viewAt(2000), { leader: null, term: 4, partition: { groups: [IDS] } });
  t.equal(peer('p3', 2060)?.refusedForMs, 40);
  t.equal(peer('p3', 2200)?.refusedForMs, null);
  picture.apply(deltaOf({}), 2300);
  t.match(picture.viewAt(2300)?.partition, { groups: [IDS] }, 'what is not named stays');
  picture.apply(deltaOf({ partition: null }), 2400);
  t.equal(picture.viewAt(2400)?.partition, null);
  t.equal(picture.ageMs(2500), 100);
  const safety = { sinceMs: 1, statuses: 2, checks: [] };
  picture.apply(deltaOf({ safety, processes: NOT_OWNED }), 2600);
  picture.apply(deltaOf({}), 2700);
  t.match(picture.viewAt(2700), { safety, processes: NOT_OWNED }, 'and what is told is kept');
});

t.test('election timers run down between two messages, and a frame from the leader resets them', async (t) => {
  const picture = new ClusterPicture();
  picture.apply(snapshotOf(HEALTHY), 1000);
  const remainingMs = (id: string, nowMs: number): number | undefined => picture.timerAt(id, nowMs)?.remainingMs;
  const link = (from: string, to: string, delivered: number) => ({
    ...{ from: peerId(from), to: peerId(to), delivered, dropped: 1 },
  });
  t.equal(remainingMs('p1', 1000), undefined, 'a leader has none');
  t.equal(remainingMs('p9', 1000), undefined);
  t.strictSame(picture.timerAt('p2', 1000), { remainingMs: 150, timeoutMs: 300 }, '200 ms, told 50 ms ago');
  t.equal(remainingMs('p2', 1100), 50);
  t.equal(remainingMs('p2', 2000), 0);
  picture.apply(deltaOf({ links: [link('p1', 'p2', 1), link('p1', 'p3', 0), link('p3', 'p4', 1)] }), 1100);
  t.equal(remainingMs('p2', 1110), 290, 'reset by its leader');
  t.equal(remainingMs('p3', 1110), 40, 'not by a frame that was dropped');
  t.equal(remainingMs('p4', 1110), 40, 'nor by one of another peer');
  const standing = statusOf('candidate', { leader: null });
  picture.apply(deltaOf({ peers: [peerOf('p2', standing, { statusMsAgo: 0 })] }), 1200);
  t.equal(remainingMs('p2', 1210), 190, 'nor at all for a candidate');
  picture.apply(deltaOf({ peers: [peerOf('p2', standing, { connected: false })] }), 1300);
  t.equal(picture.timerAt('p2', 1300), undefined, 'nobody knows the timer of one that is away');
});

t.test('a later snapshot tells no event twice, and events are bounded', async (t) => {
  const picture = new ClusterPicture();
  const first = [eventAt(1), eventAt(2), eventAt(2, 'another')];
  t.strictSame(picture.apply(snapshotOf(HEALTHY, first), 0), first);
  const news = eventAt(3);
  t.strictSame(picture.apply(snapshotOf(HEALTHY, [...first, news]), 1), [news]);
  const afterRestart = eventAt(9);
  t.strictSame(picture.apply(snapshotOf(HEALTHY, [afterRestart]), 2), [afterRestart], 'of a relay that began anew');
  const many = Array.from({ length: EVENTS_KEPT_MAX * 3 }, (_, at) => eventAt(100 + at));
  picture.apply(deltaOf({ events: many }), 3);
  t.equal(picture.events.length, EVENTS_KEPT_MAX);
  t.equal(picture.events.at(-1)?.timeMs, many.at(-1)?.timeMs);
});

t.test('peers that are no members stand apart, and are not counted', async (t) => {
  const voters = IDS.slice(1);
  const members = voters.map((id) =>
    peerOf(id, statusOf(id === 'p2' ? 'leader' : 'follower', { voters, commitIndex: 9 })),
  );
  const peers = [
    peerOf('p1', statusOf('preCandidate', { commitIndex: 7 })),
    ...members,
    peerOf('p8', null, { connected: false, connections: 0 }),
    peerOf('p9', statusOf('learner', { voters: [] })),
  ];
  const view = viewOf(peers, { leader: peerId('p2') });
  const lines = linesOf({ view });
  t.equal(lines[0], 'demo  leader p2, term 3, 4 of 4 peers connected, and 3 that are no members');
  t.match(lines[3], /^p1 +removed +3 +- +5 ms +- +4711$/);
  t.match(lines[4], /^p2 +leader /);
  t.match(lines[8], /^p8 +removed +- +- /);
  t.match(lines[9], /^p9 +not a member +3 +- /);
  const before = linesOf({ view: viewOf(peers.slice(0, 5), { leader: null }) });
  t.equal(before[0], 'demo  no leader, term 3, 4 of 4 peers connected, and 1 that is no member');
  const cut = { ...view, partition: { groups: [['p1', 'p2', 'p3'].map(peerId)] } };
  t.equal(effectOf(cut), 'no side has 3 of the 4 voters, so none can elect a leader', 'a removed peer has no vote');
});

t.test('while the members change, a side needs a majority of the old voters and of the new ones', async (t) => {
  const changing = statusOf('leader', { voters: IDS.slice(0, 3), votersOutgoing: IDS });
  const peers = IDS.map((id) => peerOf(id, id === 'p1' ? changing : statusOf('follower')));
  const side = (...ids: string[]): string =>
    effectOf({ ...viewOf(peers), partition: { groups: [ids.map((id) => peerId(id))] } });
  t.match(side('p1', 'p2'), /^no side has/, 'enough of the new, too few of the old');
  t.equal(side('p1', 'p2', 'p4'), 'p1,p2,p4 can have a leader (2 of 3 voters)');
});
