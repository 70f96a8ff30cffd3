import { type Static, Type } from '../schema.ts';
import { Count, FrameId, LogIndex, Term } from '../numbers.ts';

export const ReadIndexReply = Type.Object(
  {
    term: Term,
    requestTerm: Term,
    inReplyTo: FrameId,
    readId: Count,
    /** Absent when the receiver cannot say: it does not lead, or lost its majority meanwhile. */
    readIndex: Type.Optional(LogIndex),
  },
  { additionalProperties: false },
);
export type ReadIndexReply = Static<typeof ReadIndexReply>;
