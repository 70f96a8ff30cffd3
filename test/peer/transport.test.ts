import t, { type Test } from 'tap';
import { WebSocket } from 'ws';
import { SystemClock } from '../../endpoint/clock/SystemClock.ts';
import { openBrowserWebSocket, type BrowserWebSocket } from '../../endpoint/transport/browserWebSocket.ts';
import { openNodeWebSocket } from '../../endpoint/transport/nodeWebSocket.ts';
import { RelayTransport, type RelayTransportOptions } from '../../endpoint/transport/RelayTransport.ts';
import { listenRelay } from '../../server/listen.ts';
import { encodeFrame, RELAY_ADDRESS, type Address } from '../../shared/envelope.ts';
import { clusterId, peerId, type PeerId } from '../../shared/ids.ts';
import { PROTOCOL_VERSION, type RaftMessage } from '../../shared/protocol.ts';
import { VirtualClock } from '../../sim/VirtualClock.ts';
import { STATUS, transportContract, TransportRecorder } from '../contract/transport.contract.ts';
import { MemoryNetwork } from '../support/MemoryNetwork.ts';
import { RecordingLogger } from '../support/RecordingLogger.ts';
import { RelayDouble } from '../support/RelayDouble.ts';
import { until } from '../support/until.ts';

const CLUSTER = clusterId('demo');
const [p1, p2] = [peerId('p1'), peerId('p2')];
const WITHIN_MS = 20_000;

const HEARTBEAT: RaftMessage = {
  type: 'AppendEntries',
  body: { term: 1, prevLogIndex: 0, prevLogTerm: 0, leaderCommit: 0, round: 0, entries: [] },
};

type Choice = Partial<RelayTransportOptions> & Pick<RelayTransportOptions, 'relays'>;

function newTransport(id: PeerId, choice: Choice): RelayTransport {
  const clock = new SystemClock();
  return new RelayTransport({
    cluster: CLUSTER,
    id,
    openSocket: openNodeWebSocket,
    clock,
    random: Math.random,
    ...choice,
  });
}

/** Starts a transport that ends with the test. */
async function connect(
  t: Test,
  id: PeerId,
  choice: Choice,
): Promise<{ transport: RelayTransport; heard: TransportRecorder }> {
  const transport = newTransport(id, choice);
  const heard = new TransportRecorder();
  t.teardown(() => transport.stop());
  transport.start(heard);
  await until(() => heard.isConnected, { withinMs: WITHIN_MS, what: `${id} connected` });
  return { transport, heard };
}

async function startDouble(t: Test): Promise<RelayDouble> {
  const double = new RelayDouble();
  await double.start();
  t.teardown(() => double.stop());
  return double;
}

const untilReal = async (condition: () => boolean, what: string): Promise<void> => {
  await until(condition, { withinMs: WITHIN_MS, what });
};

transportContract(t, 'over the relay', async () => {
  const relay = await listenRelay({ port: 0 });
  return {
    make: (id) => newTransport(id, { relays: [relay.url] }),
    until: untilReal,
    close: () => relay.close(),
  };
});

transportContract(t, "over the relay by a browser's WebSocket", async () => {
  const relay = await listenRelay({ port: 0 });
  const openSocket = openBrowserWebSocket(WebSocket as unknown as new (url: string) => BrowserWebSocket);
  return {
    make: (id) => newTransport(id, { relays: [relay.url], openSocket }),
    until: untilReal,
    close: () => relay.close(),
  };
});

transportContract(t, "over the tests' relay", async () => {
  const double = new RelayDouble();
  await double.start();
  return { make: (id) => newTransport(id, { relays: [double.url] }), until: untilReal, close: () => double.stop() };
});

transportContract(t, "the driver tests' network", async () => {
  const clock = new VirtualClock();
  const network = new MemoryNetwork(clock);
  return {
    make: (id) => network.transport(id),
    until: async (condition, what) => {
      while (!condition()) if (!clock.runNext()) throw new Error(`nothing more happens: ${what}`);
    },
    close: async () => undefined,
  };
});

