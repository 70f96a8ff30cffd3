import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import t, { type Test } from 'tap';
import { RELAY_ADDRESS, type Frame } from '../../shared/envelope.ts';
import type { ClientReply } from '../../shared/messages/ClientReply.ts';
import type { Directory } from '../../shared/messages/Directory.ts';
import type { Status } from '../../shared/messages/Status.ts';
import { isMessageType } from '../../shared/protocol.ts';
import { validateBody } from '../../shared/validate.ts';
import { TestPeer } from '../server/support/TestPeer.ts';
import { CLUSTER, peerOf, ProcessCluster } from '../support/ProcessCluster.ts';
import { RunningProcess } from '../support/processes.ts';
import { dataFolder, startPythonPeer, whyNoPython } from '../support/pythonPeer.ts';
import { preVote, requestVote } from '../support/raftMessages.ts';

const WITHIN_MS = 40_000;
const skip = whyNoPython();
/** It forgets at once that it heard a leader, or never does. */
const FORGETS = ['--election-timeout', '1..2'];
const NEVER_FORGETS = ['--election-timeout', '3600000..3600001'];
const NO_OP = { term: 1, type: 'noOp' };

t.test('the voter in Python: one vote in a term, over kill -9 as well', { skip }, async (t) => {
  const { p1, p2, restart } = await stage(t, FORGETS);
  t.match(await ask(p1, preVote(5)), { voteGranted: true, term: 0, requestTerm: 5 });
  t.match(await ask(p2, preVote(5)), { voteGranted: true, term: 0 }, 'whoever asks, and nothing changes by it');
  t.match(await ask(p1, requestVote(5)), { voteGranted: true, term: 5, requestTerm: 5 });
  t.match(await ask(p1, requestVote(5)), { voteGranted: true, term: 5 }, 'the same candidate once more');
  t.match(await ask(p2, requestVote(5)), { voteGranted: false, refusal: 'alreadyVoted', term: 5 });
  t.match(await ask(p2, requestVote(4)), { voteGranted: false, refusal: 'staleTerm', term: 5, requestTerm: 4 });
  t.match(await ask(p2, preVote(5)), { voteGranted: false, refusal: 'staleTerm', term: 5 });
  t.match(await restart(FORGETS), { term: 5, votedFor: 'p1', role: 'follower' });
  t.match(await ask(p2, requestVote(5)), { voteGranted: false, refusal: 'alreadyVoted', term: 5 });
  t.match(await ask(p1, requestVote(5)), { voteGranted: true, term: 5 });
  t.match(await ask(p2, requestVote(6)), { voteGranted: true, term: 6 }, 'a new term, a new vote');
});

t.test('the voter in Python: who hears a leader elects no other, and does not adopt its term', { skip }, async (t) => {
  const { p1, p2, restart } = await stage(t, NEVER_FORGETS);
  t.match(await ask(p1, append({ term: 1 })), { success: true, matchIndex: 0, term: 1, priority: 0 });
  const alive = { voteGranted: false, refusal: 'leaderAlive', term: 1 };
  t.match(await ask(p2, preVote(2)), alive);
  t.match(await ask(p2, requestVote(2)), alive);
  t.match(await restart(NEVER_FORGETS), { term: 1, votedFor: null });
  t.match(await ask(p2, requestVote(2)), alive, 'it keeps the promise over a restart');
  t.match(await ask(p2, requestVote(2, { leadershipTransfer: true })), { voteGranted: true, term: 2 });
});

