import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { connectCluster } from '../../client/connectCluster.ts';
import { KeyValueClient } from '../../client/KeyValueClient.ts';
import { SystemClock } from '../../endpoint/clock/SystemClock.ts';
import { readFrame } from '../../endpoint/transport/FrameReader.ts';
import { nodeSigner } from '../../endpoint/transport/nodeSigner.ts';
import { openNodeWebSocket } from '../../endpoint/transport/nodeWebSocket.ts';
import { RelayTransport } from '../../endpoint/transport/RelayTransport.ts';
import { KeyValueMachine } from '../../peer/machine/keyValue/KeyValueMachine.ts';
import { Peer } from '../../peer/Peer.ts';
import { decodeFrame, encodeFrame, encodeHead, RELAY_ADDRESS, sliceHead, type Frame } from '../../shared/envelope.ts';
import { clusterId, peerId } from '../../shared/ids.ts';
import { HeadReader } from '../../server/hub/HeadReader.ts';
import { anyFrame } from '../support/arbitraryFrame.ts';
import { RecordingLogger } from '../support/RecordingLogger.ts';
import { ROOT } from '../support/root.ts';
import { TestRelay } from '../server/support/relay.ts';

const SECRET = 'correct horse battery staple';
const signer = nodeSigner(SECRET, 'demo');
const [P1, P2] = [peerId('p1'), peerId('p2')];

/** A frame as an endpoint that has the secret writes it. */
function signed(frame: Omit<Frame, 'mac'>, by = signer): string {
  const { body, ...head } = frame;
  const text = JSON.stringify(body);
  return `${encodeHead({ ...head, mac: by.sign(head, text) })}${text}}`;
}

const VOTE = { term: 4, lastLogIndex: 0, lastLogTerm: 0, leadershipTransfer: false };
const REQUEST = { type: 'RequestVote', from: P1, to: P2, id: 17, body: VOTE };

t.test('PROTOCOL.md is enough to sign a frame: its example is what comes out here', async (t) => {
  const page = readFileSync(join(ROOT, 'docs/PROTOCOL.md'), 'utf8');
  const [, vector = ''] = /^```json\n([^`]*"secret"[^`]*)^```$/m.exec(page) ?? [];
  const { secret, cluster, key, mac, frame } = JSON.parse(vector) as Record<string, string>;
  const { createHmac } = await import('node:crypto');
  const derived = createHmac('sha256', String(secret)).update('whitewater frame key 1').digest('hex');
  t.equal(key, derived, 'the key of frames');
  const head = sliceHead(String(frame));
  if (head === undefined) throw new Error('the frame of the example is not canonical');
  const body = String(frame).slice(head.bodyOffset, -1);
  const own = nodeSigner(String(secret), String(cluster));
  t.equal(head.mac, mac);
  t.equal(own.sign(head, body), mac);
  t.match(readFrame(String(frame), P2, own), { kind: 'message', from: 'p1', id: 17 });
});

t.test('a signature is good for this very frame, and no other', async (t) => {
  const frame = signed(REQUEST);
  const read = (text: string, by = signer, self = P2): string => {
    const result = readFrame(text, self, by);
    return result.kind === 'unreadable' ? result.cause : result.kind;
  };
  t.equal(read(frame), 'message');
  t.equal(readFrame(frame, P2).kind, 'message', 'without the secret it is a frame like others');
  t.equal(read(encodeFrame(REQUEST)), 'unsigned');
  const changes: [string, string, string][] = [
    ['type', '"type":"RequestVote"', '"type":"PreVote"'],
    ['from', '"from":"p1"', '"from":"p3"'],
    ['id', '"id":17', '"id":18'],
    ['body', '"term":4', '"term":5'],
    ['body, by a blank', '"term":4', '"term": 4'],
    ['mac', '"mac":"', '"mac":"A'],
  ];
  for (const [what, from, to] of changes.slice(0, -1)) t.equal(read(frame.replace(from, to)), 'wronglySigned', what);
  t.equal(read(frame.replace('"to":"p2"', '"to":"p3"'), signer, peerId('p3')), 'wronglySigned', 'to');
  t.equal(read(frame, nodeSigner(SECRET, 'other')), 'wronglySigned', 'a frame of another cluster');
  t.equal(read(frame, nodeSigner(`${SECRET}!`, 'demo')), 'wronglySigned', 'another secret');
  const mac = decodedMac(frame) ?? '';
  const twins = Array.from(
    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
    (last) => mac.slice(0, -1) + last,
  );
  t.same(
    twins.filter((twin) => read(frame.replace(mac, twin)) === 'message'),
    [mac],
    'several texts stand for the same bytes, and one of them is the signature',
  );
  t.equal(read(frame.replace('"mac":"', '"mac":"A')), 'unsigned', 'what is no signature makes no canonical head');
  t.equal(read(encodeFrame({ type: 'Pong', from: RELAY_ADDRESS, to: P2, id: 1, body: { inReplyTo: 1 } })), 'control');
  const posing = encodeFrame({ ...REQUEST, from: RELAY_ADDRESS });
  t.equal(read(posing), 'misaddressed', 'who poses as the relay may say what a relay may');
});

