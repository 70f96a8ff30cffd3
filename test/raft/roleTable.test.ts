import t, { type Test } from 'tap';
import type { Send } from '../../peer/raft/effect.ts';
import { configurationOf } from '../../peer/raft/configuration.ts';
import { peerId } from '../../shared/ids.ts';
import { RAFT_MESSAGES, type RaftMessage, type RaftMessageType } from '../../shared/protocol.ts';
import {
  appended,
  appendEntries,
  appendRefused,
  preVote,
  preVoteGranted,
  installSnapshot,
  preVoteRefused,
  readIndex,
  readIndexReply,
  snapshotReply,
  timeoutNow,
  requestVote,
  voteGranted,
  voteRefused,
} from '../support/raftMessages.ts';
import { FIGURE_2, WITH_PRE_VOTE_AND_CHECK_QUORUM } from '../support/roleTables.ts';
import { type Outcome, ScriptedRaft } from '../support/scriptedRaft.ts';

type TermRelation = 'lower' | 'same' | 'higher';

interface Row {
  readonly before: string;
  readonly message: RaftMessageType;
  readonly relation: TermRelation;
  readonly role: string;
  readonly term: number;
  readonly votedFor: string | null;
  readonly timer: string;
  readonly answer: string;
}

function rowsOf(table: string): Row[] {
  let before = '';
  return table.split('\n').flatMap((line): Row[] => {
    const [message, relation, role, term, vote, timer, answer] = line.trim().split(/\s+/);
    if (message === undefined || message === '') return [];
    if (relation === undefined) {
      before = message;
      return [];
    }
    if (role === undefined || timer === undefined || answer === undefined) throw new Error(`a short row: ${line}`);
    const votedFor = vote === undefined || vote === '-' ? null : vote;
    return [
      {
        before,
        message: message as RaftMessageType,
        relation: relation as TermRelation,
        role,
        term: Number(term),
        votedFor,
        timer,
        answer,
      },
    ];
  });
}

const LOG_END = { lastLogIndex: 2, lastLogTerm: 1 };

/** @param asked the id of the peer's own newest request */
function messageOf(type: RaftMessageType, relation: TermRelation, asked: number): RaftMessage {
  const term = { lower: 4, same: 5, higher: 6 }[relation];
  const answered = { inReplyTo: asked, requestTerm: Math.min(term, 5) };
  const preVoteAnswered = { inReplyTo: asked, requestTerm: Math.min(term + 1, 6) };
  switch (type) {
    case 'RequestVote':
      return requestVote(term, LOG_END);
    case 'RequestVoteReply':
      return relation === 'higher' ? voteRefused(term, answered) : voteGranted(term, answered);
    case 'PreVote':
      return preVote(term, LOG_END);
    case 'PreVoteReply':
      if (relation === 'lower') return preVoteGranted(term, { ...preVoteAnswered, requestTerm: 5 });
      return relation === 'higher' ? preVoteRefused(term, preVoteAnswered) : preVoteGranted(term, preVoteAnswered);
    case 'AppendEntries':
      return appendEntries(term, { prevLogIndex: 2, prevLogTerm: 1 });
    case 'AppendEntriesReply':
      return relation === 'higher' ? appendRefused(term, answered) : appended(term, 2, answered);
    case 'InstallSnapshot':
      return installSnapshot(term, 9);
    case 'InstallSnapshotReply':
      return snapshotReply(term, 9, 1, answered);
    case 'TimeoutNow':
      return timeoutNow(term);
    case 'ReadIndex':
      return readIndex(term, 3);
    case 'ReadIndexReply':
      return readIndexReply(term, 3, 2, answered);
  }
}

const FOR_A_LEARNER = configurationOf(['p2', 'p3', 'p4'].map(peerId), [peerId('p1')]);

