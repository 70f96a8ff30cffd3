import t from 'tap';
import { RELAY_ADDRESS } from '../../shared/envelope.ts';
import { peerId } from '../../shared/ids.ts';
import { PROTOCOL_VERSION } from '../../shared/protocol.ts';
import { validateBody } from '../../shared/validate.ts';
import { TestRelay } from './support/relay.ts';

t.test('a good Hello is answered with Welcome, and the relay knows the endpoint', async (t) => {
  const relay = await TestRelay.start(t);
  const p1 = await relay.dial('p1');
  const welcome = await p1.heard('Welcome');
  t.equal(welcome.from, '@relay');
  t.equal(welcome.to, 'p1');
  const { connectionId, ...rest } = welcome.body as { connectionId: string };
  t.same(rest, { protocolVersion: PROTOCOL_VERSION, frameBytesMax: 1_048_576 });
  const [peer] = (await relay.view()).peers;
  t.match(peer, { id: 'p1', connected: true, connectionId, remoteAddress: '127.0.0.1', connections: 1, role: null });
});

t.test('the relay tells when some peers sign and others do not, and when that is over', async (t) => {
  const relay = await TestRelay.start(t);
  const hello = (id: string, signs: boolean) => ({
    hello: {
      ...{ protocolVersion: PROTOCOL_VERSION, application: 'raft', instance: id, software: 'test' },
      ...(signs ? { signs } : {}),
    },
  });
  await relay.dial('p1', hello('p1', true));
  await relay.dial('p2', hello('p2', true));
  await relay.dial('c1', { path: 'client', ...hello('c1', false) });
  const log = (): string => relay.log.join('\n');
  t.notMatch(log(), /sign/, 'clients are no peers');
  const p3 = await relay.dial('p3', hello('p3', false));
  const split = 'p3 does not sign, and p1 and p2 take nothing from it; start every peer with the same --secret-file';
  await relay.until('it is told', () => log().includes(split));
  const signs = Object.fromEntries((await relay.view()).peers.map((peer) => [peer.id, peer.signs]));
  t.strictSame(signs, { c1: false, p1: true, p2: true, p3: false });
  p3.end();
  await relay.until('that it is over', () => log().includes('all peers that are connected sign'));
  await relay.dial('p3', hello('p3', true));
  t.match((await relay.view()).peers.at(-1), { id: 'p3', signs: true });
  t.equal(log().split('take nothing from').length, 2, 'told once');
});

t.test('the newest process wins an identity; the older one is told why, and frames go to the newer', async (t) => {
  const relay = await TestRelay.start(t);
  const older = await relay.dial('p1', { instance: 'one' });
  const p2 = await relay.dial('p2');
  const newer = await relay.dial('p1', { instance: 'other' });
  t.match((await older.heard('Refused')).body, { code: 'IDENTITY_REPLACED', message: /newest wins/ });
  t.same(await older.closed(), { code: 4409, reason: 'IDENTITY_REPLACED' });
  p2.send('RequestVote', 'p1', { mark: 1 });
  await newer.heard('RequestVote');
  t.notOk(older.frames.some((frame) => frame.type === 'RequestVote'));
  t.equal(await relay.refusals('IDENTITY_REPLACED'), 1);
  const [peer] = (await relay.view()).peers;
  t.match(peer, { id: 'p1', connected: true, connections: 2 }, 'the end of the older socket takes nothing away');
});

t.test('a newer connection of the same process takes over without a word to the older', async (t) => {
  const relay = await TestRelay.start(t);
  const older = await relay.dial('p1', { instance: 'same' });
  older.status({ role: 'leader', term: 7 });
  await older.settled();
  const newer = await relay.dial('p1', { instance: 'same' });
  await older.closed();
  t.notOk(older.frames.some((frame) => frame.type === 'Refused'));
  await newer.settled();
  t.equal(await relay.refusals('IDENTITY_REPLACED'), 0);
  t.match(await relay.view(), { leader: 'p1', term: 7 }, 'its account of itself still holds');
});

