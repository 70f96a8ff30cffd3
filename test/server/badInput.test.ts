import { connect } from 'node:net';
import t from 'tap';
import { peerId, type PeerId } from '../../shared/ids.ts';
import { MEMBERS_MAX } from '../../shared/numbers.ts';
import { TestRelay } from './support/relay.ts';
import type { TestPeer } from './support/TestPeer.ts';

interface BadInput {
  readonly what: string;
  readonly code: string;
  readonly send: (peer: TestPeer) => void;
  /** Undefined when the connection stays. */
  readonly closeCode: number | undefined;
  /** The relay has no chance to say why before the socket closes. */
  readonly isSilent?: boolean;
}

const deep = `{"id":1,"type":"RequestVote","from":"p1","to":"p2","body":${'['.repeat(5000)}${']'.repeat(5000)}}`;
const growing = `{"id":1,"type":"RequestVote","from":"p1","to":"p2","body":[${Array(150_000).fill('1e20').join(',')}]}`;

const names = (count: number): PeerId[] => Array.from({ length: count }, (_, index) => peerId(`v${index}`));

const cases: BadInput[] = [
  { what: 'a frame that is not JSON', code: 'FRAME_NOT_JSON', closeCode: 4400, send: (p) => p.sendText('hello?') },
  { what: 'an empty frame', code: 'FRAME_NOT_JSON', closeCode: 4400, send: (p) => p.sendText('') },
  {
    ...{ what: 'a truncated frame for the relay', code: 'FRAME_NOT_JSON', closeCode: 4400 },
    send: (p) => p.sendText('{"type":"Status","from":"p1","to":"@relay","id":1,"body":{"role":"lea'),
  },
  {
    ...{ what: 'a binary message', code: 'FRAME_NOT_JSON', closeCode: 4400 },
    send: (p) => p.webSocket.send(Buffer.from('{"type":"RequestVote","from":"p1","to":"p2","id":1,"body":{}}')),
  },
  { what: 'JSON that is no object', code: 'FRAME_MALFORMED', closeCode: 4400, send: (p) => p.sendText('[1,2]') },
  {
    ...{ what: 'a frame without a receiver', code: 'FRAME_MALFORMED', closeCode: 4400 },
    send: (p) => p.sendText('{"type":"RequestVote","from":"p1","id":1,"body":{}}'),
  },
  {
    ...{ what: 'a frame with an illegal receiver', code: 'FRAME_MALFORMED', closeCode: 4400 },
    send: (p) => p.sendText('{"type":"RequestVote","from":"p1","to":"../p2","id":1,"body":{}}'),
  },
  {
    ...{ what: 'a frame with an unknown key', code: 'FRAME_MALFORMED', closeCode: 4400 },
    send: (p) => p.sendText('{"via":"p3","type":"RequestVote","from":"p1","to":"p2","id":1,"body":{}}'),
  },
  {
    ...{ what: 'a frame with a number that is none', code: 'FRAME_MALFORMED', closeCode: 4400 },
    send: (p) => p.sendText('{"type":"RequestVote","from":"p1","to":"p2","id":-1,"body":{}}'),
  },
  { what: 'a body nested beyond reason', code: 'FRAME_MALFORMED', closeCode: 4400, send: (p) => p.sendText(deep) },
  {
    ...{ what: 'a frame that is too large', code: 'FRAME_TOO_LARGE', closeCode: 1009, isSilent: true },
    send: (p) => p.send('RequestVote', 'p2', 'x'.repeat(1_048_576)),
  },
  {
    ...{ what: 'a large frame with its keys in another order', code: 'FRAME_TOO_LARGE', closeCode: 1009 },
    send: (p) => p.sendText(growing),
  },
  {
    ...{ what: 'text that is not UTF-8', code: 'FRAME_MALFORMED', closeCode: 1007, isSilent: true },
    send: (p) => p.webSocket.send(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), { binary: false }),
  },
  {
    ...{ what: 'a frame from somebody else', code: 'FRAME_FORGED', closeCode: 4403 },
    send: (p) => p.sendText('{"type":"RequestVote","from":"p2","to":"p3","id":1,"body":{}}'),
  },
  {
    ...{ what: 'a frame from the relay itself', code: 'FRAME_FORGED', closeCode: 4403 },
    send: (p) => p.sendText('{"type":"Welcome","from":"@relay","to":"p2","id":1,"body":{}}'),
  },
  {
    ...{ what: 'a reordered frame from somebody else', code: 'FRAME_FORGED', closeCode: 4403 },
    send: (p) => p.sendText('{"from":"p2","type":"RequestVote","to":"p3","id":1,"body":{}}'),
  },
  {
    ...{ what: 'a status from somebody else', code: 'FRAME_FORGED', closeCode: 4403 },
    send: (p) => p.sendText('{"type":"Status","from":"p2","to":"@relay","id":1,"body":{}}'),
  },
  {
    ...{ what: 'a frame of an unknown type', code: 'FRAME_TYPE_UNKNOWN', closeCode: undefined },
    send: (p) => p.send('Gossip', 'p2'),
  },
  {
    ...{ what: 'a frame of an unknown type for the relay', code: 'FRAME_TYPE_UNKNOWN', closeCode: undefined },
    send: (p) => p.send('Gossip', '@relay'),
  },
  {
    ...{ what: 'a status without a role', code: 'FRAME_BODY_INVALID', closeCode: undefined },
    send: (p) => p.send('Status', '@relay', { term: 1 }),
  },
  {
    ...{ what: 'a status with more voters than a cluster has', code: 'FRAME_BODY_INVALID', closeCode: undefined },
    send: (p) => p.status({ voters: names(129) }),
  },
  {
    ...{ what: 'a status with more votes than a cluster has', code: 'FRAME_BODY_INVALID', closeCode: undefined },
    send: (p) => p.status({ votes: { granted: names(129), refused: [] } }),
  },
  {
    ...{ what: 'a status with more refusals than a cluster has', code: 'FRAME_BODY_INVALID', closeCode: undefined },
    send: (p) => {
      p.status({
        votes: { granted: [], refused: names(129).map((peer) => ({ peer, refusal: 'logBehind' as const })) },
      });
    },
  },
  {
    ...{ what: 'a status of a megabyte', code: 'FRAME_TOO_LARGE', closeCode: 1009 },
    send: (p) => p.status({ voters: names(100_000) }),
  },
  {
    ...{ what: 'a reordered frame of 64 KiB for the relay', code: 'FRAME_TOO_LARGE', closeCode: 1009 },
    send: (p) => p.sendText(`{"id":1,"type":"Ping","from":"p1","to":"@relay","body":{"x":"${'x'.repeat(65_536)}"}}`),
  },
  {
    ...{ what: 'a ping with something in it', code: 'FRAME_BODY_INVALID', closeCode: undefined },
    send: (p) => p.send('Ping', '@relay', { x: 1 }),
  },
];

