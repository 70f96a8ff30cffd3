import { LogIndex, Term } from '../numbers.ts';
import { type Static, Type } from '../schema.ts';

/** A candidate asks for a vote (paper, Figure 2). The candidate is the frame's `from`. */
export const RequestVote = Type.Object(
  {
    term: Term,
    lastLogIndex: LogIndex,
    lastLogTerm: Term,
  },
  { additionalProperties: false },
);
export type RequestVote = Static<typeof RequestVote>;