t.test('any two different frames have different signatures', async (t) => {
  const property = fc.property(anyFrame, anyFrame, (one, other) => {
    const [first, second] = [signed(one), signed(other)];
    const isSame = encodeFrame(one) === encodeFrame(other);
    return isSame === (decodedMac(first) === decodedMac(second));
  });
  t.doesNotThrow(() => fc.assert(property));
});

function decodedMac(text: string): string | undefined {
  const decoded = decodeFrame(text);
  return decoded.ok ? decoded.frame.mac : undefined;
}

t.test('a relay reads the heads of signed frames as the envelope says, known or new, whole or damaged', async (t) => {
  const damage = fc.record({ at: fc.nat(), byte: fc.constantFrom(...Buffer.from('0A_-+"m,:}')) });
  const property = fc.property(anyFrame, damage, (frame, { at, byte }) => {
    const reader = new HeadReader();
    const good = Buffer.from(signed(frame));
    const damaged = Buffer.from(good);
    damaged[at % Math.min(damaged.length, 330)] = byte;
    for (const bytes of [good, good, damaged, Buffer.from(encodeFrame(frame))]) {
      const head = sliceHead(bytes.toString('latin1', 0, 400));
      const read = reader.read(bytes);
      const same = ['type', 'from', 'to', 'id'].every(
        (key) =>
          (head as Record<string, unknown> | undefined)?.[key] === (read as Record<string, unknown> | undefined)?.[key],
      );
      if (!same) return false;
    }
    return true;
  });
  t.doesNotThrow(() => fc.assert(property, { numRuns: 1000 }));
});

