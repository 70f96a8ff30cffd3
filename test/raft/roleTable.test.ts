import t, { type Test } from 'tap';
import type { Send } from '../../peer/raft/effect.ts';
import type { RaftMessage, RaftMessageType } from '../../shared/protocol.ts';
import {
  appended,
  appendEntries,
  appendRefused,
  preVote,
  preVoteGranted,
  preVoteRefused,
  requestVote,
  voteGranted,
  voteRefused,
} from '../support/raftMessages.ts';
import { ScriptedRaft } from '../support/scriptedRaft.ts';

/**
 * Every role, message and relation of terms, for the plain rules of Figure 2 and for PreVote with CheckQuorum.
 * The peer is p1 of three in term 5 with the log [1, 1]. As a follower it heard from its leader p2 100 ms ago and has not voted.
 * AppendEntries comes from p2, everything else from p3. Requests fit, replies grant; those of a higher term refuse.
 *
 * Columns: message and its term; then role, term, vote and election timer afterwards, and the answer.
 */
const FIGURE_2 = `
  follower
    RequestVote        lower   follower     5 -  stays  refused:staleTerm
    RequestVote        same    follower     5 p3 moves  granted
    RequestVote        higher  follower     6 p3 moves  granted
    RequestVoteReply   lower   follower     5 -  stays  nothing
    RequestVoteReply   same    follower     5 -  stays  nothing
    RequestVoteReply   higher  follower     6 -  stays  nothing
    PreVote            lower   follower     5 -  stays  refused:staleTerm
    PreVote            same    follower     5 -  stays  refused:staleTerm
    PreVote            higher  follower     5 -  stays  refused:leaderAlive
    PreVoteReply       lower   follower     5 -  stays  nothing
    PreVoteReply       same    follower     5 -  stays  nothing
    PreVoteReply       higher  follower     6 -  stays  nothing
    AppendEntries      lower   follower     5 -  stays  failure
    AppendEntries      same    follower     5 -  moves  success
    AppendEntries      higher  follower     6 -  moves  success
    AppendEntriesReply lower   follower     5 -  stays  nothing
    AppendEntriesReply same    follower     5 -  stays  nothing
    AppendEntriesReply higher  follower     6 -  stays  nothing
  candidate
    RequestVote        lower   candidate    5 p1 stays  refused:staleTerm
    RequestVote        same    candidate    5 p1 stays  refused:alreadyVoted
    RequestVote        higher  follower     6 p3 moves  granted
    RequestVoteReply   lower   candidate    5 p1 stays  nothing
    RequestVoteReply   same    leader       5 p1 off    AppendEntries
    RequestVoteReply   higher  follower     6 -  stays  nothing
    PreVote            lower   candidate    5 p1 stays  refused:staleTerm
    PreVote            same    candidate    5 p1 stays  refused:staleTerm
    PreVote            higher  candidate    5 p1 stays  granted
    PreVoteReply       lower   candidate    5 p1 stays  nothing
    PreVoteReply       same    candidate    5 p1 stays  nothing
    PreVoteReply       higher  follower     6 -  stays  nothing
    AppendEntries      lower   candidate    5 p1 stays  failure
    AppendEntries      same    follower     5 p1 moves  success
    AppendEntries      higher  follower     6 -  moves  success
    AppendEntriesReply lower   candidate    5 p1 stays  nothing
    AppendEntriesReply same    candidate    5 p1 stays  nothing
    AppendEntriesReply higher  follower     6 -  stays  nothing
  leader
    RequestVote        lower   leader       5 p1 off    refused:staleTerm
    RequestVote        same    leader       5 p1 off    refused:alreadyVoted
    RequestVote        higher  follower     6 p3 moves  granted
    RequestVoteReply   lower   leader       5 p1 off    nothing
    RequestVoteReply   same    leader       5 p1 off    nothing
    RequestVoteReply   higher  follower     6 -  moves  nothing
    PreVote            lower   leader       5 p1 off    refused:staleTerm
    PreVote            same    leader       5 p1 off    refused:staleTerm
    PreVote            higher  leader       5 p1 off    refused:leaderAlive
    PreVoteReply       lower   leader       5 p1 off    nothing
    PreVoteReply       same    leader       5 p1 off    nothing
    PreVoteReply       higher  follower     6 -  moves  nothing
    AppendEntries      lower   leader       5 p1 off    failure
    AppendEntries      same    leader       5 p1 off    nothing
    AppendEntries      higher  follower     6 -  moves  success
    AppendEntriesReply lower   leader       5 p1 off    nothing
    AppendEntriesReply same    leader       5 p1 off    nothing
    AppendEntriesReply higher  follower     6 -  moves  nothing
`;