t.test(
  'the voter in Python: its log agrees with the newest leader, and only a conflict shortens it',
  { skip },
  async (t) => {
    const { p1, p2, restart } = await stage(t, FORGETS);
    const three = [NO_OP, command(1, 'a'), command(1, 'b')];
    t.match(await ask(p1, append({ term: 1, entries: three })), { success: true, matchIndex: 3, round: 7 });
    t.match(await ask(p1, append({ term: 1, entries: [NO_OP] })), { success: true, matchIndex: 1 }, 'a late copy');
    t.match(
      await ask(p1, append({ term: 1, at: [3, 1], commit: 2 })),
      { success: true, matchIndex: 3 },
      'is all there',
    );
    const gap = await ask(p1, append({ term: 1, at: [9, 1] }));
    t.match(gap, { success: false, matchIndex: 0, conflictIndex: 4, prevLogIndex: 9 });
    t.notOk('conflictTerm' in gap);
    t.match(await ask(p2, append({ term: 3, at: [3, 2] })), {
      success: false,
      conflictTerm: 1,
      conflictIndex: 1,
      term: 3,
    });

    t.match(await ask(p2, append({ term: 3, at: [2, 1], entries: [command(3, 'c')] })), {
      success: true,
      matchIndex: 3,
    });
    t.match(await restart(FORGETS), { term: 3, lastLogIndex: 3, lastLogTerm: 3, durableIndex: 3, commitIndex: 0 });
    const behind = { lastLogIndex: 9, lastLogTerm: 1 };
    t.match(await ask(p1, requestVote(4, behind)), { voteGranted: false, refusal: 'logBehind', term: 4 });
    t.match(await ask(p1, preVote(5, { lastLogIndex: 2, lastLogTerm: 3 })), { refusal: 'logBehind' });
    t.match(await ask(p1, append({ term: 3 })), { success: false, matchIndex: 0, term: 4, requestTerm: 3 }, 'stale');
    t.match(await ask(p1, requestVote(4, { lastLogIndex: 3, lastLogTerm: 3 })), { voteGranted: true, term: 4 });
  },
);

t.test('the voter in Python: members are those of its log, and a snapshot takes its place', { skip }, async (t) => {
  const { p1, p2, restart, statusWhen } = await stage(t, FORGETS);
  const members = { voters: ['p1', 'p2', 'p3', 'p4'], votersOutgoing: ['p1', 'p2', 'p3'], learners: ['p5'] };
  const change = { term: 1, type: 'configuration', configuration: members };
  t.match(await ask(p1, append({ term: 1, entries: [NO_OP, change] })), { success: true, matchIndex: 2 });
  await statusWhen('the change', { ...members, configurationIndex: 2, role: 'follower' });
  t.match(await ask(p2, append({ term: 2, at: [1, 1], entries: [{ ...NO_OP, term: 2 }] })), { success: true });
  await statusWhen('no change', { voters: ['p1', 'p2', 'p3'], votersOutgoing: [], configurationIndex: 0 });

  t.match(await ask(p2, piece('AAEC', 0, false)), { nextOffset: 3, done: false, lastIncludedIndex: 100 });
  t.match(await ask(p2, piece('BQYH', 9, false)), { nextOffset: 3, done: false }, 'not the next one');
  t.match(await ask(p2, piece('AwQ=', 3, true)), { nextOffset: 5, done: true });
  const inForce = { snapshotIndex: 100, lastLogIndex: 100, lastLogTerm: 2, firstLogIndex: 101, commitIndex: 100 };
  await statusWhen('the snapshot', { ...inForce, voters: ['p2', 'p3'], configurationIndex: 100 });
  t.match(await ask(p2, piece('AwQ=', 3, true)), { nextOffset: 0, done: true }, 'a late copy');
  t.match(await restart(FORGETS), { ...inForce, voters: ['p2', 'p3'], term: 2 });
  const after = append({ term: 2, at: [99, 2], entries: [command(2, 'old'), command(2, 'new')] });
  t.match(await ask(p2, after), { success: true, matchIndex: 101 }, 'what the snapshot covers is passed over');
  await statusWhen('an entry behind the snapshot', { lastLogIndex: 101, firstLogIndex: 101 });
});