t.test('the status of an older process says nothing of a newer one', async (t) => {
  const relay = await TestRelay.start(t);
  const older = await relay.dial('p1', { instance: 'one' });
  older.status({ role: 'leader', term: 7 });
  await older.settled();
  await relay.dial('p1', { instance: 'other' });
  t.match(await relay.view(), { leader: null, peers: [{ role: null, status: null }] });
});

t.test('a process of a wrong version does not push a good one out', async (t) => {
  const relay = await TestRelay.start(t);
  const good = await relay.dial('p1');
  const bad = await relay.open('p1');
  bad.hello({ hello: { protocolVersion: PROTOCOL_VERSION + 1, shape: 'unknown to this version' } });
  const { body } = await bad.heard('Refused');
  t.match(body, { code: 'PROTOCOL_VERSION_UNSUPPORTED' });
  const { message } = body as { message: string };
  t.match(message, `version ${PROTOCOL_VERSION} `, 'names the version of the relay');
  t.match(message, `version ${PROTOCOL_VERSION + 1}:`, 'and that of the peer');
  t.same(await bad.closed(), { code: 4426, reason: 'PROTOCOL_VERSION_UNSUPPORTED' });
  t.equal(await relay.refusals('PROTOCOL_VERSION_UNSUPPORTED'), 1);
  await good.settled();
  t.match(await relay.view(), { peers: [{ id: 'p1', connected: true, connections: 1 }] });
});

t.test('the first frame must be a good Hello', async (t) => {
  const relay = await TestRelay.start(t);
  const watcher = await relay.dial('p9');
  const cases: [string, unknown][] = [
    ['another frame', undefined],
    ['a Hello without a version', { application: 'raft', instance: 'x', software: 'x' }],
    [
      'a Hello with an unknown key',
      { protocolVersion: PROTOCOL_VERSION, application: 'raft', instance: 'x', software: 'x', y: 1 },
    ],
    ['a Hello whose body is no object', 'hello'],
  ];
  for (const [what, hello] of cases) {
    const peer = await relay.open('p1');
    if (hello === undefined) peer.send('RequestVote', 'p9');
    else peer.hello({ hello });
    t.match((await peer.heard('Refused')).body, { code: 'HELLO_EXPECTED' }, what);
    t.same(await peer.closed(), { code: 4401, reason: 'HELLO_EXPECTED' }, what);
  }
  await watcher.settled();
  t.notOk(
    watcher.frames.some((frame) => frame.type === 'RequestVote'),
    'nothing was forwarded',
  );
  t.equal(await relay.refusals('HELLO_EXPECTED'), cases.length);
});

t.test('a second Hello ends the connection', async (t) => {
  const relay = await TestRelay.start(t);
  const p1 = await relay.dial('p1');
  p1.hello();
  t.match((await p1.heard('Refused')).body, { code: 'HELLO_EXPECTED', message: /second Hello/ });
  t.equal((await p1.closed()).code, 4401);
});

t.test('who says nothing in time is disconnected', async (t) => {
  const relay = await TestRelay.start(t, { helloTimeoutMs: 50 });
  const silent = await relay.open('p1');
  t.match((await silent.heard('Refused')).body, { code: 'HELLO_EXPECTED', message: /within 50 ms/ });
  t.equal((await silent.closed()).code, 4401);
});

t.test('a client is an endpoint like a peer, and is forgotten when it goes', async (t) => {
  const relay = await TestRelay.start(t);
  const p1 = await relay.dial('p1');
  const client = await relay.dial('client_x7', { path: 'client' });
  client.send('ClientRequest', 'p1');
  await p1.heard('ClientRequest');
  p1.send('ClientReply', 'client_x7');
  await client.heard('ClientReply');
  t.same(
    (await relay.view()).peers.map(({ id, kind }) => `${id} ${kind}`),
    ['client_x7 client', 'p1 peer'],
  );
  t.match((await relay.request('GET', '/api/clusters')).body, [{ peers: 1, connected: 1, clients: 1 }]);
  client.end();
  await relay.until('it is forgotten', async () => (await relay.view()).peers.length === 1);
});

