import { LogIndex, Term } from '../numbers.ts';
import { type Static, Type } from '../schema.ts';

/** A candidate asks for a vote (paper, Figure 2). The candidate is the frame's `from`. */
export const RequestVote = Type.Object(
  {
    term: Term,
    lastLogIndex: LogIndex,
    lastLogTerm: Term,
    /** The leader asked for this election: voters who hear a leader need not refuse (thesis, 4.2.3). */
    leadershipTransfer: Type.Boolean(),
  },
  { additionalProperties: false },
);
export type RequestVote = Static<typeof RequestVote>;