t.test('the voter in Python: what no correct peer sends changes nothing and is not answered', { skip }, async (t) => {
  const { p1, p2, python, statusWhen } = await stage(t, FORGETS);
  t.match(await ask(p1, append({ term: 2, entries: [NO_OP, NO_OP], commit: 2 })), { success: true });
  const valid = { ...append({ term: 2 }).body };
  const bad: (readonly [TestPeer, string, unknown])[] = [
    [p1, 'AppendEntries', { ...valid, more: 1 }],
    [p1, 'AppendEntries', { ...valid, term: '2' }],
    [p1, 'AppendEntries', { ...valid, term: true }],
    [p1, 'AppendEntries', { ...valid, term: 2.5 }],
    [p1, 'AppendEntries', { ...valid, entries: [{ term: 2, type: 'noOp', more: 1 }] }],
    [p1, 'AppendEntries', { ...valid, entries: [{ term: 2, type: ['noOp'] }] }],
    [p1, 'AppendEntries', { ...valid, entries: [{ term: 3, type: 'noOp' }] }],
    [p1, 'AppendEntries', { ...valid, prevLogIndex: 1, prevLogTerm: 1, entries: [{ term: 2, type: 'noOp' }] }],
    [p1, 'AppendEntries', []],
    [p1, 'AppendEntries', null],
    [p1, 'RequestVote', { ...requestVote(2 ** 40).body }],
    [p1, 'RequestVote', { ...requestVote(3).body, leadershipTransfer: 0 }],
    [p1, 'InstallSnapshot', { ...piece('A', 0, true).body }],
    [p1, 'TimeoutNow', { term: 2 }],
    [p2, 'AppendEntries', valid],
  ];
  for (const [peer, type, body] of bad) {
    peer.send(type, 'p3', body);
    // Frames of one link stay in order: an answer to the bad one would come first.
    const heard = peer.frames.length;
    t.match(await ask(peer, preVote(1)), { refusal: 'staleTerm', term: 2 });
    t.equal(peer.frames.length, heard + 1, `${type} ${JSON.stringify(body)}`);
  }
  t.ok(python.current.isRunning);
  await statusWhen('the same as before', { term: 2, lastLogIndex: 2, commitIndex: 2, votedFor: null, leader: 'p1' });
  const read = await ask(p2, { type: 'ReadIndex', body: { term: 2, readId: 8 } });
  t.match(read, { readId: 8, term: 2 });
  t.notOk('readIndex' in read, 'only a leader knows');
  p2.send('Lookup', RELAY_ADDRESS);
  const { peers } = (await p2.heard('Directory')).body as Directory;
  const instance = peers.find(({ id }) => id === 'p3')?.instance;
  for (const [requestId, meant, code] of [
    [8, instance, 'NOT_LEADER'],
    [9, 'of an earlier process', 'PEER_RESTARTED'],
  ] as const) {
    const operation = { type: 'query', query: null, consistency: 'stale' };
    p2.send('ClientRequest', 'p3', { instance: meant, requests: [{ requestId, timeoutMs: 1, operation }] });
    const isAnswer = ({ body }: Frame): boolean => (body as ClientReply).replies[0]?.requestId === requestId;
    const { body } = await p2.heard('ClientReply', isAnswer);
    t.match(body, { replies: [{ requestId, ok: false, code, leader: 'p1' }] });
    t.ok(validateBody('ClientReply', body).ok);
  }
});

t.test('the voter in Python: what it cannot mend ends it with a word', { skip }, async (t) => {
  const { data, relay, p1, python, restart } = await stage(t, FORGETS);
  const ends = async (peer: RunningProcess, word: RegExp): Promise<void> => {
    t.equal((await peer.exit(WITHIN_MS)).code, 1);
    t.match(peer.text('stderr'), word);
  };
  t.match(await ask(p1, requestVote(3)), { voteGranted: true });
  await ends(startPythonPeer(t, { relay, data }), /^StoreError: .*in use by another process/m);
  t.ok(python.current.isRunning);
  const other = startPythonPeer(t, { relay, data: dataFolder(t) });
  await ends(python.current, /^Fatal: IDENTITY_REPLACED/m);
  await other.kill('SIGKILL');

  const journal = join(data, 'journal');
  appendFileSync(journal, '00000000 {"term":9,"vo');
  t.match(await restart(FORGETS), { term: 3, votedFor: 'p1' }, 'a line that a crash cut off was never in force');
  await python.current.kill('SIGKILL');
  writeFileSync(journal, readFileSync(journal, 'utf8').replace('"p1"', '"p2"'));
  await ends(startPythonPeer(t, { relay, data }), /^StoreError: .*line \d+: wrong checksum/m);
});