t.test('it says Hello first: version, application, instance, software; and connects as cluster and id', async (t) => {
  const double = await startDouble(t);
  await connect(t, p1, { relays: [double.url] });
  await connect(t, p2, { relays: [double.url] });
  const [first, second] = double.clients;
  t.match(first?.request.url, /^\/peer\?cluster=demo&id=p1$/);
  t.match(first?.frames[0], {
    type: 'Hello',
    from: 'p1',
    to: '@relay',
    body: { protocolVersion: PROTOCOL_VERSION, application: 'raft', software: /^whitewater \d/ },
  });
  const instances = [first, second].map((client) => (client?.frames[0]?.body as { instance: string }).instance);
  t.not(instances[0], instances[1]);
});

t.test(
  'a token goes into the header, and a relay with another token is asked again, slowly, with a warning',
  async (t) => {
    const relay = await listenRelay({ port: 0, token: 'right' });
    t.teardown(() => relay.close());
    await connect(t, p1, { relays: [relay.url], token: 'right' });
    const logger = new RecordingLogger();
    const wrong = newTransport(p2, { relays: [relay.url], token: 'wrong', logger });
    t.teardown(() => wrong.stop());
    const heard = new TransportRecorder();
    wrong.start(heard);
    await untilReal(() => logger.at('warn').length > 0, 'the warning');
    t.match(logger.at('warn')[0], /refuses the token of "p2".*Give this peer the relay's token/);
    t.same(heard.failures, [], 'the token can be put right at the relay');
  },
);

t.test('it passes on that the relay asks it to time out, and takes that from nobody else', async (t) => {
  const double = await startDouble(t);
  const transport = newTransport(p1, { relays: [double.url] });
  t.teardown(() => transport.stop());
  const heard = new TransportRecorder();
  let timeOuts = 0;
  let messages = 0;
  transport.start({
    onMessage: () => (messages += 1),
    onConnected: (connected) => heard.onConnected(connected),
    onFailed: (error) => heard.onFailed(error),
    onTimeOut: () => (timeOuts += 1),
  });
  await untilReal(() => heard.isConnected, 'it is connected');
  const say = (from: Address, body: unknown): void =>
    double.clients[0]?.socket.send(encodeFrame({ type: 'TimeOut', from, to: p1, id: 9, body }));
  say(p2, {});
  say(RELAY_ADDRESS, { term: 3 });
  await untilReal(() => transport.counters().unreadable.FRAME_BODY_INVALID === 1, 'both were read');
  t.equal(transport.counters().unreadable.misaddressed, 1);
  t.equal(timeOuts, 0);
  say(RELAY_ADDRESS, {});
  await untilReal(() => timeOuts === 1, 'it was asked');
  t.equal(messages, 0);
});

t.test('half-open: a relay that stops reading and answering is noticed within 2 s', async (t) => {
  const double = await startDouble(t);
  const { heard } = await connect(t, p1, { relays: [double.url] });
  const frozenAtMs = performance.now();
  double.freeze();
  await until(() => !heard.isConnected, { withinMs: WITHIN_MS, what: 'the loss was noticed' });
  const tookMs = performance.now() - frozenAtMs;
  // The rule itself, to the millisecond, is tested in virtual time; a busy machine may add to it here.
  t.ok(tookMs < 6000, `noticed after ${tookMs} ms`);
  t.ok(tookMs > 1000, 'and not at the first silence');
});

t.test('a relay that answers pings keeps its connection, however quiet it is', async (t) => {
  const double = await startDouble(t);
  const { heard } = await connect(t, p1, { relays: [double.url] });
  await untilReal(
    () => (double.client('p1')?.frames.filter(({ type }) => type === 'Ping').length ?? 0) >= 3,
    'three pings',
  );
  t.same(heard.connections, [true]);
});

t.test('a relay that is gone and returns has its peers back, with the same instance', async (t) => {
  const double = await startDouble(t);
  const logger = new RecordingLogger();
  const { heard } = await connect(t, p1, { relays: [double.url], logger });
  await double.stop();
  await untilReal(() => !heard.isConnected, 'the loss was noticed');
  await untilReal(() => logger.at('info').some((line) => /no relay answers.*ECONNREFUSED/.test(line)), 'a try failed');
  await double.start();
  await untilReal(() => heard.isConnected, 'connected again');
  t.same(heard.connections, [true, false, true]);
  const instances = double.clients.map((client) => (client.frames[0]?.body as { instance: string }).instance);
  t.equal(instances[0], instances[1]);
});

t.test('IDENTITY_REPLACED is final: the older of two processes with one id stops and says what to do', async (t) => {
  const relay = await listenRelay({ port: 0 });
  t.teardown(() => relay.close());
  const { heard: older } = await connect(t, p1, { relays: [relay.url] });
  const { heard: newer, transport } = await connect(t, p1, { relays: [relay.url] });
  await untilReal(() => older.failures.length > 0, 'the older one failed');
  t.match(older.failures[0], {
    code: 'IDENTITY_REPLACED',
    message: /another process connected.*as "p1" of cluster "demo"/,
  });
  t.same(older.connections, [true, false]);
  t.same(newer.connections, [true]);
  t.same(newer.failures, []);
  t.equal(transport.send(p2, 1, HEARTBEAT), true);
});

t.test('a relay of another version is final, whether it says so or we see it', async (t) => {
  for (const manners of [
    { closeOnHello: { code: 4426, reason: 'PROTOCOL_VERSION_UNSUPPORTED', message: 'this relay speaks version 9' } },
    { protocolVersion: 9 },
  ]) {
    const double = await startDouble(t);
    Object.assign(double.manners, manners);
    const transport = newTransport(p1, { relays: [double.url] });
    t.teardown(() => transport.stop());
    const heard = new TransportRecorder();
    transport.start(heard);
    await untilReal(() => heard.failures.length > 0, 'failed');
    t.match(heard.failures[0], { code: 'PROTOCOL_VERSION_UNSUPPORTED', message: /version 9.*Run the same version/ });
    t.equal(double.upgrades, 1, 'no second try');
  }
});

t.test('cut off by an operator: it comes back by itself, without a warning', async (t) => {
  const relay = await listenRelay({ port: 0 });
  t.teardown(() => relay.close());
  const logger = new RecordingLogger();
  const { heard } = await connect(t, p1, { relays: [relay.url], logger });
  const answer = await fetch(`${relay.url}/api/clusters/demo/peers/p1/disconnect`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ forMs: 300 }),
  });
  t.ok(answer.ok);
  await untilReal(() => heard.connections.length === 3, 'lost and back');
  t.same(heard.connections, [true, false, true]);
  t.same(logger.at('warn'), []);
});