t.test('a relay carries a signature as it came, and to its place in a frame of another order', async (t) => {
  const relay = await TestRelay.start(t);
  const [p1, p2] = [await relay.dial('p1'), await relay.dial('p2')];
  const frame = signed(REQUEST);
  p1.sendText(frame);
  const { mac } = await p2.heard('RequestVote');
  t.equal(p2.texts.at(-1), frame);
  p1.sendText(JSON.stringify({ body: VOTE, mac, id: 17, to: 'p2', from: 'p1', type: 'RequestVote' }));
  await relay.until('the second one', () => p2.frames.filter(({ type }) => type === 'RequestVote').length === 2);
  t.equal(p2.texts.at(-1), frame);
  p1.sendText(frame.replace(/"mac":"[^"]*"/, '"mac":"short"'));
  t.match(await p1.closed(), { code: 4400, reason: 'FRAME_MALFORMED' });
});

function transportOf(t: Test, relay: TestRelay, by: typeof signer | undefined) {
  const logger = new RecordingLogger();
  const heard: number[] = [];
  const transport = new RelayTransport({
    ...{ cluster: clusterId('demo'), id: P2, relays: [relay.url], openSocket: openNodeWebSocket, logger },
    ...{ clock: new SystemClock(), random: Math.random },
    ...(by === undefined ? {} : { signer: by }),
  });
  t.teardown(() => transport.stop());
  return { transport, logger, heard };
}

t.test('what a relay forges, alters or brings from elsewhere is dropped, counted and told', async (t) => {
  const relay = await TestRelay.start(t);
  const { transport, logger, heard } = transportOf(t, relay, signer);
  let isConnected = false;
  transport.start({
    onMessage: (_from, id) => heard.push(id),
    onConnected: (connected) => (isConnected = connected),
    onFailed: () => undefined,
  });
  await relay.until('it is connected', () => isConnected);
  const p1 = await relay.dial('p1');
  const frames = [
    encodeFrame({ ...REQUEST, id: 1 }),
    signed({ ...REQUEST, id: 2 }).replace('"term":4', '"term":9'),
    signed({ ...REQUEST, id: 3 }, nodeSigner(SECRET, 'other')),
    signed({ ...REQUEST, id: 4, from: peerId('p3') }).replace('"from":"p3"', '"from":"p1"'),
    signed({ ...REQUEST, id: 5 }),
  ];
  for (const frame of frames) p1.sendText(frame);
  await relay.until('the good one arrives', () => heard.length > 0);
  t.same(heard, [5]);
  t.match(transport.counters().unreadable, { unsigned: 1, wronglySigned: 3 });
  t.match(
    logger.at('warn').join('\n'),
    /wronglySigned: a RequestVote from p1: it has another secret.*the same --secret-file/,
  );
  t.match(logger.at('warn').join('\n'), /unsigned: a RequestVote from p1; start p1 with the secret of this cluster/);
  t.equal(logger.at('warn').length, 2, 'one line a cause');
});

t.test('who does not sign is told when others do, once', async (t) => {
  const relay = await TestRelay.start(t);
  const { transport, logger, heard } = transportOf(t, relay, undefined);
  transport.start({
    onMessage: (_from, id) => heard.push(id),
    onConnected: () => undefined,
    onFailed: () => undefined,
  });
  const p1 = await relay.dial('p1');
  await relay.until('p2 is connected', async () => (await relay.view()).peers.length === 2);
  p1.sendText(encodeFrame({ ...REQUEST, id: 1 }));
  await relay.until('one that is not signed arrives', () => heard.length === 1);
  t.same(logger.at('warn'), [], 'which is nothing to tell');
  for (const id of [2, 3]) p1.sendText(signed({ ...REQUEST, id }));
  await relay.until('signed ones arrive', () => heard.length === 3);
  t.same(heard, [1, 2, 3], 'they are taken like others');
  t.equal(logger.at('warn').length, 1);
  t.match(logger.at('warn')[0], /^p1 signs what it says, and p2 does not, so p1 takes nothing from it; start p2 with/);
});

t.test('a cluster with a secret elects, and serves whoever has the secret', async (t) => {
  const relay = await TestRelay.start(t);
  const cluster = { cluster: 'demo', relay: relay.url };
  const voters = ['p1', 'p2', 'p3'];
  const peers = await Promise.all(
    voters.map((id) =>
      Peer.start({ ...cluster, id, voters, secret: SECRET, machine: new KeyValueMachine(), election: 'relaxed' }),
    ),
  );
  t.teardown(() => Promise.all(peers.map((peer) => peer.stop())));
  const client = connectCluster({ ...cluster, secret: SECRET });
  t.teardown(() => client.close());
  await new KeyValueClient(client).put('colour', 'blue', { timeoutMs: 20_000 });
  const stranger = connectCluster(cluster);
  t.teardown(() => stranger.close());
  await t.rejects(new KeyValueClient(stranger).put('colour', 'red', { timeoutMs: 1500 }), { name: 'WhitewaterError' });
  t.match(await new KeyValueClient(client).get('colour'), { value: 'blue' });
  for (const [method, path, body] of [
    ['GET', 'kv/colour'],
    ['PUT', 'kv/colour', { value: 'red' }],
    ['GET', 'kv-watch'],
    ['POST', 'transfer', { to: 'p2' }],
  ] as const) {
    const answer = await relay.request(method, `/api/clusters/demo/${path}`, body);
    t.match(answer, { status: 409, body: { code: 'SECRET_REQUIRED', definite: true } }, `${method} ${path}`);
  }
});

t.test('a relay that is given the secret carries requests over HTTP', async (t) => {
  const relay = await TestRelay.start(t, { secret: SECRET });
  const options = { cluster: 'demo', relay: relay.url, id: 'p1', voters: ['p1'], machine: new KeyValueMachine() };
  const peer = await Peer.start({ ...options, secret: SECRET });
  const plain = await Peer.start({ ...options, cluster: 'plain', machine: new KeyValueMachine() });
  t.teardown(() => Promise.all([peer.stop(), plain.stop()]));
  for (const cluster of ['demo', 'plain']) {
    await relay.until(
      'the peer leads',
      async () => (await relay.request('GET', `/api/clusters/${cluster}`)).body.leader === 'p1',
    );
    const put = await relay.request('PUT', `/api/clusters/${cluster}/kv/colour`, { value: 'blue' });
    t.equal(put.status, 200, `${cluster}: ${put.text}`);
  }
});

t.test('a secret that is none is refused without being told', async (t) => {
  const options = { cluster: 'demo', relay: '127.0.0.1:1', id: 'p1' };
  for (const secret of ['short', 'x'.repeat(1025)]) {
    await t.rejects(Peer.start({ ...options, secret }), { code: 'USAGE', message: /give 16 to 1024, drawn at random/ });
    t.throws(() => connectCluster({ ...options, secret }), { code: 'USAGE' });
    t.throws(() => nodeSigner(secret, 'demo'), { code: 'USAGE', message: /^((?!short|xxx).)*$/ });
  }
  await t.rejects(Peer.start({ ...options, secret: 7 as never }), {
    code: 'USAGE',
    message: /secret is 7: give a string of 16/,
  });
});
