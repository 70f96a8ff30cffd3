import { connect } from 'node:net';
import t from 'tap';
import { EventEmitter } from 'node:events';
import { addressKey, isLoopbackAddress } from '../../server/locks/addresses.ts';
import { AddressLimits, ADDRESSES_MAX, type AddressLimitOptions } from '../../server/locks/AddressLimits.ts';
import { Bucket } from '../../server/locks/Bucket.ts';
import { RELAY_DEFAULTS } from '../../server/options.ts';
import { makeCertificate, pemOf } from '../support/certificates.ts';
import { TestPeer } from './support/TestPeer.ts';
import { TestRelay } from './support/relay.ts';

t.test('what counts as one address', async (t) => {
  t.equal(addressKey('192.0.2.7'), '192.0.2.7');
  t.equal(addressKey('::ffff:192.0.2.7'), '192.0.2.7');
  t.equal(addressKey('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
  t.equal(addressKey('2001:db8:1:2::9'), addressKey('2001:DB8:0001:2:ffff::'));
  t.equal(addressKey('2001:db8::1'), '2001:db8:0:0::/64');
  t.not(addressKey('2001:db8:1:2::9'), addressKey('2001:db8:1:3::9'));
  t.equal(addressKey('fe80::1%eth0'), 'fe80:0:0:0::/64');
  t.equal(addressKey('::1'), '0:0:0:0::/64');
  for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])
    t.ok(isLoopbackAddress(address), address);
  for (const address of ['192.0.2.7', '::ffff:192.0.2.7', '::2']) t.notOk(isLoopbackAddress(address), address);
});

t.test('a bucket gives its rate, and after a quiet time its burst', async (t) => {
  const bucket = new Bucket(10, 2);
  const taken = (nowMs: number): number => {
    let count = 0;
    while (bucket.take(1, nowMs)) count += 1;
    return count;
  };
  t.equal(taken(0), 20);
  t.equal(taken(99), 0);
  t.equal(taken(100), 1);
  t.equal(taken(1100), 10);
  t.equal(taken(60_000), 20);
  t.equal(bucket.takeOnCredit(5, 60_000), 500, 'what was too much comes in within so long');
  t.equal(bucket.takeOnCredit(5, 60_000), 1000);
});

const OPTIONS: AddressLimitOptions = { ...RELAY_DEFAULTS, addressConnectionsMax: 2, addressRequestsPerSecond: 5 };

class FakeSocket extends EventEmitter {
  readonly remoteAddress: string;
  readonly remotePort: number;

  constructor(remoteAddress: string, remotePort: number) {
    super();
    this.remoteAddress = remoteAddress;
    this.remotePort = remotePort;
  }
}

t.test('connections of one address are counted apart from those of others, and given back', async (t) => {
  const limits = new AddressLimits(OPTIONS, () => 0);
  const sockets = [1, 2, 3].map((port) => new FakeSocket('192.0.2.1', port));
  for (const socket of sockets) t.ok(limits.connected(socket));
  const [first, second, third] = sockets as [FakeSocket, FakeSocket, FakeSocket];
  limits.checkRequest(first);
  limits.checkRequest(second);
  t.throws(() => limits.checkRequest(third), { code: 'RATE_LIMITED', message: /has 2 connections/ });
  const other = new FakeSocket('192.0.2.2', 1);
  limits.connected(other);
  limits.checkRequest(other);
  t.equal(limits.size, 2);
  third.emit('close');
  first.emit('close');
  const fourth = new FakeSocket('192.0.2.1', 4);
  limits.connected(fourth);
  limits.checkRequest(fourth);
  const many = Array.from({ length: 80 }, (_, at) => limits.connected(new FakeSocket('192.0.2.1', 100 + at)));
  t.equal(many.filter(Boolean).length, 64, 'some are told why, the rest is cut');
});

t.test('requests on one connection count too', async (t) => {
  let nowMs = 0;
  const limits = new AddressLimits(OPTIONS, () => nowMs);
  const socket = new FakeSocket('192.0.2.1', 1);
  limits.connected(socket);
  for (let count = 0; count < 10; count += 1) limits.checkRequest(socket);
  t.throws(() => limits.checkRequest(socket), { code: 'RATE_LIMITED', message: /more than 5 times a second/ });
  nowMs = 200;
  limits.checkRequest(socket);
});

t.test('this machine has no limits unless it is said so', async (t) => {
  const limits = new AddressLimits({ ...OPTIONS, addressConnectionsMax: 1 }, () => 0);
  for (let port = 0; port < 50; port += 1) {
    const socket = new FakeSocket('127.0.0.1', port);
    t.ok(limits.connected(socket));
    limits.checkRequest(socket);
    t.equal(limits.meterOf(socket), undefined, 'so a frame costs nothing');
  }
  t.equal(limits.size, 0);
});

t.test('however many addresses come, memory is bounded', async (t) => {
  let nowMs = 0;
  const limits = new AddressLimits(OPTIONS, () => nowMs);
  const kept = new FakeSocket('198.51.100.1', 1);
  limits.connected(kept);
  for (let at = 0; at < 3 * ADDRESSES_MAX; at += 1) {
    const socket = new FakeSocket(`10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`, 1);
    limits.connected(socket);
    socket.emit('close');
    nowMs += 0.01;
    if (limits.size > ADDRESSES_MAX) break;
  }
  t.ok(limits.size <= ADDRESSES_MAX, `${limits.size}`);
  t.not(limits.meterOf(kept), undefined, 'whoever is connected is not forgotten');
});

