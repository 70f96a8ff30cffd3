import t from 'tap';
import type { Clock } from '../../endpoint/ports/Clock.ts';
import { RelayTransport, type RelayTransportOptions } from '../../endpoint/transport/RelayTransport.ts';
import { clusterId, peerId } from '../../shared/ids.ts';
import { seededRandom } from '../../shared/random.ts';
import { PROTOCOL_VERSION, type RaftMessage } from '../../shared/protocol.ts';
import { VirtualClock } from '../../sim/VirtualClock.ts';
import { STATUS, TransportRecorder } from '../contract/transport.contract.ts';
import { FakeRelays } from '../support/FakeRelays.ts';
import { FakeSockets } from '../support/FakeSockets.ts';
import { RecordingLogger } from '../support/RecordingLogger.ts';

const [p1, p2] = [peerId('p1'), peerId('p2')];
const HEARTBEAT: RaftMessage = {
  type: 'AppendEntries',
  body: { term: 1, prevLogIndex: 0, prevLogTerm: 0, leaderCommit: 0, round: 0, entries: [] },
};

interface Stage {
  readonly clock: VirtualClock;
  readonly sockets: FakeSockets;
  readonly heard: TransportRecorder;
  readonly logger: RecordingLogger;
  readonly transport: RelayTransport;
}

/** A transport in virtual time whose sockets the test answers. */
function stage(relays: readonly string[], options: Partial<RelayTransportOptions> = {}): Stage {
  const clock = new VirtualClock();
  const sockets = new FakeSockets();
  const logger = new RecordingLogger();
  const heard = new TransportRecorder();
  const transport = new RelayTransport({
    ...{ cluster: clusterId('demo'), id: p1, relays, openSocket: sockets.open, clock, logger },
    random: seededRandom('reconnecting'),
    ...options,
  });
  transport.start(heard);
  return { clock, sockets, heard, logger, transport };
}

/** The longest waits: full jitter draws just below its bound. */
const LATEST = (): number => 1 - 2 ** -53;

t.test('half-open: a ping after 700 ms of silence, given up at 1800 ms, tried again at once', async (t) => {
  const { clock, sockets, heard } = stage(['a']);
  const socket = sockets.last;
  clock.advance(12.5);
  socket.welcome();
  const heardAtMs = clock.nowMs();
  clock.advanceTo(heardAtMs + 699);
  t.notOk(socket.frames.some(({ type }) => type === 'Ping'));
  clock.advanceTo(heardAtMs + 700);
  t.equal(socket.frames.filter(({ type }) => type === 'Ping').length, 1);
  clock.advanceTo(heardAtMs + 1799);
  t.ok(heard.isConnected);
  const before = sockets.all.length;
  clock.advanceTo(heardAtMs + 1800);
  t.notOk(heard.isConnected);
  t.equal(socket.endedBy, 'terminate');
  t.equal(sockets.all.length, before + 1, 'the next try has begun');
});

t.test('any frame, and a WebSocket ping too, is a sign of life', async (t) => {
  const { clock, sockets, heard } = stage(['a']);
  sockets.last.welcome();
  for (let at = 0; at < 20; at += 1) {
    clock.advance(650);
    if (at % 3 === 0) sockets.last.ping();
    else if (at % 3 === 1) sockets.last.sayText('nonsense');
    else sockets.last.say('AppendEntries', HEARTBEAT.body, 'p2');
  }
  t.same(heard.connections, [true]);
  t.notOk(
    sockets.last.frames.some(({ type }) => type === 'Ping'),
    'nobody had to be asked',
  );
});

t.test('a process that was stopped for a while asks before it judges', async (t) => {
  // Its clock stands still for the timers, and has gone on when they run: what SIGSTOP or a laptop's lid does.
  const clock = new VirtualClock();
  let stoppedMs = 0;
  const jumping: Clock = {
    nowMs: () => clock.nowMs() + stoppedMs,
    wallMs: () => clock.wallMs() + stoppedMs,
    setTimer: (atMs, callback) => clock.setTimer(atMs - stoppedMs, callback),
    soon: (callback) => clock.soon(callback),
  };
  const { sockets, heard } = stage(['a'], { clock: jumping });
  sockets.last.welcome();
  clock.advance(500);
  stoppedMs = 30_000;
  clock.advance(300);
  t.equal(sockets.last.frames.filter(({ type }) => type === 'Ping').length, 1);
  t.same(heard.connections, [true]);
  sockets.last.say('Pong', { inReplyTo: 2 });
  clock.advance(600);
  t.same(heard.connections, [true]);
  clock.advance(1500);
  t.same(heard.connections, [true, false], 'and then it judges as ever');
});

