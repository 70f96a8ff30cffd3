import type { RaftMessage } from '../../shared/protocol.ts';

/** One of every Raft message, with every optional field at least once. */
export const EVERY_RAFT_MESSAGE: readonly RaftMessage[] = [
  { type: 'RequestVote', body: { term: 3, lastLogIndex: 2, lastLogTerm: 1 } },
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
  { type: 'AppendEntries', body: { term: 3, prevLogIndex: 0, prevLogTerm: 0, leaderCommit: 0, entries: [] } },
  {
    type: 'AppendEntries',
    body: {
      term: 3,
      prevLogIndex: 1,
      prevLogTerm: 1,
      leaderCommit: 1,
      entries: [
        { term: 3, command: { key: 'a"\\\u{1f600}\u2028', value: [1, null, -0.5, true] } },
        { term: 3, command: null },
      ],
    },
  },
  {
    type: 'AppendEntriesReply',
    body: { term: 3, requestTerm: 3, inReplyTo: 9, prevLogIndex: 2, success: true, matchIndex: 3 },
  },
  {
    type: 'AppendEntriesReply',
    body: {
      term: 3,
      requestTerm: 3,
      inReplyTo: 2 ** 53 - 1,
      prevLogIndex: 5,
      success: false,
      matchIndex: 0,
      conflictTerm: 2,
      conflictIndex: 1,
    },
  },
];