t.test('too many connections and requests are refused with a code, and say when to come again', async (t) => {
  const relay = await TestRelay.start(t, {
    limitsLoopback: true,
    addressConnectionsMax: 3,
    addressRequestsPerSecond: 1000,
  });
  const idle = Array.from({ length: 3 }, () => connect(relay.port, '127.0.0.1'));
  t.teardown(() => idle.forEach((socket) => socket.destroy()));
  await Promise.all(idle.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
  const refused = await relay.request('GET', '/healthz');
  t.match(refused, { status: 429, body: { code: 'RATE_LIMITED', message: /3 connections/ } });
  t.equal(refused.headers.get('retry-after'), '1');
  await t.rejects(relay.open('p1'), { status: 429, code: 'RATE_LIMITED' });
  const page = await TestPeer.open(relay.url, { id: 'p1', socket: { origin: relay.url } });
  t.same(await page.closed(), { code: 4431, reason: 'RATE_LIMITED' }, 'a browser sees a close code');
  const viewer = await relay.watch('demo', { origin: relay.url }).catch((error: unknown) => error);
  t.match(viewer, { code: 'CLUSTER_UNKNOWN' });
  for (const socket of idle) socket.destroy();
  await relay.until('there is room again', async () => (await relay.request('GET', '/healthz')).status === 200);
  t.ok(relay.log.some((line) => line.startsWith('RATE_LIMITED 127.0.0.1')));
  await (await relay.dial('p1')).settled();
});

t.test('connections over TLS are counted, and given back', async (t) => {
  const own = makeCertificate(t.testdir(), 'own');
  const options = { tls: own, limitsLoopback: true, addressConnectionsMax: 2, addressRequestsPerSecond: 1000 };
  const relay = await TestRelay.start(t, options);
  const socket = { ca: pemOf(own) };
  for (let round = 0; round < 5; round += 1) {
    const peers = [
      await TestPeer.dial(relay.url, { id: 'p1', socket }),
      await TestPeer.dial(relay.url, { id: 'p2', socket }),
    ];
    await t.rejects(relay.open('p3', { socket }), { status: 429, code: 'RATE_LIMITED' });
    for (const peer of peers) peer.end();
    await relay.until('both are gone', () =>
      TestPeer.open(relay.url, { id: 'p9', socket }).then(
        (peer) => (peer.end(), true),
        () => false,
      ),
    );
  }
});

t.test('too many frames wait, and none is lost', async (t) => {
  const options = { limitsLoopback: true, addressFramesPerSecond: 2000, pingIntervalMs: 200 };
  const relay = await TestRelay.start(t, { ...options, addressRequestsPerSecond: 100_000 });
  const [p1, p2] = [await relay.dial('p1'), await relay.dial('p2')];
  const sent = 8000;
  const startMs = performance.now();
  for (let count = 0; count < sent; count += 1) p1.send('AppendEntries', 'p2', count);
  const got = () => p2.frames.filter(({ type }) => type === 'AppendEntries');
  await relay.until('all of them arrive', () => got().length === sent);
  const tookMs = performance.now() - startMs;
  // What a socket had in hand when the limit was met passes besides: 64 KiB, several hundred frames.
  t.ok(
    tookMs > 1500,
    `${Math.round(tookMs)} ms for ${sent} frames: half of them came at once, the rest at 2000 a second`,
  );
  t.same(
    got().map(({ body }) => body),
    Array.from({ length: sent }, (_, at) => at),
  );
  t.ok((await relay.metric('limit_pauses_total')) > 0);
  t.equal(await relay.metric('addresses'), 1);
  await p1.settled();
  t.equal(await relay.refusals('CONNECTION_LOST'), 0, 'who is not read is not taken for dead');
});

t.test('too many bytes wait too', async (t) => {
  const relay = await TestRelay.start(t, {
    ...{ limitsLoopback: true, addressBytesPerSecond: 1_048_576, addressRequestsPerSecond: 100_000 },
  });
  const [p1, p2] = [await relay.dial('p1'), await relay.dial('p2')];
  const startMs = performance.now();
  for (let count = 0; count < 64; count += 1) p1.send('AppendEntries', 'p2', 'x'.repeat(65_536));
  await relay.until('all of them arrive', () => p2.frames.length === 65);
  t.ok(performance.now() - startMs > 1500, '4 MiB, of which 2 came at once');
});

t.test('a stop does not wait for a socket that is not read', async (t) => {
  const relay = await TestRelay.start(t, {
    ...{ limitsLoopback: true, addressFramesPerSecond: 10, addressRequestsPerSecond: 100_000 },
  });
  const p1 = await relay.dial('p1');
  for (let count = 0; count < 1000; count += 1) p1.send('AppendEntries', 'p2');
  await relay.until('it is paused', async () => (await relay.metric('limit_pauses_total')) > 0);
  const startMs = performance.now();
  await relay.close();
  t.ok(performance.now() - startMs < 5000);
  t.equal((await p1.closed()).code, 1001);
});
