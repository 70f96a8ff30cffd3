import { connect } from 'node:net';
import t from 'tap';
import { PROTOCOL_VERSION } from '../../shared/protocol.ts';
import { TestRelay } from './support/relay.ts';
import { until } from '../support/until.ts';
import { WITHIN_MS } from './support/TestPeer.ts';

interface Exchange {
  readonly text: string;
  readonly endedAfterMs: number;
}

/** Sends bytes, and gives what came back when the relay has closed the socket. */
function exchange(port: number, bytes: string | Buffer): Promise<Exchange> {
  return new Promise((resolve) => {
    const startMs = performance.now();
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve({ text, endedAfterMs: performance.now() - startMs }));
  });
}

const UPGRADE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
const LOCAL = 'Host: localhost\r\n';

const refused: [what: string, request: string, code: string, message: RegExp][] = [
  ['what is no HTTP', '\x16\x03\x01 rubbish\r\n\r\n', 'REQUEST_INVALID', /not good HTTP/],
  ['an unknown method', `FOO / HTTP/1.1\r\n${LOCAL}\r\n`, 'REQUEST_INVALID', /not good HTTP/],
  ['a large header', `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 'REQUEST_INVALID', /headers are larger/],
  ['no Host', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n', 'HOST_REFUSED', /does not answer for the host ""/],
  [
    ...(['two Hosts', `GET /healthz HTTP/1.1\r\n${LOCAL}host: evil.example\r\nConnection: close\r\n\r\n`] as const),
    ...(['REQUEST_INVALID', /has 2 Host headers/] as const),
  ],
  ['an expectation', `GET /healthz HTTP/1.1\r\n${LOCAL}Expect: x\r\n\r\n`, 'REQUEST_INVALID', /no expectation/],
  ['CONNECT', `CONNECT localhost:80 HTTP/1.1\r\n${LOCAL}\r\n`, 'REQUEST_INVALID', /no proxy/],
  ['an upgrade of a plain route', `GET /metrics HTTP/1.1\r\n${LOCAL}${UPGRADE}\r\n`, 'REQUEST_INVALID', /no WebSocket/],
  ['an upgrade of the page', `GET / HTTP/1.1\r\n${LOCAL}${UPGRADE}\r\n`, 'REQUEST_INVALID', /no WebSocket/],
  [
    ...(['an upgrade to something else', `GET /peer?cluster=c&id=p HTTP/1.1\r\n${LOCAL}`] as const),
    ...(['REQUEST_INVALID', /no good upgrade/] as const),
  ],
];

for (const [what, request, code, message] of refused) {
  t.test(`${what} is answered in the documented shape, and counted`, async (t) => {
    const relay = await TestRelay.start(t);
    const bytes = what.endsWith('else') ? `${request}Connection: Upgrade\r\nUpgrade: other\r\n\r\n` : request;
    const { text } = await exchange(relay.port, bytes);
    t.match(text, /^HTTP\/1\.1 40[03] /);
    const body = JSON.parse(text.split('\r\n\r\n')[1] ?? '') as unknown;
    t.match(body, { code, message });
    t.equal(await relay.refusals(code), 1);
  });
}

t.test('a relay beyond loopback, which takes any host, wants one all the same', async (t) => {
  const relay = await TestRelay.start(t, { host: '0.0.0.0', token: 'secret' });
  const { text } = await exchange(relay.port, 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n');
  t.match(text, /^HTTP\/1\.1 400 [^]*REQUEST_INVALID[^]*Host/);
  t.match((await exchange(relay.port, 'GET /healthz HTTP/1.0\r\n\r\n')).text, /^HTTP\/1\.1 200 /);
});

t.test('a request that does not arrive whole in ten seconds is ended, whatever part is missing', async (t) => {
  const relay = await TestRelay.start(t);
  const halves = {
    nothing: '',
    head: 'GET /healthz HTTP/1.1\r\nHost: loc',
    body: `POST /api/clusters/k/heal HTTP/1.1\r\n${LOCAL}Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{`,
  };
  const ends = await Promise.all(Object.values(halves).map((half) => exchange(relay.port, half)));
  for (const [index, { text, endedAfterMs }] of ends.entries()) {
    const what = Object.keys(halves)[index] ?? '';
    t.ok(endedAfterMs > 9000 && endedAfterMs < 20_000, `${what}: ${endedAfterMs} ms`);
    if (what !== 'nothing') t.match(text, /^HTTP\/1\.1 400 [^]*too slowly/, what);
  }
  t.equal(await relay.refusals('REQUEST_INVALID'), 2, 'a connection that asked for nothing is no refusal');
});

t.test('a key that is dangerous in JSON is named', async (t) => {
  const relay = await TestRelay.start(t);
  await relay.dial('p1');
  const headers = { 'content-type': 'application/json' };
  const put = (body: string) => relay.request('PUT', '/api/clusters/demo/partition', body, headers);
  for (const body of ['{"groups":[["p1"]],"__proto__":{"a":1}}', '{"constructor":{"prototype":{"a":1}}}']) {
    t.match(await put(body), { status: 400, body: { code: 'REQUEST_INVALID', message: /"__proto__"/ } }, body);
  }
  t.match(await put('{"groups"'), { status: 400, body: { message: 'the body is not JSON' } });
});

/** A frame of the WebSocket protocol as a client sends it, masked with zeros. */
function wsFrame(opcode: number, payload: string): Buffer {
  const bytes = Buffer.from(payload);
  const length = bytes.length < 126 ? [bytes.length | 0x80] : [0xfe, bytes.length >> 8, bytes.length & 0xff];
  return Buffer.concat([Buffer.from([0x80 | opcode, ...length, 0, 0, 0, 0]), bytes]);
}

const ANNOUNCED_2_62 = Buffer.from([0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
const HELLO = JSON.stringify({
  ...{ type: 'Hello', from: 'r', to: '@relay', id: 1 },
  body: { protocolVersion: PROTOCOL_VERSION, application: 'raft', instance: 'x', software: 'x' },
});

function floodOf(frame: object): Buffer {
  return Buffer.concat(Array<Buffer>(20_000).fill(wsFrame(1, JSON.stringify(frame))));
}

const sockets: [what: string, path: string, bytes: Buffer, code: string, closeCode: number][] = [
  ['a length of 2^62', '/peer?cluster=demo&id=r', ANNOUNCED_2_62, 'FRAME_TOO_LARGE', 1009],
  ['a length of 2^62 on a live feed', '/api/clusters/demo/live', ANNOUNCED_2_62, 'FRAME_TOO_LARGE', 1009],
  [
    ...(['a flood of pings', '/peer?cluster=demo&id=r'] as const),
    ...([Buffer.concat(Array<Buffer>(20_000).fill(wsFrame(9, 'a'))), 'PING_FLOOD', 4430] as const),
  ],
  [
    ...(['a flood of questions to the relay', '/peer?cluster=demo&id=r'] as const),
    ...([floodOf({ type: 'Lookup', from: 'r', to: '@relay', id: 2, body: {} }), 'PING_FLOOD', 4430] as const),
  ],
  [
    ...(['a flood of frames that the relay refuses', '/peer?cluster=demo&id=r'] as const),
    ...([floodOf({ type: 'Gossip', from: 'r', to: 'p1', id: 2, body: {} }), 'PING_FLOOD', 4430] as const),
  ],
  [
    ...(['a flood of pings on a live feed', '/api/clusters/demo/live'] as const),
    ...([Buffer.concat(Array<Buffer>(20_000).fill(wsFrame(9, 'a'))), 'PING_FLOOD', 4430] as const),
  ],
];

for (const [what, path, bytes, code, closeCode] of sockets) {
  t.test(`${what} is refused with ${code}, and counted once`, async (t) => {
    const relay = await TestRelay.start(t);
    const p1 = await relay.dial('p1');
    const hello = path.startsWith('/peer') ? wsFrame(1, HELLO) : Buffer.alloc(0);
    const head = Buffer.from(`GET ${path} HTTP/1.1\r\n${LOCAL}${UPGRADE}\r\n`);
    const { text } = await exchange(relay.port, Buffer.concat([head, hello, bytes]));
    t.match(text, /^HTTP\/1\.1 101 /);
    const closeFrame = String.fromCharCode(closeCode >> 8, closeCode & 0xff);
    t.ok(text.includes(closeFrame), `closed with ${closeCode}`);
    t.equal(await relay.refusals(code), 1);
    await p1.settled();
  });
}

t.test('pings at a human rate are answered', async (t) => {
  const relay = await TestRelay.start(t);
  const p1 = await relay.dial('p1');
  let pongs = 0;
  p1.webSocket.on('pong', () => (pongs += 1));
  for (let count = 0; count < 200; count += 1) {
    p1.webSocket.ping('x');
    await until(() => pongs === count + 1, { withinMs: WITHIN_MS, what: 'a pong', everyMs: 1 });
  }
  t.equal(await relay.refusals('PING_FLOOD'), 0);
});
