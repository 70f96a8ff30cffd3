import { type Static, Type } from '../schema.ts';
import { Count, LogIndex, Term } from '../numbers.ts';
import { Configuration } from './Configuration.ts';

/**
 * One piece of a leader's snapshot, for a follower whose next entry is no longer in the leader's log (paper, Figure 13).
 * The leader sends the next piece when the reply says where it should begin.
 */
export const InstallSnapshot = Type.Object(
  {
    term: Term,
    /** The snapshot replaces all entries up to and including this one. */
    lastIncludedIndex: LogIndex,
    lastIncludedTerm: Term,
    /** The configuration in force at `lastIncludedIndex`. */
    configuration: Configuration,
    /** Position of the piece, in bytes of the snapshot. */
    offset: Count,
    /** The piece, in base64. */
    data: Type.String(),
    /** Whether this is the last piece. */
    done: Type.Boolean(),
  },
  { additionalProperties: false },
);
export type InstallSnapshot = Static<typeof InstallSnapshot>;
