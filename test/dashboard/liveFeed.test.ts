import t from 'tap';
import { RETRY_MS_MAX, RETRY_MS_MIN, retryDelayMs } from '../../server/dashboard/src/connection/backoff.ts';
import {
  CONNECT_MS_MAX,
  type FeedPorts,
  type FeedSocketEvents,
  type FeedState,
  LiveFeed,
  LATE_MS_MAX,
  type Probed,
  type ProbeResult,
  SILENCE_MS_MAX,
} from '../../server/dashboard/src/connection/LiveFeed.ts';
import { isUpToDate } from '../../server/dashboard/src/model/isUpToDate.ts';
import { reduce } from '../../server/dashboard/src/model/reduce.ts';
import type { ClusterView } from '../../shared/http/ClusterView.ts';
import { IDS, leaderStatus } from './support/statuses.ts';
import { deltaOf, NO_TRAFFIC, snapshotOf, viewOf } from './support/views.ts';

const SNAPSHOT = JSON.stringify(snapshotOf([]));
const DELTA = JSON.stringify(deltaOf());

interface Socket extends FeedSocketEvents {
  isClosed: boolean;
}

/** A browser whose clock, sockets and relay do what the test says. */
class FakeBrowser implements FeedPorts {
  nowMsValue = 0;
  readonly sockets: Socket[] = [];
  readonly states: FeedState[] = [];
  readonly messages: string[] = [];
  freshCount = 0;
  relay: ProbeResult = 'ok';
  /** What the relay tells of the cluster is not what the feed told. */
  hasNews = false;
  /** What a probe waits for before it answers. */
  answer: Promise<unknown> = Promise.resolve();
  probes = 0;
  #timers = new Map<number, { atMs: number; action: () => void }>();
  #nextTimer = 1;

  readonly openSocket = (events: FeedSocketEvents): (() => void) => {
    const socket = { ...events, isClosed: false };
    this.sockets.push(socket);
    return () => {
      socket.isClosed = true;
    };
  };
  readonly probe = async (): Promise<Probed> => {
    this.probes += 1;
    await this.answer;
    return { result: this.relay, cluster: this.relay === 'ok' ? snapshotOf([]).cluster : null };
  };
  readonly nowMs = (): number => this.nowMsValue;
  readonly setTimer = (action: () => void, afterMs: number): (() => void) => {
    const timer = this.#nextTimer++;
    this.#timers.set(timer, { atMs: this.nowMsValue + afterMs, action });
    return () => this.#timers.delete(timer);
  };
  readonly random = (): number => 0;

  feed(): LiveFeed {
    return new LiveFeed(this, {
      onState: (state) => this.states.push(state),
      onMessage: (message) => this.messages.push(message.type),
      onFresh: () => (this.freshCount += 1),
      isUpToDate: () => !this.hasNews,
    });
  }

