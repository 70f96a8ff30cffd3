import fc from 'fast-check';
import type { RaftMessage } from '../../shared/protocol.ts';

/**
 * Messages with small numbers, so that terms, indexes and frame ids of a sequence meet each other; a generator over all that
 * the schemas allow would hardly ever name the same term twice. Nothing else is sensible about them.
 */
const term = fc.integer({ min: 0, max: 6 });
const index = fc.integer({ min: 0, max: 7 });
const entries = fc.array(fc.record({ term: fc.integer({ min: 0, max: 6 }), command: fc.nat(9) }), { maxLength: 4 });

const anyVoteRequest = fc.record({
  type: fc.constantFrom('RequestVote' as const, 'PreVote' as const),
  body: fc.record({ term, lastLogIndex: index, lastLogTerm: term }),
});

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
    fc.record({ term, prevLogIndex: index, prevLogTerm: term, leaderCommit: index, entries }),
    // Such as a correct leader could send: terms that do not fall, and a beginning that fits every log.
    fc
      .record({ leaderTerm: fc.integer({ min: 1, max: 6 }), leaderCommit: index, entries })
      .map(({ leaderTerm, leaderCommit, entries: some }) => ({
        term: leaderTerm,
        prevLogIndex: 0,
        prevLogTerm: 0,
        leaderCommit,
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
        prevLogIndex: index,
        success: fc.boolean(),
        matchIndex: index,
        conflictTerm: term,
        conflictIndex: index,
      },
      { requiredKeys: ['term', 'requestTerm', 'inReplyTo', 'prevLogIndex', 'success', 'matchIndex'] },
    )
    .map((body) => (body.inReplyTo % 2 === 0 ? { ...body, term: body.requestTerm } : body)),
});

export const anyPlausibleMessage = fc.oneof(
  { weight: 3, arbitrary: anyVoteRequest },
  { weight: 3, arbitrary: anyVoteReply },
  { weight: 4, arbitrary: anyAppendEntries },
  { weight: 2, arbitrary: anyAppendEntriesReply },
) as fc.Arbitrary<RaftMessage>;