t.test('the directory names the process of each connected peer, the newest', async (t) => {
  const relay = await TestRelay.start(t);
  const client = await relay.dial('client_x7', { path: 'client' });
  const directory = async (): Promise<unknown> => {
    const heard = client.frames.length;
    client.send('Lookup', RELAY_ADDRESS);
    const { body } = await client.heard('Directory', (frame) => client.frames.indexOf(frame) >= heard);
    t.ok(validateBody('Directory', body).ok);
    return body;
  };
  await relay.dial('p1', { instance: 'one' });
  const p2 = await relay.dial('p2', { instance: 'of p2' });
  const both = (instance: string) => [
    { id: 'p1', instance },
    { id: 'p2', instance: 'of p2' },
  ];
  t.same(await directory(), { peers: both('one'), leader: null });
  const newer = await relay.dial('p1', { instance: 'other' });
  newer.status({ role: 'leader', term: 7 });
  await newer.settled();
  t.same(await directory(), { peers: both('other'), leader: 'p1' });
  p2.end();
  await relay.until('p2 is gone', async () =>
    (await relay.view()).peers.some(({ id, connected }) => id === 'p2' && !connected),
  );
  t.same(await directory(), { peers: [{ id: 'p1', instance: 'other' }], leader: 'p1' });
});

t.test('an upgrade without a good identity is refused before there is a socket', async (t) => {
  const relay = await TestRelay.start(t);
  for (const query of [
    '',
    'cluster=demo',
    'id=p1',
    'cluster=demo&id=@relay',
    'cluster=a%20b&id=p1',
    'cluster=demo&id=p1&id=p2',
  ]) {
    await t.rejects(relay.open('p1', { query }), { status: 400, code: 'REQUEST_INVALID' }, query);
  }
});

t.test('a client does not get the id of a peer or of a voter', async (t) => {
  const relay = await TestRelay.start(t);
  const early = await relay.open('p1', { path: 'client' });
  const p1 = await relay.dial('p1');
  p1.status({ voters: [peerId('p1'), peerId('p2')] });
  await p1.settled();
  for (const id of ['p1', 'p2']) {
    await t.rejects(relay.open(id, { path: 'client' }), { status: 409, code: 'IDENTITY_TAKEN' }, id);
  }
  early.hello();
  t.match((await early.heard('Refused')).body, { code: 'IDENTITY_TAKEN', message: /draws an id of its own/ });
  t.same(await early.closed(), { code: 4411, reason: 'IDENTITY_TAKEN' }, 'nor one that was upgraded before');
  await p1.settled();
  t.equal(await relay.refusals('IDENTITY_REPLACED'), 0);
  p1.end();
  await relay.until('p1 is gone', async () => (await relay.view()).peers[0]?.connected === false);
  await t.rejects(relay.open('p1', { path: 'client' }), { code: 'IDENTITY_TAKEN' }, 'nor while the peer is away');
});

t.test('a peer takes the id of a client, and is remembered when it goes', async (t) => {
  const relay = await TestRelay.start(t);
  await relay.dial('p9');
  const client = await relay.dial('p1', { path: 'client', instance: 'the client' });
  const p1 = await relay.dial('p1');
  t.same(await client.closed(), { code: 4411, reason: 'IDENTITY_TAKEN' });
  await p1.settled();
  p1.end();
  await relay.until('p1 is gone', async () => (await relay.view()).peers[0]?.connected === false);
  t.match((await relay.view()).peers, [{ id: 'p1', connections: 2 }, { id: 'p9' }]);
});

t.test('a client that others name as a voter is remembered when it goes', async (t) => {
  const relay = await TestRelay.start(t);
  const p1 = await relay.dial('p1');
  const client = await relay.dial('p2', { path: 'client' });
  p1.status({ voters: [peerId('p1'), peerId('p2')] });
  await p1.settled();
  client.end();
  await relay.until('it is gone', async () => (await relay.view()).peers[1]?.connected === false);
});
