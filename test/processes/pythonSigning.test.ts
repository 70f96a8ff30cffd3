import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { nodeSigner } from '../../endpoint/transport/nodeSigner.ts';
import { encodeHead, type Address } from '../../shared/envelope.ts';
import { PROTOCOL_VERSION } from '../../shared/protocol.ts';
import { TestPeer } from '../server/support/TestPeer.ts';
import { CLUSTER, peerOf, ProcessCluster } from '../support/ProcessCluster.ts';
import { runCommand } from '../support/processes.ts';
import { dataFolder, startPythonPeer, whyNoPython } from '../support/pythonPeer.ts';
import { preVote } from '../support/raftMessages.ts';

const WITHIN_MS = 60_000;
const SECRET = 'correct horse battery staple';
const TYPESCRIPT = ['p1', 'p2'];
const skip = whyNoPython();

function secretFile(t: Test, secret: string): string {
  const file = join(dataFolder(t), 'secret');
  // Blanks around it do not count.
  writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  return file;
}

t.test(
  'the peer in Python signs, and elects in a cluster that signs; without the secret it is told',
  { skip },
  async (t) => {
    const file = secretFile(t, SECRET);
    const peerArgs = ['--secret-file', file];
    const cluster = await ProcessCluster.start(t, { size: 3, name: 'pythonSigning', started: TYPESCRIPT, peerArgs });
    const start = { relay: cluster.relayUrl, data: dataFolder(t) };
    const isThere = (signs: boolean) => (view: { peers: readonly { id: string; signs: boolean | null }[] }) =>
      view.peers.some((peer) => peer.id === 'p3' && peer.signs === signs);

    const unsigned = startPythonPeer(t, start);
    await unsigned.line(
      /p\d signs what it says, and takes nothing that is not signed; start .* --secret-file/,
      WITHIN_MS,
    );
    await cluster.viewWhen('p3 is shown as one that does not sign', WITHIN_MS, isThere(false));
    const split = /p3 does not sign, and p1 and p2 take nothing from it; start every peer with the same --secret-file/;
    await cluster.relay.line(
      /demo: p3 does not sign, and p\d.* nothing from it; start every peer with the same/,
      WITHIN_MS,
    );
    await cluster.viewWhen(
      'p1 and p2 are connected',
      WITHIN_MS,
      ({ peers }) => peers.filter(({ signs }) => signs).length === 2,
    );
    const status = await runCommand(t, { name: 'status', args: ['status', '--url', cluster.relayUrl] }, WITHIN_MS);
    t.match(status.stdout, split, status.stderr);
    const told = TYPESCRIPT.map((id) =>
      cluster.peer(id).line(/unsigned: an? \w+ from p3; start p3 with the/, WITHIN_MS),
    );
    await Promise.any(told);
    for (const one of told) one.catch(() => undefined);
    await unsigned.kill('SIGTERM');

    const wrong = startPythonPeer(t, { ...start, args: ['--secret-file', secretFile(t, `${SECRET} of others`)] });
    await wrong.line(/wronglySigned: an? \w+ from p\d: it has another secret/, WITHIN_MS);
    await wrong.kill('SIGTERM');

    startPythonPeer(t, { ...start, env: { WHITEWATER_SECRET_FILE: file } });
    const { leader, term } = await cluster.settled(WITHIN_MS);
    t.ok(TYPESCRIPT.includes(leader ?? ''), `${leader} leads, and p3 follows it`);
    const other = TYPESCRIPT.find((id) => id !== leader) ?? '';
    await cluster.peer(leader ?? '').kill('SIGKILL');
    const next = await cluster.viewWhen(`${other} leads with the vote of p3`, WITHIN_MS, (view) => {
      return view.leader === other && peerOf(view, 'p3').votedFor === other && peerOf(view, 'p3').leader === other;
    });
    t.ok(next.term > term);
    t.equal(peerOf(next, 'p3').signs, true);
    t.same(cluster.ledger.violations(), []);
  },
);

t.test('the peer in Python answers what is signed for it, and nothing else', { skip }, async (t) => {
  const cluster = await ProcessCluster.start(t, { size: 3, name: 'pythonForged', started: [] });
  const args = ['--secret-file', secretFile(t, SECRET), '--election-timeout', '1..2'];
  const python = startPythonPeer(t, { relay: cluster.relayUrl, data: dataFolder(t), args });
  await python.line(/connected as p3/, WITHIN_MS);
  const hello = { protocolVersion: PROTOCOL_VERSION, application: 'raft', instance: 'one', signs: true, software: 't' };
  const p1 = await TestPeer.dial(cluster.relayUrl, { id: 'p1', cluster: CLUSTER, hello });
  t.teardown(() => p1.end());
  const signer = nodeSigner(SECRET, CLUSTER);
  const body = JSON.stringify(preVote(5).body);
  const frame = (id: number, by = signer, to = 'p3'): string => {
    const head = { type: 'PreVote', from: 'p1' as Address, to: to as Address, id };
    return `${encodeHead({ ...head, mac: by.sign(head, body) })}${body}}`;
  };
  const forged = [
    frame(101).replace(/"mac":"[^"]*",/, ''),
    frame(102, nodeSigner(`${SECRET}s`, CLUSTER)),
    frame(103, nodeSigner(SECRET, 'other')),
    frame(104).replace('"term":5', '"term":6'),
    frame(105, signer, 'p2').replace('"to":"p2"', '"to":"p3"'),
    // The relay brings the keys into order; the signature was made of other bytes than it then writes.
    JSON.stringify({ body: JSON.parse(body) as unknown, ...(JSON.parse(frame(106)) as object), id: 107 }),
  ];
  for (const text of forged) {
    t.not(text, frame(101), 'it is forged');
    p1.sendText(text);
  }
  p1.sendText(frame(108));
  const reply = await p1.heard('PreVoteReply');
  t.match(reply.body, { inReplyTo: 108, voteGranted: true });
  const answered = p1.frames.filter(({ type }) => type === 'PreVoteReply');
  t.equal(answered.length, 1, 'links keep order: an answer to a forged one would have come before');
  const { mac = '' } = reply;
  const text = p1.texts.find((text) => text.includes('PreVoteReply')) ?? '';
  t.ok(signer.isGenuine(reply, text.slice(text.indexOf('"body":') + 7, -1), mac), 'the answer is signed');
  await python.line(/dropped a frame, unsigned: a PreVote from p1; start p1 with the secret/, WITHIN_MS);
  await python.line(/dropped a frame, wronglySigned: a PreVote from p1/, WITHIN_MS);
});

t.test('the peer in Python refuses a file that holds no secret', { skip }, async (t) => {
  const start = { relay: 'http://127.0.0.1:1', data: dataFolder(t) };
  const short = startPythonPeer(t, { ...start, args: ['--secret-file', secretFile(t, 'too short')] });
  t.equal((await short.exit(WITHIN_MS)).code, 2);
  t.match(
    short.text('stderr'),
    /--secret-file .*: it has 9 characters, not 16 to 1024: "openssl rand -hex 32" makes one/,
  );
  t.notMatch(short.text('stderr'), /too short/);
  const none = startPythonPeer(t, { ...start, env: { WHITEWATER_SECRET_FILE: '/none/such' } });
  t.equal((await none.exit(WITHIN_MS)).code, 2);
  t.match(none.text('stderr'), /--secret-file \/none\/such: .*No such file/);
});
