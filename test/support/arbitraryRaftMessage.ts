import fc from 'fast-check';
import { peerId } from '../../shared/ids.ts';
import type { RaftMessage } from '../../shared/protocol.ts';

/**
 * Messages with small numbers, so that terms, indexes and frame ids of a sequence meet each other; a generator over all that
 * the schemas allow would hardly ever name the same term twice. Nothing else is sensible about them.
 */
const term = fc.integer({ min: 0, max: 6 });
const index = fc.integer({ min: 0, max: 7 });
const round = fc.nat(5);
const members = fc.subarray(['p1', 'p2', 'p3', 'p4'].map(peerId));
const configuration = fc.record({ voters: members, votersOutgoing: members, learners: members });
const entry = fc.oneof(
  fc.record({ term, type: fc.constant('command' as const), command: fc.nat(9).map(String) }),
  fc.record({ term, type: fc.constant('noOp' as const) }),
  fc.record({ term, type: fc.constant('configuration' as const), configuration }),
);
const entries = fc.array(entry, { maxLength: 4 });

const logEnd = { term, lastLogIndex: index, lastLogTerm: term };
const anyVoteRequest = fc.oneof(
  fc.record({ type: fc.constant('PreVote' as const), body: fc.record(logEnd) }),
  fc.record({
    type: fc.constant('RequestVote' as const),
    body: fc.record({ ...logEnd, leadershipTransfer: fc.boolean() }),
  }),
);

const anyVoteReply = fc.record({
  type: fc.constantFrom('RequestVoteReply' as const, 'PreVoteReply' as const),
  body: fc
    .record({
      term,
      requestTerm: fc.integer({ min: 0, max: 8 }),
      inReplyTo: fc.nat(60),
      voteGranted: fc.boolean(),
      isOfOneTerm: fc.boolean(),
    })
    // Half of them such as a correct voter sends.
    .map(({ isOfOneTerm, ...body }) => (isOfOneTerm ? { ...body, term: body.requestTerm } : body)),
});

const anyAppendEntries = fc.record({
  type: fc.constant('AppendEntries' as const),
  body: fc.oneof(
    fc.record({ term, prevLogIndex: index, prevLogTerm: term, leaderCommit: index, round, entries }),
    // Such as a correct leader could send: terms that do not fall, and a beginning that fits every log.
    fc
      .record({ leaderTerm: fc.integer({ min: 1, max: 6 }), leaderCommit: index, round, entries })
      .map(({ leaderTerm, leaderCommit, entries: some }) => ({
        term: leaderTerm,
        prevLogIndex: 0,
        prevLogTerm: 0,
        leaderCommit,
        round: 1,
        entries: some
          .map((entry) => ({ ...entry, term: Math.min(Math.max(entry.term, 1), leaderTerm) }))
          .sort((one, other) => one.term - other.term),
      })),
  ),
});

const anyAppendEntriesReply = fc.record({
  type: fc.constant('AppendEntriesReply' as const),
  body: fc
    .record(
      {
        term,
        requestTerm: term,
        inReplyTo: fc.nat(60),
        round,
        prevLogIndex: index,
        success: fc.boolean(),
        matchIndex: index,
        conflictTerm: term,
        conflictIndex: index,
      },
      { requiredKeys: ['term', 'requestTerm', 'inReplyTo', 'round', 'prevLogIndex', 'success', 'matchIndex'] },
    )
    .map((body) => (body.inReplyTo % 2 === 0 ? { ...body, term: body.requestTerm } : body)),
});

const anyInstallSnapshot = fc.record({
  type: fc.constant('InstallSnapshot' as const),
  body: fc.record({
    term,
    lastIncludedIndex: index,
    lastIncludedTerm: term,
    configuration,
    offset: fc.nat(3),
    data: fc.constant(''),
    done: fc.boolean(),
  }),
});

const answered = { term, requestTerm: term, inReplyTo: fc.nat(60) };
const anyRareMessage = fc.oneof(
  anyInstallSnapshot,
  fc.record({
    type: fc.constant('InstallSnapshotReply' as const),
    body: fc.record({ ...answered, lastIncludedIndex: index, nextOffset: fc.nat(3), done: fc.boolean() }),
  }),
  fc.record({ type: fc.constant('TimeoutNow' as const), body: fc.record({ term }) }),
  fc.record({ type: fc.constant('ReadIndex' as const), body: fc.record({ term, readId: fc.nat(5) }) }),
  fc.record({
    type: fc.constant('ReadIndexReply' as const),
    body: fc.record(
      { ...answered, readId: fc.nat(5), readIndex: index },
      { requiredKeys: ['term', 'requestTerm', 'inReplyTo', 'readId'] },
    ),
  }),
);

export const anyPlausibleMessage = fc.oneof(
  { weight: 3, arbitrary: anyVoteRequest },
  { weight: 3, arbitrary: anyVoteReply },
  { weight: 4, arbitrary: anyAppendEntries },
  { weight: 2, arbitrary: anyAppendEntriesReply },
  { weight: 2, arbitrary: anyRareMessage },
) as fc.Arbitrary<RaftMessage>;
