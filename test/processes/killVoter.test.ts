import t from 'tap';
import type { Frame } from '../../shared/envelope.ts';
import type { RequestVote } from '../../shared/messages/RequestVote.ts';
import type { RequestVoteReply } from '../../shared/messages/RequestVoteReply.ts';
import { TestPeer } from '../server/support/TestPeer.ts';
import { CLUSTER, peerOf, ProcessCluster } from '../support/ProcessCluster.ts';
import { requestVote } from '../support/raftMessages.ts';

const ROUNDS = 2;
const STARTED_WITHIN_MS = 20_000;
/** So long that the peer never stands by itself. */
const NEVER_STANDS = ['--preset', 'lab', '--election-timeout', '10m..11m'];
const STANDS_OFTEN = ['--preset', 'lab'];

t.test('kill -9 at the moment when a vote arrives: the voter comes back and remembers for whom it voted', async (t) => {
  const { cluster, p2, p3 } = await oneVoter(t, NEVER_STANDS);
  for (let term = 10; term < 10 + ROUNDS; term += 1) {
    t.match((await ask(p2, term)).voteGranted, true, `p2 is given the vote of term ${term}`);
    await cluster.peer('p1').kill('SIGKILL');
    await restart(cluster, NEVER_STANDS);
    const other = await ask(p3, term);
    t.match(other, { voteGranted: false, refusal: 'alreadyVoted', term }, `p3 is refused in term ${term}`);
    t.match((await ask(p2, term)).voteGranted, true, `p2 asks again and is given the same vote`);
  }
});

t.test(
  'kill -9 at the moment when a candidacy arrives: the candidate comes back and has voted for itself',
  async (t) => {
    const { cluster, p2 } = await oneVoter(t, STANDS_OFTEN);
    for (let round = 1; round <= ROUNDS; round += 1) {
      const before = p2.frames.length;
      await p2.heard('RequestVote', (frame) => p2.frames.indexOf(frame) >= before);
      await cluster.peer('p1').kill('SIGKILL');
      const stood = Math.max(...p2.frames.map(termStoodIn));
      await restart(cluster, NEVER_STANDS);
      const reply = await ask(p2, stood);
      t.equal(reply.voteGranted, false, `the vote of term ${stood} is its own`);
      t.ok(reply.term >= stood, 'its term is not forgotten');
      await cluster.peer('p1').kill('SIGKILL');
      if (round < ROUNDS) await restart(cluster, STANDS_OFTEN);
    }
  },
);

/** A cluster of three of which one is a process; the test speaks for the other two. */
async function oneVoter(
  t: Parameters<typeof ProcessCluster.start>[0],
  peerArgs: readonly string[],
): Promise<{ cluster: ProcessCluster; p2: TestPeer; p3: TestPeer }> {
  const cluster = await ProcessCluster.start(t, { size: 3, name: 'killVoter', started: ['p1'], peerArgs });
  await cluster.viewWhen('p1 is connected', STARTED_WITHIN_MS, (view) => peerOf(view, 'p1').connected);
  const [p2, p3] = await Promise.all(
    ['p2', 'p3'].map((id) => TestPeer.dial(cluster.relayUrl, { id, cluster: CLUSTER })),
  );
  if (p2 === undefined || p3 === undefined) throw new Error('the test has no endpoints');
  t.teardown(() => {
    p2.end();
    p3.end();
  });
  return { cluster, p2, p3 };
}

/** Starts p1 again and waits until this very process has told its status. */
async function restart(cluster: ProcessCluster, args: readonly string[]): Promise<void> {
  const { pid } = cluster.startPeer('p1', args);
  await cluster.viewWhen('p1 is back', STARTED_WITHIN_MS, (view) => {
    const { connected, status } = peerOf(view, 'p1');
    return connected && status?.pid === pid;
  });
}

async function ask(candidate: TestPeer, term: number): Promise<RequestVoteReply> {
  const { type, body } = requestVote(term);
  const id = candidate.send(type, 'p1', body);
  const reply = await candidate.heard('RequestVoteReply', (frame) => replyIn(frame).inReplyTo === id);
  return replyIn(reply);
}

function replyIn({ body }: Frame): RequestVoteReply {
  return body as RequestVoteReply;
}

function termStoodIn({ type, body }: Frame): number {
  return type === 'RequestVote' ? (body as RequestVote).term : 0;
}
