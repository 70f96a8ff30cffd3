import { type Static, Type } from '../schema.ts';
import { Count, FrameId, LogIndex, Term } from '../numbers.ts';

export const InstallSnapshotReply = Type.Object(
  {
    term: Term,
    /** The term of the request that this answers. */
    requestTerm: Term,
    inReplyTo: FrameId,
    /** The request's own. */
    lastIncludedIndex: LogIndex,
    /** How many bytes of this snapshot the follower holds: where the next piece should begin. */
    nextOffset: Count,
    /** The snapshot is installed and durable, or the follower has everything in it already. */
    done: Type.Boolean(),
  },
  { additionalProperties: false },
);
export type InstallSnapshotReply = Static<typeof InstallSnapshotReply>;