t.test('no Welcome within 3 s: given up', async (t) => {
  const { clock, sockets, logger } = stage(['a', 'b']);
  sockets.last.open();
  clock.advance(2999);
  t.equal(sockets.all.length, 1);
  clock.advance(1);
  t.equal(sockets.all[0]?.endedBy, 'terminate');
  t.same(sockets.hosts, ['a', 'b']);
  t.match(logger.at('info')[0], /no relay answers at ws:\/\/a:7070\/: silent for 3000 ms/);
});

t.test(
  'exponential backoff with full jitter: bounds double to 1 s, and to 5 s when the relay is gone for long',
  async (t) => {
    const { clock, sockets } = stage(['a'], { random: LATEST });
    const waits: number[] = [];
    for (let at = 0; at < 20; at += 1) {
      const lostAtMs = clock.nowMs();
      sockets.last.end();
      const before = sockets.all.length;
      while (sockets.all.length === before) clock.runNext();
      waits.push(Math.round(clock.nowMs() - lostAtMs));
    }
    t.same(waits.slice(0, 6), [100, 200, 400, 800, 1000, 1000]);
    t.same(waits.slice(-3), [5000, 5000, 5000]);
    const sums = waits.map((_, at) => waits.slice(0, at).reduce((sum, wait) => sum + wait, 0));
    for (const [at, wait] of waits.entries())
      if ((sums[at] ?? 0) < 10_000) t.ok(wait <= 1000, 'at most 1 s in the first 10 s');
  },
);

t.test('full jitter: peers that lost their relay at one moment come back spread out', async (t) => {
  const firstTries = Array.from({ length: 50 }, (_, at) => {
    const { clock, sockets } = stage(['a'], { random: seededRandom(at) });
    sockets.last.welcome();
    clock.advance(5);
    sockets.last.ping();
    const lostAtMs = clock.nowMs();
    sockets.last.end({ code: 1001, reason: 'RELAY_STOPPING' });
    while (sockets.all.length < 2) clock.runNext();
    return clock.nowMs() - lostAtMs;
  });
  t.ok(new Set(firstTries).size === 50);
  t.ok(Math.max(...firstTries) <= 100);
  t.ok(Math.max(...firstTries) - Math.min(...firstTries) > 50);
});

t.test('a relay that welcomes and drops at once is not asked faster and faster', async (t) => {
  const { clock, sockets } = stage(['a'], { random: LATEST });
  for (let at = 0; at < 10; at += 1) {
    sockets.last.welcome();
    sockets.last.end();
    const before = sockets.all.length;
    while (sockets.all.length === before) clock.runNext();
  }
  t.ok(clock.nowMs() > 5000, `ten tries took ${clock.nowMs()} ms`);
});

t.test('a relay that restarts has its peers back within 1.5 s of its return', async (t) => {
  for (let seed = 0; seed < 200; seed += 1) {
    const { clock, sockets, heard } = stage(['a'], { random: seededRandom(seed) });
    sockets.last.welcome();
    for (let at = 0; at < 10; at += 1) {
      clock.advance(500);
      sockets.last.ping();
    }
    sockets.last.end({ code: 1001, reason: 'RELAY_STOPPING' });
    const backAtMs = clock.nowMs() + 200 + seed * 10;
    let tries = sockets.all.length;
    while (!heard.isConnected) {
      clock.runNext();
      if (sockets.all.length === tries) continue;
      tries = sockets.all.length;
      if (clock.nowMs() < backAtMs) sockets.last.end({ error: 'connect ECONNREFUSED' });
      else sockets.last.welcome();
    }
    if (clock.nowMs() - backAtMs > 1500) t.fail(`seed ${seed}: back ${clock.nowMs() - backAtMs} ms after the relay`);
  }
  t.pass('200 seeds, outages from 0.2 to 2.2 s');
});

t.test('several relays are tried in turn, without a wait between them', async (t) => {
  const { clock, sockets, heard, transport } = stage(['a:1', 'b:2', 'c:3']);
  sockets.last.end();
  sockets.last.end();
  t.same(sockets.hosts, ['a', 'b', 'c']);
  t.equal(clock.nowMs(), 0);
  sockets.last.welcome();
  t.ok(heard.isConnected);
  t.equal(transport.relay, 'ws://c:3/');
});

t.test('after a loss the first relay is tried first, whichever it was', async (t) => {
  const { clock, sockets } = stage(['a', 'b']);
  sockets.last.end();
  sockets.last.welcome();
  clock.advance(600);
  sockets.last.end();
  const before = sockets.all.length;
  while (sockets.all.length === before) clock.runNext();
  t.equal(sockets.hosts.at(-1), 'a');
});