for (const { what, code, closeCode, send, isSilent = false } of cases) {
  t.test(`${what}: ${code}, counted, logged, and nobody else is touched`, async (t) => {
    const relay = await TestRelay.start(t);
    const [p1, p2, p3] = [await relay.dial('p1'), await relay.dial('p2'), await relay.dial('p3')];
    send(p1);
    if (!isSilent) {
      const { body } = await p1.heard('Refused');
      t.equal((body as { code: string }).code, code);
      t.match((body as { message: string }).message, /\w+ \w+/, 'it says what is wrong');
    }
    if (closeCode === undefined) {
      await p1.settled();
      p1.send('RequestVote', 'p2');
      await p2.heard('RequestVote');
    } else {
      t.equal((await p1.closed()).code, closeCode);
    }
    await relay.until('the counter moves', async () => (await relay.refusals(code)) === 1);
    const lines = relay.log.filter((line) => line.startsWith(`${code} demo/p1: `));
    t.equal(lines.length, 1, 'one clear line');
    p3.send('RequestVote', 'p2', 'still here');
    await p2.heard('RequestVote', ({ body }) => body === 'still here');
    t.ok(
      p2.frames.every(({ from, type }) =>
        from === 'p1' ? type === 'RequestVote' : from === 'p3' || from === '@relay',
      ),
    );
    t.match((await relay.view()).peers, [
      { connected: closeCode === undefined },
      { connected: true },
      { connected: true },
    ]);
  });
}

t.test('a flood of bad frames is counted in full and fills neither the log nor the list of events', async (t) => {
  const relay = await TestRelay.start(t, { controlFramesPerSecond: 1e6 });
  const p1 = await relay.dial('p1');
  for (let count = 0; count < 5000; count += 1) p1.send('Gossip', 'p2');
  await p1.settled();
  t.equal(await relay.refusals('FRAME_TYPE_UNKNOWN'), 5000);
  t.ok(relay.log.filter((line) => line.startsWith('FRAME_TYPE_UNKNOWN')).length <= 3);
});

/** Sends bytes, and gives what came back when the relay has closed the socket. */
function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
  });
}

t.test('rubbish that is no HTTP is answered in the documented shape', async (t) => {
  const relay = await TestRelay.start(t);
  const answer = await exchange(relay.port, '\x16\x03\x01 rubbish\r\n\r\n');
  t.match(answer, /^HTTP\/1\.1 400 /);
  t.match(JSON.parse(answer.split('\r\n\r\n')[1] ?? ''), { code: 'REQUEST_INVALID', message: String });
});

t.test('an upgrade that is refused leaves no socket behind, whoever refuses it', async (t) => {
  const relay = await TestRelay.start(t);
  const upgrade =
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
  const cases: [string, string, RegExp][] = [
    ['/%', 'localhost', /^HTTP\/1\.1 400 [^]*REQUEST_INVALID/],
    ['/nothing', 'localhost', /^HTTP\/1\.1 404 [^]*ROUTE_UNKNOWN/],
    ['/peer?cluster=demo', 'localhost', /^HTTP\/1\.1 400 [^]*REQUEST_INVALID/],
    ['/peer?cluster=demo&id=p1', 'evil.example', /^HTTP\/1\.1 403 [^]*HOST_REFUSED/],
    ['/api/clusters/none/live', 'localhost', /^HTTP\/1\.1 404 [^]*CLUSTER_UNKNOWN/],
  ];
  for (const [path, host, answer] of cases) {
    // The socket stays open at this end: that it closes is the relay's doing.
    t.match(await exchange(relay.port, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${upgrade}\r\n\r\n`), answer, path);
  }
  for (const path of ['/%', '/peer?cluster=demo&id=p1']) {
    const withoutKey = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n`;
    t.match(await exchange(relay.port, withoutKey), /^HTTP\/1\.1 400 /, 'an upgrade to something else');
  }
});

t.test('a status of the largest cluster is taken, and a Hello of 64 KiB is not', async (t) => {
  const relay = await TestRelay.start(t);
  const p1 = await relay.dial('p1');
  const voters = names(MEMBERS_MAX);
  p1.status({
    voters,
    votes: { granted: voters, refused: voters.map((peer) => ({ peer, refusal: 'alreadyVoted' })) },
  });
  await p1.settled();
  t.equal((await relay.view()).peers.length, MEMBERS_MAX + 1);
  const p2 = await relay.open('p2');
  p2.hello({ hello: { software: 'x'.repeat(65_536) } });
  t.same(await p2.closed(), { code: 1009, reason: 'FRAME_TOO_LARGE' });
});