t.test('garbage is counted by what is wrong with it, said once, and harms nothing', async (t) => {
  const double = await startDouble(t);
  const logger = new RecordingLogger();
  const { transport, heard } = await connect(t, p1, { relays: [double.url], logger });
  const vote = { term: 1, lastLogIndex: 0, lastLogTerm: 0, leadershipTransfer: false };
  for (let round = 0; round < 3; round += 1) {
    double.say('p1', 'not JSON');
    double.say('p1', '{"type":"RequestVote","from":"p2","to":"p1","id":1}');
    double.say('p1', '[]');
    double.sayFrame('p1', 'Frobnicate', {}, 'p2');
    double.sayFrame('p1', 'RequestVote', { ...vote, term: -1 }, 'p2');
    double.sayFrame('p1', 'RequestVote', { ...vote, more: 1 }, 'p2');
    double.sayFrame('p1', 'RequestVote', vote);
    double.sayFrame('p1', 'Welcome', { protocolVersion: 1, connectionId: 'x', frameBytesMax: 1 }, 'p2');
    double.client('p1')?.socket.send(JSON.stringify({ type: 'RequestVote', from: 'p2', to: 'p3', id: 1, body: vote }));
    double.client('p1')?.socket.send(Buffer.from([1, 2, 3]));
  }
  double.sayFrame('p1', 'RequestVote', vote, 'p2');
  await untilReal(() => heard.messages.length > 0, 'the good one at the end');
  t.equal(heard.messages.length, 1);
  t.same(transport.counters().unreadable, {
    FRAME_NOT_JSON: 6,
    FRAME_MALFORMED: 6,
    FRAME_TYPE_UNKNOWN: 3,
    FRAME_BODY_INVALID: 6,
    misaddressed: 9,
    unsigned: 0,
    wronglySigned: 0,
  });
  t.same(heard.connections, [true]);
  t.equal(logger.at('warn').length, 5, 'one line for each cause');
});