t.test('on a second relay the first is tried again and taken back, without a gap', async (t) => {
  const { clock, sockets, heard, transport } = stage(['a', 'b']);
  sockets.last.end();
  const second = sockets.last;
  second.welcome();
  const untilNextTry = (): void => {
    const before = sockets.all.length;
    while (sockets.all.length === before) {
      clock.advance(100);
      second.ping();
    }
  };
  untilNextTry();
  t.same(sockets.hosts, ['a', 'b', 'a']);
  t.ok(clock.nowMs() <= 2500, 'tried within 2.5 s');
  sockets.last.end({ error: 'connect ECONNREFUSED' });
  t.ok(heard.isConnected, 'a failed probe harms nothing');
  t.ok(transport.send(p2, 1, HEARTBEAT));
  untilNextTry();
  sockets.last.open();
  t.equal(transport.relay, 'ws://b:7070/', 'until the first has welcomed us');
  sockets.last.say('Welcome', { protocolVersion: PROTOCOL_VERSION, connectionId: 'c', frameBytesMax: 1000 });
  t.equal(transport.relay, 'ws://a:7070/');
  t.equal(second.endedBy, 'close');
  t.same(heard.connections, [true, false, true], 'so that the new relay is told the status');
  second.end({ code: 1000 });
  t.ok(heard.isConnected, 'the end of the socket that was given up means nothing');
});

t.test('a first relay that comes and goes takes us along less and less often', async (t) => {
  const clock = new VirtualClock();
  const relays = new FakeRelays(clock);
  relays.up('b');
  const { transport } = stage(['a', 'b'], { clock, openSocket: relays.open });
  const moves: number[] = [];
  while (clock.nowMs() < 10 * 60_000) {
    // It is there for as long as nobody uses it, and lost 2 s after somebody came.
    relays.up('a');
    clock.advance(100);
    if (transport.relay !== 'ws://a:7070/') continue;
    moves.push(clock.nowMs());
    clock.advance(2000);
    relays.down('a');
    clock.advance(3000);
    t.equal(transport.relay, 'ws://b:7070/');
  }
  t.ok(moves.length >= 5 && moves.length <= 20, `${moves.length} moves in ten minutes`);
  const gaps = moves.slice(1).map((at, index) => at - (moves[index] ?? 0));
  t.ok(Math.max(...gaps) > 40_000, 'at last a minute between them');
});

t.test('a loss while a better relay is being tried: that try goes on as the next connection', async (t) => {
  const { clock, sockets, heard } = stage(['a', 'b']);
  sockets.last.end();
  const second = sockets.last;
  second.welcome();
  while (sockets.all.length < 3) {
    clock.advance(100);
    second.ping();
  }
  second.end();
  t.equal(sockets.all.length, 3, 'no further try beside it');
  sockets.last.welcome();
  t.ok(heard.isConnected);
});

t.test('relays that refuse for a reason that lasts are asked every 5 s, not every second', async (t) => {
  for (const http of [
    { status: 401, body: '{"code":"TOKEN_WRONG","message":"the token is wrong"}' },
    { status: 503, body: '{"code":"RELAY_FULL","message":"full"}' },
    { status: 403, body: '{"code":"HOST_REFUSED","message":"not for that host"}' },
    { status: 404, body: 'nothing here' },
  ]) {
    const { clock, sockets, logger } = stage(['a']);
    let seen = 0;
    while (clock.nowMs() < 60_000) {
      if (sockets.all.length > seen) {
        seen = sockets.all.length;
        sockets.last.end({ http });
      }
      clock.runNext();
    }
    t.ok(seen >= 5 && seen <= 13, `${http.status}: ${seen} tries in a minute`);
    t.ok(logger.at('warn').length >= 4 && logger.at('warn').length <= 7, 'a line every ten seconds');
  }
});

t.test('one relay that refuses does not slow down another that is only gone', async (t) => {
  const { clock, sockets } = stage(['a', 'b']);
  sockets.last.end({ http: { status: 401, body: '' } });
  sockets.last.end({ error: 'connect ECONNREFUSED' });
  clock.advance(100);
  t.equal(sockets.all.length, 3);
});

t.test(
  'final: IDENTITY_REPLACED stops everything; on a socket that is not ours any more it means nothing',
  async (t) => {
    const { clock, sockets, heard } = stage(['a', 'b']);
    sockets.last.end();
    const second = sockets.last;
    second.welcome();
    while (sockets.all.length < 3) {
      clock.advance(100);
      second.ping();
    }
    sockets.last.welcome();
    second.end({ code: 4409, reason: 'IDENTITY_REPLACED' });
    t.same(heard.failures, []);
    sockets.last.end({ code: 4409, reason: 'IDENTITY_REPLACED' });
    t.match(heard.failures, [{ code: 'IDENTITY_REPLACED' }]);
    t.notOk(heard.isConnected);
    clock.advance(60_000);
    t.equal(sockets.all.length, 3, 'no try follows');
    t.equal(clock.nextAtMs(), undefined, 'no timer is left');
  },
);

