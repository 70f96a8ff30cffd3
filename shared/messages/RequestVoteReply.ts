import { FrameId, Term } from '../numbers.ts';
import { VoteRefusal } from './VoteRefusal.ts';
import { type Static, Type } from '../schema.ts';

export const RequestVoteReply = Type.Object(
  {
    /** The voter's term, after it took the request's term into account. */
    term: Term,
    /** The term of the request that this answers: a late reply must not count in a later election. */
    requestTerm: Term,
    inReplyTo: FrameId,
    voteGranted: Type.Boolean(),
    /** Present exactly when the vote was refused. */
    refusal: Type.Optional(VoteRefusal),
  },
  { additionalProperties: false },
);
export type RequestVoteReply = Static<typeof RequestVoteReply>;