/** Where PreVote and CheckQuorum change the table, and the role that only PreVote has. */
const WITH_PRE_VOTE_AND_CHECK_QUORUM = `
  follower
    RequestVote        same    follower     5 -  stays  refused:leaderAlive
    RequestVote        higher  follower     5 -  stays  refused:leaderAlive
  preCandidate
    RequestVote        lower   preCandidate 5 -  stays  refused:staleTerm
    RequestVote        same    follower     5 p3 moves  granted
    RequestVote        higher  follower     6 p3 moves  granted
    RequestVoteReply   lower   preCandidate 5 -  stays  nothing
    RequestVoteReply   same    preCandidate 5 -  stays  nothing
    RequestVoteReply   higher  follower     6 -  stays  nothing
    PreVote            lower   preCandidate 5 -  stays  refused:staleTerm
    PreVote            same    preCandidate 5 -  stays  refused:staleTerm
    PreVote            higher  preCandidate 5 -  stays  granted
    PreVoteReply       lower   preCandidate 5 -  stays  nothing
    PreVoteReply       same    candidate    6 p1 moves  RequestVote
    PreVoteReply       higher  follower     6 -  stays  nothing
    AppendEntries      lower   preCandidate 5 -  stays  failure
    AppendEntries      same    follower     5 -  moves  success
    AppendEntries      higher  follower     6 -  moves  success
    AppendEntriesReply lower   preCandidate 5 -  stays  nothing
    AppendEntriesReply same    preCandidate 5 -  stays  nothing
    AppendEntriesReply higher  follower     6 -  stays  nothing
  leader
    RequestVote        same    leader       5 p1 off    refused:leaderAlive
    RequestVote        higher  leader       5 p1 off    refused:leaderAlive
`;

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
    default:
      throw new Error(`no row has a ${type}`);
  }
}

function peerIn(role: string, preset: 'lab' | 'default'): ScriptedRaft {
  // A candidate and a leader of term 5 stood there; a follower and a pre-candidate came there without voting.
  const stands = role === 'candidate' || role === 'leader';
  const peer = new ScriptedRaft({ preset, log: [1, 1], term: stands ? 4 : 5 });
  if (role === 'follower') peer.receive('p2', appendEntries(5, { prevLogIndex: 2, prevLogTerm: 1 }));
  if (role === 'preCandidate') peer.reachDeadline();
  if (role === 'candidate') peer.becomeCandidate();
  if (role === 'leader') peer.becomeLeader();
  peer.advance(100);
  return peer;
}

function answerIn(sends: readonly Send[]): string {
  const [first] = sends;
  if (first === undefined) return 'nothing';
  const { message } = first;
  switch (message.type) {
    case 'RequestVoteReply':
    case 'PreVoteReply':
      return message.body.voteGranted ? 'granted' : `refused:${message.body.refusal ?? 'for no reason'}`;
    case 'AppendEntriesReply':
      return message.body.success ? 'success' : 'failure';
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
  const from = row.message === 'AppendEntries' ? 'p2' : 'p3';
  const message = messageOf(row.message, row.relation, peer.asked.at(-1)?.id ?? 0);
  const sends = peer.receive(from, message, 4711);
  t.equal(peer.role, row.role, 'role');
  t.equal(peer.term, row.term, 'term');
  t.equal(peer.status.votedFor, row.votedFor, 'vote');
  t.equal(timerAfter(electionDeadlineMs, peer.electionDeadlineMs), row.timer, 'timer');
  t.equal(answerIn(sends), row.answer, 'answer');
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

t.equal(plain.length, 3 * 6 * 3);
t.equal(full.length, 4 * 6 * 3);
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