t.test('final: another version; but on a relay that is only tried it is a failed try', async (t) => {
  const { sockets, heard, clock } = stage(['a', 'b']);
  sockets.last.end();
  const second = sockets.last;
  second.welcome();
  while (sockets.all.length < 3) {
    clock.advance(100);
    second.ping();
  }
  sockets.last.open();
  sockets.last.end({ code: 4426, reason: 'PROTOCOL_VERSION_UNSUPPORTED' });
  t.ok(heard.isConnected);
  t.same(heard.failures, []);
});

t.test('another version at one relay: the next one is tried, and only all of them together are final', async (t) => {
  const { sockets, heard } = stage(['a', 'b']);
  sockets.last.end({ code: 4426, reason: 'PROTOCOL_VERSION_UNSUPPORTED' });
  t.equal(heard.failures.length, 0);
  t.match(sockets.last.url, '//b');
  sockets.last.end({ code: 4426, reason: 'PROTOCOL_VERSION_UNSUPPORTED' });
  t.match(heard.failures, [{ code: 'PROTOCOL_VERSION_UNSUPPORTED' }]);
});

t.test('stopped before it was started: nothing is opened', async (t) => {
  const clock = new VirtualClock();
  const sockets = new FakeSockets();
  const options = { cluster: clusterId('demo'), id: p1, relays: ['a'], openSocket: sockets.open, clock };
  const transport = new RelayTransport({ ...options, random: seededRandom('stopped') });
  await transport.stop();
  transport.start(new TransportRecorder());
  t.equal(sockets.all.length, 0);
});

t.test('behind a full socket only the newest status waits', async (t) => {
  const { clock, sockets, transport } = stage(['a']);
  sockets.last.welcome();
  const statuses = (): number[] =>
    sockets.last.frames.filter(({ type }) => type === 'Status').map(({ body }) => (body as { term: number }).term);
  sockets.last.bufferedBytes = 100_000;
  for (let term = 1; term <= 5; term += 1) t.ok(transport.sendStatus({ ...STATUS, term }));
  clock.advance(500);
  t.same(statuses(), []);
  sockets.last.bufferedBytes = 0;
  clock.advance(100);
  t.same(statuses(), [5]);
});

t.test('H58: stopped while it waits, tries or is connected: nothing is called or tried any more', async (t) => {
  const waiting = stage(['a']);
  waiting.sockets.last.end();
  const trying = stage(['a']);
  const connected = stage(['a']);
  connected.sockets.last.welcome();
  for (const { clock, sockets, heard, transport } of [waiting, trying, connected]) {
    const stopped = transport.stop();
    const { calls } = heard;
    const tries = sockets.all.length;
    clock.advance(60_000);
    await stopped;
    if (sockets.last.endedBy === 'terminate' || sockets.last.endedBy === 'close') sockets.last.end();
    t.equal(heard.calls, calls);
    t.equal(sockets.all.length, tries);
    t.equal(clock.nextAtMs(), undefined);
  }
  t.equal(
    connected.sockets.last.endedBy,
    'terminate',
    'its closing handshake was not answered within the grace period',
  );
});

t.test('wrong addresses are refused with the reason, right ones understood', async (t) => {
  const wrong: Record<string, RegExp> = {
    '': /empty/,
    'ftp://relay': /its protocol is ftp/,
    'two words': /space/,
    'http://relay:99999': /host or port is wrong/,
    'relay:0': /port is 0/,
    '::1': /brackets/,
    'http://user:secret@relay': /user or a password/,
    'http://relay?x=1': /behind the path/,
    'http://': /host or port is wrong/,
  };
  for (const [address, message] of Object.entries(wrong)) {
    t.throws(() => stage([address]), { code: 'USAGE', message }, address);
  }
  t.throws(() => stage([]), { code: 'USAGE', message: /no relay is named/ });
  const right: Record<string, string> = {
    relay: 'ws://relay:7070/peer?cluster=demo&id=p1',
    '127.0.0.1:80': 'ws://127.0.0.1/peer?cluster=demo&id=p1',
    'localhost:7171': 'ws://localhost:7171/peer?cluster=demo&id=p1',
    '[::1]:7070': 'ws://[::1]:7070/peer?cluster=demo&id=p1',
    'http://relay': 'ws://relay/peer?cluster=demo&id=p1',
    'https://relay.example/base': 'wss://relay.example/base/peer?cluster=demo&id=p1',
    'wss://relay:8443/base/': 'wss://relay:8443/base/peer?cluster=demo&id=p1',
  };
  for (const [address, url] of Object.entries(right)) t.equal(stage([address]).sockets.last.url, url);
  t.equal(stage(['relay', 'http://relay:7070', 'other']).sockets.last.url, right['relay'], 'doubles are one');
});
