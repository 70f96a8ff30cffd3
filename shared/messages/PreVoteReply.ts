import { FrameId, Term } from '../numbers.ts';
import { VoteRefusal } from './VoteRefusal.ts';
import { type Static, Type } from '../schema.ts';

export const PreVoteReply = Type.Object(
  {
    /** The voter's own term; asking did not change it. */
    term: Term,
    /** The term asked for. */
    requestTerm: Term,
    inReplyTo: FrameId,
    voteGranted: Type.Boolean(),
    /** Present exactly when the vote was refused. */
    refusal: Type.Optional(VoteRefusal),
  },
  { additionalProperties: false },
);
export type PreVoteReply = Static<typeof PreVoteReply>;
