import { LogIndex, Term } from '../numbers.ts';
import { type Static, Type } from '../schema.ts';

/** Would you vote for me? (thesis, 9.6). Nobody's term or vote changes by asking. */
export const PreVote = Type.Object(
  {
    /** The term in which the sender would stand: its own plus one. */
    term: Term,
    lastLogIndex: LogIndex,
    lastLogTerm: Term,
  },
  { additionalProperties: false },
);
export type PreVote = Static<typeof PreVote>;
