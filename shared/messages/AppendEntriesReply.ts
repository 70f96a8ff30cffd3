import { Count, FrameId, LogIndex, Term } from '../numbers.ts';
import { type Static, Type } from '../schema.ts';

export const AppendEntriesReply = Type.Object(
  {
    /** The follower's term, after it took the request's term into account. */
    term: Term,
    /** The term of the request that this answers. */
    requestTerm: Term,
    inReplyTo: FrameId,
    /** The request's own. */
    round: Count,
    /** The request's own `prevLogIndex`: a refusal that arrives late must not move `nextIndex` again. */
    prevLogIndex: LogIndex,
    success: Type.Boolean(),
    /** On success: `prevLogIndex + entries.length` of that very request. On refusal: 0. */
    matchIndex: LogIndex,
    /**
     * On a refusal by the log: the term at `prevLogIndex` and the first index that the follower holds of it;
     * with no entry there, `conflictTerm` is absent and `conflictIndex` is the follower's log length plus one.
     */
    conflictTerm: Type.Optional(Term),
    conflictIndex: Type.Optional(LogIndex),
    /** The follower's priority, when it is not 1. */
    priority: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
    /** The follower never leads, not even when it is asked to by TimeoutNow. */
    neverLeads: Type.Optional(Type.Literal(true)),
  },
  { additionalProperties: false },
);
export type AppendEntriesReply = Static<typeof AppendEntriesReply>;