  get socket(): Socket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('no socket was opened');
    return socket;
  }

  get phase(): string | undefined {
    return this.states.at(-1)?.phase;
  }

  /** Lets time pass, timers fire and promises settle. */
  async pass(durationMs: number): Promise<void> {
    const endMs = this.nowMsValue + durationMs;
    for (;;) {
      await settled();
      const due = [...this.#timers].filter(([, { atMs }]) => atMs <= endMs).sort(([, a], [, b]) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.#timers.delete(due[0]);
      this.nowMsValue = due[1].atMs;
      due[1].action();
    }
    this.nowMsValue = endMs;
    await settled();
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
}

t.test('the wait doubles up to a bound, and chance takes away up to half', async (t) => {
  t.strictSame(
    [1, 2, 3, 4, 5, 6, 7, 1000].map((attempt) => retryDelayMs(attempt, 1)),
    [250, 500, 1000, 2000, 4000, 5000, 5000, 5000],
  );
  t.equal(retryDelayMs(1, 0), RETRY_MS_MIN / 2);
  t.equal(retryDelayMs(50, 0), RETRY_MS_MAX / 2);
});

t.test('a snapshot makes the feed live, and every message is handed on', async (t) => {
  const browser = new FakeBrowser();
  browser.feed().start();
  t.equal(browser.phase, 'connecting');
  browser.socket.onText(SNAPSHOT);
  browser.socket.onText(DELTA);
  browser.socket.onText('not JSON');
  browser.socket.onText('{"type":"somethingNew"}');
  t.equal(browser.phase, 'live');
  t.strictSame(browser.messages, ['snapshot', 'delta'], 'what it does not know it passes over');
  t.equal(browser.freshCount, 2);
});

t.test('a lost socket comes back by itself, each time later, and a snapshot starts the count anew', async (t) => {
  const browser = new FakeBrowser();
  browser.feed().start();
  browser.socket.onText(SNAPSHOT);
  const waits: number[] = [];
  for (let attempt = 0; attempt < 4; attempt += 1) {
    browser.socket.onClosed();
    await browser.pass(0);
    const state = browser.states.at(-1);
    if (state?.phase !== 'waiting') throw new Error(`it is ${browser.phase}`);
    waits.push(state.retryAtMs - browser.nowMsValue);
    await browser.pass(state.retryAtMs - browser.nowMsValue);
    t.equal(browser.phase, 'connecting');
  }
  t.strictSame(waits, [125, 250, 500, 1000]);
  browser.socket.onText(SNAPSHOT);
  browser.socket.onClosed();
  await browser.pass(0);
  t.match(browser.states.at(-1), { phase: 'waiting', retryAtMs: browser.nowMsValue + 125 });
  t.equal(browser.sockets.filter(({ isClosed }) => !isClosed).length, 0, 'no socket is left open behind');
});

t.test('the reason for waiting is what HTTP says', async (t) => {
  for (const [relay, reason] of [
    ['ok', /lost/],
    ['clusterUnknown', /does not know this cluster/],
    ['unreachable', /does not answer/],
  ] as const) {
    const browser = new FakeBrowser();
    browser.feed().start();
    browser.relay = relay;
    browser.socket.onClosed();
    await browser.pass(0);
    t.match(browser.states.at(-1), { phase: 'waiting', reason }, relay);
  }
});

t.test('a locked relay is not asked again until there is a token', async (t) => {
  const browser = new FakeBrowser();
  const feed = browser.feed();
  feed.start();
  browser.relay = 'unauthorised';
  browser.socket.onClosed();
  await browser.pass(60_000);
  t.equal(browser.phase, 'unauthorised');
  t.equal(browser.sockets.length, 1);
  feed.retry();
  t.equal(browser.sockets.length, 2);
});

t.test('a socket that opens and says nothing is given up', async (t) => {
  const browser = new FakeBrowser();
  browser.feed().start();
  await browser.pass(CONNECT_MS_MAX - 1);
  t.equal(browser.phase, 'connecting');
  await browser.pass(1);
  t.equal(browser.phase, 'waiting');
  t.equal(browser.sockets[0]?.isClosed, true);
});

t.test('silence is asked about: an idle cluster stays live and fresh, a dead relay does not', async (t) => {
  const browser = new FakeBrowser();
  browser.feed().start();
  browser.socket.onText(SNAPSHOT);
  await browser.pass(SILENCE_MS_MAX * 3);
  t.equal(browser.phase, 'live');
  t.equal(browser.probes, 3);
  t.equal(browser.freshCount, 4, 'the picture is known to be true each time');
  browser.relay = 'unreachable';
  await browser.pass(SILENCE_MS_MAX);
  t.equal(browser.phase, 'waiting');
  t.equal(browser.socket.isClosed, true, 'the half-open socket is gone');
});

t.test('a socket that keeps back what the relay knows is dead, however open it looks', async (t) => {
  const browser = new FakeBrowser();
  browser.feed().start();
  browser.socket.onText(SNAPSHOT);
  browser.hasNews = true;
  await browser.pass(SILENCE_MS_MAX);
  t.equal(browser.freshCount, 1, 'an answer that tells another picture makes this one no younger');
  await browser.pass(LATE_MS_MAX - 1);
  t.equal(browser.phase, 'live', 'the news may be on the way');
  await browser.pass(1);
  t.match(browser.states.at(-1), { phase: 'waiting', reason: /was lost/ });
  t.equal(browser.socket.isClosed, true);
  await browser.pass(RETRY_MS_MIN);
  t.equal(browser.sockets.length, 2, 'it comes back by itself');
});

t.test('news that comes a little later than the answer is no loss', async (t) => {
  const browser = new FakeBrowser();
  browser.feed().start();
  browser.socket.onText(SNAPSHOT);
  browser.hasNews = true;
  await browser.pass(SILENCE_MS_MAX + LATE_MS_MAX - 1);
  browser.socket.onText(DELTA);
  browser.hasNews = false;
  await browser.pass(SILENCE_MS_MAX + LATE_MS_MAX);
  t.equal(browser.phase, 'live');
  t.equal(browser.sockets.length, 1);
});

t.test('an answer that a message overtook tells nothing of the picture', async (t) => {
  const browser = new FakeBrowser();
  browser.feed().start();
  browser.socket.onText(SNAPSHOT);
  let answerNow = (): void => undefined;
  browser.answer = new Promise<void>((resolve) => (answerNow = resolve));
  browser.hasNews = true;
  await browser.pass(SILENCE_MS_MAX);
  browser.socket.onText(DELTA);
  answerNow();
  await browser.pass(0);
  browser.hasNews = false;
  await browser.pass(SILENCE_MS_MAX + LATE_MS_MAX);
  t.equal(browser.sockets.length, 1);
  t.equal(browser.phase, 'live');
});

t.test('a picture is up to date as long as nothing happened of which the feed tells', async (t) => {
  const [p1, p2] = IDS;
  if (p1 === undefined || p2 === undefined) throw new Error('there are no peers');
  const peers = [viewOf(p1, leaderStatus(3, { leader: p1 })), viewOf(p2, null, { connected: false })];
  const { cluster } = snapshotOf(peers, { leader: p1, term: 3 });
  const picture = reduce(null, snapshotOf(peers, { leader: p1, term: 3 }), 0);
  if (picture === null) throw new Error('a snapshot makes a picture');
  t.ok(isUpToDate(picture, cluster));
  t.ok(isUpToDate(picture, { ...cluster, peers: peers.map((peer) => ({ ...peer, heardMsAgo: 900 })) }), 'ages go on');
  const others: Partial<ClusterView>[] = [
    { term: 4 },
    { leader: null },
    { faults: { ...cluster.faults, epoch: 1 } },
    { traffic: { ...NO_TRAFFIC, framesIn: 1 } },
    { traffic: { ...NO_TRAFFIC, controlFrames: 1 } },
    { peers: peers.map((peer) => ({ ...peer, connected: true })) },
    { peers: peers.map((peer) => ({ ...peer, connectionId: 'c2' })) },
  ];
  for (const other of others) t.notOk(isUpToDate(picture, { ...cluster, ...other }), JSON.stringify(other));
});

t.test('retry does not wait, and does nothing to a feed that works', async (t) => {
  const browser = new FakeBrowser();
  const feed = browser.feed();
  feed.start();
  feed.retry();
  browser.socket.onText(SNAPSHOT);
  feed.retry();
  t.equal(browser.sockets.length, 1);
  browser.socket.onClosed();
  feed.retry();
  t.equal(browser.sockets.length, 2, 'while the question why is still under way');
  await browser.pass(0);
  t.equal(browser.phase, 'connecting', 'the answer to it comes too late to matter');
});

t.test('a stopped feed is still', async (t) => {
  const browser = new FakeBrowser();
  const feed = browser.feed();
  feed.start();
  browser.socket.onClosed();
  feed.stop();
  await browser.pass(60_000);
  feed.retry();
  t.equal(browser.sockets.length, 1);
  t.strictSame(
    browser.states.map(({ phase }) => phase),
    ['connecting'],
  );
});