t.test('the voter in Python: a token, the right one and a wrong one', { skip }, async (t) => {
  const args = ['relay', '--port', '0', '--token', 'right'];
  const relay = RunningProcess.start(t, { name: 'relay', args });
  const [url] = await relay.line(/http:\/\/127\.0\.0\.1:\d+/, WITHIN_MS);
  const data = dataFolder(t);
  const file = join(data, 'token.txt');
  writeFileSync(file, 'right\n');
  const right = startPythonPeer(t, { relay: url, data, args: ['--token-file', file] });
  await right.line(/connected as p3/, WITHIN_MS);
  await right.kill('SIGTERM');
  const wrong = startPythonPeer(t, { relay: url, data, env: { WHITEWATER_TOKEN: 'wrong' } });
  t.equal((await wrong.exit(WITHIN_MS)).code, 1);
  t.match(wrong.text('stderr'), /^Fatal: TOKEN_WRONG \(HTTP 401\): /m);
});

interface Stage {
  readonly relay: string;
  readonly data: string;
  /** The test speaks for these two. */
  readonly p1: TestPeer;
  readonly p2: TestPeer;
  readonly python: { current: RunningProcess };
  /** Kills p3 and starts it again. @returns the first status that it tells then */
  readonly restart: (args: readonly string[]) => Promise<Status>;
  readonly statusWhen: (what: string, wanted: object) => Promise<Status>;
}

async function stage(t: Test, args: readonly string[]): Promise<Stage> {
  const cluster = await ProcessCluster.start(t, { size: 3, name: 'pythonVoter', started: [] });
  const relay = cluster.relayUrl;
  const data = dataFolder(t);
  const start = (args: readonly string[]): RunningProcess => startPythonPeer(t, { relay, data, args });
  const python = { current: start(args) };
  const statusWhen = async (what: string, wanted: object): Promise<Status> => {
    const isWanted = (status: Status | null): status is Status =>
      Object.entries({ pid: python.current.pid, ...wanted }).every(([field, value]) =>
        isDeepStrictEqual((status as Record<string, unknown> | null)?.[field], value),
      );
    const view = await cluster.viewWhen(`p3 tells ${what}`, WITHIN_MS, (view) =>
      view.peers.some(({ id, status }) => id === 'p3' && isWanted(status)),
    );
    const { status } = peerOf(view, 'p3');
    if (!isWanted(status)) throw new Error('p3 has no status');
    return status;
  };
  const restart = async (args: readonly string[]): Promise<Status> => {
    await python.current.kill('SIGKILL');
    python.current = start(args);
    return statusWhen('its status again', {});
  };
  await statusWhen('its status', {});
  const [p1, p2] = [await dial(t, relay, 'p1'), await dial(t, relay, 'p2')];
  return { relay, data, p1, p2, python, restart, statusWhen };
}

async function dial(t: Test, relay: string, id: string): Promise<TestPeer> {
  const peer = await TestPeer.dial(relay, { id, cluster: CLUSTER });
  t.teardown(() => peer.end());
  return peer;
}

interface Request {
  readonly type: string;
  readonly body: object;
}

/** Sends a request that is valid, and waits for its answer, which must be valid too. */
async function ask(peer: TestPeer, { type, body }: Request): Promise<object> {
  check(type, body);
  const inReplyTo = peer.send(type, 'p3', body);
  const reply = await peer.heard(`${type}Reply`, ({ body }) => (body as { inReplyTo: number }).inReplyTo === inReplyTo);
  check(reply.type, reply.body);
  return reply.body as object;
}

/** @throws {Error} unless the body is one of that type */
function check(type: string, body: unknown): void {
  if (!isMessageType(type)) throw new Error(`${type} is no message`);
  const validated = validateBody(type, body);
  if (!validated.ok) throw new Error(validated.message);
}

interface Append {
  readonly term: number;
  /** Index and term of the entry before. */
  readonly at?: readonly [number, number];
  readonly entries?: readonly object[];
  readonly commit?: number;
}

function append({ term, at: [prevLogIndex, prevLogTerm] = [0, 0], entries = [], commit = 0 }: Append): Request {
  return {
    type: 'AppendEntries',
    body: { term, prevLogIndex, prevLogTerm, leaderCommit: commit, round: 7, entries },
  };
}

function command(term: number, text: string): object {
  return { term, type: 'command', command: text };
}

/** A piece of a snapshot of everything up to index 100. */
function piece(data: string, offset: number, done: boolean): Request {
  const configuration = { voters: ['p2', 'p3'], votersOutgoing: [], learners: [] };
  const body = { term: 2, lastIncludedIndex: 100, lastIncludedTerm: 2, configuration, offset, data, done };
  return { type: 'InstallSnapshot', body };
}
