import { peerId } from '../../shared/ids.ts';
import type { RaftMessage } from '../../shared/protocol.ts';

const JOINT = { voters: [peerId('p1'), peerId('p2')], votersOutgoing: [peerId('p1')], learners: [peerId('p3')] };

/** One of every Raft message, with every optional field at least once. */
export const EVERY_RAFT_MESSAGE: readonly RaftMessage[] = [
  { type: 'RequestVote', body: { term: 3, lastLogIndex: 2, lastLogTerm: 1, leadershipTransfer: false } },
  { type: 'RequestVoteReply', body: { term: 3, requestTerm: 3, inReplyTo: 7, voteGranted: true } },
  {
    type: 'RequestVoteReply',
    body: { term: 4, requestTerm: 3, inReplyTo: 7, voteGranted: false, refusal: 'staleTerm' },
  },
  { type: 'PreVote', body: { term: 3, lastLogIndex: 0, lastLogTerm: 0 } },
  {
    type: 'PreVoteReply',
    body: { term: 2, requestTerm: 3, inReplyTo: 8, voteGranted: false, refusal: 'leaderAlive' },
  },
  { type: 'AppendEntries', body: { term: 3, prevLogIndex: 0, prevLogTerm: 0, leaderCommit: 0, round: 0, entries: [] } },
  {
    type: 'AppendEntries',
    body: {
      term: 3,
      prevLogIndex: 1,
      prevLogTerm: 1,
      leaderCommit: 1,
      round: 2 ** 53 - 1,
      entries: [
        { term: 2, type: 'noOp' },
        { term: 3, type: 'command', command: 'a"\\\u{1f600}\u2028\0' },
        { term: 3, type: 'command', command: '' },
        { term: 3, type: 'configuration', configuration: JOINT },
      ],
    },
  },
  {
    type: 'AppendEntriesReply',
    body: { term: 3, requestTerm: 3, inReplyTo: 9, round: 4, prevLogIndex: 2, success: true, matchIndex: 3 },
  },
  {
    type: 'AppendEntriesReply',
    body: {
      term: 3,
      requestTerm: 3,
      inReplyTo: 2 ** 53 - 1,
      round: 0,
      prevLogIndex: 5,
      success: false,
      matchIndex: 0,
      conflictTerm: 2,
      conflictIndex: 1,
    },
  },
  {
    type: 'InstallSnapshot',
    body: {
      term: 3,
      lastIncludedIndex: 9,
      lastIncludedTerm: 2,
      configuration: JOINT,
      offset: 65_536,
      data: 'AAECAw==',
      done: true,
    },
  },
  {
    type: 'InstallSnapshotReply',
    body: { term: 3, requestTerm: 3, inReplyTo: 12, lastIncludedIndex: 9, nextOffset: 65_540, done: true },
  },
  { type: 'TimeoutNow', body: { term: 3 } },
  { type: 'ReadIndex', body: { term: 3, readId: 77 } },
  { type: 'ReadIndexReply', body: { term: 3, requestTerm: 3, inReplyTo: 13, readId: 77, readIndex: 9 } },
  { type: 'ReadIndexReply', body: { term: 4, requestTerm: 3, inReplyTo: 13, readId: 77 } },
];