function peerIn(role: string, preset: 'lab' | 'default'): ScriptedRaft {
  // A candidate and a leader of term 5 stood there; a follower and a pre-candidate came there without voting.
  const stands = role === 'candidate' || role === 'leader';
  const peer = new ScriptedRaft({
    preset,
    log: [1, 1],
    term: stands ? 4 : 5,
    ...(role === 'learner' ? { configuration: FOR_A_LEARNER } : {}),
  });
  if (role === 'follower' || role === 'learner')
    peer.receive('p2', appendEntries(5, { prevLogIndex: 2, prevLogTerm: 1 }));
  if (role === 'preCandidate') peer.reachDeadline();
  if (role === 'candidate') peer.becomeCandidate();
  if (role === 'leader') peer.becomeLeader();
  peer.advance(100);
  return peer;
}

function answerIn(sends: readonly Send[], outcomes: readonly Outcome[]): string {
  const [first] = sends;
  if (first === undefined) return outcomes.some(({ type }) => type === 'storeSnapshotChunk') ? 'stores' : 'nothing';
  const { message } = first;
  switch (message.type) {
    case 'RequestVoteReply':
    case 'PreVoteReply':
      return message.body.voteGranted ? 'granted' : `refused:${message.body.refusal ?? 'for no reason'}`;
    case 'AppendEntriesReply':
      return message.body.success ? 'success' : 'failure';
    case 'ReadIndexReply':
      return message.body.readIndex === undefined ? 'cannotSay' : 'says';
    default:
      return message.type;
  }
}

function timerAfter(before: number | undefined, after: number | undefined): string {
  if (after === undefined) return 'off';
  return after === before ? 'stays' : 'moves';
}

function checkRow(t: Test, row: Row, preset: 'lab' | 'default'): void {
  const peer = peerIn(row.before, preset);
  t.equal(peer.role, row.before);
  t.equal(peer.term, 5);
  const { votedFor } = peer.status;
  const electionDeadlineMs = peer.electionDeadlineMs;
  const writes = peer.persists.length;
  const from = ['AppendEntries', 'InstallSnapshot', 'TimeoutNow'].includes(row.message) ? 'p2' : 'p3';
  const message = messageOf(row.message, row.relation, peer.asked.at(-1)?.id ?? 0);
  const sends = peer.receive(from, message, 4711);
  t.equal(peer.role, row.role, 'role');
  t.equal(peer.term, row.term, 'term');
  t.equal(peer.status.votedFor, row.votedFor, 'vote');
  t.equal(timerAfter(electionDeadlineMs, peer.electionDeadlineMs), row.timer, 'timer');
  t.equal(answerIn(sends, peer.outcomes), row.answer, 'answer');
  const changed = row.term !== 5 || row.votedFor !== votedFor;
  t.equal(peer.persists.length, writes + (changed ? 1 : 0), 'written exactly when term or vote changed');
  t.match(peer.stored, { term: row.term, votedFor: row.votedFor }, 'what is stored');
  const reply = sends.find((send) => send.message.type.endsWith('Reply'));
  if (reply !== undefined) {
    t.equal(sends.length, 1);
    t.equal(reply.to, from);
    t.match(reply.message.body, { term: row.term, requestTerm: message.body.term, inReplyTo: 4711 });
    t.equal(reply.after, peer.issued, 'it waits for every write asked for by then');
  }
}

const plain = rowsOf(FIGURE_2);
const changed = rowsOf(WITH_PRE_VOTE_AND_CHECK_QUORUM);
const sameCase = (one: Row, other: Row): boolean =>
  one.before === other.before && one.message === other.message && one.relation === other.relation;
const full = [...plain.filter((row) => !changed.some((other) => sameCase(row, other))), ...changed];

const TYPES = Object.keys(RAFT_MESSAGES).length;
t.equal(plain.length, 4 * TYPES * 3);
t.equal(full.length, 5 * TYPES * 3);
for (const [preset, rows] of [
  ['lab', plain],
  ['default', full],
] as const) {
  for (const row of rows) {
    t.test(`${preset}: a ${row.before} that gets a ${row.message} of a term that is ${row.relation}`, async (t) =>
      checkRow(t, row, preset),
    );
  }
}