t.test('what one turn sends leaves together', async (t) => {
  const double = await startDouble(t);
  const { transport } = await connect(t, p1, { relays: [double.url] });
  const client = double.client('p1');
  const readsBefore = client?.reads ?? 0;
  for (let id = 1; id <= 20; id += 1) transport.send(p2, id, HEARTBEAT);
  await untilReal(() => (client?.frames.filter(({ type }) => type === 'AppendEntries').length ?? 0) === 20, 'all came');
  t.ok((client?.reads ?? 0) - readsBefore <= 3, 'in few reads, so in few writes');
});

t.test('what would wait behind a relay that does not read is dropped and counted, up to a bound', async (t) => {
  const double = await startDouble(t);
  const { transport, heard } = await connect(t, p1, {
    relays: [double.url],
    times: { welcomeMsMax: 3000, silentMs: 60_000, silentMsMax: 120_000 },
  });
  double.freeze();
  const large: RaftMessage = {
    type: 'AppendEntries',
    body: { ...HEARTBEAT.body, entries: [{ term: 1, type: 'command', command: 'x'.repeat(500_000) }] },
  };
  let id = 0;
  await until(
    () => {
      id += 1;
      return !transport.send(p2, id, large);
    },
    { withinMs: WITHIN_MS, what: 'the buffer is full', everyMs: 1 },
  );
  t.equal(transport.counters().unsent.bufferFull, 1);
  t.ok(id < 100, 'bounded');
  t.same(heard.connections, [true], 'and nothing else happens');
});

t.test("a frame larger than the relay's limit stays here", async (t) => {
  const double = await startDouble(t);
  double.manners.frameBytesMax = 1000;
  const logger = new RecordingLogger();
  const { transport } = await connect(t, p1, { relays: [double.url], logger });
  const sized = (command: string): RaftMessage => ({
    type: 'AppendEntries',
    body: {
      term: 1,
      prevLogIndex: 0,
      prevLogTerm: 0,
      leaderCommit: 0,
      round: 0,
      entries: [{ term: 1, type: 'command', command }],
    },
  });
  t.equal(transport.send(p2, 1, sized('x'.repeat(2000))), false);
  t.equal(transport.send(p2, 2, sized('é'.repeat(480))), false, 'counted in bytes, not in characters');
  t.equal(transport.send(p2, 3, sized('x'.repeat(480))), true);
  t.equal(transport.counters().unsent.FRAME_TOO_LARGE, 2);
  t.match(logger.at('warn')[0], /FRAME_TOO_LARGE/);
});

t.test('what is no relay is said to be none', async (t) => {
  const double = await startDouble(t);
  double.manners.refusal = { status: 404, body: '<html>' };
  const logger = new RecordingLogger();
  const transport = newTransport(p1, { relays: [double.url], logger });
  t.teardown(() => transport.stop());
  transport.start(new TransportRecorder());
  await untilReal(() => logger.at('warn').length > 0, 'the warning');
  t.match(logger.at('warn')[0], /ROUTE_UNKNOWN, no relay is there \(HTTP status 404\); trying again/);
});

t.test('a status leaves at once, or not at all', async (t) => {
  const double = await startDouble(t);
  const { transport } = await connect(t, p1, { relays: [double.url] });
  t.ok(transport.sendStatus(STATUS));
  await untilReal(() => double.client('p1')?.frames.some(({ type }) => type === 'Status') === true, 'the status');
  t.match(double.client('p1')?.frames.at(-1), { type: 'Status', from: 'p1', to: '@relay', body: STATUS });
});
