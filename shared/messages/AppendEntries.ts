import { Count, LogIndex, Term } from '../numbers.ts';
import { Entry } from './Entry.ts';
import { type Static, Type } from '../schema.ts';

/** A leader replicates its log and keeps its followers quiet (paper, Figure 2). The leader is the frame's `from`. */
export const AppendEntries = Type.Object(
  {
    term: Term,
    prevLogIndex: LogIndex,
    prevLogTerm: Term,
    leaderCommit: LogIndex,
    /** Grows with every round of heartbeats of a reign. A reply repeats it, which confirms the reign up to that round. */
    round: Count,
    /** Empty for a heartbeat, which obeys the same rules as any other. */
    entries: Type.Array(Entry, { maxItems: 65_536 }),
  },
  { additionalProperties: false },
);
export type AppendEntries = Static<typeof AppendEntries>;
